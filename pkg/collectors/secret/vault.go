package secret

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

const (
	vaultFresh = 5 * time.Minute  // for so long its secret is not read anew
	vaultRest  = 30 * time.Second // for so long it is not asked again after it failed
)

// A vault is the place of one secret in HashiCorp Vault, whose keys are NAMEs. It
// keeps its token alive as long as it is open. What it read stays in use while
// Vault can't be reached, and no longer than Vault says so.
type vault struct {
	getenv func(string) string
	dial   func(ctx context.Context, network, address string) (net.Conn, error)

	mu     sync.Mutex
	c      *vaultClient // nil until it is first asked
	held   map[string][]string
	read   time.Time
	err    error
	failed time.Time

	token string             // that serves
	stop  context.CancelFunc // of what renews it; nil if nothing does
	ended chan struct{}      // closed when that has ended
}

func newVault(o Options) *vault { return &vault{getenv: o.Getenv, dial: o.Dial} }

func (v *vault) look(ctx context.Context, name string) ([]string, string, error) {
	if v.getenv("VAULT_ADDR") == "" {
		return nil, "", nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if time.Since(v.read) > vaultFresh && time.Since(v.failed) > vaultRest {
		v.refresh(ctx)
	}
	if v.held == nil {
		return nil, "", cmp.Or(v.err, ctx.Err())
	}
	texts, err := numbered(name, func(n string) ([]string, error) { return v.held[n], nil })
	return texts, v.where(), err
}

func (v *vault) where() string { return "vault " + v.c.secretPath() }

// refresh reads the secret. Where Vault says no, what it said before is forgotten.
func (v *vault) refresh(ctx context.Context) {
	held, err := v.fetch(ctx)
	if err != nil && ctx.Err() != nil {
		return // the caller went, and knows nothing of Vault
	}
	v.err = err
	if err == nil {
		v.held, v.read = held, time.Now()
		return
	}
	var no *vaultRefusal
	if v.failed = time.Now(); errors.As(err, &no) && no.final() {
		v.held = nil
	}
}

// fetch reads the secret with the token that served, or with the first way of
// logging in that leads to it.
func (v *vault) fetch(ctx context.Context) (held map[string][]string, err error) {
	if v.c == nil {
		c, err := newVaultClient(v.getenv, v.dial)
		if err != nil {
			return nil, err
		}
		v.c = c
	}
	if v.token != "" {
		if held, err = v.c.secret(ctx, v.token); err == nil || !isDenied(err) {
			return held, err
		}
		v.held = nil // what is read next counts, or nothing
		v.forsake()
	}
	var all faults
	for _, w := range v.c.ways {
		l, err := w.login(ctx)
		if err == nil {
			held, err = v.c.secret(ctx, l.token)
		}
		if err == nil {
			v.token = l.token
			v.keep(w, l)
			return held, nil
		}
		all.add(err)
	}
	if len(v.c.ways) == 0 {
		return nil, errors.New("VAULT_ADDR is set, but no way to log in to Vault: set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_K8S_ROLE, or VAULT_LDAP_USERNAME and VAULT_LDAP_PASSWORD")
	}
	return nil, all.err()
}

// secret reads the one secret. That there is none is no error: the path holds
// nothing. That it was deleted is one, for somebody put it there.
func (c *vaultClient) secret(ctx context.Context, token string) (map[string][]string, error) {
	var a struct {
		Data *struct {
			Data     map[string]any `json:"data"`
			Metadata struct {
				Deleted   string `json:"deletion_time"`
				Destroyed bool   `json:"destroyed"`
			} `json:"metadata"`
		} `json:"data"`
	}
	err := c.call(ctx, "GET", c.secretPath(), token, nil, &a)
	var no *vaultRefusal
	absent := errors.As(err, &no) && no.status == 404
	switch {
	case absent && a.Data != nil && a.Data.Metadata.Destroyed:
		return nil, &vaultRefusal{status: 404, says: fmt.Sprintf("the newest version of %s in Vault was destroyed: write a new one with vault kv put", c.named())}
	case absent && a.Data != nil:
		return nil, &vaultRefusal{status: 404, says: fmt.Sprintf("the newest version of %s in Vault was deleted: bring it back with vault kv undelete", c.named())}
	case absent && no.bare:
		return map[string][]string{}, nil
	case err != nil:
		return nil, fmt.Errorf("read %s in Vault: %w", c.named(), err)
	case a.Data == nil || a.Data.Data == nil:
		return nil, fmt.Errorf("read %s in Vault: the answer is that of no KV engine of version 2: OSINT_VAULT_MOUNT names its mount", c.named())
	}
	return credentialsIn(a.Data.Data), nil
}

// credentialsIn takes the keys that are names, with a text or a list of texts.
func credentialsIn(data map[string]any) map[string][]string {
	held := map[string][]string{}
	for name, v := range data {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, x := range list {
			if s, ok := x.(string); ok && s != "" && IsName(name) {
				held[name] = append(held[name], s)
			}
		}
	}
	return held
}
