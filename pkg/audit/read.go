package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// A querier is the database or one transaction on it.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// nodes reads the tree's hashes, the stored ones and what they make.
type nodes struct{ q querier }

// ReadHashes implements [tlog.HashReader].
func (r nodes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var leaves, inner []any
	for _, ix := range indexes {
		base, from, count := stored(ix)
		for n := from; n < from+count; n++ {
			if base == 0 {
				leaves = append(leaves, n)
			} else {
				inner = append(inner, tlog.StoredHashIndex(base, n))
			}
		}
	}
	known := make(map[int64]tlog.Hash, len(leaves)+len(inner))
	err := r.read("SELECT seq, leaf_hash FROM entry WHERE seq IN ", leaves, func(seq int64, h tlog.Hash) { known[tlog.StoredHashIndex(0, seq)] = h })
	if err == nil {
		err = r.read("SELECT ix, h FROM node WHERE ix IN ", inner, func(ix int64, h tlog.Hash) { known[ix] = h })
	}
	if err != nil {
		return nil, err
	}
	out := make([]tlog.Hash, len(indexes))
	for i, ix := range indexes {
		base, from, count := stored(ix)
		hs := make([]tlog.Hash, count)
		for j := range hs {
			h, ok := known[tlog.StoredHashIndex(base, from+int64(j))]
			if !ok {
				return nil, fmt.Errorf("level %d of the tree lacks hash %d", base, from+int64(j))
			}
			hs[j] = h
		}
		for ; len(hs) > 1; hs = hs[:len(hs)/2] {
			for j := range len(hs) / 2 {
				hs[j] = tlog.NodeHash(hs[2*j], hs[2*j+1])
			}
		}
		out[i] = hs[0]
	}
	return out, nil
}

// stored returns what an interior hash is made of that is stored: count hashes
// of a level, from one on.
func stored(ix int64) (level int, from, count int64) {
	level, n := tlog.SplitStoredHashIndex(ix)
	above := level % stride
	return level - above, n << above, 1 << above
}

// read reads numbered hashes.
func (r nodes) read(query string, numbers []any, take func(int64, tlog.Hash)) error {
	if len(numbers) == 0 {
		return nil
	}
	rows, err := r.q.QueryContext(context.Background(), query+"(?"+strings.Repeat(",?", len(numbers)-1)+")", numbers...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var b sql.RawBytes
		if err := rows.Scan(&n, &b); err != nil {
			return err
		}
		if len(b) != tlog.HashSize {
			return fmt.Errorf("a hash of %d bytes", len(b))
		}
		take(n, tlog.Hash(b))
	}
	return rows.Err()
}

// sizeOf returns how many entries there are, by the last one's number.
func sizeOf(q querier) (size int64, err error) {
	err = q.QueryRowContext(context.Background(), "SELECT coalesce(max(seq) + 1, 0) FROM entry").Scan(&size)
	return size, err
}

// leafAt reads one leaf's bytes.
func leafAt(q querier, seq int64) (leaf []byte, err error) {
	err = q.QueryRowContext(context.Background(), "SELECT leaf FROM entry WHERE seq = ?", seq).Scan(&leaf)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w %d", errNoEntry, seq)
	}
	return leaf, err
}

var errNoEntry = errors.New("the ledger has no entry")

// readLeaf reads one leaf of the ledger at a path.
func readLeaf(q querier, path string, seq int64) (Leaf, error) {
	b, err := leafAt(q, seq)
	if err != nil {
		return Leaf{}, damage(path, err)
	}
	leaf, err := ParseLeaf(b)
	if err == nil && leaf.Seq != seq {
		err = fmt.Errorf("it says that it is entry %d", leaf.Seq)
	}
	if err != nil {
		return Leaf{}, &Damaged{path, fmt.Errorf("entry %d: %w", seq, err)}
	}
	return leaf, nil
}

// readFirst reads the first leaf of the ledger at a path, which says which ledger
// it is. Where there is no entry yet it returns [ErrAbsent].
func readFirst(q querier, path string) (Leaf, error) {
	size, err := sizeOf(q)
	if err != nil {
		return Leaf{}, damage(path, err)
	}
	if size == 0 { // its maker was stopped, or is at it
		return Leaf{}, fmt.Errorf("%w at %s", ErrAbsent, path)
	}
	first, err := readLeaf(q, path, 0)
	switch {
	case errors.Is(err, errNoEntry):
		return first, &Damaged{path, errors.New("the first entry is missing")}
	case err == nil && first.Type != Genesis:
		return first, &Damaged{path, errors.New("entry 0 is no first entry")}
	}
	return first, err
}

// prove returns an entry and its proof of inclusion in the tree of some size.
func prove(q querier, path string, seq, size int64) (leaf []byte, proof tlog.RecordProof, err error) {
	if leaf, err = leafAt(q, seq); err == nil {
		proof, err = tlog.ProveRecord(size, seq, nodes{q})
	}
	return leaf, proof, damage(path, err)
}
