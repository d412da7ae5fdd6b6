package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
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
	hash    []byte // nil: the text's
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
	b.leaves = append(b.leaves, leaf{seq, b.ms, kind, of, bytes.TrimSpace(text.Bytes()), nil})
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

// wholeCase adds a case from its opening to its close, with one of each leaf
// that a case has. n makes it differ from another; every fifth is still open.
func wholeCase(b *book, id string, n int) {
	target := id + ".example"
	b.open(id, []string{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"}[n%5], body{"target": target})
	verdicts := []string{"deny", "review", "allow-with-redaction"}
	b.add("case.ruling", id, body{"line": 2, "kind": "domain", "subject": target, "scope": "subject", "groups": []body{
		{"verdict": "allow", "rule": "default", "keep": "raw", "collectors": []string{"dns", "whois"}},
		{"verdict": verdicts[n%3], "rule": "mode.active", "cite": "profile", "keep": "none", "collectors": []string{"tls"}, "redact": []string{"identity", "contact"}[:n%3]},
	}})
	outcomes := []string{"ok", "empty", "partial", "rate-limited", "quota-exceeded", "timeout", "skipped"}
	for i := range 3 {
		start := body{"line": 3, "collector": "dns", "kind": "domain", "subject": target, "attempt": 1, "decision": 2}
		if n%7 == 3 && i == 1 {
			delete(start, "decision")
		}
		b.add("task.start", id, start)
		b.add("task.finish", id, body{"line": 4, "collector": "dns", "source": "resolver", "kind": "domain", "subject": target, "outcome": outcomes[(n+i)%7],
			"reason": "r", "elapsed_ms": 10 * (i + 1), "exchanges": 1, "observations": 2, "bytes": 99, "cost_microusd": 250})
	}
	b.add("segment", id, body{"first": 1, "last": 9, "sha256": "00"})
	b.add("key.use", id, body{"line": 5, "source": "shodan", "collector": "hosts", "credential": "shodan"})
	for i := range n % 4 {
		b.add("finding", id, body{"line": 6, "id": fmt.Sprint("f", i), "rule": "EML-05", "severity": []string{"low", "high", "critical"}[i], "confidence_permille": 900, "subject": target, "title": "x", "vector": "EML"})
	}
	b.add("risk", id, body{"line": 7, "model": "m", "score_centi": 100 * (n % 97), "level": "medium", "insufficient": n%2 == 0, "confidence_permille": 900, "coverage_permille": 800,
		"vectors": []body{{"vector": "EML", "score_centi": 1}}, "critical": []string{}, "recommendations": []string{"do"}})
	b.add("metric", id, body{"samples": []body{{"name": "cpu", "kind": "gauge", "unit": "ms", "value_milli": 1500, "labels": body{"case": id}}, {"name": "requests", "kind": "counter", "value_milli": 3000}}})
	b.add("config", "", body{"component": "profile", "operation": "update", "path": "p", "old": "a", "new": body{"x": n}, "reason": "r", "approved_by": "eve"})
	if n%5 != 4 {
		b.add("case.close", id, body{"line": 8, "outcome": []string{"complete", "interrupted", "timeout"}[n%3], "elapsed_ms": 1500, "observations": 6, "exchanges": 3, "withheld": n % 2, "failed": n % 3, "cost_microusd": 750})
	}
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
			hash := l.hash
			if hash == nil {
				sum := sha256.Sum256(append([]byte{0}, l.text...))
				hash = sum[:]
			}
			return []any{l.seq, l.ts, l.kind, l.caseID, hash, l.text}, nil
		})
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "osint_stage"}, []string{"seq", "ts", "type", "case_id", "leaf_hash", "leaf"}, from); err != nil {
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
