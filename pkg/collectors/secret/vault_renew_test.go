package secret

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestVaultDown holds that a Vault that is gone is not asked for each name, that
// what it said before stays in use, and that this ends when it says no.
func TestVaultDown(t *testing.T) {
	v := newFakeVault(t)
	v.data = map[string]any{"A_KEY": "x"}
	env := vars{"VAULT_ADDR": v.url, "VAULT_TOKEN": v.token}
	c := Open(Options{Getenv: env.get})
	defer c.Close()
	place := c.places[5].(*vault)
	look := func() (string, error) {
		got, err := c.Lookup(context.Background(), "A_KEY")
		return strings.Join(reveal(got), ","), err
	}
	later := func(do func()) { v.change(do); place.read, place.failed = time.Time{}, time.Time{} }
	if s, err := look(); s != "x" || err != nil {
		t.Fatal(s, err)
	}
	v.change(func() { v.data = map[string]any{"A_KEY": "y"} })
	if s, err := look(); s != "x" || err != nil {
		t.Errorf("it was read anew at once: %s, %v", s, err)
	}
	later(func() {})
	if s, err := look(); s != "y" || err != nil {
		t.Errorf("it was not read anew: %s, %v", s, err)
	}
	later(func() { v.sealed = true })
	for range 3 {
		if s, err := look(); s != "y" || err != nil {
			t.Errorf("what it said was forgotten: %s, %v", s, err)
		}
	}
	if n := v.count("GET /v1/secret/data/osint"); n != 3 {
		t.Errorf("a sealed one was asked %d times", n-2)
	}
	later(func() { v.sealed = false; delete(v.tokens, v.token) })
	if s, err := look(); s != "" || err == nil || !strings.Contains(err.Error(), "denies it") {
		t.Errorf("what it said counts on: %s, %v", s, err)
	}
	gone := vars{"VAULT_ADDR": "http://127.0.0.1:9", "VAULT_TOKEN": "hvs.canary"}
	if _, err := inVault(gone, "A_KEY"); err == nil || !strings.Contains(err.Error(), "Vault at 127.0.0.1:9 can't be reached") || strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	c2 := Open(Options{Getenv: env.get})
	defer c2.Close()
	if _, err := c2.Lookup(ended, "A_KEY"); err == nil {
		t.Error("whoever went got an answer")
	}
}

// TestVaultRenewal holds that a token is renewed at half its lease, that one
// which can't be renewed is replaced, and that the end ends both.
func TestVaultRenewal(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, leaks) }) // after the server's own end
	v := newFakeVault(t)
	v.data, v.ttl = map[string]any{"A_KEY": "x"}, 1
	env := vars{"VAULT_ADDR": v.url, "VAULT_ROLE_ID": "role", "VAULT_SECRET_ID": "secret-canary"}
	c := Open(Options{Getenv: env.get})
	if got, err := c.Lookup(context.Background(), "A_KEY"); err != nil || len(got.Values) != 1 {
		t.Fatal(got, err)
	}
	eventually(t, "a renewal", func() bool { return v.count("POST /v1/auth/token/renew-self") >= 2 })
	if n := v.count("POST /v1/auth/approle/login"); n != 1 {
		t.Errorf("%d logins while renewals did", n)
	}
	v.change(func() { v.norenew = true })
	eventually(t, "a new login", func() bool { return v.count("POST /v1/auth/approle/login") >= 3 })
	place := c.places[5].(*vault)
	eventually(t, "the new token in use", func() bool {
		place.mu.Lock()
		defer place.mu.Unlock()
		return place.token != "hvs.made-canary-1"
	})
	_ = c.Close()
	renewed := v.count("POST /v1/auth/approle/login")
	time.Sleep(700 * time.Millisecond)
	if n := v.count("POST /v1/auth/approle/login"); n != renewed {
		t.Error("it logs in after its end")
	}
	v.change(func() { v.norenew, v.asked = false, nil })
	env = vars{"VAULT_ADDR": v.url, "VAULT_TOKEN": v.token}
	c = Open(Options{Getenv: env.get})
	if got, err := c.Lookup(context.Background(), "A_KEY"); err != nil || len(got.Values) != 1 {
		t.Fatal(got, err)
	}
	eventually(t, "a renewal of a given token", func() bool { return v.count("POST /v1/auth/token/renew-self") >= 1 })
	_ = c.Close()
	if !v.tokens[v.token] || v.count("POST /v1/auth/token/revoke-self") > 0 {
		t.Error("a given token was revoked")
	}
}

func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for range 500 {
		if so() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("there was never %s", what)
}
