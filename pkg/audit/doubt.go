package audit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Doubt is something about a ledger that whoever only looks should know: it
// keeps the next run from recording, or would hide that an end was cut off.
type Doubt struct {
	What  string
	Next  string // what to do
	Stops bool   // nothing can be recorded, and so nothing done, until that
	Key   bool   // it is about the key that signs
}

// Doubts holds the ledger in a folder against the key store: that the key which
// signs is there, and all that was signed here. It reads one root, not the
// entries, and writes nothing. A ledger that is not there and of which nothing
// was signed here is none; one that can't be read is an error.
func Doubts(dir, keysDir string, elsewhere KeySource) (all []Doubt, err error) {
	heads, err := filepath.Glob(headFile(keysDir, "*")) // before the ledger: entries are on disk before a head says so
	if err != nil {
		return nil, err
	}
	known := map[string]head{}
	for _, path := range heads {
		id := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "ledger-"), ".head")
		if known[id], err = readHead(keysDir, id); err != nil {
			all = append(all, Doubt{err.Error(), "bring that file back from a backup of the key store", true, false})
		}
	}
	r, err := OpenReader(dir)
	if errors.Is(err, ErrAbsent) {
		return append(all, gone(dir, known)...), nil
	}
	if err != nil {
		return all, err
	}
	defer r.Close()
	x, err := r.withoutKey(keysDir, elsewhere)
	if err != nil {
		return all, err
	}
	if x != nil {
		all = append(all, *x)
	}
	h, ok := known[r.ID]
	size, err := r.Size()
	if err != nil {
		return all, err
	}
	switch same, err := r.has(h, size); {
	case !ok || h.Size == 0:
		all = append(all, Doubt{fmt.Sprintf("the newest signed size, at %s, is missing: an end that was cut off would not show", headFile(keysDir, r.ID)),
			"bring it back from a backup of the key store; else the next run makes it anew", false, false})
	case err != nil:
		return all, err
	case !same:
		all = append(all, Doubt{fmt.Sprintf("the ledger was set back: %d entries were signed here, and it has %d or others", h.Size, size), "osint audit verify", true, false})
	}
	return all, nil
}

// gone says which ledgers were signed here and are not here any more, those apart
// that were put aside.
func gone(dir string, known map[string]head) (all []Doubt) {
	for _, id := range slices.Sorted(maps.Keys(known)) {
		if _, err := os.Stat(filepath.Join(dir, "ledger-"+id+".db")); err == nil {
			continue
		}
		all = append(all, Doubt{fmt.Sprintf("the ledger is gone: %d entries of %s were signed here, and there is none at %s", known[id].Size, id, filepath.Join(dir, File)),
			"put it back from a backup, or bring it back from the shared PostgreSQL: osint audit recover", true, false})
	}
	return all
}

// withoutKey returns the doubt that the signing key is not in a key store, nor
// elsewhere; nil if it is. A rotation under way is waited for once.
func (r *Reader) withoutKey(keysDir string, elsewhere KeySource) (*Doubt, error) {
	var lost error
	for range 2 {
		vkey, err := r.Key(context.Background())
		if err != nil {
			return nil, err
		}
		path := keyFile(keysDir, r.ID)
		if _, err = readKey(path+".next", vkey); err == nil {
			return nil, nil
		}
		if _, lost = readKey(path, vkey); lost == nil {
			return nil, nil
		}
		if errors.Is(lost, os.ErrNotExist) {
			var text string
			if text, lost = elsewhere.text(); lost == nil {
				if _, lost = keyOf(text, vkey); lost == nil {
					return nil, nil
				}
			}
		}
		lost = fmt.Errorf("the signing key of the ledger is not at %s: %w: nothing can be recorded", path, lost)
	}
	return &Doubt{lost.Error(), "bring it back, or go on in a new ledger: osint audit key lost --reason TEXT", true, true}, nil
}

// has reports whether a ledger of some size has what a head says was signed.
func (r *Reader) has(h head, size int64) (bool, error) {
	if h.Size == 0 || h.Size > size {
		return h.Size == 0, nil
	}
	root, err := r.Root(h.Size)
	return hex.EncodeToString(root[:]) == h.Root, err
}
