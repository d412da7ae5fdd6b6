package collectors

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// usage is what all processes on this machine share of a source: when its next
// turn is, how often it was asked today and this month, what that cost, whether
// it asked to be left alone, and whether its breaker is open. It lies in
// usage.db, a small JSON file that is locked for each turn. Without a folder, or
// where that can't be written, it is this process's alone.
//
// A process that dies within a turn can tear the file: then it is begun anew,
// and at worst the counts start over.
type usage struct {
	path string

	mu    sync.Mutex
	own   map[string]*tally
	fault error // why the file is not used
}

// A tally is what is known of one source.
type tally struct {
	Day      string    `json:"day,omitempty"`      // UTC
	Count    int       `json:"count"`              // requests on that day
	Spent    int64     `json:"spent,omitempty"`    // on that day, in millionths of a dollar
	Month    string    `json:"month,omitempty"`    // UTC, as in 2026-11
	Sum      int       `json:"sum,omitempty"`      // requests in that month
	Next     time.Time `json:"next,omitzero"`      // no turn before
	Until    time.Time `json:"until,omitzero"`     // it asked to be left alone until then
	Failures int       `json:"failures,omitempty"` // in a row, where its breaker is open
	Opened   time.Time `json:"opened,omitzero"`    // its breaker, or last tried since
	Used     time.Time `json:"used"`               // last
}

const (
	forget   = 72 * time.Hour // after the last use
	lockWait = 500 * time.Millisecond
)

// errBusy says that another process holds the lock.
var errBusy = errors.New("locked by another process")

func openUsage(dir string) *usage {
	u := &usage{own: map[string]*tally{}}
	if dir != "" {
		u.path = filepath.Join(dir, "usage.db")
		u.fault = os.MkdirAll(dir, 0o700)
	}
	return u
}

// with calls change with a source's tally, under the lock of this process and
// of the machine, and keeps it if it was changed. change must be quick.
func (u *usage) with(source string, now time.Time, change func(*tally) (changed bool)) {
	u.among(source, now, func(t *tally, _ bool) bool { return change(t) })
}

// among is with; change may also look at all tallies in own, and is told whether
// they are what every process of this machine knows.
func (u *usage) among(source string, now time.Time, change func(t *tally, shared bool) (changed bool)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f := u.lock()
	if f != nil {
		defer f.Close() // which frees the lock
		u.read(f)
	}
	t := u.own[source]
	if t == nil {
		t = new(tally)
		u.own[source] = t
	}
	if !change(t, f != nil) {
		return
	}
	t.Used = now
	if f != nil {
		u.fault = u.write(f, now)
	}
}

// lock opens and locks the file; nil if it is not shared, or if somebody
// sleeps on the lock: then a turn goes by what we know.
func (u *usage) lock() *os.File {
	if u.path == "" || u.fault != nil {
		return nil
	}
	f, err := os.OpenFile(u.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		u.fault = err
		return nil
	}
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		if err = lockFile(f); !errors.Is(err, errBusy) || time.Since(began) > lockWait {
			break
		}
	}
	if err == nil {
		return f
	}
	f.Close()
	if !errors.Is(err, errBusy) {
		u.fault = err
	}
	return nil
}

func (u *usage) read(f *os.File) {
	all := map[string]*tally{}
	if json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&all) != nil || all == nil {
		return // new, or torn: we go on from what we know
	}
	maps.DeleteFunc(all, func(_ string, t *tally) bool { return t == nil })
	u.own = all
}

// write puts the content in one piece and then cuts what was longer, so that
// a reader finds one whole value whenever the writer dies.
func (u *usage) write(f *os.File, now time.Time) error {
	maps.DeleteFunc(u.own, func(_ string, t *tally) bool {
		return now.Sub(t.Used) > forget && (t.Sum == 0 || t.Month != month(now))
	})
	text, err := json.Marshal(u.own)
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(append(text, '\n'), 0); err != nil {
		return err
	}
	return f.Truncate(int64(len(text)) + 1)
}

func (u *usage) warning() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.fault == nil {
		return ""
	}
	return fmt.Sprintf("pace and quotas are kept for this run only, not shared on this machine: %v", u.fault)
}
