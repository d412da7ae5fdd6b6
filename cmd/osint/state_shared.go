package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"osint/pkg/audit/postgres"
)

// A sharedState says whether the record is shared in a PostgreSQL, and, if it
// was asked, what that has.
type sharedState struct {
	Configured bool       `json:"configured"`
	Dest       string     `json:"dest,omitempty"`    // HOST:PORT/DATABASE, without a name or a password
	Reached    *bool      `json:"reached"`           // null: it was not asked
	Version    string     `json:"version,omitempty"` // of PostgreSQL
	Entries    int64      `json:"entries"`           // of this machine's ledger, that it has
	Last       *time.Time `json:"last_received"`
	Millis     int64      `json:"took_ms"`         // to connect and to answer
	Error      string     `json:"error,omitempty"` // why it can't be used, or had no answer
}

// askedFor is how long the PostgreSQL is waited for.
const askedFor = 5 * time.Second

// shared looks at what is configured, and, online, at the server.
func (s *state) shared(ctx context.Context, c *console, online bool) {
	x := &s.Shared
	server, err := postgres.Parse(c.getenv)
	if errors.Is(err, postgres.ErrNotConfigured) {
		return
	}
	x.Configured = true
	if err != nil {
		x.Error = err.Error()
		s.heed("postgresql", "it can't be used as it is configured: "+x.Error, "osint help environment")
		return
	}
	if x.Dest = server.String(); !online {
		return
	}
	if server, err = c.sharedPostgres(ctx); err != nil {
		x.Error = err.Error()
		s.heed("postgresql", x.Error, "osint keys check")
		return
	}
	ctx, stop := context.WithTimeout(ctx, askedFor)
	defer stop()
	seen, err := server.Look(ctx, s.Ledger.ID)
	reached := seen.Version != ""
	x.Reached, x.Version, x.Entries, x.Last, x.Millis = &reached, seen.Version, seen.Entries, moment(seen.Last.UTC()), seen.Took.Milliseconds()
	if err != nil {
		x.Error = err.Error()
		s.heed("postgresql", x.Error, "osint audit ship tries again; nothing is lost meanwhile")
	} else if x.Entries > s.Ledger.Entries {
		s.heed("postgresql", fmt.Sprintf("it has %d entries of this ledger, which has %d", x.Entries, s.Ledger.Entries), "osint audit verify --anchor pg")
	}
}

func (x sharedState) lines() []string {
	switch {
	case !x.Configured:
		return []string{"not configured: the record is on this machine alone"}
	case x.Dest == "":
		return []string{"configured, and can't be used: " + x.Error}
	case x.Reached == nil:
		return []string{x.Dest, "not asked: --online asks"}
	case x.Error != "":
		return []string{x.Dest, "no use now: " + x.Error}
	case x.Last == nil:
		return []string{x.Dest, fmt.Sprintf("PostgreSQL %s answers in %d ms; it has nothing of this ledger", x.Version, x.Millis)}
	}
	return []string{x.Dest, fmt.Sprintf("PostgreSQL %s answers in %d ms", x.Version, x.Millis),
		fmt.Sprintf("has %s, the last received %s", entries(x.Entries), x.Last.Format(time.RFC3339))}
}
