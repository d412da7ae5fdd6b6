package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// TestKeysVault finds a credential in a Vault that answers as its API is
// documented, by the program: log in, read, and leave no token behind. It is no
// real Vault; what one answers is in pkg/collectors/secret.
func TestKeysVault(t *testing.T) {
	home(t)
	var mu sync.Mutex
	var asked []string
	vault := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.Method+" "+r.URL.Path)
		body, _ := io.ReadAll(r.Body)
		switch {
		case r.URL.Path == "/v1/auth/approle/login" && strings.Contains(string(body), "s3cr3t-canary-id"):
			io.WriteString(w, `{"auth":{"client_token":"s3cr3t-canary-token","lease_duration":3600,"renewable":true,"mfa_requirement":null}}`)
		case r.Header.Get("X-Vault-Token") != "s3cr3t-canary-token":
			w.WriteHeader(403)
			io.WriteString(w, `{"errors":["permission denied"]}`)
		case r.URL.Path == "/v1/team/data/tools/osint":
			io.WriteString(w, `{"data":{"data":{"POSTGRES_PASSWORD":"s3cr3t-canary","POSTGRES_PASSWORD_2":"s3cr3t-canary-2"},"metadata":{"deletion_time":"","destroyed":false,"version":3}}}`)
		case r.URL.Path == "/v1/auth/token/revoke-self":
			w.WriteHeader(204)
		default:
			w.WriteHeader(404)
			io.WriteString(w, `{"errors":[]}`)
		}
	}))
	defer vault.Close()
	for k, v := range map[string]string{"VAULT_ADDR": vault.URL, "VAULT_ROLE_ID": "osint", "VAULT_SECRET_ID": "s3cr3t-canary-id", "OSINT_VAULT_MOUNT": "team", "OSINT_VAULT_PATH": "tools/osint"} {
		t.Setenv(k, v)
	}
	out, errs, code := runHere(t, "keys", "check", "POSTGRES_PASSWORD")
	if code != 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), "no 2 vault team/data/tools/osint") || strings.Contains(out+errs, "canary") {
		t.Errorf("%d: %s%s", code, out, errs)
	}
	heard := func() (all []string) { // since it was last called
		mu.Lock()
		defer mu.Unlock()
		all, asked = asked, nil
		return all
	}
	if want, got := "POST /v1/auth/approle/login, GET /v1/team/data/tools/osint, POST /v1/auth/token/revoke-self", strings.Join(heard(), ", "); got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
	out, errs, code = runHere(t, "doctor")
	if got := heard(); !strings.Contains(out, "vault team/data/tools/osint at 127.0.0.1:") || len(got) > 0 || strings.Contains(out+errs, "canary") {
		t.Errorf("%d, asked %v: %s", code, got, out)
	}
	t.Setenv("VAULT_SECRET_ID", "s3cr3t-wrong")
	out, errs, code = runHere(t, "keys", "check", "POSTGRES_PASSWORD")
	if code != tooLittle || !strings.Contains(errs, "log in to Vault by approle: Vault at 127.0.0.1:") || strings.Contains(out+errs, "s3cr3t") {
		t.Errorf("%d: %s%s", code, out, errs)
	}
}
