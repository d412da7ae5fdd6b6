package pipeline

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestHolderGone holds that whoever has a folder is named, and nobody where there
// is no lock, a stale one, or one that was given back.
func TestHolderGone(t *testing.T) {
	dir := t.TempDir()
	if l := Holder(dir); l != nil {
		t.Errorf("held without a lock: %v", l)
	}
	f, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if l := Holder(dir); l == nil || l.PID != os.Getpid() || l.Path != dir || l.Since.IsZero() {
		t.Errorf("not held: %+v", l)
	}
	f.Close()
	if l := Holder(dir); l != nil {
		t.Errorf("held after it was given back: %v", l)
	}
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Skip(err)
	}
	host, _ := os.Hostname()
	note := encode(Locked{PID: gone.Process.Pid, Host: host})
	if err := os.WriteFile(filepath.Join(dir, "lock"), note, 0o600); err != nil {
		t.Fatal(err)
	}
	if l := Holder(dir); l != nil {
		t.Errorf("held by somebody who is gone: %v", l)
	}
	if err := os.WriteFile(filepath.Join(dir, "lock"), []byte(strings.Repeat("x", 10)), 0o600); err != nil {
		t.Fatal(err)
	}
	if l := Holder(dir); l != nil {
		t.Errorf("held by a torn note: %v", l)
	}
}
