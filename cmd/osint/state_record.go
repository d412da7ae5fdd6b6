package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"osint/pkg/audit"
)

// A ledgerState is the ledger as it says of itself; osint audit verify proves
// it.
type ledgerState struct {
	State     string     `json:"state"` // ok, absent, or unreadable
	Path      string     `json:"path"`
	ID        string     `json:"id,omitempty"`
	Key       string     `json:"key,omitempty"` // fingerprint of the one that signs
	Bytes     int64      `json:"bytes"`
	Entries   int64      `json:"entries"`
	Last      *time.Time `json:"last_entry"`
	Signed    int64      `json:"signed"`          // entries that the newest checkpoint covers
	SignedTo  *time.Time `json:"signed_to"`       // time of the last of them
	Unsigned  int64      `json:"unsigned"`        // entries behind it
	Heartbeat *time.Time `json:"last_heartbeat"`  // null: none among the last 100,000 entries
	Error     string     `json:"error,omitempty"` // why it can't be read
	ships     []audit.Shipping
	format    int
	sqlite    string
}

// How long things may rest before somebody should look.
const (
	longUnsigned = time.Hour
	longSilent   = 48 * time.Hour
	longUnsent   = 24 * time.Hour
)

func (s *state) ledger(p places, now time.Time) {
	l := &s.Ledger
	l.Path, l.State = filepath.Join(p.audit(), audit.File), "absent"
	x, err := audit.Look(p.audit())
	switch {
	case errors.Is(err, audit.ErrAbsent):
		return
	case err != nil:
		l.State, l.Error = "unreadable", err.Error()
		s.heed("ledger", err.Error(), "osint audit verify")
		return
	}
	l.State, l.ID, l.Key, l.Bytes, l.Entries, l.Signed = "ok", x.ID, x.Key, x.Bytes, x.Entries, x.Signed
	l.Last, l.SignedTo, l.Heartbeat = moment(x.Last), moment(x.SignedLast), moment(x.Heartbeat)
	l.Unsigned, l.ships, l.format, l.sqlite = x.Entries-x.Signed, x.Ships, x.Format, x.SQLite
	if l.Unsigned > 0 && len(s.Running) == 0 && now.Sub(x.Last) > longUnsigned {
		s.heed("ledger", fmt.Sprintf("%d of its last entries are not signed, since %s", l.Unsigned, x.Last.Format(time.RFC3339)), "osint audit verify")
	}
	s.Versions.Ledger, s.Versions.SQLite = x.Format, x.SQLite
}

// moment is a time, or nothing.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// A spoolState is what waits to be copied to one place.
type spoolState struct {
	Dest    string     `json:"dest"`
	Waiting int64      `json:"waiting"`         // entries
	At      *time.Time `json:"last_attempt"`    // null: there was none
	Error   string     `json:"error,omitempty"` // of that attempt
}

// spool looks at what waits. The ledger itself is the spool: nothing is lost
// while it waits. Where a copy is awaited, silence is a concern.
func (s *state) spool(now time.Time) {
	l := s.Ledger
	for _, x := range l.ships {
		s.Spool = append(s.Spool, spoolState{x.Dest, x.Waiting, moment(x.At), x.Error})
		if x.Waiting > 0 && now.Sub(x.At) > longUnsent || x.Error != "" {
			what := fmt.Sprintf("%d entries wait for %s, last tried %s", x.Waiting, x.Dest, x.At.Format(time.RFC3339))
			if x.Error != "" {
				what += ": " + x.Error
			}
			s.heed("spool", what, "osint audit ship")
		}
	}
	if s.Shared.Dest != "" && len(l.ships) == 0 && l.Entries > 0 {
		s.Spool = append(s.Spool, spoolState{Dest: s.Shared.Dest, Waiting: l.Entries})
		s.heed("spool", fmt.Sprintf("%d entries were never shipped to %s", l.Entries, s.Shared.Dest), "osint audit ship")
	}
	if (s.Shared.Configured || len(l.ships) > 0) && l.Last != nil && now.Sub(*l.Last) > longSilent {
		s.heed("ledger", "nothing was recorded since "+l.Last.Format(time.RFC3339)+", not even that it is alive", "osint audit ship, daily, from cron")
	}
}
