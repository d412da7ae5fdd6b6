package audit

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/mod/sumdb/note"
)

// Key returns the public key that signs now.
func (l *Ledger) Key() string {
	l.turn.Lock()
	defer l.turn.Unlock()
	return l.ring.last().vkey
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
		err = l.keyEntry(KeyRotate, signer, func() (Body, error) {
			return Body{"old": l.ring.last().vkey, "new": vkey, "reason": reason}, nil
		})
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(next))
	}
	l.edge = edge{} // the keys are read anew
	if err := l.refresh(); err != nil {
		return "", err
	}
	l.signer = signer
	if err := os.Rename(next, path); err != nil && !errors.Is(err, os.ErrNotExist) { // another process did it
		return "", err
	}
	return vkey, nil
}

// Revoke says that checkpoints of a key that no longer signs count up to a size
// only: what came after was signed by who knows whom. The key is given whole or
// by its fingerprint.
func (l *Ledger) Revoke(key string, size int64, reason string) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	return l.keyEntry(KeyRevoke, nil, func() (Body, error) {
		keys := l.ring.vkeys()
		i := slices.IndexFunc(keys, func(k string) bool { return k == key || Fingerprint(k) == key })
		switch {
		case i < 0:
			return nil, fmt.Errorf("the ledger never had the key %s: osint audit log --type genesis --type key.rotate --json has those that it had", key)
		case i == len(keys)-1:
			return nil, errors.New("it is the key that signs: rotate it first, with: osint audit key rotate")
		}
		return Body{"key": keys[i], "size": size, "reason": reason}, nil
	})
}

// keyEntry writes an entry about keys and a checkpoint over it, which next signs
// too if there is one. Entries that are unsigned before it get a checkpoint of
// their own: the old key answers for them alone. body is asked when no other
// process can change the keys any more.
func (l *Ledger) keyEntry(t Type, next note.Signer, body func() (Body, error)) error {
	return l.transact(func(w *writer) error {
		said, err := body()
		if err != nil {
			return err
		}
		if w.edge.size > w.signed {
			if _, err := w.sign(l.signer); err != nil {
				return err
			}
		}
		b, err := appendBody(nil, said)
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
