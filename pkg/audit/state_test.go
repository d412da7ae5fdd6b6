package audit

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestLook holds what a ledger says of itself while another process has it
// open, and that looking changes nothing.
func TestLook(t *testing.T) {
	dir := t.TempDir()
	if _, err := Look(filepath.Join(dir, "audit")); !errors.Is(err, ErrAbsent) {
		t.Errorf("none: %v", err)
	}
	now := time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)
	l := openTest(t, dir, Options{Now: func() time.Time { return now }})
	defer l.Close()
	if _, err := l.Append(Act{Type: Heartbeat, Body: Body{"tool": "osint test"}}); err != nil {
		t.Fatal(err)
	}
	beat := now
	now = now.Add(time.Hour)
	if _, err := l.Sign(); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	if _, err := l.Append(acts(3)...); err != nil {
		t.Fatal(err)
	}
	if _, err := l.s.ExecContext(t.Context(), "INSERT INTO ship VALUES ('db.example/audit', 2, ?, 'refused')", now.UnixMilli()); err != nil {
		t.Fatal(err)
	}
	s, err := Look(filepath.Join(dir, "audit"))
	if err != nil {
		t.Fatal(err)
	}
	if s.ID != l.ID || s.Entries != 5 || s.Signed != 2 || !s.Last.Equal(now) || !s.SignedLast.Equal(beat) || !s.Heartbeat.Equal(beat) || s.Bytes == 0 || s.Format != schemaVersion || s.SQLite == "" {
		t.Errorf("%+v", s)
	}
	if s.Key != l.Key() {
		t.Errorf("key %s, want that of %s", s.Key, l.Key())
	}
	if len(s.Ships) != 1 || s.Ships[0].Next != 2 || s.Ships[0].Error != "refused" || !s.Ships[0].At.Equal(now) {
		t.Errorf("%+v", s.Ships)
	}
	next, err := l.Rotate("test")
	if err != nil {
		t.Fatal(err)
	}
	if s, err = Look(filepath.Join(dir, "audit")); err != nil || s.Key != next {
		t.Errorf("after a rotation: %+v, %v", s, err)
	}
	bad := filepath.Join(dir, "bad")
	if err := os.MkdirAll(bad, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bad, File), make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	var damaged *Damaged
	if _, err := Look(bad); !errors.As(err, &damaged) {
		t.Errorf("no ledger: %v", err)
	}
}
