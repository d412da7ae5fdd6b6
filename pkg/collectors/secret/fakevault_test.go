package secret

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A fakeVault answers as Vault's HTTP API is documented to, in what is used of
// it: the KV engine of version 2, tokens, and three ways to log in. It is no real
// Vault: none can be had where these tests run.
type fakeVault struct {
	url   string
	token string // the root's

	mu      sync.Mutex
	data    map[string]any // the newest version; nil: nothing was ever written
	deleted bool
	sealed  bool
	status  int    // that every answer has; 0: what is due
	body    string // with it
	mfa     bool
	ttl     int // of tokens that are handed out, in seconds
	norenew bool
	tokens  map[string]bool // that serve
	made    int
	asked   []string      // METHOD path, in their order
	headers []http.Header // of each
	seen    []string      // bodies of logins
}

func newFakeVault(t testing.TB) *fakeVault {
	v := &fakeVault{token: "hvs.root-canary", ttl: 3600, tokens: map[string]bool{}}
	v.tokens[v.token] = true
	s := httptest.NewServer(v)
	t.Cleanup(s.Close)
	v.url = s.URL
	return v
}

func (v *fakeVault) set(data map[string]any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.data = data
}

func (v *fakeVault) change(do func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	do()
}

func (v *fakeVault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	v.asked, v.headers = append(v.asked, r.Method+" "+r.URL.Path), append(v.headers, r.Header.Clone())
	path, _ := strings.CutPrefix(r.URL.Path, "/v1/")
	fail := func(status int, errors ...string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		b, _ := json.Marshal(map[string]any{"errors": append([]string{}, errors...)})
		w.Write(b)
	}
	token := r.Header.Get("X-Vault-Token")
	switch {
	case v.status != 0:
		w.Header().Set("Location", "http://192.0.2.9"+r.URL.Path)
		w.WriteHeader(v.status)
		io.WriteString(w, v.body)
	case r.Header.Get("X-Vault-Request") != "true":
		fail(412, "X-Vault-Request header is missing")
	case v.sealed:
		fail(503, "Vault is sealed")
	case strings.HasPrefix(path, "auth/") && strings.Contains(path, "/login"):
		v.seen = append(v.seen, string(body))
		v.login(w, path, body, fail)
	case !v.tokens[token]:
		fail(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")
	case path == "auth/token/lookup-self" && r.Method == "GET":
		reply(w, map[string]any{"data": map[string]any{"ttl": v.ttl, "renewable": !v.norenew, "id": token}})
	case path == "auth/token/renew-self" && r.Method == "POST":
		if v.norenew {
			fail(400, "lease is not renewable")
			return
		}
		reply(w, map[string]any{"auth": v.auth(token)})
	case path == "auth/token/revoke-self" && r.Method == "POST":
		delete(v.tokens, token)
		w.WriteHeader(204)
	case path == "secret/data/osint" && r.Method == "GET":
		v.read(w, fail)
	case strings.HasPrefix(path, "secret/data/"):
		fail(404)
	default:
		fail(404, fmt.Sprintf("no handler for route %q. route entry not found.", path))
	}
}

func reply(w http.ResponseWriter, v map[string]any) {
	v["request_id"], v["lease_id"], v["warnings"] = "6b1c", "", nil
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func (v *fakeVault) read(w http.ResponseWriter, fail func(int, ...string)) {
	meta := map[string]any{"created_time": "2026-01-01T00:00:00Z", "custom_metadata": nil, "deletion_time": "", "destroyed": false, "version": 3}
	switch {
	case v.data == nil:
		fail(404)
	case v.deleted:
		meta["deletion_time"] = "2026-02-01T00:00:00Z"
		w.WriteHeader(404)
		reply(w, map[string]any{"data": map[string]any{"data": nil, "metadata": meta}})
	default:
		reply(w, map[string]any{"data": map[string]any{"data": maps.Clone(v.data), "metadata": meta}})
	}
}

// logins are the bodies that are let in, by path.
var logins = map[string]map[string]string{
	"auth/approle/login":      {"role_id": "role", "secret_id": "secret-canary"},
	"auth/other/login":        {"role_id": "role", "secret_id": "secret-canary"},
	"auth/kubernetes/login":   {"role": "osint", "jwt": "jwt-canary"},
	"auth/ldap/login/ada":     {"password": "ldap-canary"},
	"auth/approle-bare/login": {"role_id": "bare"},
}

func (v *fakeVault) login(w http.ResponseWriter, path string, body []byte, fail func(int, ...string)) {
	var in map[string]string
	if json.Unmarshal(body, &in) != nil || !maps.Equal(in, logins[path]) {
		fail(400, "invalid role or secret ID")
		return
	}
	if v.mfa {
		reply(w, map[string]any{"auth": map[string]any{"client_token": "", "mfa_requirement": map[string]any{"mfa_request_id": "x", "mfa_constraints": map[string]any{}}}})
		return
	}
	v.made++
	token := fmt.Sprintf("hvs.made-canary-%d", v.made)
	v.tokens[token] = true
	reply(w, map[string]any{"auth": v.auth(token)})
}

func (v *fakeVault) auth(token string) map[string]any {
	return map[string]any{"client_token": token, "accessor": "acc", "policies": []string{"default"}, "lease_duration": v.ttl, "renewable": !v.norenew, "token_type": "service", "mfa_requirement": nil}
}

// count says how often something was asked.
func (v *fakeVault) count(what string) (n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, a := range v.asked {
		if a == what {
			n++
		}
	}
	return n
}

// living are the tokens that serve, but for the root's.
func (v *fakeVault) living() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := slices.Sorted(maps.Keys(v.tokens))
	return slices.DeleteFunc(all, func(t string) bool { return t == v.token })
}
