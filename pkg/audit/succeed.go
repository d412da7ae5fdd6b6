package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNotLost is the error of a ledger that needs no successor.
var ErrNotLost = errors.New("the signing key of the ledger is there")

// Succeed closes a ledger whose signing key is gone and begins a new one, whose
// first entry names the old one and holds its last checkpoint. The old file is
// kept beside it, under the name that is returned. A ledger whose key is there
// is [ErrNotLost].
func Succeed(dir, keysDir string, o Options, reason string) (next *Ledger, kept string, err error) {
	old, err := OpenReader(dir)
	if err != nil {
		return nil, "", err
	}
	previous, err := old.succession(keysDir, reason, o.Key)
	if err = errors.Join(err, old.Close()); err != nil {
		return nil, "", err
	}
	kept = filepath.Join(dir, "ledger-"+old.ID+".db")
	for _, suffix := range []string{"-wal", "-shm", ""} { // the log first: it is nothing without its file
		if err := os.Rename(old.Path+suffix, kept+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, "", fmt.Errorf("put the old ledger aside: %w", err)
		}
	}
	o.previous = previous
	next, err = Open(dir, keysDir, o)
	return next, kept, err
}

// succession returns what a successor says of a ledger. One whose key is in the
// key store, or elsewhere, is [ErrNotLost].
func (r *Reader) succession(keysDir, reason string, elsewhere KeySource) (Body, error) {
	ctx := context.Background()
	vkey, err := r.Key(ctx)
	if err != nil {
		return nil, err
	}
	_, err = readSigner(keysDir, r.ID, vkey, elsewhere)
	switch {
	case err == nil:
		return nil, fmt.Errorf("%w, at %s: osint audit key rotate makes a new one", ErrNotLost, keyFile(keysDir, r.ID))
	case !errors.As(err, new(*LostKey)):
		return nil, err
	}
	size, err := r.Size()
	if err != nil {
		return nil, err
	}
	note, err := r.newest(ctx)
	return Body{"ledger": r.ID, "size": size, "reason": reason, "checkpoint": string(note)}, err
}

// OwnKeys returns the keys that the ledgers in a folder name, those that were put
// aside among them. One that can't be read has none: what it signed is then a
// stranger's.
func OwnKeys(dir string) (keys []string) {
	files, _ := filepath.Glob(filepath.Join(dir, "ledger*.db")) // the pattern is good
	for _, path := range files {
		r, err := openReader(path)
		if err != nil {
			continue
		}
		named, _ := r.Keys(context.Background())
		keys = append(keys, named...)
		r.Close()
	}
	return keys
}
