package audit

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// noted returns lines of a case, each of which says a word.
func noted(from int, words ...string) string {
	var b strings.Builder
	for i, w := range words {
		fmt.Fprintf(&b, `{"seq":%d,"time":"2026-11-25T10:00:00Z","noted":{"by":"uid:7","what":"%s"}}`+"\n", from+i, w)
	}
	return b.String()
}

// A case that was set back and accepted is recorded anew from where it agrees,
// without a gap, also where it ends at the lines it ended at before.
func TestAcceptedCase(t *testing.T) {
	for name, now := range map[string]string{
		"cut":                noted(1, "a", "b", "c"),
		"cut in a segment":   noted(1, "a"),
		"other":              noted(1, "a", "b", "x", "d"),
		"other and longer":   noted(1, "a", "b", "x", "d", "e", "f"),
		"all other":          noted(1, "x", "y", "z", "q"),
		"cut to where it is": noted(1, "a", "b"),
	} {
		t.Run(name, func(t *testing.T) {
			s := emptySite(t)
			file := filepath.Join(s.dir, "case.jsonl")
			l := s.open(Options{})
			defer l.Close()
			for _, lines := range []string{noted(1, "a", "b"), noted(1, "a", "b", "c", "d")} {
				s.record(l, file, lines)
			}
			s.must(os.WriteFile(file, []byte(now), 0o600))
			var back *CaseSetBack
			if _, err := l.For(someCase, file, Consent{}); !errors.As(err, &back) || back.Had != 4 {
				t.Fatalf("a case that was set back: %v", err)
			}
			for range 2 {
				sink, err := l.For(someCase, file, Consent{Rollback: "the disk broke"})
				s.must(err)
				if want := uint64(strings.Count(now, "\n")); sink.Last() != want {
					t.Errorf("the ledger has lines up to %d of %d", sink.Last(), want)
				}
			}
			_, err := l.Attest(someCase, file)
			s.must(err)
			if v := s.verify(Checks{}); v.Verdict != Sound || len(v.Flaws) != 1 || !strings.Contains(v.Flaws[0].What, "went on") {
				t.Errorf("%v: %+v", v.Verdict, v.Flaws)
			}
		})
	}
}

// TestHeadAfterKill cuts off what a process wrote that was killed: the boundary
// that it crossed is known.
func TestHeadAfterKill(t *testing.T) {
	dir := t.TempDir()
	openTest(t, dir, Options{}).Close()
	path := filepath.Join(dir, "audit", File)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l := openTest(t, dir, Options{}) // never closed, as if it was killed
	if _, err := l.Append(acts(100)...); err != nil {
		t.Fatal(err)
	}
	cut := t.TempDir()
	if err := os.WriteFile(filepath.Join(cut, File), before, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(cut, filepath.Join(dir, "keys"), Options{})
	if !errors.As(err, new(*SetBack)) {
		t.Errorf("100 entries are gone: %v", err)
	}
}

// That a ledger was set back is not forgotten before it is on record.
func TestAcceptFails(t *testing.T) {
	s := newSite(t)
	older, err := os.ReadFile(s.older)
	s.must(err)
	s.must(os.WriteFile(s.path, older, 0o600))
	dir := filepath.Dir(s.path)
	change := func(statement string) {
		db, err := sql.Open("sqlite", s.path)
		s.must(err)
		defer db.Close()
		_, err = db.Exec(statement)
		s.must(err)
	}
	change("CREATE TRIGGER full BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'full'); END")
	if _, err := AcceptRollback(dir, s.keys, Options{}, "the disk broke"); err == nil {
		t.Fatal("accepted where there is no room")
	}
	change("DROP TRIGGER full")
	if _, err := Open(dir, s.keys, Options{}); !errors.As(err, new(*SetBack)) {
		t.Errorf("opened after that: %v", err)
	}
	l, err := AcceptRollback(dir, s.keys, Options{}, "the disk broke")
	s.must(err)
	s.close(l)
	l = s.open(Options{})
	s.close(l)
	if v := s.verify(Checks{}); len(v.Flaws) != 1 || !strings.Contains(v.Flaws[0].What, "went on") {
		t.Errorf("%v: %+v", v.Verdict, v.Flaws)
	}
}
