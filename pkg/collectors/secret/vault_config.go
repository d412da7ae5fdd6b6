package secret

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// A vaultClient says which Vault it is, and how it is spoken to.
type vaultClient struct {
	base        string // https://HOST:PORT
	host        string // for errors
	namespace   string
	mount, path string
	ways        []way
	http        *http.Client
}

// newVaultClient reads the variables that Vault's own client reads. A token is
// shown over TLS with a verified server only, but on this machine.
func newVaultClient(getenv func(string) string, dial func(context.Context, string, string) (net.Conn, error)) (*vaultClient, error) {
	u, err := url.Parse(getenv("VAULT_ADDR"))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("VAULT_ADDR is no address of Vault: write https://HOST:PORT")
	}
	here := loopback(u.Hostname())
	if u.Scheme == "http" && !here {
		return nil, errors.New("VAULT_ADDR begins with http://: a token would cross the network in clear; write https://HOST:PORT")
	}
	conf, err := vaultTLS(getenv, here)
	if err != nil {
		return nil, err
	}
	c := &vaultClient{base: u.Scheme + "://" + u.Host + strings.TrimRight(u.EscapedPath(), "/"), host: u.Host, namespace: getenv("VAULT_NAMESPACE"),
		mount: cmp.Or(getenv("OSINT_VAULT_MOUNT"), "secret"), path: cmp.Or(getenv("OSINT_VAULT_PATH"), "osint")}
	c.ways = waysOf(c, getenv)
	c.http = &http.Client{Timeout: vaultTimeout, Transport: &http.Transport{TLSClientConfig: conf, DialContext: dial, ForceAttemptHTTP2: true, MaxIdleConns: 2, IdleConnTimeout: vaultTimeout},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }} // a token goes nowhere else
	return c, nil
}

// vaultTLS reads whom to trust, and who we are.
func vaultTLS(getenv func(string) string, here bool) (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: getenv("VAULT_TLS_SERVER_NAME")}
	authority := []byte(getenv("VAULT_CACERT_BYTES"))
	if file := getenv("VAULT_CACERT"); file != "" && len(authority) == 0 {
		b, err := readBounded(file, anybody)
		if err != nil {
			return nil, fmt.Errorf("VAULT_CACERT: %w", err)
		}
		authority = b
	}
	if len(authority) > 0 {
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(authority) {
			return nil, errors.New("VAULT_CACERT holds no certificate: name a file of PEM, or give its text in VAULT_CACERT_BYTES")
		}
	}
	if cert, key := getenv("VAULT_CLIENT_CERT"), getenv("VAULT_CLIENT_KEY"); cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, errors.New("VAULT_CLIENT_CERT and VAULT_CLIENT_KEY are no pair: name a file of PEM each, of one certificate and its key")
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	if skip := getenv("VAULT_SKIP_VERIFY"); skip != "" {
		off, err := strconv.ParseBool(skip)
		if err != nil || off && !here {
			return nil, errors.New("VAULT_SKIP_VERIFY would show a token to whoever answers: take it away, and name Vault's authority in VAULT_CACERT")
		}
		conf.InsecureSkipVerify = off
	}
	return conf, nil
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// secretPath is where the API has the secret.
func (c *vaultClient) secretPath() string { return c.mount + "/data/" + c.path }

// named is the secret as vault kv takes it.
func (c *vaultClient) named() string { return c.mount + "/" + c.path }

func (v *vault) state() State {
	s := State{Name: "vault", There: v.getenv("VAULT_ADDR") != ""}
	if !s.There {
		return s
	}
	c, err := newVaultClient(v.getenv, v.dial)
	if s.Err = err; err == nil {
		s.Where = c.secretPath() + " at " + c.host
	}
	return s
}
