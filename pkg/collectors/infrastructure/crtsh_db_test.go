package infrastructure_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit/postgres/pgtest"
	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

// certwatch is a data base with the names that crt.sh's has. A certificate is
// a text of its names, from, to.
const certwatch = `
CREATE ROLE guest LOGIN;
CREATE TEXT SEARCH CONFIGURATION certwatch (COPY = simple);
CREATE TABLE ca (id integer PRIMARY KEY, name text);
CREATE TABLE certificate_and_identities (certificate_id bigint, issuer_ca_id integer, certificate bytea, name_type text, name_value text);
CREATE FUNCTION identities(bytea) RETURNS tsvector LANGUAGE sql IMMUTABLE AS
  $$ SELECT to_tsvector('certwatch', regexp_replace(split_part(convert_from($1, 'UTF8'), '|', 1), '(^| )[^ ]*?([^. ]+[.][^. ]+)(?= |$)', '\1\2', 'g')) $$;
CREATE FUNCTION x509_notBefore(bytea) RETURNS timestamp LANGUAGE sql IMMUTABLE AS $$ SELECT split_part(convert_from($1, 'UTF8'), '|', 2)::timestamp $$;
CREATE FUNCTION x509_notAfter(bytea) RETURNS timestamp LANGUAGE sql IMMUTABLE AS $$ SELECT split_part(convert_from($1, 'UTF8'), '|', 3)::timestamp $$;
INSERT INTO ca VALUES (1, 'C=XX, O="Trust, Inc.", CN=R3');
CREATE PROCEDURE issue(id bigint, names text, upto text, ca integer DEFAULT 1) LANGUAGE sql AS
  $$ INSERT INTO certificate_and_identities SELECT id, ca, convert_to(names || '|2026-01-02|' || upto, 'UTF8'), 'san:dNSName', n FROM regexp_split_to_table(names, ' ') n $$;
CALL issue(1, 'www.acme.example *.Dev.acme.example acme.example', '2099-01-02');
CALL issue(2, 'old.acme.example', '2026-01-03');
CALL issue(3, 'www.other.example', '2099-01-02');
CALL issue(4, 'orphan.acme.example', '2099-01-02', 9);
INSERT INTO certificate_and_identities SELECT 5, 1, convert_to('x.acme.example|2026-01-02|2099-01-02', 'UTF8'), 'emailAddress', 'jane.acme.example';
INSERT INTO certificate_and_identities SELECT 6, 1, convert_to('x.acme.example|2026-01-02|2099-01-02', 'UTF8'), '2.5.4.3', 'Jane Doe <jane@x.acme.example';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest;
`

// serveCertwatch starts a PostgreSQL that lets guest in without a password,
// and returns where it listens.
func serveCertwatch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "osint-hba-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	hba := filepath.Join(dir, "pg_hba.conf")
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hba, []byte("local all all trust\nhost certwatch guest 127.0.0.1/32 trust\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := pgtest.New(t, pgtest.Options{Settings: map[string]string{"hba_file": hba}})
	pgtest.Exec(t, s.DSN(), "CREATE DATABASE certwatch")
	dsn := pgtest.With(t, s.DSN(), func(d *pgtest.DSN) { d.Database = "certwatch" })
	pgtest.Exec(t, dsn, certwatch)
	c, err := pgx.ParseConfig(s.DSN())
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", c.Port)
}

// The statement is one that a real PostgreSQL takes, and finds what it is to
// find: names below the domain in certificates that are still valid.
func TestCrtshDB(t *testing.T) {
	at := serveCertwatch(t)
	lead := func(o *collectors.Options) { o.ConnectTo, o.Endpoints = nil, map[string]string{"crt.sh-db": at} }
	by := " map[issuer:Trust, Inc. not_after:2099-01-02T00:00:00Z not_before:2026-01-02T00:00:00Z]"
	for _, c := range []struct {
		subject string
		ends    pipeline.Outcome
		says    []string
	}{
		{"acme.example", pipeline.OK, []string{"acme.example has-name host:www.acme.example" + by, "acme.example has-name host:dev.acme.example" + by,
			"acme.example has-name host:orphan.acme.example" + strings.Replace(by, "issuer:Trust, Inc. ", "", 1)}},
		{"quiet.example", pipeline.Empty, nil},
	} {
		got := trial.Tell(t, infrastructure.All(), "ct-crtsh-db", c.subject, "-- dns://. --\nx.test. A 192.0.2.1\n", lead)
		got.Ends(t, c.ends, "")
		got.Says(t, c.says...)
		if len(got.Exchanges) != 1 || got.Exchanges[0].Locator != "postgres://"+at+"/certwatch" {
			t.Errorf("exchanges %+v", got.Exchanges)
		}
		if body := strings.ToLower(string(got.Bodies[0])); strings.Contains(body, "jane") || !strings.HasPrefix(body, "{") {
			t.Errorf("it sent %s", body)
		}
	}
}

const crtshDBWorld = `
-- dns://. --
crt.sh. A 203.0.113.9

-- postgres://crt.sh/acme.example --
name	issuer	not_before	not_after
*.a.acme.example	O=Trust	2026-01-02T00:00:00	2026-01-03T00:00:00
b.acme.example	\N	\N	soon
jane@acme.example	O=Trust	\N	\N
`

func TestCrtshDBInTheLab(t *testing.T) {
	said := []string{"has-name host:a.acme.example map[issuer:Trust not_after:2026-01-03T00:00:00Z not_before:2026-01-02T00:00:00Z]", "has-name host:b.acme.example"}
	tryList(t, "ct-crtsh-db", crtshDBWorld, []listCase{
		{"rows", "*", "*", pipeline.OK, "", said},
		{"none for the domain", "/acme.example", "/acne.example", pipeline.Empty, "", nil},
		{"other columns", "name\t", "nome\t", pipeline.Malformed, "rows without names", nil},
		{"cells are missing", "O=Trust\t\\N\t\\N", "O=Trust", pipeline.Malformed, "other columns", nil},
		{"more than are read", "jane@", strings.Repeat("b.acme.example\t\\N\t\\N\t\\N\n", 10000) + "jane@", pipeline.Partial, "10000 rows", said},
		{"nobody listens", "-- postgres://crt.sh/acme.example --", "-- https://crt.sh/ --\n", pipeline.Unreachable, "", nil},
	})
}
