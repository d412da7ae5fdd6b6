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

// A Spool reads a ledger for whoever copies it elsewhere or says how it stands,
// beside whoever writes it. It writes nothing. Entries never change, so what is
// read at different moments fits together.
type Spool struct {
	ID   string // of the ledger
	Path string

	db *sql.DB
}

// OpenSpool opens the ledger in a folder for reading. Where there is none it
// returns [ErrAbsent].
func OpenSpool(dir string) (*Spool, error) {
	s := &Spool{Path: filepath.Join(dir, File)}
	if _, err := os.Stat(s.Path); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrAbsent
	}
	var err error
	if s.db, err = open(s.Path, false); err != nil {
		return nil, err
	}
	if err := s.begin(); err != nil {
		s.db.Close()
		return nil, err
	}
	return s, nil
}

// Spool opens a reader of the same ledger, with connections of its own.
func (l *Ledger) Spool() (*Spool, error) { return OpenSpool(filepath.Dir(l.path)) }

func (s *Spool) begin() error {
	var version, app int
	err := s.db.QueryRow("SELECT user_version, application_id FROM pragma_user_version, pragma_application_id").Scan(&version, &app)
	if err != nil {
		return damage(s.Path, err)
	}
	if err := checkFormat(s.Path, version, app); err != nil {
		return err
	}
	first, err := leafAt(s.db, 0)
	if errors.Is(err, errNoEntry) { // its maker was stopped, or is at it
		return ErrAbsent
	}
	if err != nil {
		return damage(s.Path, err)
	}
	leaf, err := ParseLeaf(first)
	if err != nil {
		return &Damaged{s.Path, err}
	}
	s.ID = leaf.Ledger
	return nil
}

// Close closes the reader.
func (s *Spool) Close() error { return s.db.Close() }

// Size returns how many entries there are.
func (s *Spool) Size() (int64, error) {
	n, err := sizeOf(s.db)
	return n, damage(s.Path, err)
}

// Entries hands the entries from one number up to another, which is not among
// them, to f, in order. The leaf is valid until f returns. An entry that lacks
// is a *[Damaged].
func (s *Spool) Entries(ctx context.Context, from, to int64, f func(seq int64, leaf []byte) error) error {
	rows, err := s.db.QueryContext(ctx, "SELECT seq, leaf FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq", from, to)
	if err != nil {
		return damage(s.Path, err)
	}
	defer rows.Close()
	due := from
	var seq int64
	var leaf sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&seq, &leaf); err != nil {
			return damage(s.Path, err)
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
		return damage(s.Path, err)
	}
	if due < to {
		return &Damaged{s.Path, fmt.Errorf("entry %d is missing", due)}
	}
	return nil
}

// Checkpoints returns the checkpoints above a size and up to another, the
// smallest first, as they stand there: nothing of them is verified.
func (s *Spool) Checkpoints(ctx context.Context, above, upTo int64) (cs []Checkpoint, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT size, note FROM checkpoint WHERE size > ? AND size <= ? ORDER BY size", above, upTo)
	if err != nil {
		return nil, damage(s.Path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var size int64
		var b []byte
		if err := rows.Scan(&size, &b); err != nil {
			return nil, damage(s.Path, err)
		}
		c, err := ParseCheckpoint(b)
		if err == nil && (c.Size != size || c.Origin != origin(s.ID)) {
			err = fmt.Errorf("the checkpoint of size %d is of %s, size %d", size, c.Origin, c.Size)
		}
		if err != nil {
			return nil, &Damaged{s.Path, err}
		}
		cs = append(cs, c)
	}
	return cs, damage(s.Path, rows.Err())
}

// Lasting returns those of some checkpoints, the smallest first, that a copy of
// the ledger needs: the last one, and those that hand over from key to key. The
// signatures of each are verified.
func (s *Spool) Lasting(ctx context.Context, cs []Checkpoint) (keep []Checkpoint, err error) {
	if len(cs) == 0 {
		return nil, nil
	}
	h, err := handovers(ctx, s.db)
	if err != nil {
		return nil, damage(s.Path, err)
	}
	for i, c := range cs {
		if i+1 < len(cs) && !h.at(c.Size) {
			continue
		}
		if _, err := OpenCheckpoint(c.Note, h.signers(c.Size)...); err != nil {
			return nil, &Damaged{s.Path, err}
		}
		keep = append(keep, c)
	}
	return keep, nil
}

// Root returns the root hash of the first entries.
func (s *Spool) Root(size int64) (tlog.Hash, error) {
	e, err := edgeOf(size, nodes{s.db})
	if err != nil {
		return tlog.Hash{}, damage(s.Path, err)
	}
	return e.root(), nil
}

// A Tree grows by leaf hashes, from nothing or from the right edge of a ledger
// on: what a reader of entries makes of them, to be held against a checkpoint.
type Tree struct{ e edge }

// Tree returns the tree of the first entries.
func (s *Spool) Tree(size int64) (*Tree, error) {
	e, err := edgeOf(size, nodes{s.db})
	return &Tree{e}, damage(s.Path, err)
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
func (s *Spool) Extends(old int64, oldRoot tlog.Hash, new int64, newRoot tlog.Hash) error {
	if old == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(new, old, nodes{s.db})
	if err != nil {
		return damage(s.Path, err)
	}
	return tlog.CheckTree(proof, new, newRoot, old, oldRoot)
}
