package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"osint/pkg/audit/postgres/pgtest"
)

// TestEraseShared holds what docs/erasure.md says of the shared PostgreSQL: it is
// told of an erasure, it never has a value or a key, and one that was not there
// gets to know of it later.
func TestEraseShared(t *testing.T) {
	t.Parallel()
	dump, err := exec.LookPath("pg_dump")
	if err != nil {
		t.Skip("pg_dump is not installed")
	}
	server := pgtest.New(t, pgtest.Options{})
	dsn, home := server.Database(t), t.TempDir()
	osint := func(code int, args ...string) string {
		t.Helper()
		cmd := osintCommand(home, args...)
		cmd.Env = append(cmd.Env, "POSTGRES_URL="+dsn)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Fatalf("osint %q ended with %d, want %d: %s", args, got, code, out)
		}
		return string(out)
	}
	osint(0, "audit", "migrate")
	osint(0, "investigate", "brindleford.example", "--lab", "brindleford", "--active", "--quiet", "--format", "json")
	inServer := func() string {
		t.Helper()
		cmd := exec.Command(dump, "--data-only", "--schema=audit", dsn)
		cmd.Env = os.Environ()
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	clean := func() string {
		t.Helper()
		text := inServer()
		for _, hex := range []bool{false, true} {
			for _, value := range []string{"marguerite.oakenshaw", "tobias.penhaligon", "442079460123"} {
				if hex {
					value = hexOf(value)
				}
				if strings.Contains(strings.ToLower(text), value) {
					t.Errorf("the server has %q", value)
				}
			}
		}
		return text
	}
	if !strings.Contains(clean(), hexOf(`"type":"case.open"`)) {
		t.Fatal("entries are not looked at as the server has them")
	}
	out := osint(0, "erase", "--subject", "marguerite.oakenshaw@brindleford.example", "--reason", "request 12", "--yes")
	if !strings.Contains(out, "shared record: ") || !strings.Contains(out, " has the erasure") {
		t.Errorf("nothing says that the server was told: %s", out)
	}
	if text := clean(); !strings.Contains(text, hexOf(`"type":"erasure"`)) || !strings.Contains(text, hexOf("request 12")) {
		t.Error("the server has no entry of the erasure")
	}
	server.Stop()
	out = osint(0, "erase", "--subject", "tobias.penhaligon@brindleford.example", "--reason", "request 13", "--yes")
	if !strings.Contains(out, "shared record: not told yet") {
		t.Errorf("nothing says that the server was not told: %s", out)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	osint(0, "audit", "ship")
	if !strings.Contains(clean(), hexOf("request 13")) {
		t.Error("the server did not get to know of the second erasure")
	}
	osint(0, "audit", "verify", "--anchor", "pg")
	cases, _ := filepath.Glob(filepath.Join(home, "home", "data", "cases", "*"))
	osint(0, "verify", cases[0])
}

// hexOf is how a dump writes bytes.
func hexOf(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}
