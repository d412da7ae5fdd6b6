package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

// A Reader reads a ledger beside whoever writes it. It writes nothing, needs no
// key, and verifies nothing of what it reads but where it says so. Entries never
// change, so what is read at different moments fits together.
type Reader struct {
	ID   string // of the ledger
	Path string

	db *sql.DB
	q  querier // db, or one moment of it
}

// OpenReader opens the ledger in a folder for reading; the folder may be one that
// can't be written to. Where there is none it returns [ErrAbsent]; what is no
// ledger is a *[Damaged].
func OpenReader(dir string) (*Reader, error) { return openReader(filepath.Join(dir, File)) }

func openReader(path string) (*Reader, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, noLedger(path)
	}
	db, err := open(path, false)
	if err != nil {
		return nil, err
	}
	r := &Reader{Path: path, db: db, q: db}
	err = identify(db, path)
	if err == nil {
		var first Leaf
		first, err = readFirst(db, path)
		r.ID = first.Ledger
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return r, nil
}

// Reader opens a reader of the same ledger, with connections of its own.
func (l *Ledger) Reader() (*Reader, error) { return openReader(l.path) }

// Close closes the reader.
func (r *Reader) Close() error { return r.db.Close() }

// moment lets f read all as it is at one moment.
func (r *Reader) moment(ctx context.Context, f func(*Reader) error) error {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return damage(r.Path, err)
	}
	defer tx.Rollback()
	return f(&Reader{r.ID, r.Path, r.db, tx})
}

// Size returns how many entries there are.
func (r *Reader) Size() (int64, error) {
	n, err := sizeOf(r.q)
	return n, damage(r.Path, err)
}

// Keys returns the public keys that the ledger names, in their order: the last
// signs.
func (r *Reader) Keys(ctx context.Context) ([]string, error) {
	keys, err := readRing(ctx, r.q, r.Path, r.ID, nil)
	if err != nil {
		return nil, err
	}
	return keys.vkeys(), nil
}

// Key returns the public key that signs.
func (r *Reader) Key(ctx context.Context) (string, error) {
	keys, err := r.Keys(ctx)
	if err != nil {
		return "", err
	}
	return keys[len(keys)-1], nil
}

// Prove returns an entry and its proof of inclusion in the tree of some size.
func (r *Reader) Prove(seq, size int64) (leaf []byte, proof tlog.RecordProof, err error) {
	return prove(r.q, r.Path, seq, size)
}

// Entries hands the entries from one number up to another, which is not among
// them, to f, in order. The leaf is valid until f returns. An entry that lacks
// is a *[Damaged].
func (r *Reader) Entries(ctx context.Context, from, to int64, f func(seq int64, leaf []byte) error) error {
	rows, err := r.q.QueryContext(ctx, "SELECT seq, leaf FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq", from, to)
	if err != nil {
		return damage(r.Path, err)
	}
	defer rows.Close()
	due := from
	var seq int64
	var leaf sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&seq, &leaf); err != nil {
			return damage(r.Path, err)
		}
		if seq != due {
			break
		}
		if err := f(seq, leaf); err != nil {
			return err
		}
		due++
	}
	if err := rows.Err(); err != nil {
		return damage(r.Path, err)
	}
	if due < to {
		return &Damaged{r.Path, fmt.Errorf("entry %d is missing", due)}
	}
	return nil
}

// Checkpoints returns the checkpoints above a size and up to another, the
// smallest first, as they stand there: nothing of them is verified.
func (r *Reader) Checkpoints(ctx context.Context, above, upTo int64) (cs []Checkpoint, err error) {
	rows, err := r.q.QueryContext(ctx, "SELECT size, note FROM checkpoint WHERE size > ? AND size <= ? ORDER BY size", above, upTo)
	if err != nil {
		return nil, damage(r.Path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var size int64
		var b []byte
		if err := rows.Scan(&size, &b); err != nil {
			return nil, damage(r.Path, err)
		}
		c, err := ParseCheckpoint(b)
		if err == nil && (c.Size != size || c.Origin != origin(r.ID)) {
			err = fmt.Errorf("the checkpoint of size %d is of %s, size %d", size, c.Origin, c.Size)
		}
		if err != nil {
			return nil, &Damaged{r.Path, err}
		}
		cs = append(cs, c)
	}
	return cs, damage(r.Path, rows.Err())
}

// Lasting returns those of some checkpoints, the smallest first, that a copy of
// the ledger needs: the last one, and those that hand over from key to key. The
// signatures of each are verified.
func (r *Reader) Lasting(ctx context.Context, cs []Checkpoint) (keep []Checkpoint, err error) {
	if len(cs) == 0 {
		return nil, nil
	}
	keys, err := readRing(ctx, r.q, r.Path, r.ID, nil)
	if err != nil {
		return nil, err
	}
	for i, c := range cs {
		if i+1 < len(cs) && !keys.takesOver(c.Size) {
			continue
		}
		if _, _, err := keys.open(c.Note); err != nil {
			return nil, &Damaged{r.Path, fmt.Errorf("the checkpoint of size %d: %w", c.Size, err)}
		}
		keep = append(keep, c)
	}
	return keep, nil
}

// Newest returns the newest checkpoint; nothing of it is verified.
func (r *Reader) Newest(ctx context.Context) (Checkpoint, error) {
	b, err := r.newest(ctx)
	switch {
	case err != nil:
		return Checkpoint{}, err
	case b == nil:
		return Checkpoint{}, fmt.Errorf("ledger %s has no checkpoint yet", r.Path)
	}
	return ParseCheckpoint(b)
}

// newest returns the note of the newest checkpoint; nil if there is none.
func (r *Reader) newest(ctx context.Context) (note []byte, err error) {
	err = r.q.QueryRowContext(ctx, "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").Scan(&note)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return note, damage(r.Path, err)
}

// Root returns the root hash of the first entries.
func (r *Reader) Root(size int64) (tlog.Hash, error) {
	e, err := edgeOf(size, nodes{r.q})
	if err != nil {
		return tlog.Hash{}, damage(r.Path, err)
	}
	return e.root(), nil
}

// A Tree grows by leaf hashes, from nothing or from the right edge of a ledger
// on: what a reader of entries makes of them, to be held against a checkpoint.
type Tree struct{ e edge }

// Tree returns the tree of the first entries.
func (r *Reader) Tree(size int64) (*Tree, error) {
	e, err := edgeOf(size, nodes{r.q})
	return &Tree{e}, damage(r.Path, err)
}

// Add appends a leaf.
func (t *Tree) Add(leaf []byte) { t.AddHash(Hash(leaf)) }

// AddHash appends a leaf by its hash.
func (t *Tree) AddHash(h tlog.Hash) { t.e.push(h, nil) }

// Size returns how many leaves there are.
func (t *Tree) Size() int64 { return t.e.size }

// Root returns the root hash.
func (t *Tree) Root() tlog.Hash { return t.e.root() }

// Extends fails unless the tree of size new, whose root is given, extends that
// of size old.
func (r *Reader) Extends(old int64, oldRoot tlog.Hash, new int64, newRoot tlog.Hash) error {
	if old == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(new, old, nodes{r.q})
	if err != nil {
		return damage(r.Path, err)
	}
	return tlog.CheckTree(proof, new, newRoot, old, oldRoot)
}
