package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Copy is somewhere a ledger was copied to.
type Copy interface {
	// Entries hands over a ledger's entries from one number up to another, which
	// is not among them, in order. The leaf is valid until f returns.
	Entries(ctx context.Context, ledger string, from, to int64, f func(leaf []byte) error) error
	// Seals returns the signed notes that it has of a ledger, of more entries than
	// some.
	Seals(ctx context.Context, ledger string, above int64) (notes [][]byte, err error)
}

// ErrOtherHistory is the error of a copy that is none of this ledger: one of
// both was written to after they parted, or an entry was changed.
var ErrOtherHistory = errors.New("the copy has another history")

// ErrNoCopy is the error of a place that has no checkpoint of the ledger.
var ErrNoCopy = errors.New("it has no checkpoint of this ledger")

// Recovered says what a recovery came to.
type Recovered struct {
	Ledger   string
	Had, Has int64 // entries, before and after
}

// Recover brings a ledger that lacks its newest entries, or all of them, up to
// the newest checkpoint that a copy has. Nothing that the copy says is believed:
// the key that signs is here, and it signed just these entries. An error leaves
// the ledger as it was. It is for a ledger that nobody has open.
func Recover(ctx context.Context, dir, keysDir string, o Options, c Copy) (r Recovered, err error) {
	path := filepath.Join(dir, File)
	if _, e := os.Stat(path); errors.Is(e, fs.ErrNotExist) {
		defer func() {
			for _, suffix := range []string{"", "-wal", "-shm"} {
				if err != nil {
					os.Remove(path + suffix)
				}
			}
		}()
	}
	l, err := lay(dir, keysDir, o)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, l.s.Close()) }()
	if err := l.identify(); err != nil {
		return r, err
	}
	r.Ledger, r.Had, r.Has = l.ID, l.edge.size, l.edge.size
	seals, err := l.seals(ctx, c)
	if err != nil || len(seals) == 0 {
		return r, err
	}
	if err := l.adopt(ctx, c, seals); err != nil {
		return r, err
	}
	r.Has = seals[len(seals)-1].Size
	return r, nil
}

// seals asks a copy for the checkpoints that lack here, the smallest first. A
// copy of another ledger is an error.
func (l *Ledger) seals(ctx context.Context, c Copy) (seals []Checkpoint, err error) {
	notes, err := c.Seals(ctx, l.ID, 0)
	if err != nil {
		return nil, err
	}
	known := false
	for _, n := range notes {
		x, err := ParseCheckpoint(n)
		if err != nil || x.Origin != origin(l.ID) {
			continue // of no use
		}
		known = true
		if x.Size > l.edge.size {
			seals = append(seals, x)
		}
	}
	if !known {
		return nil, fmt.Errorf("%w, %s", ErrNoCopy, l.ID)
	}
	slices.SortFunc(seals, func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	return slices.CompactFunc(seals, func(a, b Checkpoint) bool { return a.Size == b.Size }), nil
}

// identify says which ledger is to be recovered: the one that lies there, or if
// that is empty the one whose key does.
func (l *Ledger) identify() error {
	size, err := sizeOf(l.s)
	if err != nil {
		return damage(l.path, err)
	}
	if size > 0 {
		return l.load()
	}
	keys, err := filepath.Glob(keyFile(l.keysDir, "*"))
	if err == nil && len(keys) == 0 {
		text, unread := l.o.Key.text()
		if l.ID = ledgerOf(text); l.ID != "" || unread != nil {
			return unread
		}
	}
	if err == nil && len(keys) != 1 {
		err = fmt.Errorf("%w at %s, and %d keys at %s, of which one would name it: put the ledger's key there, and no other", ErrAbsent, l.path, len(keys), l.keysDir)
	}
	if err != nil {
		return err
	}
	prefix, suffix, _ := strings.Cut(filepath.Base(keyFile("", "*")), "*")
	l.ID = strings.TrimSuffix(strings.TrimPrefix(filepath.Base(keys[0]), prefix), suffix)
	return nil
}

// adopt adds the entries of a copy up to the last of some checkpoints, in one
// transaction.
func (l *Ledger) adopt(ctx context.Context, c Copy, seals []Checkpoint) error {
	return l.s.transaction(func() error {
		if err := l.refresh(); err != nil {
			return err
		}
		w := &writer{l: l, edge: edge{l.edge.size, slices.Clone(l.edge.roots)}}
		if err := w.copy(ctx, c, seals); err != nil {
			return err
		}
		return l.trust(ctx, seals)
	})
}

// copy adds the entries of a copy, which must make the roots of the checkpoints.
func (w *writer) copy(ctx context.Context, c Copy, seals []Checkpoint) error {
	upTo := seals[len(seals)-1].Size
	err := c.Entries(ctx, w.l.ID, w.edge.size, upTo, func(b []byte) error {
		leaf, err := ParseLeaf(b)
		if err == nil && (leaf.Ledger != w.l.ID || leaf.Seq != w.edge.size) {
			err = fmt.Errorf("it is entry %d of ledger %s", leaf.Seq, leaf.Ledger)
		}
		if err != nil {
			return fmt.Errorf("entry %d of the copy: %w", w.edge.size, err)
		}
		w.put(&leaf, append([]byte(nil), b...))
		if seals[0].Size == w.edge.size {
			if seals[0].Root != w.edge.root() {
				return fmt.Errorf("%w: its checkpoint of %d entries is not over this ledger and what it would add", ErrOtherHistory, w.edge.size)
			}
			seals = seals[1:]
		}
		if len(w.leaves.values) < 30_000 {
			return nil
		}
		return w.flush()
	})
	if err == nil {
		err = w.flush()
	}
	if err == nil && w.edge.size != upTo {
		err = fmt.Errorf("the copy has entries up to %d only, and a checkpoint of %d", w.edge.size, upTo)
	}
	return err
}

// trust adds checkpoints that were signed by the keys that the entries name, the
// last of which is the one that lies here: whoever has not that can't have
// written any of it.
func (l *Ledger) trust(ctx context.Context, seals []Checkpoint) error {
	r, err := readRing(ctx, l.s, l.path, l.ID, nil)
	if err != nil {
		return err
	}
	l.ring = r
	if err := l.readSigner(); err != nil {
		return err
	}
	for _, x := range seals {
		if _, _, err := r.open(x.Note); err != nil {
			return fmt.Errorf("the copy was not signed by this ledger's key: %w", err)
		}
		if err := l.s.exec("INSERT INTO checkpoint (size, note) VALUES (?, ?)", x.Size, x.Note); err != nil {
			return err
		}
	}
	return nil
}
