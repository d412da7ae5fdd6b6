package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
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
	read      *audit.State
}

// How long things may rest before somebody should look.
const (
	longUnsigned = time.Hour
	longSilent   = 48 * time.Hour
	longUnsent   = 24 * time.Hour
)

func (s *state) ledger(c *console, p places, now time.Time) {
	l := &s.Ledger
	l.Path, l.State = filepath.Join(p.audit(), audit.File), "absent"
	x, err := audit.Look(p.audit())
	unasked := false
	if doubts, bad := audit.Doubts(p.audit(), p.keys(), c.signingKeyHere(&unasked)); bad == nil {
		for _, d := range doubts {
			if !unasked || !d.Key { // Vault may have the key: osint audit status asks
				s.heed("ledger", d.What, d.Next)
			}
		}
	} else if err == nil || errors.Is(err, audit.ErrAbsent) {
		s.heed("ledger", bad.Error(), "osint audit verify")
	}
	switch {
	case errors.Is(err, audit.ErrAbsent):
		return
	case err != nil:
		l.State, l.Error = "unreadable", err.Error()
		s.heed("ledger", err.Error(), "osint audit verify")
		return
	}
	l.State, l.ID, l.Key, l.Bytes, l.Entries, l.Signed = "ok", x.ID, audit.Fingerprint(x.Key), x.Bytes, x.Entries, x.Signed
	l.Last, l.SignedTo, l.Heartbeat = moment(x.Last), moment(x.SignedLast), moment(x.Heartbeat)
	l.Unsigned, l.read = x.Entries-x.Signed, x
	if l.Unsigned > 0 && len(s.Running) == 0 && now.Sub(x.Last) > longUnsigned {
		s.heed("ledger", fmt.Sprintf("%s not signed, since %s", countOf(l.Unsigned, "entry at its end is", "entries at its end are"), x.Last.Format(time.RFC3339)), "osint audit verify")
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
	if l.read == nil {
		return
	}
	for _, x := range destinations(l.read, s.Shared.Dest) {
		if s.Shared.Dest != "" && x.Dest != s.Shared.Dest { // it was shipped to once, and is no more
			continue
		}
		waiting, tried := l.Entries-x.Next, moment(x.At)
		s.Spool = append(s.Spool, spoolState{x.Dest, waiting, tried, x.Error})
		switch {
		case tried == nil:
			s.heed("spool", fmt.Sprintf("%s were never shipped to %s", entries(waiting), x.Dest), "osint audit ship")
		case x.Error != "" && waiting == 0:
			s.heed("spool", fmt.Sprintf("%s, last tried %s: %s", x.Dest, x.At.Format(time.RFC3339), x.Error), "osint audit ship")
		case x.Error != "":
			s.heed("spool", fmt.Sprintf("%s for %s, last tried %s: %s", waits(waiting), x.Dest, x.At.Format(time.RFC3339), x.Error), "osint audit ship")
		case waiting > 0 && now.Sub(x.At) > longUnsent:
			s.heed("spool", fmt.Sprintf("%s for %s, last tried %s", waits(waiting), x.Dest, x.At.Format(time.RFC3339)), "osint audit ship")
		}
	}
	if (s.Shared.Configured || len(l.read.Ships) > 0) && now.Sub(*l.Last) > longSilent {
		s.heed("ledger", "nothing was recorded since "+l.Last.Format(time.RFC3339)+", not even that it is alive", "osint audit ship, daily, from cron")
	}
}

// waits says how many entries are not yet somewhere.
func waits(n int64) string { return countOf(n, "entry waits", "entries wait") }

// destinations are the places that a record was shipped to, and the one that is
// configured, "" if none is, though nothing was sent there yet.
func destinations(x *audit.State, configured string) []audit.Shipment {
	is := func(s audit.Shipment) bool { return s.Dest == configured }
	if configured == "" || slices.ContainsFunc(x.Ships, is) {
		return x.Ships
	}
	return append(slices.Clone(x.Ships), audit.Shipment{Dest: configured})
}
