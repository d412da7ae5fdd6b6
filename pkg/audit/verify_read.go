package audit

import (
	"context"
	"hash/maphash"
	"runtime"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// read reads all entries, in chunks on several connections, and puts the chunks
// together in their order.
func (a *audit) read(ctx context.Context, s *source) error {
	ctx, cancel := context.WithCancel(ctx)
	seed := maphash.MakeSeed()
	known := &names{known: map[string]uint32{}}
	l := &law{v: a.v, names: known, ruled: map[uint64]uint32{}, cases: map[uint64]uint64{}}
	chunks := (a.size + chunkSize - 1) / chunkSize
	n := min(int64(runtime.GOMAXPROCS(0)), 4, chunks)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	ready := make([]chan *chunk, n)
	spent := make(chan *chunk, 3*n)
	for i := range ready {
		ready[i] = make(chan *chunk, 1)
		wg.Go(func() {
			w := &worker{a: a, ledger: a.v.Ledger, names: known, seed: seed}
			w.run(ctx, s, ready[i], spent, int64(i), n)
		})
	}
	own := &worker{seed: seed}
	t := &tree{a: a, required: a.ring.handovers()}
	var err error
	if t.cache, err = s.nodes(ctx); err != nil {
		return err
	}
	defer t.cache.close()
	for i := range chunks {
		var c *chunk
		select {
		case c = <-ready[i%n]:
		case <-ctx.Done():
			return ctx.Err()
		}
		if c.err != nil {
			return c.err
		}
		for _, f := range c.flaws {
			a.v.add(Tampered, f.seq, f.kind, "%s", f.what)
		}
		for _, x := range c.acts {
			x.of.acts = append(x.of.acts, x.act)
		}
		l.hear(c)
		if err := t.grow(c); err != nil {
			return err
		}
		spent <- c
	}
	return a.end(ctx, s, t, l, own)
}

// run reads each nth chunk, from the first on.
func (w *worker) run(ctx context.Context, s *source, out chan<- *chunk, spent <-chan *chunk, first, n int64) {
	r, err := s.reader(ctx)
	if err != nil {
		out <- &chunk{err: err}
		return
	}
	defer r.close()
	w.r = r
	for from := first * chunkSize; from < w.a.size; from += n * chunkSize {
		c := new(chunk)
		select {
		case c = <-spent:
		default:
		}
		select {
		case out <- w.read(ctx, c, from, min(from+chunkSize, w.a.size)):
		case <-ctx.Done():
			return
		}
	}
}

// A tree is the whole one, as far as it has grown, with what is settled on the
// way.
type tree struct {
	a        *audit
	edge     edge
	broken   bool // entries are missing: no root can be made
	cache    *nodeCursor
	required map[int64]bool // sizes that must have a checkpoint: where a key took over
	ignored  int            // checkpoints that don't count
}

// grow appends a chunk.
func (t *tree) grow(c *chunk) error {
	t.broken = t.broken || c.broken
	if !t.broken {
		for _, n := range c.nodes {
			if err := t.cache.expect(n, t.a.v); err != nil {
				return err
			}
		}
		t.settle(c)
	}
	for _, s := range c.seals {
		t.seal(&s, c)
	}
	t.a.v.Newest = time.UnixMilli(c.last).UTC()
	if t.broken {
		return nil
	}
	return t.join(c)
}

// join puts a chunk's subtrees on the right of the tree.
func (t *tree) join(c *chunk) error {
	if c.tree.size < chunkSize {
		t.edge.roots = append(t.edge.roots, c.tree.roots...)
		t.edge.size += c.tree.size
		return nil
	}
	h, level := c.tree.roots[0], chunkLevel
	for n := t.edge.size >> chunkLevel; n&1 == 1; n >>= 1 {
		last := len(t.edge.roots) - 1
		h = tlog.NodeHash(t.edge.roots[last], h)
		t.edge.roots = t.edge.roots[:last]
		if level++; level%stride == 0 {
			if err := t.cache.expect(node{tlog.StoredHashIndex(level, n>>1), h}, t.a.v); err != nil {
				return err
			}
		}
	}
	t.edge.roots = append(t.edge.roots, h)
	t.edge.size += chunkSize
	return nil
}

// at returns the root of the tree when it had grown to a mark.
func (t *tree) at(m *mark) tlog.Hash {
	n := len(t.edge.roots)
	whole := edge{m.size, append(t.edge.roots[:n:n], m.tree.roots...)}
	return whole.root()
}

// settle answers the claims about sizes in a chunk.
func (t *tree) settle(c *chunk) {
	for i := range c.marks {
		m := &c.marks[i]
		for _, x := range t.a.wanted[m.size] {
			x.settle(x.root == t.at(m), time.UnixMilli(m.ms).UTC())
		}
	}
}

// seal judges a checkpoint.
func (t *tree) seal(s *seal, c *chunk) {
	v := t.a.v
	v.Checkpoints++
	if s.err != nil {
		v.add(Tampered, -1, "checkpoint", "the checkpoint of size %d: %v", s.size, s.err)
		return
	}
	delete(t.required, s.size)
	if t.broken {
		return
	}
	for i := range c.marks {
		if m := &c.marks[i]; m.size == s.size && t.at(m) != s.c.Root {
			v.add(Tampered, -1, "root", "the checkpoint of size %d has another root than the entries", s.size)
			return
		}
	}
	if !s.counts && len(s.seen) == 0 {
		t.ignored++
		return
	}
	t.a.sealed = max(t.a.sealed, s.size)
	for w, at := range s.seen {
		v.bind(Bond{w.name, Witnessed, s.size, at, ""})
	}
}

// end judges what can be judged only when all was read.
func (a *audit) end(ctx context.Context, s *source, t *tree, l *law, own *worker) error {
	v := a.v
	if !t.broken {
		v.Root = t.edge.text()
		if err := t.cache.end(v); err != nil {
			return err
		}
	}
	for size := range t.required {
		v.add(Tampered, size-1, "handover", "a key takes over, and no checkpoint bears it out that both signed")
	}
	if t.ignored > 0 {
		v.add(Warned, -1, "revoked", "%d checkpoints don't count: their key was revoked for their size", t.ignored)
	}
	l.keyleaves(a.ring)
	if err := s.segments(ctx, v, own, l.rows, a.size); err != nil {
		return err
	}
	if err := s.strayCheckpoints(ctx, a); err != nil {
		return err
	}
	v.Sealed = a.sealed
	a.tail()
	for i := range v.Cases {
		if err := v.Cases[i].judge(v); err != nil {
			return err
		}
	}
	return nil
}

// tail judges the entries that no checkpoint covers.
func (a *audit) tail() {
	switch n := a.size - a.sealed; {
	case n == 0:
	case a.sealed/interval != a.size/interval && a.v.Verdict != Tampered:
		a.v.add(Tampered, a.sealed, "unsealed", "the %d entries from here on are under no checkpoint that counts, and one is made for every %d", n, interval)
	case n == 1:
		a.v.add(Warned, a.sealed, "unsealed", "the newest entry is under no checkpoint yet")
	default:
		a.v.add(Warned, a.sealed, "unsealed", "the %d newest entries are under no checkpoint yet", n)
	}
}
