package collectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"osint/pkg/pipeline"
)

// usage is what all processes on this machine share of a source's pace: when
// its next turn is, and how often it was asked today. It lies in usage.db, a
// small file that is locked for each turn; without a folder it is this
// process's alone.
type usage struct {
	path string
	now  func() time.Time
	mu   sync.Mutex
	own  ledger
}

// ledger is the file's content.
type ledger map[string]*tally

type tally struct {
	Day   string    `json:"day"`   // UTC
	Count int       `json:"count"` // requests on that day
	Next  time.Time `json:"next"`  // no turn before
}

func openUsage(dir string, now func() time.Time) (*usage, error) {
	u := &usage{now: now, own: ledger{}}
	if dir == "" {
		return u, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make state folder: %w", err)
	}
	u.path = filepath.Join(dir, "usage.db")
	return u, nil
}

// turn takes one turn at a source, or says how long to wait. A source that is
// neither paced nor counted costs nothing here.
func (u *usage) turn(s pipeline.Source) (wait time.Duration, err error) {
	if s.Interval == 0 && s.Daily == 0 {
		return 0, nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.path == "" {
		return u.own.turn(s, u.now())
	}
	f, err := os.OpenFile(u.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return 0, fmt.Errorf("open usage: %w", err)
	}
	defer f.Close()
	if err := lockFile(f); err != nil {
		return 0, fmt.Errorf("lock usage: %w", err)
	}
	l := ledger{}
	if data, err := io.ReadAll(f); err == nil && len(data) > 0 {
		if json.Unmarshal(data, &l) != nil || l == nil {
			l = ledger{} // a torn file forgets today's counts, not more
		}
	}
	wait, err = l.turn(s, u.now())
	if err != nil || wait > 0 {
		return wait, err
	}
	data, err := json.Marshal(l)
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteAt(data, 0)
	}
	return 0, err
}

func (l ledger) turn(s pipeline.Source, now time.Time) (time.Duration, error) {
	t := l[s.Name]
	if t == nil {
		t = new(tally)
		l[s.Name] = t
	}
	if day := now.UTC().Format(time.DateOnly); t.Day != day {
		t.Day, t.Count = day, 0
	}
	if s.Daily > 0 && t.Count >= s.Daily {
		return 0, pipeline.Fail(pipeline.QuotaExceeded, fmt.Sprintf("%s: %d of %d requests of today are used", s.Name, t.Count, s.Daily))
	}
	if wait := t.Next.Sub(now); wait > 0 && wait <= s.Interval { // a longer one is a clock that was set back
		return wait, nil
	}
	t.Count++
	t.Next = now.Add(s.Interval)
	return 0, nil
}

func lockFile(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
