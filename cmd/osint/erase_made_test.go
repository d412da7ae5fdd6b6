package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
	"osint/profiles"
)

// A madeHome is an installation with made cases, on record, and no network.
type madeHome struct {
	t    *testing.T
	home string
}

// add makes a case in which a person is named by an answer in clear, and sealed
// only if said. beside is a case whose equal evidence is shared.
func (m *madeHome) add(name, beside string, sealed bool, body string) (dir string) {
	m.t.Helper()
	must := func(err error) {
		m.t.Helper()
		if err != nil {
			m.t.Fatal(err)
		}
	}
	state := filepath.Join(m.home, "state")
	l, err := audit.Open(filepath.Join(state, "audit"), filepath.Join(state, "keys"), audit.Options{Tool: "osint test"})
	must(err)
	defer l.Close()
	dir = filepath.Join(m.home, "data", "cases", name)
	f, err := pipeline.Create(dir, filepath.Join(state, "keys"))
	must(err)
	defer f.Close()
	if beside != "" {
		f.Beside(beside)
	}
	s, err := l.For(f.Vault().Case, filepath.Join(dir, "case.jsonl"), audit.Consent{})
	must(err)
	f.Also(s)
	p, err := profiles.Load("default")
	must(err)
	target := pipeline.Entity{Kind: pipeline.KindDomain, Value: "a.example"}
	must(f.Append(&pipeline.Event{Opened: &pipeline.Opened{Schema: 1, Case: f.Vault().Case, Seeds: []pipeline.Entity{target}, TLP: "TLP:AMBER", Resolved: p.JSON()}}))
	digest, err := f.Vault().Keep([]byte(body))
	must(err)
	must(f.Append(&pipeline.Event{Exchanged: &pipeline.Exchange{ID: "x1", Task: pipeline.TaskKey{Collector: "web", Subject: target}, Kept: pipeline.KeepRaw, SHA256: digest}}))
	if sealed {
		person := f.Vault().SealEntity(pipeline.Entity{Kind: pipeline.KindEmail, Value: "ada@a.example"})
		must(f.Append(&pipeline.Event{Observed: &pipeline.Observation{ID: "o1", Subject: target, Predicate: "has-contact", Object: &person, Category: pipeline.Contact, Asked: target, Exchanges: []pipeline.ExchangeID{"x1"}}}))
	}
	must(f.Append(&pipeline.Event{Closed: &pipeline.Closed{Outcome: "complete"}}))
	_, err = attest(l, f)
	must(err)
	return dir
}

func (m *madeHome) osint(code int, args ...string) string {
	m.t.Helper()
	m.t.Setenv("OSINT_HOME", m.home)
	out, errs, got := runHere(m.t, args...)
	if got != code {
		m.t.Fatalf("osint %q ended with %d, want %d: %s%s", args, got, code, out, errs)
	}
	return out
}

// TestEraseShares: an answer in clear that names a person goes from every case
// that has it as the same file, and not from one that has another.
func TestEraseShares(t *testing.T) {
	m := &madeHome{t, t.TempDir()}
	first := m.add("first", "", true, "write to ADA@a.example")
	second := m.add("second", first, false, "write to ADA@a.example")
	third := m.add("third", first, false, "write to nobody")
	out := m.osint(0, "erase", "--subject", "ada@a.example", "--reason", "x", "--yes")
	for _, dir := range []string{first, second} {
		if !strings.Contains(out, dir) {
			t.Errorf("%s is not told of:\n%s", dir, out)
		}
	}
	for dir, want := range map[string]int{first: 0, second: 0, third: 1} {
		if left, _ := filepath.Glob(filepath.Join(dir, "evidence", "*", "*.gz")); len(left) != want {
			t.Errorf("%s has %d answers, want %d", dir, len(left), want)
		}
		m.osint(0, "verify", dir)
	}
}

// TestErasedComesBack: a case that was set back to before an erasure, and gone on
// with, loses again what the record says was destroyed.
func TestErasedComesBack(t *testing.T) {
	m := &madeHome{t, t.TempDir()}
	dir := m.add("case", "", true, "write to ada@a.example")
	saved := filepath.Join(t.TempDir(), "saved")
	if err := os.CopyFS(saved, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	m.osint(0, "erase", "--subject", "ada@a.example", "--reason", "x", "--yes")
	os.RemoveAll(dir)
	if err := os.CopyFS(dir, os.DirFS(saved)); err != nil {
		t.Fatal(err)
	}
	m.osint(21, "retention", "run", "--yes")
	m.osint(0, "report", dir, "--format", "json", "--accept-rollback", "a backup was restored")
	if out := m.osint(0, "retention", "run", "--yes"); !strings.Contains(out, "again") {
		t.Errorf("nothing was destroyed again:\n%s", out)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "evidence", "*", "*.gz")); len(left) != 0 {
		t.Errorf("the answer is there: %v", left)
	}
	m.osint(24, "audit", "verify", "--case", dir, "--evidence") // for the rollback alone
	if out := m.osint(0, "retention", "run", "--yes"); !strings.Contains(out, "nothing has been kept too long") {
		t.Errorf("it never ends:\n%s", out)
	}
}
