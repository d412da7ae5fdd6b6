//go:build unix

package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Locked is the error of a case, or of a folder of many, that another process
// is at work on.
type Locked struct {
	Path  string    `json:"-"`
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

func (l *Locked) Error() string {
	return fmt.Sprintf("%s is in use by process %d on %s since %s: wait until it ends",
		l.Path, l.PID, l.Host, l.Since.Format(time.RFC3339))
}

// Lock takes a folder for this process until the file is closed, or returns a
// *[Locked] that names who has it. The kernel frees it when the process dies,
// so a stale lock can't stand.
func Lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	for range 5 { // somebody may only be looking: see [Holder]
		if !errors.Is(err, unix.EWOULDBLOCK) {
			break
		}
		time.Sleep(2 * time.Millisecond)
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		defer f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", dir, err)
		}
		l := &Locked{Path: dir}
		_ = json.NewDecoder(f).Decode(l) // an empty note names nobody, and is Locked all the same
		return nil, l
	}
	host, _ := os.Hostname()
	note := encode(Locked{PID: os.Getpid(), Host: host, Since: time.Now().UTC().Truncate(time.Second)})
	if err := f.Truncate(0); err == nil {
		_, err = f.WriteAt(note, 0)
	}
	return f, nil
}

// Holder returns who is at work in a folder, or nil if nobody is. It takes
// nothing, and makes no file: for those who only read. A folder whose last holder
// is gone is told by its note alone; else the kernel is asked, for a moment in
// which nobody can take the lock.
func Holder(dir string) *Locked {
	f, err := os.Open(filepath.Join(dir, "lock"))
	if err != nil {
		return nil
	}
	defer f.Close()
	l := &Locked{Path: dir}
	known := json.NewDecoder(f).Decode(l) == nil && l.PID > 0
	if host, _ := os.Hostname(); known && host == l.Host && errors.Is(unix.Kill(l.PID, 0), unix.ESRCH) {
		return nil
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); !errors.Is(err, unix.EWOULDBLOCK) {
		return nil // closing gives a lock back
	}
	return l
}
