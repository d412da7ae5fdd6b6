package collectors

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

// TestReadTurns reads what a process wrote for the others.
func TestReadTurns(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	if all, _, err := ReadTurns(dir, now); all != nil || err != nil {
		t.Errorf("nothing was asked yet: %v, %v", all, err)
	}
	n := deliverer(t, Options{StateDir: dir})
	s := pipeline.Source{Name: "list", Base: "https://list.example", Interval: time.Minute, Daily: 10}
	if wait, err := n.Take(s); wait != 0 || err != nil {
		t.Fatal(wait, err)
	}
	n.pace.leaveAlone(s, "list.example:443", time.Hour)
	all, _, err := ReadTurns(dir, now)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	x := all[0]
	if x.Source != "list" || x.Today != 1 || x.Until.Sub(now) < 59*time.Minute || x.Next.Sub(now) < 50*time.Second || x.Used.Before(now.Add(-time.Minute)) {
		t.Errorf("%+v", x)
	}
	if all, _, _ := ReadTurns(dir, now.Add(48*time.Hour)); all[0].Today != 0 {
		t.Errorf("the day before yesterday counts: %+v", all[0])
	}
	if err := os.WriteFile(filepath.Join(dir, "usage.db"), []byte(`{"list": {"cou`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReadTurns(dir, now); err == nil {
		t.Error("a torn file has no error")
	}
}
