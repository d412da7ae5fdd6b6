package secret

import (
	"context"
	"encoding/pem"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func inVault(env vars, name string) (Found, error) {
	c := Open(Options{Getenv: env.get})
	defer c.Close()
	return c.Lookup(context.Background(), name)
}

// TestVaultLogins leads to the secret by every way, and holds what each sends.
func TestVaultLogins(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, leaks) }) // after the server's own end
	v := newFakeVault(t)
	v.data = map[string]any{"A_KEY": "one", "A_KEY_2": "two", "B_KEY": []any{"x", "y"}, "C_KEY": 7, "lower": "z"}
	dir := t.TempDir()
	word := func(name, text string, private bool) string {
		return put(t, filepath.Join(dir, name), []byte(text+"\n"), map[bool]os.FileMode{true: 0o600, false: 0o644}[private])
	}
	put(t, filepath.Join(dir, "home/.vault-token"), []byte(v.token), 0o600)
	for name, c := range map[string]struct {
		env   vars
		login string
	}{
		"token":          {vars{"VAULT_TOKEN": v.token}, ""},
		"token file":     {vars{"HOME": filepath.Join(dir, "home")}, ""},
		"AppRole":        {vars{"VAULT_ROLE_ID": "role", "VAULT_SECRET_ID": "secret-canary"}, "auth/approle/login"},
		"AppRole file":   {vars{"VAULT_ROLE_ID": "role", "VAULT_SECRET_ID_FILE": word("sid", "secret-canary", true)}, "auth/approle/login"},
		"AppRole bare":   {vars{"VAULT_ROLE_ID": "bare", "OSINT_VAULT_AUTH_MOUNT": "approle-bare"}, "auth/approle-bare/login"},
		"another mount":  {vars{"VAULT_ROLE_ID": "role", "VAULT_SECRET_ID": "secret-canary", "OSINT_VAULT_AUTH_MOUNT": "other"}, "auth/other/login"},
		"Kubernetes":     {vars{"VAULT_K8S_ROLE": "osint", "VAULT_K8S_TOKEN_FILE": word("jwt", "jwt-canary", false)}, "auth/kubernetes/login"},
		"LDAP":           {vars{"VAULT_LDAP_USERNAME": "ada", "VAULT_LDAP_PASSWORD": "ldap-canary"}, "auth/ldap/login/ada"},
		"LDAP file":      {vars{"VAULT_LDAP_USERNAME": "ada", "VAULT_LDAP_PASSWORD_FILE": word("ldap", "ldap-canary", true)}, "auth/ldap/login/ada"},
		"the second way": {vars{"VAULT_TOKEN": "hvs.ended", "VAULT_ROLE_ID": "role", "VAULT_SECRET_ID": "secret-canary"}, "auth/approle/login"},
	} {
		c.env["VAULT_ADDR"], c.env["VAULT_NAMESPACE"] = v.url+"/", "team/osint"
		v.change(func() { v.asked, v.headers = nil, nil })
		chain := Open(Options{Getenv: c.env.get})
		for want, texts := range map[string][]string{"A_KEY": {"one", "two"}, "B_KEY": {"x", "y"}, "C_KEY": nil, "D_KEY": nil} {
			got, err := chain.Lookup(context.Background(), want)
			if err != nil || !reflect.DeepEqual(reveal(got), texts) || len(texts) > 0 && got.Place != "vault secret/data/osint" {
				t.Errorf("%s: %s: %v %q, %v", name, want, got, reveal(got), err)
			}
		}
		if n := v.count("GET /v1/secret/data/osint"); n != 1 && name != "the second way" {
			t.Errorf("%s: the secret was read %d times", name, n)
		}
		if c.login != "" && v.count("POST /v1/"+c.login) != 1 {
			t.Errorf("%s: %v", name, v.asked)
		}
		_ = chain.Close()
		if left := v.living(); len(left) > 0 {
			t.Errorf("%s: tokens that were made for us live on: %v", name, left)
		}
		for i, h := range v.headers {
			if h.Get("X-Vault-Request") != "true" || h.Get("X-Vault-Namespace") != "team/osint" {
				t.Errorf("%s: %s: %v", name, v.asked[i], h)
			}
		}
	}
	if !v.tokens[v.token] {
		t.Error("a token that is not ours was revoked")
	}
}

// TestVaultUnread holds that whatever is no answer is an error, which says what
// to do, and holds no token, password, or name of a person.
func TestVaultUnread(t *testing.T) {
	root := vars{"VAULT_TOKEN": "hvs.root-canary"}
	approle := vars{"VAULT_ROLE_ID": "role", "VAULT_SECRET_ID": "secret-canary"}
	for name, c := range map[string]struct {
		env   vars
		state func(*fakeVault)
		want  string
	}{
		"sealed":          {root, func(v *fakeVault) { v.sealed = true }, "is sealed: "},
		"deleted":         {root, func(v *fakeVault) { v.deleted = true }, "secret/osint in Vault was deleted: bring it back with vault kv undelete"},
		"denied":          {vars{"VAULT_TOKEN": "hvs.wrong-canary"}, nil, "denies it (2 errors occurred: * permission denied * invalid token)"},
		"no such mount":   {vars{"VAULT_TOKEN": "hvs.root-canary", "OSINT_VAULT_MOUNT": "kv"}, nil, `has no such path (no handler for route "kv/data/osint"`},
		"no such login":   {vars{"VAULT_ROLE_ID": "role", "OSINT_VAULT_AUTH_MOUNT": "none"}, nil, "log in to Vault by approle: Vault at 127.0.0.1:"},
		"wrong secret id": {vars{"VAULT_ROLE_ID": "role", "VAULT_SECRET_ID": "wrong-canary"}, nil, "status 400 (invalid role or secret ID)"},
		"second factor":   {approle, func(v *fakeVault) { v.mfa = true }, "asks for a second factor"},
		"no way":          {vars{}, nil, "no way to log in to Vault: set VAULT_TOKEN"},
		"no password":     {vars{"VAULT_LDAP_USERNAME": "ada-canary"}, nil, "no password: set VAULT_LDAP_PASSWORD_FILE"},
		"wrong password":  {vars{"VAULT_LDAP_USERNAME": "ada-canary", "VAULT_LDAP_PASSWORD": "x-canary"}, nil, "log in to Vault by ldap"},
		"no pod":          {vars{"VAULT_K8S_ROLE": "osint", "VAULT_K8S_TOKEN_FILE": "/nowhere/token"}, nil, "read /nowhere/token: no such file"},
		"HTML":            {root, func(v *fakeVault) { v.status, v.body = 200, "<html>login</html>" }, "is not Vault: it sent no JSON, with status 200"},
		"a gateway":       {root, func(v *fakeVault) { v.status, v.body = 502, "Bad Gateway" }, "is not Vault: it sent no JSON, with status 502"},
		"another place":   {root, func(v *fakeVault) { v.status, v.body = 307, "{}" }, "sends us to another server"},
		"too often":       {root, func(v *fakeVault) { v.status, v.body = 429, `{"errors":["rate limit"]}` }, "asked too often"},
		"a fault":         {root, func(v *fakeVault) { v.status, v.body = 500, `{"errors":["\u001b[31mno\u0000"]}` }, "status 500 ([31mno)"},
		"no KV 2":         {root, func(v *fakeVault) { v.status, v.body = 200, `{"data":{"A_KEY":"canary"}}` }, "no KV engine of version 2"},
		"an empty answer": {root, func(v *fakeVault) { v.status, v.body = 200, "" }, "is not Vault"},
		"a list":          {root, func(v *fakeVault) { v.status, v.body = 200, "[]" }, "is not Vault"},
		"too long":        {root, func(v *fakeVault) { v.status, v.body = 200, strings.Repeat(" ", vaultBody+2) }, "sent more than 1 MiB"},
		"open token file": {vars{"HOME": "open"}, nil, "chmod 600"},
	} {
		v := newFakeVault(t)
		v.data = map[string]any{"A_KEY": "of vault, canary"}
		if c.state != nil {
			c.state(v)
		}
		env := vars{"VAULT_ADDR": v.url}
		for k, x := range c.env {
			env[k] = x
		}
		if env["HOME"] != "" {
			env["HOME"] = t.TempDir()
			put(t, filepath.Join(env["HOME"], ".vault-token"), []byte(v.token), 0o644)
		}
		got, err := inVault(env, "A_KEY")
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary") || len(got.Values) > 0 || strings.ContainsAny(err.Error(), "\x1b\n\x00") {
			t.Errorf("%s: %v\nwant %s", name, err, c.want)
		}
	}
	v := newFakeVault(t) // nothing was ever written: that is an answer
	if got, err := inVault(vars{"VAULT_ADDR": v.url, "VAULT_TOKEN": v.token}, "A_KEY"); err != nil || len(got.Values) > 0 {
		t.Errorf("%v, %v", got, err)
	}
}

// TestVaultAddress holds whom a token is shown to: a verified server, or this
// machine.
func TestVaultAddress(t *testing.T) {
	for name, c := range map[string]struct {
		env  vars
		want string
	}{
		"no scheme":   {vars{"VAULT_ADDR": "vault.example:8200"}, "is no address of Vault"},
		"in clear":    {vars{"VAULT_ADDR": "http://vault.example:8200"}, "in clear"},
		"a user":      {vars{"VAULT_ADDR": "https://ada:canary@vault.example"}, "is no address of Vault"},
		"a socket":    {vars{"VAULT_ADDR": "unix:///run/vault"}, "is no address of Vault"},
		"torn":        {vars{"VAULT_ADDR": "https://canary%zz"}, "is no address of Vault"},
		"unverified":  {vars{"VAULT_ADDR": "https://vault.example", "VAULT_SKIP_VERIFY": "true"}, "VAULT_SKIP_VERIFY"},
		"no boolean":  {vars{"VAULT_ADDR": "https://127.0.0.1", "VAULT_SKIP_VERIFY": "perhaps"}, "VAULT_SKIP_VERIFY"},
		"no CA":       {vars{"VAULT_ADDR": "https://vault.example", "VAULT_CACERT_BYTES": "canary"}, "VAULT_CACERT holds no certificate"},
		"no CA file":  {vars{"VAULT_ADDR": "https://vault.example", "VAULT_CACERT": "/nowhere/ca"}, "VAULT_CACERT: read /nowhere/ca"},
		"half a pair": {vars{"VAULT_ADDR": "https://vault.example", "VAULT_CLIENT_CERT": "/nowhere/cert"}, "are no pair"},
	} {
		c.env["VAULT_TOKEN"] = "hvs.canary"
		if _, err := inVault(c.env, "A_KEY"); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	v := newFakeVault(t)
	v.data = map[string]any{"A_KEY": "x"}
	s := httptest.NewTLSServer(v)
	defer s.Close()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	env := vars{"VAULT_ADDR": s.URL, "VAULT_TOKEN": v.token}
	if _, err := inVault(env, "A_KEY"); err == nil || !strings.Contains(err.Error(), "unknown authority") {
		t.Errorf("an authority that nobody named: %v", err)
	}
	for name, more := range map[string]vars{"bytes": {"VAULT_CACERT_BYTES": ca}, "file": {"VAULT_CACERT": put(t, filepath.Join(t.TempDir(), "ca"), []byte(ca), 0o644)}, "loopback": {"VAULT_SKIP_VERIFY": "1"}} {
		more["VAULT_ADDR"], more["VAULT_TOKEN"] = s.URL, v.token
		if got, err := inVault(more, "A_KEY"); err != nil || len(got.Values) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	more := vars{"VAULT_ADDR": "https://vault.example", "VAULT_TOKEN": v.token, "VAULT_CACERT_BYTES": ca, "VAULT_TLS_SERVER_NAME": "example.com"}
	dialled := ""
	c := Open(Options{Getenv: more.get, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		dialled = address
		return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
	}})
	defer c.Close()
	if got, err := c.Lookup(context.Background(), "A_KEY"); err != nil || len(got.Values) != 1 || dialled != "vault.example:443" {
		t.Errorf("%v, %v, %s", got, err, dialled)
	}
}
