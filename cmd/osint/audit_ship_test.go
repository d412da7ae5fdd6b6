package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"osint/pkg/audit/postgres/pgtest"
)

// TestAuditShip: a team's server is made, shipped to after a run and by hand,
// goes away and comes back.
func TestAuditShip(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t, pgtest.Options{})
	admin := server.Database(t)
	dir := t.TempDir()
	url := ""
	osint := func(code int, args ...string) (out, errs string) {
		t.Helper()
		cmd := exec.Command("osint", args...)
		cmd.Env = append(os.Environ(), "OSINT_HOME="+filepath.Join(dir, "home"), "POSTGRES_URL="+url)
		var o, e bytes.Buffer
		cmd.Stdout, cmd.Stderr = &o, &e
		err := cmd.Run()
		var ended *exec.ExitError
		if err != nil && !errors.As(err, &ended) {
			t.Fatal(err)
		}
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Fatalf("osint %q ended with %d, want %d: %s%s", args, got, code, o.String(), e.String())
		}
		return o.String(), e.String()
	}
	has := func(text, want string) {
		t.Helper()
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
	run := []string{"investigate", "hollowmere.example", "--lab", "silent", "--quiet"}
	_, errs := osint(0, run...)
	if errs != "" {
		t.Errorf("with no server configured: %s", errs)
	}
	_, errs = osint(2, "audit", "ship")
	has(errs, "POSTGRES_URL=postgres://")

	login, shipper := pgtest.Login(t, admin)
	url = shipper
	_, errs = osint(23, "audit", "ship")
	has(errs, "make the schema as its owner, with: osint audit migrate")
	_, errs = osint(23, "audit", "migrate")
	has(errs, "ALTER ROLE \""+login+"\" CREATEROLE; GRANT CREATE ON DATABASE")
	url = admin
	_, errs = osint(2, "audit", "migrate", "--team", "te am")
	has(errs, "is no name of a team")
	out, _ := osint(0, "audit", "migrate", "--team", "blue")
	has(out, "made 0001 ")
	has(out, "SELECT audit.admit('ann', 'TEAM', 'TLP:RED');")
	out, _ = osint(0, "audit", "migrate", "--json")
	has(out, `"taken": []`)
	url = shipper
	_, errs = osint(23, "audit", "ship")
	has(errs, "permission denied")
	pgtest.Exec(t, admin, "GRANT osint_ship TO "+login)
	pgtest.Exec(t, admin, "SELECT audit.admit($1, 'blue')", login)
	out, _ = osint(0, "audit", "ship")
	has(out, " entries; ")
	var s struct {
		Entries, Unsigned int64
		Shipping          []struct{ Confirmed, Waiting int64 }
	}
	status := func() {
		t.Helper()
		out, _ := osint(0, "audit", "status", "--json")
		if err := json.Unmarshal([]byte(out), &s); err != nil || len(s.Shipping) != 1 || s.Unsigned != 0 {
			t.Fatalf("%v: %s", err, out)
		}
	}
	status()
	if s.Shipping[0].Waiting != 0 || s.Shipping[0].Confirmed != s.Entries || s.Entries < 10 {
		t.Errorf("after shipping: %+v", s)
	}
	before := s.Entries

	_, errs = osint(0, run...)
	status()
	if errs != "" || s.Shipping[0].Waiting != 0 || s.Entries <= before {
		t.Errorf("after a run that ships: %+v: %s", s, errs)
	}
	out, _ = osint(0, "audit", "verify", "--anchor", "pg")
	has(out, "Level     L1, anchored")
	if n := strings.Count(out, "\nAnchor "); n != 1 {
		t.Errorf("%d lines say what the anchor agreed on:\n%s", n, out)
	}
	server.Stop()
	began := time.Now()
	_, errs = osint(0, run...)
	has(errs, "entries of the record wait; send them with: osint audit ship")
	if took := time.Since(began); took > 8*time.Second || strings.Count(errs, "\n") != 1 {
		t.Errorf("a run without its server took %v, and says: %s", took, errs)
	}
	_, errs = osint(23, "audit", "ship")
	has(errs, "nothing of them is lost")
	out, _ = osint(23, "audit", "verify", "--anchor", "pg")
	has(out, "can't be asked")
	status()
	if s.Shipping[0].Waiting == 0 {
		t.Errorf("nothing waits: %+v", s)
	}
	out, _ = osint(0, "audit", "status")
	has(out, "no such file")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	out, _ = osint(0, "audit", "ship", "--all", "--json")
	var r shipReport
	if err := json.Unmarshal([]byte(out), &r); err != nil || r.Waiting != 0 || r.Sent != r.Entries || r.Error != "" {
		t.Errorf("%v: %s", err, out)
	}

	osint(0, "audit", "key", "rotate", "--reason", "test")
	osint(0, "audit", "ship")
	status()
	r.Entries = s.Entries
	ledger := filepath.Join(dir, "home", "state", "audit")
	if err := os.RemoveAll(ledger); err != nil {
		t.Fatal(err)
	}
	_, url = pgtest.Login(t, admin, "osint_ship")
	_, errs = osint(23, "audit", "recover")
	has(errs, "is in no team")
	url = shipper
	out, _ = osint(0, "audit", "recover")
	has(out, fmt.Sprintf("%d entries were brought back from ", r.Entries))
	osint(0, "audit", "verify", "--anchor", "pg")
	osint(0, run...)
	status()
	if s.Shipping[0].Waiting != 0 || s.Entries <= r.Entries {
		t.Errorf("after the recovery: %+v", s)
	}

	_, errs = osint(2, "audit", "ship", "--forget", "old.example:5432/osint")
	has(errs, "osint audit status names the places")
	url = "postgres://nobody@127.0.0.1:1/gone"
	osint(23, "audit", "ship")
	out, _ = osint(24, "status")
	has(out, "127.0.0.1:1/gone")
	url = ""
	osint(24, "status")
	url = shipper
	osint(0, "audit", "ship")
	osint(0, "status")
	osint(0, "audit", "ship", "--forget", "127.0.0.1:1/gone")
	out, _ = osint(0, "audit", "log", "--type", "config")
	has(out, "forget ship: 127.0.0.1:1/gone")
	osint(0, "audit", "ship")
	url = ""
	osint(0, "status")
	url = shipper
	status()
	pgtest.Exec(t, admin, "ALTER TABLE audit.entry DISABLE TRIGGER no_change")
	pgtest.Exec(t, admin, "DELETE FROM audit.entry WHERE seq IN (30, 31)")
	out, _ = osint(21, "audit", "verify", "--anchor", "pg")
	has(out, "confirmed")
	out, errs = osint(21, "audit", "ship")
	has(out, "confirmed all ")
	has(errs, "the server lacked 2 entries that it had confirmed, and got them again")
	osint(0, "audit", "ship")
	osint(0, "audit", "verify", "--anchor", "pg")
	pgtest.Exec(t, admin, "ALTER TABLE audit.entry DROP CONSTRAINT leaf_hash")
	pgtest.Exec(t, admin, "UPDATE audit.entry SET leaf = leaf || '\\x20' WHERE seq = 30")
	_, errs = osint(22, "audit", "ship")
	has(errs, "its entry 30 of ledger ")
	url = admin
	out, _ = osint(0, "audit", "migrate", "--rebuild")
	has(out, "the tables were made anew from ")
}
