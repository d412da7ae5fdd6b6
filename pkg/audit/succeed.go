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
	old, err := OpenRead(dir)
	if err != nil {
		return nil, "", err
	}
	defer old.Close()
	old.keysDir = keysDir
	if err := old.readSigner(); err == nil {
		old.signer = nil
		return nil, "", fmt.Errorf("%w, at %s: osint audit key rotate makes a new one", ErrNotLost, keyFile(keysDir, old.ID))
	} else if !errors.As(err, new(*LostKey)) {
		return nil, "", err
	}
	previous := Body{"ledger": old.ID, "size": old.edge.size, "reason": reason}
	if old.signed > 0 {
		var note []byte
		if err := old.s.QueryRowContext(context.Background(), "SELECT note FROM checkpoint WHERE size = ?", old.signed).Scan(&note); err != nil {
			return nil, "", damage(old.path, err)
		}
		previous["checkpoint"] = string(note)
	}
	if err := old.s.Close(); err != nil {
		return nil, "", err
	}
	kept = filepath.Join(dir, "ledger-"+old.ID+".db")
	for _, suffix := range []string{"-wal", "-shm", ""} { // the log first: it is nothing without its file
		if err := os.Rename(old.path+suffix, kept+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, "", fmt.Errorf("put the old ledger aside: %w", err)
		}
	}
	o.previous = previous
	next, err = Open(dir, keysDir, o)
	return next, kept, err
}
