package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"
)

// A ring is the keys that a ledger names, in their order. Which of them sign a
// checkpoint is a matter of its size: a key signs what holds the entry that names
// it, and what comes after, up to the entry that names the next, which both sign.
type ring struct {
	ledger string
	keys   []ringKey
	leaves []int64 // where they are named
}

type ringKey struct {
	vkey     string
	verifier note.Verifier
	from, to int64 // sizes that it signs, both included
	revoked  int64 // above it, its checkpoints don't count; never is no size at all
}

const never = int64(1) << 62

func (r *ring) last() *ringKey { return &r.keys[len(r.keys)-1] }

// add takes in a leaf about keys.
func (r *ring) add(leaf Leaf) error {
	var b struct {
		Key, Old, New string
		Size          int64
	}
	if err := json.Unmarshal(leaf.Body, &b); err != nil {
		return err
	}
	r.leaves = append(r.leaves, leaf.Seq)
	name := b.Key
	switch leaf.Type {
	case KeyRevoke:
		return r.revoke(b.Key, b.Size)
	case KeyRotate:
		if len(r.keys) == 0 || r.last().vkey != b.Old {
			return errors.New("it takes over from a key that did not sign then")
		}
		r.last().to = leaf.Seq + 1
		name = b.New
	case Genesis:
		if leaf.Seq != 0 {
			return errors.New("a second first entry")
		}
	default:
		return fmt.Errorf("an entry of type %s names no key", leaf.Type)
	}
	v, err := note.NewVerifier(name)
	if err != nil {
		return fmt.Errorf("key %q: %w", name, err)
	}
	if v.Name() != origin(r.ledger) {
		return fmt.Errorf("the key is of %s", v.Name())
	}
	r.keys = append(r.keys, ringKey{name, v, leaf.Seq + 1, never, never})
	return nil
}

func (r *ring) revoke(vkey string, size int64) error {
	for i := range r.keys[:max(len(r.keys)-1, 0)] {
		if k := &r.keys[i]; k.vkey == vkey {
			k.revoked = min(k.revoked, size)
			return nil
		}
	}
	return errors.New("it revokes a key that the ledger did not have, or that signs")
}

// open reads a checkpoint that must be signed by each key valid at its size. It
// counts unless every one of them was revoked before.
func (r *ring) open(b []byte) (c Checkpoint, counts bool, err error) {
	if c, err = ParseCheckpoint(b); err != nil {
		return c, false, err
	}
	if c.Origin != origin(r.ledger) {
		return c, false, fmt.Errorf("it is a checkpoint of %s", c.Origin)
	}
	var vs []note.Verifier
	for _, k := range r.keys {
		if k.from <= c.Size && c.Size <= k.to {
			vs = append(vs, k.verifier)
			counts = counts || c.Size <= k.revoked
		}
	}
	n, err := note.Open(b, note.VerifierList(vs...))
	if err != nil {
		return c, false, err
	}
	if len(n.Sigs) != len(vs) {
		return c, false, fmt.Errorf("%d of the %d keys that must have signed it did", len(n.Sigs), len(vs))
	}
	return c, counts, nil
}

// knows reports whether a note bears the name and number of any key of the
// ring, well signed or not.
func (r *ring) knows(b []byte) bool {
	var vs []note.Verifier
	for _, k := range r.keys {
		vs = append(vs, k.verifier)
	}
	_, err := note.Open(b, note.VerifierList(vs...))
	var stranger *note.UnverifiedNoteError
	return !errors.As(err, &stranger)
}

// handovers returns the sizes at which a key took over: their checkpoints must be
// there, signed by both.
func (r *ring) handovers() map[int64]bool {
	sizes := map[int64]bool{}
	for _, k := range r.keys[1:] {
		sizes[k.from] = true
	}
	return sizes
}

// takesOver reports whether a checkpoint of a size stands just before an entry
// about keys or over it: both are what the next key's trust rests on.
func (r *ring) takesOver(size int64) bool {
	return slices.Contains(r.leaves, size) || slices.Contains(r.leaves, size-1)
}

// vkeys returns all keys, the one that signs last.
func (r *ring) vkeys() (keys []string) {
	for _, k := range r.keys {
		keys = append(keys, k.vkey)
	}
	return keys
}

// readRing reads the keys that the ledger at a path names. An entry that does not
// name one as it must is left out and told to wrong, with -1 if it is that none
// does; where wrong is nil it is a *[Damaged].
func readRing(ctx context.Context, q querier, path, ledger string, wrong func(seq int64, err error)) (*ring, error) {
	r := &ring{ledger: ledger}
	var first error
	if wrong == nil {
		wrong = func(seq int64, err error) {
			if seq >= 0 {
				err = fmt.Errorf("entry %d: %w", seq, err)
			}
			if first == nil {
				first = &Damaged{path, err}
			}
		}
	}
	rows, err := q.QueryContext(ctx, "SELECT seq, leaf FROM keyleaf LEFT JOIN entry USING (seq) ORDER BY seq")
	if err != nil {
		return nil, damage(path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		var b []byte
		if err := rows.Scan(&seq, &b); err != nil {
			return nil, damage(path, err)
		}
		leaf, err := ParseLeaf(b)
		if err == nil && leaf.Seq != seq {
			err = fmt.Errorf("it says that it is entry %d", leaf.Seq)
		}
		if err == nil {
			err = r.add(leaf)
		}
		if err != nil {
			wrong(seq, err)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, damage(path, err)
	}
	if len(r.keys) == 0 {
		wrong(-1, errors.New("no entry names the key that signs"))
	}
	return r, first
}
