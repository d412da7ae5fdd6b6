package postgres

import (
	"context"
	"os"
	"strings"
	"testing"

	"osint/pkg/audit/postgres/pgtest"
)

// TestCredential connects to a real server with a password, and with a client
// certificate, that stand in no variable and in no connection string.
func TestCredential(t *testing.T) {
	for _, name := range []string{"PGPASSWORD", "PGPASSFILE", "PGSSLCERT", "PGSSLKEY"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	s := pgtest.New(t, pgtest.Options{TLS: true})
	pgtest.Exec(t, s.DSN(), "CREATE ROLE by_certificate; CREATE ROLE ann LOGIN; GRANT by_certificate TO ann; CREATE ROLE bob LOGIN PASSWORD 's3cr3t-canary'")
	login := func(name string, set func(*Config) error) (ok bool) {
		t.Helper()
		c, err := Parse(env("POSTGRES_URL", pgtest.With(t, s.TLS(), func(d *pgtest.DSN) { d.User, d.Password = name, "" })))
		if err != nil || !c.WantsCredential() {
			t.Fatalf("%s: wants none, %v", name, err)
		}
		if err := set(c); err != nil {
			t.Fatal(err)
		}
		conn, err := c.Connect(context.Background())
		if err != nil {
			return false
		}
		_ = conn.Close(context.Background())
		return !c.WantsCredential()
	}
	none := func(*Config) error { return nil }
	certFile, keyFile := s.Certificate(t, "ann")
	cert, err := os.ReadFile(certFile)
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if login("bob", none) || login("ann", none) {
		t.Error("somebody came in with nothing")
	}
	if !login("bob", func(c *Config) error { c.SetPassword("s3cr3t-canary"); return nil }) {
		t.Error("bob did not come in with his password")
	}
	if !login("ann", func(c *Config) error { return c.SetCertificate(string(cert), string(key)) }) {
		t.Error("ann did not come in with her certificate")
	}
	c, err := Parse(env("POSTGRES_URL", s.TLS()))
	if err != nil || c.WantsCredential() {
		t.Errorf("a connection string with a password wants one: %v", err)
	}
	if err := c.SetCertificate(string(cert), "s3cr3t-canary"); err == nil || strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
}
