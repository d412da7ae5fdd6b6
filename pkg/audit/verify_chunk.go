package audit

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// chunkLevel is the level of the subtree that one chunk of entries makes: a
// chunk can be hashed without those before it. It is a multiple of stride.
const chunkLevel = 12

const chunkSize = int64(1) << chunkLevel

// A chunk is what reading some entries came to, as far as it needs none before
// them.
type chunk struct {
	from, to int64
	err      error // of reading
	flaws    []flaw
	broken   bool // entries are missing: it makes no tree
	tree     edge // its own
	nodes    []node
	marks    []mark
	seals    []seal
	events   []event
	acts     []caseAct

	first, newest, oldest, last int64 // ms
	oldestAt                    int64 // entry
	silence                     int64 // ms
}

type flaw struct {
	seq        int64
	kind, what string
}

type node struct {
	ix int64
	h  tlog.Hash
}

// A caseAct is an entry of a case that is asked about.
type caseAct struct {
	of  *Recorded
	act recordedAct
}

// A mark is the edge of a chunk when it has grown to a size that somebody asks
// about, and when the last entry was recorded.
type mark struct {
	size int64 // of the whole tree
	tree edge  // of the chunk
	ms   int64
}

// A seal is a checkpoint that was found.
type seal struct {
	size   int64
	c      Checkpoint
	counts bool
	seen   map[*Witness]time.Time
	err    error
}

// reset makes a chunk that was dealt with ready for other entries, in the space
// it has.
func (c *chunk) reset(from, to int64) {
	*c = chunk{from: from, to: to, tree: edge{roots: c.tree.roots[:0]},
		nodes: c.nodes[:0], marks: c.marks[:0], seals: c.seals[:0], events: c.events[:0]}
}

func (c *chunk) wrong(seq int64, kind, format string, args ...any) {
	c.flaws = append(c.flaws, flaw{seq, kind, fmt.Sprintf(format, args...)})
}

// A worker reads chunks over one connection.
type worker struct {
	r      *reader
	a      *audit
	ledger string
	names  *names
	seed   maphash.Seed
	text   []byte // scratch
	list   []byte
}

// read reads the entries of [from, to) and the checkpoints over them into a
// chunk.
func (w *worker) read(ctx context.Context, c *chunk, from, to int64) *chunk {
	c.reset(from, to)
	if c.err = w.seals(ctx, c); c.err == nil {
		c.err = w.entries(ctx, c)
	}
	c.err = damage(w.r.s.path, c.err)
	return c
}

func (w *worker) seals(ctx context.Context, c *chunk) error {
	rows, err := w.r.checkpoint.QueryContext(ctx, c.from, c.to)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s seal
		var b []byte
		if err := rows.Scan(&s.size, &b); err != nil {
			return err
		}
		if s.c, s.counts, s.err = w.a.ring.open(b); s.err == nil && s.c.Size != s.size {
			s.err = fmt.Errorf("it is a checkpoint of size %d", s.c.Size)
		}
		if s.err == nil {
			s.seen = w.a.seen(b)
		}
		c.seals = append(c.seals, s)
	}
	return rows.Err()
}

// seen returns which witnesses cosigned a checkpoint.
func (a *audit) seen(note []byte) (seen map[*Witness]time.Time) {
	for _, x := range a.witnesses {
		if at, ok := x.Saw(note); ok {
			if seen == nil {
				seen = map[*Witness]time.Time{}
			}
			seen[x] = at
		}
	}
	return seen
}

func (w *worker) entries(ctx context.Context, c *chunk) error {
	marks := w.a.sizes(c.from, c.to)
	for _, s := range c.seals {
		marks = append(marks, s.size)
	}
	slices.Sort(marks)
	marks = slices.Compact(marks)
	rows, err := w.r.entries.QueryContext(ctx, c.from, c.to)
	if err != nil {
		return err
	}
	defer rows.Close()
	store := func(ix int64, h tlog.Hash) {
		level, n := tlog.SplitStoredHashIndex(ix)
		c.nodes = append(c.nodes, node{tlog.StoredHashIndex(level, c.from>>level+n), h})
	}
	next := c.from
	for rows.Next() {
		var seq int64
		var leaf, stored sql.RawBytes
		if err := rows.Scan(&seq, &leaf, &stored); err != nil {
			return err
		}
		c.gap(next, seq)
		h := Hash(leaf)
		if string(stored) != string(h[:]) {
			c.wrong(seq, "leaf hash", "its stored hash is not that of its text")
		}
		c.tree.push(h, store)
		w.leaf(c, seq, leaf)
		next = seq + 1
		if len(marks) > 0 && marks[0] == next {
			c.marks = append(c.marks, mark{next, edge{c.tree.size, slices.Clone(c.tree.roots)}, c.last})
			marks = marks[1:]
		}
	}
	c.gap(next, c.to)
	return rows.Err()
}

// gap notes that the entries of [next, seq) are missing, if there are such.
func (c *chunk) gap(next, seq int64) {
	switch seq - next {
	case 0:
		return
	case 1:
		c.wrong(next, "gap", "it is missing")
	default:
		c.wrong(next, "gap", "it and those up to %d are missing", seq-1)
	}
	c.broken = true
}

// leaf checks one leaf by itself and notes what must be held against others.
func (w *worker) leaf(c *chunk, seq int64, leaf []byte) {
	var p parts
	err := p.parse(leaf)
	switch {
	case err != nil:
		c.wrong(seq, "leaf", "not a leaf: %v", err)
		return
	case p.seq != seq:
		c.wrong(seq, "leaf", "it says that it is entry %d", p.seq)
	case string(p.ledger) != w.ledger:
		c.wrong(seq, "leaf", "it is of ledger %s", plain(p.ledger))
	}
	c.clock(seq, p.ms)
	if of := w.a.cases[string(p.id)]; of != nil && told(p.kind) {
		c.acts = append(c.acts, caseAct{of, recordedAct{seq, Type(p.kind), bytes.Clone(p.body)}})
	}
	if err := w.event(c, &p); err != nil {
		c.wrong(seq, "body", "its body: %v", err)
	}
}

// clock notes when an entry was recorded. An entry may be older than one before
// it by as much as clocks are set right every day.
func (c *chunk) clock(seq, ms int64) {
	if c.first == 0 {
		c.first, c.newest, c.oldest, c.oldestAt = ms, ms, ms, seq
	} else {
		c.silence = max(c.silence, ms-c.newest)
	}
	if ms < c.newest-skew && c.last >= c.newest-skew {
		c.events = append(c.events, event{kind: setBackEvent, seq: seq, a: uint64(c.newest - ms)})
	}
	if ms < c.oldest {
		c.oldest, c.oldestAt = ms, seq
	}
	c.newest, c.last = max(c.newest, ms), ms
}

// skew is by how much an entry's time may lie before that of an earlier one.
const skew = 2000 // ms
