package postgres

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"osint/pkg/audit/postgres/pgtest"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// TestParse: what is named, what is refused, and that nothing that is said
// holds a password.
func TestParse(t *testing.T) {
	for _, name := range []string{"PGHOST", "PGSERVICE", "PGSSLMODE", "PGPASSWORD", "PGPASSFILE", "PGDATABASE", "PGUSER"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	services := filepath.Join(t.TempDir(), "services")
	if err := os.WriteFile(services, []byte("[team]\nhost=db.example\ndbname=a\nuser=u\nsslmode=verify-full\n[lax]\nhost=db.example\ndbname=a\nuser=u\nsslmode=require\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PGSERVICEFILE", services)
	for _, c := range []struct {
		env  []string
		want string // String, or what the error says
	}{
		{nil, "no PostgreSQL is named"},
		{[]string{"POSTGRES_USER", "u"}, "no PostgreSQL is named"},
		{[]string{"POSTGRES_URL", "postgres://u:s3cret@db.example/audit"}, "db.example:5432/audit"},
		{[]string{"POSTGRES_URL", "postgres://u:s3cret@[::1]:5433/audit?sslmode=verify-full"}, "[::1]:5433/audit"},
		{[]string{"POSTGRES_URL", "postgresql://u@/audit?host=/run/postgresql&sslmode=disable"}, "/run/postgresql/audit"},
		{[]string{"POSTGRES_URL", "host=/run/postgresql dbname=audit"}, "/run/postgresql/audit"},
		{[]string{"POSTGRES_URL", "service=team"}, "db.example:5432/a"},
		{[]string{"POSTGRES_URL", "service=lax"}, "write sslmode=verify-full"},
		{[]string{"POSTGRES_URL", "postgres://u:s3cret@db.example/audit?sslmode=require"}, "write sslmode=verify-full"},
		{[]string{"POSTGRES_URL", "postgres://u:s3cret@db.example/audit?sslmode=verify-ca"}, "write sslmode=verify-full"},
		{[]string{"POSTGRES_URL", "postgres://u:s3cret@127.0.0.1/audit?sslmode=disable"}, "write sslmode=verify-full"},
		{[]string{"POSTGRES_URL", "postgres://u@/audit?host=/run/postgresql,db.example&sslmode=prefer"}, "write sslmode=verify-full"},
		{[]string{"POSTGRES_URL", "postgres://u:s3cret@db.example/audit?sslmode=most"}, "sslmode is none that there is"},
		{[]string{"POSTGRES_URL", "postgres://u:s3cret@db.example:s3cret/audit"}, "POSTGRES_URL is no URL"},
		{[]string{"POSTGRES_URL", "postgres://u:s3cret%zz@db.example/audit"}, "POSTGRES_URL is no URL"},
		{[]string{"POSTGRES_URL", "http://u:s3cret@db.example/audit"}, "POSTGRES_URL begins with http://, which is no PostgreSQL"},
		{[]string{"POSTGRES_URL", "host=db.example password=s3cret' port=x"}, "read where PostgreSQL is"},
		{[]string{"POSTGRES_HOST", "db.example", "POSTGRES_PORT", "6000", "POSTGRES_USER", "o'u", "POSTGRES_PASSWORD", "s3cret", "POSTGRES_DB", "a b"}, "db.example:6000/a b"},
		{[]string{"POSTGRES_HOST", "db.example", "POSTGRES_SSLMODE", "prefer"}, "write sslmode=verify-full"},
		{[]string{"POSTGRES_HOST", "db.example", "POSTGRES_PASSWORD_FILE", "/not/there"}, "read the file that POSTGRES_PASSWORD_FILE names"},
		{[]string{"POSTGRES_HOST", "db.example", "PGSSLMODE", "require"}, "write sslmode=verify-full"},
	} {
		got, err := Parse(env(c.env...))
		said := ""
		if err != nil {
			said = err.Error()
		} else {
			said = got.String()
			if n := got.pool.MaxConns; n != MaxConns {
				t.Errorf("%q: a pool of %d", c.env, n)
			}
		}
		if !strings.Contains(said, c.want) || err == nil && said != c.want {
			t.Errorf("%q: %s, want %s", c.env, said, c.want)
		}
		if strings.Contains(said, "s3cret") {
			t.Errorf("%q: a password is said: %s", c.env, said)
		}
	}
	if _, err := Parse(env()); !errors.Is(err, ErrNotConfigured) {
		t.Error(err)
	}
	c, err := Parse(env("POSTGRES_URL", "postgres://u@db.example/a?pool_max_conns=50"))
	if err != nil || c.pool.MaxConns != MaxConns {
		t.Errorf("a pool of 50 was granted: %v", err)
	}
}

// TestPassword: which of those that are given is taken.
func TestPassword(t *testing.T) {
	pass := filepath.Join(t.TempDir(), "pass")
	file := filepath.Join(t.TempDir(), "file")
	for name, text := range map[string]string{pass: "*:*:*:u:of-passfile\n", file: "of-file\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PGPASSFILE", pass)
	t.Setenv("PGPASSWORD", "")
	for _, c := range []struct {
		want string
		env  []string
	}{
		{"of-url", []string{"POSTGRES_URL", "postgres://u:of-url@db.example/a", "POSTGRES_PASSWORD", "of-env"}},
		{"of-env", []string{"POSTGRES_URL", "postgres://u@db.example/a", "POSTGRES_PASSWORD", "of-env", "POSTGRES_PASSWORD_FILE", file}},
		{"of-file", []string{"POSTGRES_URL", "postgres://u@db.example/a", "POSTGRES_PASSWORD_FILE", file}},
		{"of-passfile", []string{"POSTGRES_HOST", "db.example", "POSTGRES_USER", "u"}},
	} {
		got, err := Parse(env(c.env...))
		if err != nil || got.pool.ConnConfig.Password != c.want {
			t.Errorf("%q: %v, want the password %s", c.env, err, c.want)
		}
	}
}

// TestConnect: over TLS with a password, with a client certificate, and not to
// a server whose certificate is of another name or authority.
func TestConnect(t *testing.T) {
	s := pgtest.New(t, pgtest.Options{TLS: true})
	pgtest.Exec(t, s.DSN(), "CREATE ROLE by_certificate; CREATE ROLE ann LOGIN; GRANT by_certificate TO ann")
	try := func(dsn string) error {
		c, err := Parse(env("POSTGRES_URL", dsn))
		if err != nil {
			t.Fatal(err)
		}
		pool, err := c.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		var app, timeout string
		if err := pool.QueryRow(t.Context(), "SELECT current_setting('application_name'), current_setting('statement_timeout')").Scan(&app, &timeout); err != nil {
			return err
		}
		if app != "osint" || timeout != "2min" {
			t.Errorf("application %q, timeout %q", app, timeout)
		}
		return nil
	}
	if err := try(s.TLS()); err != nil {
		t.Error(err)
	}
	u, _ := url.Parse(s.TLS())
	secret, _ := u.User.Password()
	for what, change := range map[string]func(*pgtest.DSN){
		"another name":      func(d *pgtest.DSN) { d.Host = "127.0.0.1" },
		"another authority": func(d *pgtest.DSN) { d.Params.Del("sslrootcert") },
		"a wrong password":  func(d *pgtest.DSN) { d.Password = "wr0ng" + secret },
		"no certificate":    func(d *pgtest.DSN) { d.User = "ann" },
	} {
		err := try(pgtest.With(t, s.TLS(), change))
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", what, err)
		}
	}
	cert, key := s.Certificate(t, "ann")
	if err := try(pgtest.With(t, s.TLS(), func(d *pgtest.DSN) {
		d.User, d.Password = "ann", ""
		d.Params.Set("sslcert", cert)
		d.Params.Set("sslkey", key)
	})); err != nil {
		t.Error(err)
	}
}
