package audit

import (
	"path/filepath"
	"testing"

	"osint/pkg/pipeline"
)

// TestSyncAgain: a sync that failed, and is done again when there is room, makes
// one segment of all that was heard.
func TestSyncAgain(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, Options{})
	defer l.Close()
	const id = "c-0123456789abcdef"
	s, err := l.For(id, filepath.Join(dir, "case.jsonl"), Consent{})
	if err != nil {
		t.Fatal(err)
	}
	hear := func(seq uint64) {
		t.Helper()
		if err := s.Event(&pipeline.Event{Seq: seq, Noted: &pipeline.Act{What: "so"}}); err != nil {
			t.Fatal(err)
		}
	}
	hear(1)
	if _, err := l.s.ExecContext(t.Context(), "CREATE TEMP TRIGGER full BEFORE INSERT ON main.entry BEGIN SELECT RAISE(ABORT, 'full'); END"); err != nil {
		t.Fatal(err)
	}
	if err := s.Sync(); err == nil {
		t.Fatal("recorded where there is no room")
	}
	if _, err := l.s.ExecContext(t.Context(), "DROP TRIGGER temp.full"); err != nil {
		t.Fatal(err)
	}
	hear(2)
	for range 2 {
		if err := s.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	spans, err := l.segments(id)
	if err != nil || len(spans) != 1 || spans[0].First != 1 || spans[0].Last != 2 {
		t.Errorf("%+v, %v", spans, err)
	}
}
