package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A site is one installation that somebody tampers with.
type site struct {
	tb    testing.TB
	dir   string
	path  string // of the ledger
	keys  string
	older string // a copy of the file from before the last acts
	note  []byte // the newest checkpoint, as an anchor has it
}

const (
	someCase = "c-0123456789abcdef"
	nextLine = 146 // of the case, in a new site
)

// story is what a run of some tasks leaves, from a line on.
func story(from, tasks int) (acts []Act) {
	line := from
	act := func(t Type, b Body) int {
		b["line"] = line
		acts = append(acts, Act{Type: t, Case: someCase, Body: b})
		line++
		return line - 1
	}
	if from == 1 {
		act(CaseOpen, Body{"kind": "domain", "target": "a.example", "purpose": "test \"quoted\" \u2028 and \x01"})
	}
	for i := range tasks {
		subject := fmt.Sprintf("h%d.example", i)
		ruled := act(CaseRuling, Body{"kind": "host", "subject": subject, "groups": []Body{
			{"verdict": "allow", "rule": "R1", "collectors": []string{"dns", "tls"}},
			{"verdict": "deny", "rule": "R2", "collectors": []string{"portscan"}}}})
		act(TaskStart, Body{"collector": "tls", "kind": "host", "subject": subject, "attempt": 1, "decision": ruled})
		act(TaskFinish, Body{"collector": "tls", "kind": "host", "subject": subject, "outcome": "ok", "elapsed_ms": i})
	}
	acts = append(acts, Act{Type: Segment, Case: someCase, Body: Body{"first": from, "last": line - 1, "sha256": fmt.Sprintf("%064x", from)}})
	return append(acts, Act{Type: Attest, Case: someCase, Body: Body{"lines": line - 1, "sha256": fmt.Sprintf("%064x", line)}})
}

// emptySite is a place for a ledger, of which there is none yet.
func emptySite(tb testing.TB) *site {
	tb.Helper()
	dir := tb.TempDir()
	return &site{tb: tb, dir: dir, path: filepath.Join(dir, "audit", File), keys: filepath.Join(dir, "keys"), older: filepath.Join(dir, "older.db")}
}

// newSite makes a ledger of some runs, closed, and keeps a copy of it from
// before the last.
func newSite(tb testing.TB) *site {
	tb.Helper()
	s := emptySite(tb)
	l := s.open(Options{})
	line := 1
	for i := range 4 {
		acts := story(line, 12)
		if _, err := l.Append(acts...); err != nil {
			tb.Fatal(err)
		}
		line = acts[len(acts)-1].Body["lines"].(int) + 1
		if i == 2 {
			s.close(l)
			b, err := os.ReadFile(s.path)
			s.must(err)
			s.must(os.WriteFile(s.older, b, 0o600))
			l = s.open(Options{})
		}
	}
	c, err := l.Sign()
	s.must(err)
	s.note = c.Note
	s.close(l)
	return s
}

// copy returns a site of its own with the same ledger.
func (s *site) copy(tb testing.TB) *site {
	tb.Helper()
	c := emptySite(tb)
	c.note = s.note
	s.must(os.CopyFS(c.dir, os.DirFS(s.dir)))
	keys, err := filepath.Glob(filepath.Join(c.keys, "*.key"))
	s.must(err)
	for _, k := range keys {
		s.must(os.Chmod(k, 0o600))
	}
	return c
}

func (s *site) must(err error) {
	s.tb.Helper()
	if err != nil {
		s.tb.Fatal(err)
	}
}

func (s *site) open(o Options) *Ledger {
	s.tb.Helper()
	return openTest(s.tb, s.dir, o)
}

func (s *site) close(l *Ledger) {
	s.tb.Helper()
	s.must(l.Close())
}

func (s *site) append(o Options, acts ...Act) {
	s.tb.Helper()
	l := s.open(o)
	_, err := l.Append(acts...)
	s.must(err)
	s.close(l)
}

// sql does what somebody with the file and sqlite3 does: the triggers are put
// away, and back after.
func (s *site) sql(statements ...string) {
	s.tb.Helper()
	db, err := sql.Open("sqlite", s.path)
	s.must(err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	var triggers []string
	rows, err := db.Query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
	s.must(err)
	for rows.Next() {
		var name, text string
		s.must(rows.Scan(&name, &text))
		triggers = append(triggers, text)
		statements = slices.Insert(statements, 0, "DROP TRIGGER "+name)
	}
	rows.Close()
	for _, x := range slices.Concat(statements, triggers) {
		if _, err := db.Exec(x); err != nil {
			s.tb.Fatalf("%s: %v", x, err)
		}
	}
}

// leaves returns the text of all leaves.
func (s *site) leaves() (all []string) {
	s.tb.Helper()
	db, err := open(s.path, false)
	s.must(err)
	defer db.Close()
	rows, err := db.Query("SELECT leaf FROM entry ORDER BY seq")
	s.must(err)
	defer rows.Close()
	for rows.Next() {
		var leaf string
		s.must(rows.Scan(&leaf))
		all = append(all, leaf)
	}
	return all
}

// signer returns the key that signs the ledger: whoever has it is T5.
func (s *site) signer() note.Signer {
	s.tb.Helper()
	keys, err := filepath.Glob(filepath.Join(s.keys, "ledger-*.key"))
	s.must(err)
	b, err := os.ReadFile(keys[0])
	s.must(err)
	k, err := note.NewSigner(strings.TrimSpace(string(b)))
	s.must(err)
	return k
}

func (s *site) id() string {
	s.tb.Helper()
	return strings.TrimPrefix(s.signer().Name(), origin(""))
}

func (s *site) noHead() { s.must(os.Remove(headFile(s.keys, s.id()))) }

// A forgery writes a whole ledger anew from leaves: hashes, nodes, tables.
type forgery struct {
	sign func(size int64) []note.Signer // nil: with the ledger's key, every 64 and at the end
	head bool                           // the head file is written too
}

func (s *site) forge(f forgery, leaves ...string) {
	s.tb.Helper()
	key := s.signer()
	if f.sign == nil {
		f.sign = func(size int64) []note.Signer {
			if size%interval == 0 || size == int64(len(leaves)) {
				return []note.Signer{key}
			}
			return nil
		}
	}
	s.sql("DELETE FROM entry", "DELETE FROM node", "DELETE FROM segment", "DELETE FROM keyleaf", "DELETE FROM checkpoint")
	db, err := open(s.path, true)
	s.must(err)
	defer db.Close()
	tx, err := db.Begin()
	s.must(err)
	defer tx.Rollback()
	exec := func(query string, args ...any) {
		s.tb.Helper()
		_, err := tx.ExecContext(context.Background(), query, args...)
		s.must(err)
	}
	var e edge
	for i, leaf := range leaves {
		h := tlog.Hash(sha256.Sum256(append([]byte{0}, leaf...)))
		exec("INSERT INTO entry VALUES (?, ?, ?)", i, []byte(leaf), h[:])
		e.push(h, func(ix int64, h tlog.Hash) { exec("INSERT INTO node VALUES (?, ?)", ix, h[:]) })
		x, _ := ParseLeaf([]byte(leaf))
		switch x.Type {
		case Segment:
			exec("INSERT INTO segment VALUES (?, ?)", x.Case, i)
		case Genesis, KeyRotate, KeyRevoke:
			exec("INSERT INTO keyleaf VALUES (?)", i)
		}
		signers := f.sign(e.size)
		if len(signers) == 0 {
			continue
		}
		c, err := sign(Checkpoint{Origin: key.Name(), Size: e.size, Root: e.root()}, signers...)
		s.must(err)
		exec("INSERT INTO checkpoint VALUES (?, ?)", c.Size, c.Note)
		if f.head {
			s.must(writeHead(s.keys, s.id(), c))
		}
	}
	s.must(tx.Commit())
}

// verify returns what verifying comes to.
func (s *site) verify(o Checks) *Verification {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	v, err := Verify(ctx, filepath.Dir(s.path), s.keys, o)
	s.must(err)
	return v
}

// notes is an anchor that has some notes.
type notes [][]byte

func (n notes) Name() string                                          { return "notes" }
func (n notes) Checkpoints(context.Context, string) ([][]byte, error) { return n, nil }
