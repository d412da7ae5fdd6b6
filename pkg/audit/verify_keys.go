package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// A ring is the keys that a ledger names, in their order: which may sign is a
// matter of the checkpoint's size.
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
	var b keyBody
	if err := json.Unmarshal(leaf.Body, &b); err != nil {
		return err
	}
	r.leaves = append(r.leaves, leaf.Seq)
	name := b.Key
	switch leaf.Type {
	case KeyRevoke:
		return r.revoke(b)
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

func (r *ring) revoke(b keyBody) error {
	for i := range r.keys[:max(len(r.keys)-1, 0)] {
		if k := &r.keys[i]; k.vkey == b.Key {
			k.revoked = min(k.revoked, b.Size)
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

// ring reads the keys that the ledger names.
func (s *source) ring(ledger string, v *Verification) (*ring, error) {
	r := &ring{ledger: ledger}
	rows, err := s.q.QueryContext(context.Background(), "SELECT seq, leaf FROM keyleaf LEFT JOIN entry USING (seq) ORDER BY seq")
	if err != nil {
		return nil, damage(s.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		var b []byte
		if err := rows.Scan(&seq, &b); err != nil {
			return nil, damage(s.path, err)
		}
		leaf, err := ParseLeaf(b)
		if err == nil && leaf.Seq != seq {
			err = fmt.Errorf("it says that it is entry %d", leaf.Seq)
		}
		if err == nil {
			err = r.add(leaf)
		}
		if err != nil {
			v.add(Tampered, seq, "key", "keys: %v", err)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, damage(s.path, err)
	}
	if len(r.keys) == 0 {
		v.add(Tampered, -1, "key", "no entry names the key that signs")
	}
	return r, nil
}
