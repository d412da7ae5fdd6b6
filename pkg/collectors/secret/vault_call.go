package secret

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

const (
	vaultTimeout = 5 * time.Second
	vaultBody    = 1 << 20
)

// A vaultRefusal is an answer of Vault that is none.
type vaultRefusal struct {
	status int
	says   string
	bare   bool // 404 without a word: the path holds nothing
}

func (r *vaultRefusal) Error() string { return r.says }

// final reports whether Vault knows us or the secret no more, rather than having
// a fault that passes.
func (r *vaultRefusal) final() bool { return r.status == 403 || r.status == 404 }

func isDenied(err error) bool {
	var r *vaultRefusal
	return errors.As(err, &r) && r.status == 403
}

// call asks Vault and decodes its JSON into out, also that of an error. An error
// names no token and nothing of the body that was sent.
func (c *vaultClient) call(ctx context.Context, method, path, token string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	var escaped []string
	for part := range strings.SplitSeq(path, "/") {
		escaped = append(escaped, url.PathEscape(part))
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+"/v1/"+strings.Join(escaped, "/"), body)
	if err != nil {
		return errors.New("VAULT_ADDR is no address of Vault: write https://HOST:PORT")
	}
	r.Header.Set("X-Vault-Request", "true")
	if token != "" {
		r.Header.Set("X-Vault-Token", token)
	}
	if c.namespace != "" {
		r.Header.Set("X-Vault-Namespace", c.namespace)
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	a, err := c.http.Do(r)
	if err != nil {
		return c.unreachable(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(io.LimitReader(a.Body, vaultBody+1))
	switch {
	case err != nil:
		return c.unreachable(err)
	case len(b) > vaultBody:
		return fmt.Errorf("what answers at %s sent more than 1 MiB: VAULT_ADDR names another server than Vault", c.host)
	case a.StatusCode == http.StatusNoContent:
		return nil
	}
	return c.judge(a.StatusCode, b, out)
}

// unreachable says why no answer came, without the address that was asked for:
// it may name a person.
func (c *vaultClient) unreachable(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("Vault at %s can't be reached: %w", c.host, err)
}

// judge decodes an answer and says what a status other than 200 means.
func (c *vaultClient) judge(status int, b []byte, out any) error {
	var fault struct {
		Errors []string `json:"errors"`
	}
	if json.Unmarshal(b, &fault) != nil || status == 200 && out != nil && json.Unmarshal(b, out) != nil {
		return &vaultRefusal{status: status, says: fmt.Sprintf("what answers at %s is not Vault: it sent no JSON, with status %d; look at VAULT_ADDR", c.host, status)}
	}
	if status == 200 {
		return nil
	}
	r := &vaultRefusal{status: status}
	said := safe(strings.Join(fault.Errors, "; "))
	switch {
	case status >= 300 && status < 400:
		r.says = fmt.Sprintf("Vault at %s sends us to another server, where a token is not shown: set VAULT_ADDR to the active one", c.host)
	case status == 403:
		r.says = fmt.Sprintf("Vault at %s denies it (%s): the token has ended, or its policies don't allow it", c.host, cmp.Or(said, "403"))
	case status == 404:
		r.bare = json.Unmarshal(b, out) == nil && len(fault.Errors) == 0
		r.says = fmt.Sprintf("Vault at %s has no such path (%s)", c.host, cmp.Or(said, "404"))
	case status == 503 && strings.Contains(strings.ToLower(said), "sealed"):
		r.says = fmt.Sprintf("Vault at %s is sealed: its keepers unseal it with vault operator unseal", c.host)
	case status == 429:
		r.says = fmt.Sprintf("Vault at %s was asked too often: try later", c.host)
	default:
		r.says = fmt.Sprintf("Vault at %s answered with status %d (%s)", c.host, status, cmp.Or(said, "no reason given"))
	}
	return r
}

// safe is what a server says, short and without signs that a terminal obeys.
func safe(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 160 {
		return string(r[:160]) + "…"
	}
	return s
}
