package main

import (
	"context"

	"osint/pkg/collectors/secret"
)

// chain is where credentials come from: opened when a first one is asked for,
// closed when the command has ended.
func (c *console) chain() *secret.Chain {
	c.chainOnce.Do(func() {
		c.secrets = secret.Open(secret.Options{Getenv: c.getenv, ConfigDir: c.places(false).config})
	})
	return c.secrets
}

// closeChain closes the chain if it was opened.
func (c *console) closeChain() {
	if c.secrets != nil {
		_ = c.secrets.Close() // it has nothing to lose
	}
}

// reveal returns the first value of a credential, "" if there is none.
func (c *console) reveal(ctx context.Context, name string) (string, error) {
	f, err := c.chain().Lookup(ctx, name)
	if err != nil || len(f.Values) == 0 {
		return "", err
	}
	return f.Values[0].Reveal(), nil
}
