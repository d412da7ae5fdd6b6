package audit

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"osint/pkg/audit/recheck"
)

// TestIdentify: a file whose maker was stopped before it wrote anything is no
// ledger yet, whoever reads it; and no tables are made in a database of somebody
// else.
func TestIdentify(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, File)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReader(dir); !errors.Is(err, ErrAbsent) {
		t.Errorf("an empty file, read: %v", err)
	}
	if _, err := OpenLog(dir); !errors.Is(err, ErrAbsent) {
		t.Errorf("an empty file, its log: %v", err)
	}
	if _, err := Look(dir); !errors.Is(err, ErrAbsent) {
		t.Errorf("an empty file, looked at: %v", err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE bookmark (url TEXT)"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, filepath.Join(dir, "keys"), Options{}); !errors.As(err, new(*Damaged)) {
		t.Errorf("another's database, opened: %v", err)
	}
	var tables int
	if err := db.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil || tables != 1 {
		t.Errorf("another's database has %d tables now: %v", tables, err)
	}
}

// TestNewer: a ledger of a later osint is not called damaged, and not touched.
func TestNewer(t *testing.T) {
	s := newSite(t)
	s.sql("PRAGMA user_version = 9")
	dir := filepath.Dir(s.path)
	if _, err := Open(dir, s.keys, Options{}); !errors.As(err, new(*Newer)) {
		t.Errorf("opened: %v", err)
	}
	if _, err := Look(dir); !errors.As(err, new(*Newer)) {
		t.Errorf("looked at: %v", err)
	}
	if v := s.verify(Checks{}); v.Verdict != Incomplete || !strings.Contains(v.Flaws[0].What, "has format 9, and this osint reads 1") || !strings.Contains(v.Next, "newer") {
		t.Errorf("verified: %v, %+v", v.Verdict, v)
	}
	s.sql("PRAGMA user_version = -1")
	if v := s.verify(Checks{}); v.Verdict != Tampered {
		t.Errorf("a format that never was: %v", v.Verdict)
	}
}

// TestHeadOfDamaged: what can't be read is an error, each time it is asked, and
// nothing is appended to it.
func TestHeadOfDamaged(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, Options{})
	defer l.Close()
	if _, err := l.Append(acts(40)...); err != nil {
		t.Fatal(err)
	}
	late := openTest(t, dir, Options{})
	defer late.Close()
	if _, err := l.Append(acts(40)...); err != nil {
		t.Fatal(err)
	}
	if err := l.s.exec("DELETE FROM node"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if size, _, err := late.Head(); err == nil {
			t.Errorf("a tree without hashes has %d entries", size)
		}
		if _, err := late.Append(acts(1)...); err == nil {
			t.Error("appended to a tree without hashes")
		}
	}
}

// TestRevokeIsOfNow: a key that another process made the signing one can't be
// revoked, and one that it replaced can.
func TestRevokeIsOfNow(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, Options{})
	defer l.Close()
	first := l.Key()
	late := openTest(t, dir, Options{})
	defer late.Close()
	second, err := l.Rotate("test")
	if err != nil {
		t.Fatal(err)
	}
	if err := late.Revoke(first, 1, "test"); err != nil {
		t.Errorf("the replaced one: %v", err)
	}
	if err := late.Revoke(second, 1, "test"); err == nil {
		t.Error("the one that signs was revoked")
	}
	r, err := l.Reader()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if keys, err := r.Keys(context.Background()); err != nil || !slices.Equal(keys, []string{first, second}) {
		t.Errorf("%q, %v", keys, err)
	}
}

// TestEmptyHead: a loss of power that left the file of the newest size empty stops
// nobody, and shows until the next checkpoint.
func TestEmptyHead(t *testing.T) {
	s := newSite(t)
	s.must(os.WriteFile(headFile(s.keys, s.id()), nil, 0o600))
	if v := s.verify(Checks{}); v.Verdict != Warned {
		t.Errorf("%v: %+v", v.Verdict, v.Flaws)
	}
	if code, why := recheck.Verify(s.path, s.keys); code != 0 && code != int(Warned) {
		t.Errorf("the second verifier: %d, %s", code, why)
	}
	s.append(Options{}, acts(1)...)
	if v := s.verify(Checks{}); v.Verdict != Sound {
		t.Errorf("after the next checkpoint: %v: %+v", v.Verdict, v.Flaws)
	}
}
