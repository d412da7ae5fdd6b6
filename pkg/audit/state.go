package audit

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A State is what a ledger says of itself to somebody who only looks: nothing
// is proven by it.
type State struct {
	Path       string
	Format     int       // of the file
	SQLite     string    // version of the library that reads it
	ID         string    // uuid
	Key        string    // fingerprint of the key that signs
	Bytes      int64     // on disk, with the log of what is not folded in yet
	Entries    int64     //
	Last       time.Time // of the last entry
	Signed     int64     // entries that the newest checkpoint covers
	SignedLast time.Time // of the last entry that it covers
	Heartbeat  time.Time // the last one; zero if there is none among the last entries
	Ships      []Shipping
}

// A Shipping is how far the entries were copied to one place.
type Shipping struct {
	Dest    string
	Waiting int64     // entries that are not there yet
	At      time.Time // of the last attempt
	Error   string    // of the last attempt; "" if it went well
}

// heartbeats are looked for among so many of the last entries.
const lookBack = 100_000

// Look reads the state of the ledger in a folder, and writes nothing. The error
// is ErrAbsent if there is none, and a *[Damaged] if it can't be read as one.
func Look(dir string) (*State, error) {
	s := &State{Path: filepath.Join(dir, File)}
	if _, err := os.Stat(s.Path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w at %s", ErrAbsent, s.Path)
	} else if err != nil {
		return nil, err
	}
	for _, end := range []string{"", "-wal"} {
		if info, err := os.Stat(s.Path + end); err == nil {
			s.Bytes += info.Size()
		}
	}
	db, err := open(s.Path, false)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	tx, err := db.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true}) // one view of all of it
	if err != nil {
		return nil, damage(s.Path, err)
	}
	defer tx.Rollback()
	if err := s.read(tx); err != nil {
		var known *Damaged
		if errors.As(err, &known) {
			return nil, err
		}
		return nil, damage(s.Path, err)
	}
	return s, nil
}

func (s *State) read(q querier) error {
	ctx := context.Background()
	var app int
	if err := q.QueryRowContext(ctx, "SELECT user_version, application_id, sqlite_version() FROM pragma_user_version, pragma_application_id").Scan(&s.Format, &app, &s.SQLite); err != nil {
		return err
	}
	if err := checkFormat(s.Path, s.Format, app); err != nil {
		return err
	}
	var err error
	if s.Entries, err = sizeOf(q); err != nil || s.Entries == 0 {
		return err
	}
	if err := q.QueryRowContext(ctx, "SELECT coalesce(max(size), 0) FROM checkpoint").Scan(&s.Signed); err != nil {
		return err
	}
	first, err := s.leaf(q, 0)
	if err != nil {
		return err
	}
	s.ID = first.Ledger
	if s.Key, err = signing(q); err != nil {
		return err
	}
	last, err := s.leaf(q, s.Entries-1)
	if err != nil {
		return err
	}
	s.Last = last.Time
	if s.Signed > 0 && s.Signed <= s.Entries {
		covered, err := s.leaf(q, s.Signed-1)
		if err != nil {
			return err
		}
		s.SignedLast = covered.Time
	}
	if err := s.beats(q); err != nil {
		return err
	}
	return s.ships(q)
}

func (s *State) leaf(q querier, seq int64) (Leaf, error) {
	b, err := leafAt(q, seq)
	if err != nil {
		return Leaf{}, &Damaged{s.Path, err}
	}
	l, err := ParseLeaf(b)
	if err != nil {
		return Leaf{}, &Damaged{s.Path, fmt.Errorf("entry %d: %w", seq, err)}
	}
	return l, nil
}

// signing returns the fingerprint of the key that the last leaf which names one
// makes the signing one.
func signing(q querier) (string, error) {
	rows, err := q.QueryContext(context.Background(), "SELECT leaf FROM keyleaf JOIN entry USING (seq) ORDER BY seq DESC")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return "", err
		}
		var key struct{ Key, New string }
		l, err := ParseLeaf(b)
		if err == nil {
			err = json.Unmarshal(l.Body, &key)
		}
		switch {
		case err != nil:
			return "", err
		case l.Type == KeyRotate:
			return Fingerprint(key.New), nil
		case l.Type == Genesis:
			return Fingerprint(key.Key), nil
		}
	}
	return "", rows.Err()
}

// beat is how a heartbeat's leaf ends.
var beat = fmt.Appendf(nil, `"type":"%s","v":%d}`, Heartbeat, Version)

// beats finds the last heartbeat.
func (s *State) beats(q querier) error {
	rows, err := q.QueryContext(context.Background(), "SELECT leaf FROM entry ORDER BY seq DESC LIMIT ?", lookBack)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var b sql.RawBytes
		if err := rows.Scan(&b); err != nil {
			return err
		}
		if bytes.HasSuffix(b, beat) {
			l, err := ParseLeaf(b)
			s.Heartbeat = l.Time
			return err
		}
	}
	return rows.Err()
}

func (s *State) ships(q querier) error {
	rows, err := q.QueryContext(context.Background(), "SELECT dest, next, at, error FROM ship ORDER BY dest")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var x Shipping
		var next, at int64
		if err := rows.Scan(&x.Dest, &next, &at, &x.Error); err != nil {
			return err
		}
		x.Waiting, x.At = s.Entries-next, time.UnixMilli(at).UTC()
		s.Ships = append(s.Ships, x)
	}
	return rows.Err()
}
