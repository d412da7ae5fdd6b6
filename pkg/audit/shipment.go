package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A Shipment is how far a ledger was copied to a place, and how the last attempt
// went.
type Shipment struct {
	Dest  string
	Next  int64     // first entry that is not known to be there
	At    time.Time // of the last attempt
	Error string    // of the last attempt; "" if it went well
}

// A Receipt is what a place acknowledged: that it holds the first Size entries,
// whose root is Root.
type Receipt struct {
	Dest string
	Size int64
	Root tlog.Hash
	At   time.Time
}

// Shipments returns how far the ledger was copied to each place.
func (r *Reader) Shipments(ctx context.Context) (all []Shipment, err error) {
	rows, err := r.q.QueryContext(ctx, "SELECT dest, next, at, error FROM ship ORDER BY dest")
	if err != nil {
		return nil, damage(r.Path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var x Shipment
		var at int64
		if err := rows.Scan(&x.Dest, &x.Next, &at, &x.Error); err != nil {
			return nil, damage(r.Path, err)
		}
		x.At = time.UnixMilli(at).UTC()
		all = append(all, x)
	}
	return all, damage(r.Path, rows.Err())
}

// Receipts returns the largest receipt of each place.
func (r *Reader) Receipts(ctx context.Context) (all []Receipt, err error) {
	rows, err := r.q.QueryContext(ctx, "SELECT dest, max(size), root, at FROM anchor GROUP BY dest ORDER BY dest")
	if err != nil {
		return nil, damage(r.Path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var x Receipt
		var root []byte
		var at int64
		if err := rows.Scan(&x.Dest, &x.Size, &root, &at); err != nil {
			return nil, damage(r.Path, err)
		}
		if len(root) != tlog.HashSize {
			return nil, &Damaged{r.Path, fmt.Errorf("the receipt of %s has a root of %d bytes", x.Dest, len(root))}
		}
		x.Root, x.At = tlog.Hash(root), time.UnixMilli(at).UTC()
		all = append(all, x)
	}
	return all, damage(r.Path, rows.Err())
}

// Acknowledged keeps a receipt, and that the entries it covers need not be sent
// again. It never moves back: a receipt of a slower process changes nothing.
func (l *Ledger) Acknowledged(r Receipt) error {
	at := r.At.UnixMilli()
	return l.note(
		"INSERT INTO anchor (dest, size, root, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", []any{r.Dest, r.Size, r.Root[:], at},
		"INSERT INTO ship (dest, next, at, error) VALUES (?, ?, ?, '') ON CONFLICT (dest) DO UPDATE SET next = max(next, excluded.next), at = excluded.at, error = ''", []any{r.Dest, r.Size, at})
}

// NotShipped keeps why an attempt failed.
func (l *Ledger) NotShipped(dest string, at time.Time, why string) error {
	return l.note("INSERT INTO ship (dest, next, at, error) VALUES (?, 0, ?, ?) ON CONFLICT (dest) DO UPDATE SET at = excluded.at, error = excluded.error", []any{dest, at.UnixMilli(), why})
}

// Forget lets nothing wait for a place any more; its receipts stay. It reports
// whether there was such a place. To ship there again is to begin again.
func (l *Ledger) Forget(dest string) (was bool, err error) {
	r, err := l.Reader()
	if err != nil {
		return false, err
	}
	defer r.Close()
	all, err := r.Shipments(context.Background())
	if err != nil || !slices.ContainsFunc(all, func(s Shipment) bool { return s.Dest == dest }) {
		return false, err
	}
	if _, err := l.Append(Act{Type: Config, Body: Body{"component": "record", "operation": "forget", "path": "ship: " + dest}}); err != nil {
		return false, err
	}
	return true, l.note("DELETE FROM ship WHERE dest = ?", []any{dest})
}

// note writes beside the entries: pairs of a statement and its arguments, all or
// none.
func (l *Ledger) note(pairs ...any) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	return l.s.transaction(func() error {
		for i := 0; i < len(pairs); i += 2 {
			if err := l.s.exec(pairs[i].(string), pairs[i+1].([]any)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// NewsSince reports whether anything from an entry on, up to size, was not
// announced to a place yet: a ship entry for it covers all before itself, and
// such entries alone are no news.
func (r *Reader) NewsSince(ctx context.Context, next, size int64, dest string) (bool, error) {
	rows, err := r.q.QueryContext(ctx, "SELECT leaf FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq DESC", next, size)
	if err != nil {
		return false, damage(r.Path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var b sql.RawBytes
		if err := rows.Scan(&b); err != nil {
			return false, damage(r.Path, err)
		}
		stub, err := ReadStub(b)
		if err != nil {
			return false, &Damaged{r.Path, err}
		}
		if string(stub.Type) != string(Ship) {
			return true, nil
		}
		leaf, err := ParseLeaf(b)
		var to struct{ Dest string }
		if err == nil {
			err = json.Unmarshal(leaf.Body, &to)
		}
		if err != nil {
			return false, &Damaged{r.Path, err}
		}
		if to.Dest == dest {
			return false, nil
		}
	}
	return false, damage(r.Path, rows.Err())
}
