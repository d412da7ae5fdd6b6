//go:build unix

package pipeline

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Holder returns who is at work in a folder, or nil if nobody is. It keeps
// nobody from taking the lock: a folder whose last holder is gone is told by
// its note alone, and only one whose holder seems to live is tried.
func Holder(dir string) *Locked {
	f, err := os.Open(filepath.Join(dir, "lock"))
	if err != nil {
		return nil
	}
	defer f.Close()
	l := &Locked{Path: dir}
	if json.NewDecoder(f).Decode(l) != nil || l.PID <= 0 {
		return nil
	}
	if host, _ := os.Hostname(); host == l.Host && errors.Is(unix.Kill(l.PID, 0), unix.ESRCH) {
		return nil
	}
	if unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB) == nil {
		return nil // which closing the file gives back
	}
	return l
}
