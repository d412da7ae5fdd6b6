package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// interval is how many entries lie between two checkpoints at most, while
// somebody writes.
const interval = 64

// A batch is what one caller appends: all of it, or nothing.
type batch struct {
	acts   []Act
	bodies [][]byte
	first  int64 // its place, once committed
	done   bool
	err    error
}

// Append appends acts, one after another, and returns the number of the first
// once all are on disk. Callers that come while another's are being written are
// written together, in one transaction.
func (l *Ledger) Append(acts ...Act) (first int64, err error) {
	b := &batch{acts: acts, bodies: make([][]byte, len(acts))}
	room := make([]byte, 0, len(acts)*256)
	for i := range acts {
		from := len(room)
		if room, err = appendBody(room, acts[i].Body); err != nil {
			return 0, fmt.Errorf("record %s: %w", acts[i].Type, err)
		}
		b.bodies[i] = room[from:]
	}
	l.mu.Lock()
	l.queue = append(l.queue, b)
	l.mu.Unlock()

	l.turn.Lock()
	defer l.turn.Unlock()
	if !b.done {
		l.mu.Lock()
		queue := l.queue
		l.queue = nil
		l.mu.Unlock()
		err := l.commit(queue)
		for _, q := range queue {
			q.done, q.err = true, err
		}
	}
	return b.first, b.err
}

// commit writes batches in one transaction, and a checkpoint if they cross a
// boundary.
func (l *Ledger) commit(queue []*batch) error {
	return l.transact(func(w *writer) error {
		for _, b := range queue {
			b.first = w.edge.size
			for i := range b.acts {
				if err := w.add(&b.acts[i], b.bodies[i]); err != nil {
					return err
				}
			}
		}
		if err := w.flush(); err != nil {
			return err
		}
		if w.edge.size/interval > l.signed/interval {
			_, err := w.sign(l.signer)
			return err
		}
		return nil
	})
}

// first writes the first entry of an empty ledger; won is false if it is not
// empty any more.
func (l *Ledger) first(a Act) (won bool, err error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	err = l.transact(func(w *writer) error {
		if won = w.edge.size == 0; !won {
			return nil
		}
		body, err := appendBody(nil, a.Body)
		if err == nil {
			err = w.add(&a, body)
		}
		if err == nil {
			err = w.flush()
		}
		return err
	})
	return won, err
}

// transact does one transaction from the newest edge on. The caller holds turn.
func (l *Ledger) transact(do func(*writer) error) error {
	var w *writer
	err := l.s.transaction(func() (err error) {
		if w, err = l.writer(); err == nil {
			err = do(w)
		}
		return err
	})
	if err != nil {
		return err
	}
	if w.signed > l.signed {
		_ = writeHead(l.keysDir, l.ID, Checkpoint{Size: w.edge.size, Root: w.edge.root()}) // that it can't be is said by Sign
	}
	l.edge, l.signed = w.edge, w.signed
	return nil
}

// writer returns one that goes on where the last commit of anybody ended.
func (l *Ledger) writer() (*writer, error) {
	if err := l.refresh(); err != nil {
		return nil, err
	}
	if l.ring != nil && !signs(l.signer, l.ring.last().vkey) { // another process rotated it
		if err := l.readSigner(); err != nil {
			return nil, err
		}
	}
	w := &writer{l: l, now: l.o.Now().UTC().Truncate(time.Millisecond), signed: l.signed}
	w.edge = edge{l.edge.size, slices.Clone(l.edge.roots)}
	return w, nil
}

// A writer adds entries within one transaction.
type writer struct {
	l      *Ledger
	now    time.Time
	edge   edge
	signed int64

	leaves, nodes, segments, keys rows
}

// add puts an act in its place.
func (w *writer) add(a *Act, body []byte) error {
	leaf := Leaf{Seq: w.edge.size, Time: w.now, Ledger: w.l.ID, Session: w.l.o.Session, Actor: a.Actor, Type: a.Type, Case: a.Case, Body: body}
	if leaf.Actor == "" {
		leaf.Actor = w.l.o.Actor
	}
	w.put(&leaf, leaf.append(make([]byte, 0, len(body)+256)))
	return nil
}

// put puts a leaf, whose bytes are b, at the end.
func (w *writer) put(leaf *Leaf, b []byte) {
	h := Hash(b)
	w.leaves.add(leaf.Seq, b, h[:])
	w.edge.push(h, func(ix int64, h tlog.Hash) { w.nodes.add(ix, h[:]) })
	switch leaf.Type {
	case Segment, Rollback:
		if leaf.Case != "" {
			w.segments.add(leaf.Case, leaf.Seq)
		}
	case Genesis, KeyRotate, KeyRevoke:
		w.keys.add(leaf.Seq)
	}
}

// flush sends what was added to the database.
func (w *writer) flush() error {
	for _, x := range []struct {
		rows *rows
		into string
		wide int
	}{{&w.leaves, "entry", 3}, {&w.nodes, "node", 2}, {&w.segments, "segment", 2}, {&w.keys, "keyleaf", 1}} {
		if err := x.rows.insert(w.l.s, x.into, x.wide); err != nil {
			return err
		}
	}
	return nil
}

// sign writes a checkpoint over all that was added.
func (w *writer) sign(keys ...note.Signer) (Checkpoint, error) {
	c, err := sign(Checkpoint{Origin: origin(w.l.ID), Size: w.edge.size, Root: w.edge.root()}, keys...)
	if err != nil {
		return c, err
	}
	w.signed = c.Size
	return c, w.l.s.exec("INSERT INTO checkpoint (size, note) VALUES (?, ?)", c.Size, c.Note)
}

// Sign returns a checkpoint over all entries there are, and makes it if the
// newest covers fewer.
func (l *Ledger) Sign() (Checkpoint, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	var c Checkpoint
	err := l.transact(func(w *writer) (err error) {
		if w.edge.size > w.signed {
			c, err = w.sign(l.signer)
			return err
		}
		var b []byte
		if err := l.s.QueryRowContext(context.Background(), "SELECT note FROM checkpoint WHERE size = ?", w.signed).Scan(&b); err != nil {
			return damage(l.path, err)
		}
		c, err = ParseCheckpoint(b)
		return err
	})
	if err != nil {
		return c, err
	}
	return c, writeHead(l.keysDir, l.ID, c)
}

// rows are the values of rows to be inserted, one after another.
type rows struct{ values []any }

func (r *rows) add(values ...any) { r.values = append(r.values, values...) }

// insert inserts the rows, as many by one statement as there are of some few
// lengths: a call costs more than a row, and each length stays ready.
func (r *rows) insert(s *session, table string, wide int) error {
	one := ",(?" + strings.Repeat(",?", wide-1) + ")"
	for _, n := range []int{32, 8, 1} {
		query := "INSERT INTO " + table + " VALUES " + strings.Repeat(one, n)[1:]
		for ; len(r.values) >= n*wide; r.values = r.values[n*wide:] {
			if err := s.exec(query, r.values[:n*wide]...); err != nil {
				return err
			}
		}
	}
	return nil
}
