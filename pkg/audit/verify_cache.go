package audit

import (
	"context"
	"database/sql"
)

// A nodeCursor walks the table of interior hashes beside those that the entries
// make.
type nodeCursor struct {
	s    *source
	rows *sql.Rows
	ix   int64 // of the row under the cursor
	h    []byte
	done bool
}

func (s *source) nodes(ctx context.Context) (*nodeCursor, error) {
	rows, err := s.q.QueryContext(ctx, "SELECT ix, h FROM node ORDER BY ix")
	if err != nil {
		return nil, damage(s.path, err)
	}
	c := &nodeCursor{s: s, rows: rows}
	return c, c.step()
}

func (c *nodeCursor) close() { c.rows.Close() }

func (c *nodeCursor) step() error {
	if !c.rows.Next() {
		c.done = true
		return damage(c.s.path, c.rows.Err())
	}
	var h sql.RawBytes
	err := c.rows.Scan(&c.ix, &h)
	c.h = append(c.h[:0], h...)
	return damage(c.s.path, err)
}

// expect holds the next row against the node that must be there.
func (c *nodeCursor) expect(n node, v *Verification) error {
	for !c.done && c.ix < n.ix {
		v.add(Tampered, -1, "node", "the stored hash %d belongs to no entries", c.ix)
		if err := c.step(); err != nil {
			return err
		}
	}
	switch {
	case c.done || c.ix > n.ix:
		v.add(Tampered, -1, "node", "the stored hash %d is missing", n.ix)
		return nil
	case string(c.h) != string(n.h[:]):
		v.add(Tampered, -1, "node", "the stored hash %d is another than the entries make", n.ix)
	}
	return c.step()
}

// end holds against nothing what is left.
func (c *nodeCursor) end(v *Verification) error {
	for !c.done {
		v.add(Tampered, -1, "node", "the stored hash %d belongs to no entries", c.ix)
		if err := c.step(); err != nil {
			return err
		}
	}
	return nil
}

// segments holds the table of segments against the sum that the entries make of
// its rows.
func (s *source) segments(ctx context.Context, v *Verification, w *worker, want uint64, size int64) error {
	rows, err := s.q.QueryContext(ctx, "SELECT case_id, seq FROM segment WHERE seq < ?", size)
	if err != nil {
		return damage(s.path, err)
	}
	defer rows.Close()
	var sum uint64
	var id []byte
	for rows.Next() {
		var text sql.RawBytes
		var seq int64
		if err := rows.Scan(&text, &seq); err != nil {
			return damage(s.path, err)
		}
		id = appendText(id[:0], string(text))
		sum += w.digest(id[1:len(id)-1], number(uint64(seq)))
	}
	if sum != want {
		v.add(Tampered, -1, "segments", "the table of segments has other rows than the entries make")
	}
	return damage(s.path, rows.Err())
}

// strayCheckpoints judges those of a size that the ledger doesn't have: it was
// cut, or they are forged.
func (s *source) strayCheckpoints(ctx context.Context, a *audit) error {
	rows, err := s.q.QueryContext(ctx, "SELECT size, note FROM checkpoint WHERE size < 1 OR size > ? ORDER BY size", a.size)
	if err != nil {
		return damage(s.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var size int64
		var b []byte
		if err := rows.Scan(&size, &b); err != nil {
			return damage(s.path, err)
		}
		if c, _, err := a.ring.open(b); err != nil || c.Size != size || size < 1 {
			a.v.add(Tampered, -1, "checkpoint", "the checkpoint of size %d is forged: the ledger has %d entries", size, a.size)
			continue
		}
		a.v.add(SetBackTo, -1, "cut", "a checkpoint of %d entries was signed, and the ledger has %d: its end was cut off", size, a.size)
	}
	return damage(s.path, rows.Err())
}
