package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A book makes the leaves of one ledger. Keys come sorted, as encoding/json
// sorts those of a map.
type book struct {
	id     string
	actor  string
	ms     int64
	leaves []leaf
}

type leaf struct {
	seq, ts int64
	kind    string
	caseID  *string
	text    []byte
}

type body = map[string]any

// newBook begins a ledger with its genesis, at a time in milliseconds.
func newBook(id string, ms int64) *book {
	b := &book{id: id, actor: "ann", ms: ms}
	b.add("genesis", "", body{"key": "osint.local/" + id + "+00000000+AAAA", "tool": "1.0", "commit": "abc"})
	return b
}

// add appends a leaf, a millisecond after the one before, and returns its seq.
func (b *book) add(kind, caseID string, what body) int64 {
	seq := int64(len(b.leaves))
	all := body{"actor": b.actor, "body": what, "ledger": b.id, "seq": seq, "session": "00112233aabbccdd", "ts": b.ms, "type": kind, "v": 1}
	var of *string
	if caseID != "" {
		all["case"], of = caseID, &caseID
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(all); err != nil {
		panic(err)
	}
	b.leaves = append(b.leaves, leaf{seq, b.ms, kind, of, bytes.TrimSpace(text.Bytes())})
	b.ms++
	return seq
}

// open adds a case.open of the usual kind; more says what differs.
func (b *book) open(caseID, tlp string, more body) int64 {
	what := body{"line": 1, "target": "acme.example", "kind": "domain", "targets": 1, "types": []string{"infrastructure"}, "priority": "high",
		"purpose": "security", "basis": "consent", "profile": "standard", "profile_sha256": "00", "tlp": tlp, "active": false, "collectors": 7, "tool": "1.0", "commit": "abc", "lab": true}
	maps.Copy(what, more)
	return b.add("case.open", caseID, what)
}

// a head is what receive answers.
type head struct {
	next, size int64
	root       []byte
}

// receive sends leaves in one transaction on c.
func receive(ctx context.Context, c *pgx.Conn, ledger string, leaves []leaf) (h head, err error) {
	err = pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT audit.stage()"); err != nil {
			return err
		}
		from := pgx.CopyFromSlice(len(leaves), func(i int) ([]any, error) {
			l := leaves[i]
			return []any{l.seq, l.ts, l.kind, l.caseID, l.text}, nil
		})
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "osint_stage"}, []string{"seq", "ts", "type", "case_id", "leaf"}, from); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT next, size, root FROM audit.receive($1)", ledger).Scan(&h.next, &h.size, &h.root)
	})
	return h, err
}

// mustReceive sends all leaves of b.
func mustReceive(t testing.TB, c *pgx.Conn, b *book) {
	t.Helper()
	h, err := receive(t.Context(), c, b.id, b.leaves)
	if err != nil {
		t.Fatal(err)
	}
	if h.next != int64(len(b.leaves)) {
		t.Fatalf("received %d of %d", h.next, len(b.leaves))
	}
}

// refused fails unless err is the server's, of the SQLSTATE.
func refused(t *testing.T, err error, code, doing string) {
	t.Helper()
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("%s: %v, want SQLSTATE %s", doing, err, code)
	}
}

// one returns the one value that a query has.
func one[T any](t testing.TB, c *pgx.Conn, sql string, args ...any) (v T) {
	t.Helper()
	if err := c.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// ledgerID is the nth ledger's.
func ledgerID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

// 2026-11-26T12:00:00Z, in milliseconds.
const noon = 1795694400000
