package secret

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// A way leads to a token.
type way struct {
	login func(ctx context.Context) (lease, error)
	ours  bool // the token is made for us alone, and ends with us
}

// A lease is a token, and how long it lives; 0 is not known, or for ever.
type lease struct {
	token     string
	ttl       time.Duration
	renewable bool
}

// serviceAccount is where Kubernetes puts the token of a pod.
const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/token"

// waysOf returns the ways that are configured, in the order in which they are
// tried: VAULT_TOKEN, ~/.vault-token, AppRole, Kubernetes, LDAP.
func waysOf(c *vaultClient, getenv func(string) string) (ways []way) {
	token := func(read func() (string, error)) {
		ways = append(ways, way{login: func(context.Context) (lease, error) {
			t, err := read()
			return lease{token: strings.TrimSpace(t)}, err
		}})
	}
	if t := getenv("VAULT_TOKEN"); t != "" {
		token(func() (string, error) { return t, nil })
	}
	if file := filepath.Join(getenv("HOME"), ".vault-token"); filepath.IsAbs(file) && exists(file) {
		token(func() (string, error) { return readWord(file) })
	}
	login := func(method, path string, body func() (map[string]string, error)) {
		ways = append(ways, way{ours: true, login: func(ctx context.Context) (lease, error) {
			in, err := body()
			if err != nil {
				return lease{}, err
			}
			return c.login(ctx, method, "auth/"+cmp.Or(getenv("OSINT_VAULT_AUTH_MOUNT"), method)+path, in)
		}})
	}
	if role := getenv("VAULT_ROLE_ID"); role != "" {
		login("approle", "/login", func() (map[string]string, error) {
			id, _, err := environment{getenv}.one("VAULT_SECRET_ID")
			if in := map[string]string{"role_id": role, "secret_id": id}; id != "" || err != nil {
				return in, err
			}
			return map[string]string{"role_id": role}, nil // a role may need no more
		})
	}
	if role := getenv("VAULT_K8S_ROLE"); role != "" {
		login("kubernetes", "/login", func() (map[string]string, error) {
			jwt, err := readBounded(cmp.Or(getenv("VAULT_K8S_TOKEN_FILE"), serviceAccount), anybody) // of the pod: its mode is the cluster's
			return map[string]string{"role": role, "jwt": strings.TrimSpace(string(jwt))}, err
		})
	}
	if user := getenv("VAULT_LDAP_USERNAME"); user != "" {
		login("ldap", "/login/"+user, func() (map[string]string, error) {
			word, _, err := environment{getenv}.one("VAULT_LDAP_PASSWORD")
			if err == nil && word == "" {
				err = errors.New("VAULT_LDAP_USERNAME is set, and no password: set VAULT_LDAP_PASSWORD_FILE")
			}
			return map[string]string{"password": word}, err
		})
	}
	return ways
}

// vaultAuth is how Vault hands a token out.
type vaultAuth struct {
	Auth *struct {
		Token     string `json:"client_token"`
		Seconds   int64  `json:"lease_duration"`
		Renewable bool   `json:"renewable"`
		MFA       any    `json:"mfa_requirement"`
	} `json:"auth"`
}

func (c *vaultClient) login(ctx context.Context, method, path string, in map[string]string) (lease, error) {
	var a vaultAuth
	if err := c.call(ctx, "POST", path, "", in, &a); err != nil {
		return lease{}, fmt.Errorf("log in to Vault by %s: %w", method, err)
	}
	switch {
	case a.Auth != nil && a.Auth.MFA != nil:
		return lease{}, fmt.Errorf("log in to Vault by %s: it asks for a second factor, which can't be given here: set VAULT_TOKEN to a token from vault login", method)
	case a.Auth == nil || a.Auth.Token == "":
		return lease{}, fmt.Errorf("log in to Vault by %s: the answer holds no token", method)
	}
	return a.lease(), nil
}

func (a *vaultAuth) lease() lease {
	return lease{a.Auth.Token, time.Duration(a.Auth.Seconds) * time.Second, a.Auth.Renewable}
}

// lookup says how long a token lives that somebody else made.
func (c *vaultClient) lookup(ctx context.Context, token string) (lease, error) {
	var a struct {
		Data struct {
			TTL       int64 `json:"ttl"`
			Renewable bool  `json:"renewable"`
		} `json:"data"`
	}
	err := c.call(ctx, "GET", "auth/token/lookup-self", token, nil, &a)
	return lease{token, time.Duration(a.Data.TTL) * time.Second, a.Data.Renewable}, err
}

// renew lets a token live on.
func (c *vaultClient) renew(ctx context.Context, token string) (lease, error) {
	var a vaultAuth
	err := c.call(ctx, "POST", "auth/token/renew-self", token, map[string]string{}, &a)
	if err == nil && (a.Auth == nil || a.Auth.Token == "") {
		err = errors.New("renew the token of Vault: the answer holds none")
	}
	if err != nil {
		return lease{}, err
	}
	return a.lease(), nil
}

// revoke ends a token.
func (c *vaultClient) revoke(ctx context.Context, token string) error {
	return c.call(ctx, "POST", "auth/token/revoke-self", token, map[string]string{}, nil)
}
