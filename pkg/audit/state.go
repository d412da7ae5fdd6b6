package audit

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"time"
)

// A State is what a ledger says of itself to somebody who only looks: nothing
// is proven by it.
type State struct {
	Path       string
	Format     int       // of the file
	SQLite     string    // version of the library that reads it
	ID         string    // uuid
	Key        string    // public, that signs
	Bytes      int64     // on disk, with the log of what is not folded in yet
	Entries    int64     //
	Last       time.Time // of the last entry
	Signed     int64     // entries that the newest checkpoint covers
	SignedLast time.Time // of the last entry that it covers
	Heartbeat  time.Time // the last one; zero if there is none among the last entries
	Ships      []Shipment
	Receipts   []Receipt // the largest of each place
}

// heartbeats are looked for among so many of the last entries.
const lookBack = 100_000

// Look reads the state of the ledger in a folder: see [OpenReader].
func Look(dir string) (s *State, err error) {
	r, err := OpenReader(dir)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	err = r.moment(context.Background(), func(r *Reader) error {
		s, err = r.state(context.Background())
		return err
	})
	return s, err
}

func (r *Reader) state(ctx context.Context) (*State, error) {
	s := &State{Path: r.Path, Format: schemaVersion, ID: r.ID}
	for _, end := range []string{"", "-wal"} {
		if info, err := os.Stat(r.Path + end); err == nil {
			s.Bytes += info.Size()
		}
	}
	err := r.q.QueryRowContext(ctx, "SELECT sqlite_version(), coalesce(max(size), 0) FROM checkpoint").Scan(&s.SQLite, &s.Signed)
	if err != nil {
		return nil, damage(r.Path, err)
	}
	if s.Entries, err = r.Size(); err != nil {
		return nil, err
	}
	if s.Key, err = r.Key(ctx); err != nil {
		return nil, err
	}
	last, err := readLeaf(r.q, r.Path, s.Entries-1)
	if err != nil {
		return nil, err
	}
	s.Last = last.Time
	if s.Signed > 0 && s.Signed <= s.Entries {
		covered, err := readLeaf(r.q, r.Path, s.Signed-1)
		if err != nil {
			return nil, err
		}
		s.SignedLast = covered.Time
	}
	if s.Heartbeat, err = r.heartbeat(ctx); err != nil {
		return nil, err
	}
	if s.Ships, err = r.Shipments(ctx); err != nil {
		return nil, err
	}
	s.Receipts, err = r.Receipts(ctx)
	return s, err
}

// beat is how a heartbeat's leaf ends.
var beat = fmt.Appendf(nil, `"type":"%s","v":%d}`, Heartbeat, Version)

// heartbeat returns when the last heartbeat was recorded; a zero time if there is
// none among the last entries.
func (r *Reader) heartbeat(ctx context.Context) (at time.Time, err error) {
	rows, err := r.q.QueryContext(ctx, "SELECT leaf FROM entry ORDER BY seq DESC LIMIT ?", lookBack)
	if err != nil {
		return at, damage(r.Path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var b sql.RawBytes
		if err := rows.Scan(&b); err != nil {
			return at, damage(r.Path, err)
		}
		if bytes.HasSuffix(b, beat) {
			l, err := ParseLeaf(b)
			if err != nil {
				return at, &Damaged{r.Path, err}
			}
			return l.Time, nil
		}
	}
	return at, damage(r.Path, rows.Err())
}
