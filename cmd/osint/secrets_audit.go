package main

import (
	"context"
	"errors"
	"slices"

	"osint/pkg/audit"
	"osint/pkg/collectors/secret"
)

// auditKeyName names the credential that is the key which signs the record, where
// that has no file in the key store: what the file would hold.
const auditKeyName = "OSINT_AUDIT_KEY"

// signingKey looks for the key that signs the record where credentials lie.
func (c *console) signingKey() audit.KeySource {
	return func() (string, error) { return c.reveal(context.Background(), auditKeyName) }
}

// signingKeyHere is signingKey for whoever contacts nobody: that Vault might have
// the key and was not asked is noted, and an error.
func (c *console) signingKeyHere(unasked *bool) audit.KeySource {
	return func() (string, error) {
		key, err := c.signingKeyWithout(true, "VAULT_ADDR")()
		if key == "" && err == nil && c.getenv("VAULT_ADDR") != "" {
			*unasked, err = true, errors.New("Vault may have it, and is not asked here")
		}
		return key, err
	}
}

// signingKeyWithout looks for the key with or without the files of the
// configuration's folder, and as if some variables were not set.
func (c *console) signingKeyWithout(files bool, variables ...string) audit.KeySource {
	return func() (string, error) {
		o := secret.Options{Getenv: func(name string) string {
			if slices.Contains(variables, name) {
				return ""
			}
			return c.getenv(name)
		}}
		if files {
			o.ConfigDir = c.places(false).config
		}
		chain := secret.Open(o)
		defer chain.Close()
		f, err := chain.Lookup(context.Background(), auditKeyName)
		if err != nil || len(f.Values) == 0 {
			return "", err
		}
		return f.Values[0].Reveal(), nil
	}
}

// mayGo says why a credential may not be taken out of a place, or be replaced
// there: the record would have no key any more.
func (c *console) mayGo(name string, left audit.KeySource) error {
	if name != auditKeyName {
		return nil
	}
	p := c.places(false)
	doubts, err := audit.Doubts(p.audit(), p.keys(), left)
	if err == nil && slices.ContainsFunc(doubts, func(d audit.Doubt) bool { return d.Key }) {
		return usage("the record is signed with that %s, and nothing could be recorded without it: write it into the key store first, or keep it in another place", name)
	}
	return err
}
