package audit

import (
	"crypto/sha256"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// stride is how many levels of the tree lie between those whose hashes are
// stored: 15 of 16 interior hashes are made anew from their 16 descendants when
// they are asked for.
const stride = 4

// An edge is the right edge of a tree: the roots of its complete subtrees, from
// the largest to the smallest. It is all that is needed to append.
type edge struct {
	size  int64
	roots []tlog.Hash
}

// push appends a leaf hash and hands over the interior hashes that are stored,
// in the order of their index.
func (e *edge) push(h tlog.Hash, store func(ix int64, h tlog.Hash)) {
	level := 0
	for n := e.size; n&1 == 1; n >>= 1 {
		last := len(e.roots) - 1
		h = tlog.NodeHash(e.roots[last], h)
		e.roots = e.roots[:last]
		if level++; level%stride == 0 && store != nil {
			store(tlog.StoredHashIndex(level, n>>1), h)
		}
	}
	e.roots = append(e.roots, h)
	e.size++
}

// root returns the root hash of the tree.
func (e *edge) root() tlog.Hash {
	if e.size == 0 {
		return sha256.Sum256(nil)
	}
	h := e.roots[len(e.roots)-1]
	for _, left := range slices.Backward(e.roots[:len(e.roots)-1]) {
		h = tlog.NodeHash(left, h)
	}
	return h
}

// subtrees returns the stored-hash indexes of the roots that the edge of a tree
// of some size has.
func subtrees(size int64) (ix []int64) {
	for level := 62; level >= 0; level-- {
		if size>>level&1 == 1 {
			ix = append(ix, tlog.StoredHashIndex(level, size>>level-1))
		}
	}
	return ix
}

// edgeOf reads the edge of a tree of some size.
func edgeOf(size int64, r tlog.HashReader) (edge, error) {
	roots, err := r.ReadHashes(subtrees(size))
	if err != nil {
		return edge{}, err
	}
	return edge{size, roots}, nil
}
