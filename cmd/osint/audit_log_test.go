package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres/pgtest"
)

// TestAuditLogShared: what is read of a ledger here and at the server that it
// was shipped to is the same, byte for byte, for every filter.
func TestAuditLogShared(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t, pgtest.Options{})
	admin := server.Database(t)
	home := filepath.Join(t.TempDir(), "home")
	url := ""
	osint := func(code int, args ...string) (out, errs string) {
		t.Helper()
		cmd := exec.Command("osint", args...)
		cmd.Env = append(os.Environ(), "OSINT_HOME="+home, "POSTGRES_URL="+url)
		var o, e writer
		cmd.Stdout, cmd.Stderr = &o, &e
		_ = cmd.Run() // the code says it
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Fatalf("osint %q ended with %d, want %d: %.1000s%s", args, got, code, o, e)
		}
		return string(o), string(e)
	}
	osint(0, "investigate", "brindleford.example", "--lab", "brindleford", "--active", "--quiet", "--format", "json")
	osint(3, "investigate", "hollowmere.example", "--resolver", "127.0.0.1:9", "--collector", "dns,rdap", "--quiet", "--format", "json")
	osint(0, "config", "set", "color", "never")

	url = admin
	_, errs := osint(23, "audit", "log", "--from", "pg")
	if !strings.Contains(errs, "osint audit migrate") {
		t.Error(errs)
	}
	osint(0, "audit", "migrate", "--team", "blue")
	name, login := pgtest.Login(t, admin, "osint_ship")
	pgtest.Exec(t, admin, "SELECT audit.admit($1, 'blue')", name)
	url = login
	osint(0, "audit", "ship")
	osint(0, "audit", "ship")

	id, _ := osint(0, "audit", "log", "--type", "case.open", "--csv")
	id = id[strings.LastIndex(id, ",c-")+1:][:18]
	l, err := audit.OpenReader(filepath.Join(home, "state", "audit"))
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	for _, filter := range [][]string{
		{}, {"--reverse"}, {"--limit", "7"}, {"--limit", "7", "--reverse"}, {"--case", id}, {"--ledger", l.ID},
		{"--type", "case.ruling"}, {"--type", "task.start,finding", "--subject", "www.brindleford.example"}, {"--subject", "Brindleford.example"},
		{"--source", "dns"}, {"--source", "crt.sh"}, {"--outcome", "deny"}, {"--outcome", "ok,empty,skipped"}, {"--failed"},
		{"--since", "1h"}, {"--until", "2999-12-31", "--since", "2020-01-01T00:00:00Z", "--type", "risk"}, {"--actor", "nobody"}, {"--until", "1h"},
	} {
		for _, form := range []string{"--json", "--csv"} {
			args := append([]string{"audit", "log", form}, filter...)
			here, _ := osint(0, args...)
			there, _ := osint(0, append(args, "--from", "pg")...)
			if here != there {
				t.Errorf("osint %q: here %d bytes, at the server %d:\n%.2000s\n%.2000s", args, len(here), len(there), here, there)
			}
			none := strings.Count(here, "\n") < 5
			if want := strings.Contains(strings.Join(filter, " "), "nobody") || filter != nil && len(filter) == 2 && filter[0] == "--until"; form == "--json" && none != want {
				t.Errorf("osint %q: %d bytes", args, len(here))
			}
		}
	}
	table, _ := osint(0, "audit", "log", "--from", "pg", "--type", "genesis")
	if !strings.HasPrefix(table, "LEDGER    SEQ  ") || !strings.Contains(table, "\n"+l.ID[:8]+"  0 ") {
		t.Error(table)
	}

	server.Stop()
	out, errs := osint(23, "audit", "log", "--from", "pg", "--json")
	if out != "" || !strings.Contains(errs, "no such file") {
		t.Errorf("%s%s", out, errs)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	_, url = pgtest.Login(t, admin)
	_, errs = osint(23, "audit", "log", "--from", "pg")
	if !strings.Contains(errs, "permission denied") {
		t.Error(errs)
	}
}
