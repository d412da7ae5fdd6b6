package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
)

// A source is the ledger's file, read as it was at one moment.
type source struct {
	path string
	db   *sql.DB
	q    querier // sees that moment
}

// leanest is less than any row of an entry takes.
const leanest = 64

// begin looks whether the file is a ledger and returns how many entries it has;
// -1 if no more can be said of it. size is that of the file.
func (s *source) begin(ctx context.Context, size int64, v *Verification) (entries int64, err error) {
	err = identify(s.q, s.path)
	if errors.Is(err, ErrAbsent) {
		return 0, nil
	}
	if err != nil {
		return -1, err
	}
	if ok, err := s.checkSchema(ctx, v); err != nil || !ok {
		return -1, err
	}
	var first, last sql.NullInt64
	if err := s.q.QueryRowContext(ctx, "SELECT (SELECT seq FROM entry ORDER BY seq LIMIT 1), (SELECT seq FROM entry ORDER BY seq DESC LIMIT 1)").Scan(&first, &last); err != nil {
		return -1, damage(s.path, err)
	}
	if log, err := os.Stat(s.path + "-wal"); err == nil {
		size += log.Size()
	}
	switch {
	case first.Int64 < 0:
		v.add(Tampered, -1, "gap", "an entry has the number %d", first.Int64)
		return -1, nil
	case last.Int64 >= size/leanest:
		v.add(Tampered, last.Int64, "gap", "the last entry has a number that so small a file has no room for")
		return -1, nil
	case !last.Valid:
		return 0, nil
	}
	return last.Int64 + 1, nil
}

// checkSchema holds tables and triggers against those that osint makes. A
// trigger too few is told; where a table is another, nothing can be read.
func (s *source) checkSchema(ctx context.Context, v *Verification) (ok bool, err error) {
	found, err := objects(ctx, s.q)
	if err != nil {
		return false, damage(s.path, err)
	}
	want, err := ownObjects()
	if err != nil {
		return false, err
	}
	ok = true
	for name, text := range want {
		switch got, there := found[name]; {
		case !there:
			v.add(Tampered, -1, "schema", "the %s is missing", name)
		case got != text:
			v.add(Tampered, -1, "schema", "the %s is another than osint makes", name)
		default:
			continue
		}
		ok = ok && strings.HasPrefix(name, "trigger")
	}
	for name := range found {
		if _, known := want[name]; !known {
			v.add(Tampered, -1, "schema", "osint did not make the %s", name)
			ok = ok && !strings.HasPrefix(name, "table") && !strings.HasPrefix(name, "view")
		}
	}
	return ok, nil
}

// ownObjects are those of a new ledger.
var ownObjects = sync.OnceValues(func() (map[string]string, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(schema); err != nil {
		return nil, err
	}
	return objects(context.Background(), db)
})

var (
	remark = regexp.MustCompile(`--[^\n]*`)
	blank  = regexp.MustCompile(`\s+`)
)

// objects reads what a database is made of: kind and name, and the text that
// made it, without remarks.
func objects(ctx context.Context, q querier) (map[string]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		found[name] = blank.ReplaceAllString(remark.ReplaceAllString(text, ""), "")
	}
	return found, rows.Err()
}

// reader is one connection with its own sight of the file, no older than q's:
// entries only come after.
type reader struct {
	s                   *source
	tx                  *sql.Tx
	entries, checkpoint *sql.Stmt
}

func (s *source) reader(ctx context.Context) (*reader, error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, damage(s.path, err)
	}
	r := &reader{s: s, tx: tx}
	for query, to := range map[string]**sql.Stmt{
		"SELECT seq, leaf, leaf_hash FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq": &r.entries,
		"SELECT size, note FROM checkpoint WHERE size > ? AND size <= ? ORDER BY size":   &r.checkpoint,
	} {
		if *to, err = tx.PrepareContext(ctx, query); err != nil {
			tx.Rollback()
			return nil, damage(s.path, fmt.Errorf("prepare: %w", err))
		}
	}
	return r, nil
}

func (r *reader) close() { r.tx.Rollback() }
