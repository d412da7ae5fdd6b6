package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/mod/sumdb/note"
)

// keyBody is what the leaves about keys hold.
type keyBody struct {
	Key    string `json:"key"`
	Old    string `json:"old"`
	New    string `json:"new"`
	Size   int64  `json:"size"`
	Reason string `json:"reason"`
}

// readKeys reads the leaves that name keys: the last in l.keys signs.
func (l *Ledger) readKeys(q querier) error {
	found, err := q.QueryContext(context.Background(), "SELECT leaf FROM entry WHERE seq IN (SELECT seq FROM keyleaf) ORDER BY seq")
	if err != nil {
		return err
	}
	defer found.Close()
	l.keys = nil
	for found.Next() {
		var b []byte
		if err := found.Scan(&b); err != nil {
			return err
		}
		leaf, err := ParseLeaf(b)
		if err != nil {
			return &Damaged{l.path, err}
		}
		var k keyBody
		if err := json.Unmarshal(leaf.Body, &k); err != nil {
			return &Damaged{l.path, err}
		}
		switch leaf.Type {
		case Genesis:
			l.keys = append(l.keys, k.Key)
		case KeyRotate:
			l.keys = append(l.keys, k.New)
		}
	}
	if err := found.Err(); err != nil {
		return err
	}
	if len(l.keys) == 0 {
		return &Damaged{l.path, errors.New("no entry names the key that signs")}
	}
	return nil
}

// Key returns the public key that signs now.
func (l *Ledger) Key() string {
	l.turn.Lock()
	defer l.turn.Unlock()
	return l.keys[len(l.keys)-1]
}

// Rotate makes a new signing key and destroys the old one. The checkpoint over
// the entry that says so is signed by both.
func (l *Ledger) Rotate(reason string) (vkey string, err error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	path := keyFile(l.keysDir, l.ID)
	next := path + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if vkey, err = newKey(next, l.ID); err != nil {
		return "", err
	}
	signer, err := readKey(next, vkey)
	if err == nil {
		err = l.keyEntry(KeyRotate, signer, func() Body {
			return Body{"old": l.keys[len(l.keys)-1], "new": vkey, "reason": reason}
		})
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(next))
	}
	l.keys, l.signer = append(l.keys, vkey), signer
	if err := os.Rename(next, path); err != nil && !errors.Is(err, os.ErrNotExist) { // another process did it
		return "", err
	}
	return vkey, nil
}

// Revoke says that checkpoints of a key that no longer signs count up to a size
// only: what came after was signed by who knows whom.
func (l *Ledger) Revoke(vkey string, size int64, reason string) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	switch {
	case !slices.Contains(l.keys, vkey):
		return fmt.Errorf("the ledger never had the key %s", Fingerprint(vkey))
	case vkey == l.keys[len(l.keys)-1]:
		return errors.New("it is the key that signs: rotate it first, with: osint audit key rotate")
	}
	return l.keyEntry(KeyRevoke, nil, func() Body { return Body{"key": vkey, "size": size, "reason": reason} })
}

// keyEntry writes an entry about keys and a checkpoint over it, which next signs
// too if there is one. Entries that are unsigned before it get a checkpoint of
// their own: the old key answers for them alone.
func (l *Ledger) keyEntry(t Type, next note.Signer, body func() Body) error {
	return l.transact(func(w *writer) error {
		if w.edge.size > w.signed {
			if _, err := w.sign(l.signer); err != nil {
				return err
			}
		}
		b, err := appendBody(nil, body())
		if err == nil {
			err = w.add(&Act{Type: t}, b)
		}
		if err == nil {
			err = w.flush()
		}
		if err != nil {
			return err
		}
		signers := []note.Signer{l.signer}
		if next != nil {
			signers = append(signers, next)
		}
		_, err = w.sign(signers...)
		return err
	})
}
