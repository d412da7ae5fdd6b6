package audit

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed schema.sql
var schema string

const (
	schemaVersion = 1
	applicationID = 1869834606 // "osin"
)

// File is the name of a ledger in its folder.
const File = "ledger.db"

// ErrAbsent is the error of a ledger that is not there.
var ErrAbsent = errors.New("there is no ledger")

// noLedger is the error of a path where a ledger should be.
func noLedger(path string) error {
	return fmt.Errorf("%w at %s: the first run makes it; if it lies elsewhere, set OSINT_HOME, and if it was removed, restore it from a backup", ErrAbsent, path)
}

// Damaged is the error of a file that is no ledger, or none any more.
type Damaged struct {
	Path string
	Err  error
}

func (d *Damaged) Error() string { return fmt.Sprintf("ledger %s is damaged: %v", d.Path, d.Err) }
func (d *Damaged) Unwrap() error { return d.Err }

// Newer is the error of a ledger that a later osint wrote: nothing can be said of
// it here.
type Newer struct {
	Path   string
	Format int
}

func (n *Newer) Error() string {
	return fmt.Sprintf("ledger %s has format %d, and this osint reads %d: use a newer osint", n.Path, n.Format, schemaVersion)
}

// patience is how long a process waits for another's transaction.
const patience = 30 * time.Second

// open opens the database file. Every commit is on disk when it returns.
func open(path string, write bool) (*sql.DB, error) {
	mode := "ro"
	pragmas := url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds())}}
	if write {
		mode = "rwc"
		pragmas["_pragma"] = append(pragmas["_pragma"], "journal_mode(WAL)", "wal_autocheckpoint(250)", "synchronous(FULL)", "secure_delete(ON)", "recursive_triggers(ON)", "trusted_schema(OFF)")
		pragmas.Set("_txlock", "immediate")
	} else {
		pragmas.Add("_pragma", "cache_size(-256)") // KiB: who reads goes over it once
		if frozen(path) {
			pragmas.Set("immutable", "1")
		}
	}
	pragmas.Set("mode", mode)
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: pragmas.Encode()}).String())
	if err != nil {
		return nil, err
	}
	return db, nil
}

// frozen reports whether a ledger lies where nothing can be written, not even
// the index of a log that is being read, and has no log: on a mounted backup.
func frozen(path string) bool {
	_, err := os.Stat(path + "-wal")
	if !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".osint-*")
	if err != nil {
		return true
	}
	f.Close()
	os.Remove(f.Name())
	return false
}

// prepare makes the tables of a new file, and checks that any other is a ledger.
func prepare(s *session) error {
	err := identify(s, s.path)
	if !errors.Is(err, ErrAbsent) {
		return err
	}
	return s.transaction(func() error {
		err := identify(s, s.path) // another process may have been quicker
		if errors.Is(err, ErrAbsent) {
			_, err = s.ExecContext(context.Background(), schema)
			err = damage(s.path, err)
		}
		return err
	})
}

// identify says what a file is: nil is a ledger that we read, [ErrAbsent] one
// that has nothing in it yet, *[Newer] one of a later osint, a *[Damaged] anything else.
func identify(q querier, path string) error {
	var version, app, objects int
	err := q.QueryRowContext(context.Background(), "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version, pragma_application_id").Scan(&version, &app, &objects)
	switch {
	case err != nil:
		return damage(path, err)
	case version == 0 && app == 0 && objects == 0: // whoever made it was stopped before anything else, or is at it
		return noLedger(path)
	case app != applicationID:
		return &Damaged{path, errors.New("it is a database, but no ledger of osint")}
	case version > schemaVersion:
		return &Newer{path, version}
	case version != schemaVersion:
		return &Damaged{path, fmt.Errorf("format %d: this osint reads %d", version, schemaVersion)}
	}
	return nil
}

// damage says of an error of reading whether it means that the file is broken.
func damage(path string, err error) error {
	if errors.As(err, new(*Damaged)) {
		return err
	}
	var e *sqlite.Error
	if errors.As(err, &e) {
		if e.Code() == sqlite3.SQLITE_READONLY_ROLLBACK {
			return fmt.Errorf("%w at %s: a process was killed while it made it, and the next that writes will end that", ErrAbsent, path)
		}
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_CONSTRAINT:
			return &Damaged{path, err}
		}
	}
	if err != nil {
		return fmt.Errorf("ledger %s: %w", path, err)
	}
	return nil
}
