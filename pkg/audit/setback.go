package audit

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// SetBack is the error of a ledger that lacks entries which were signed here:
// an older copy was put in its place, or its end was cut off.
type SetBack struct {
	Path       string
	Had, Found int64 // entries
}

func (s *SetBack) Error() string {
	return fmt.Sprintf("ledger %s was set back: %d entries were signed here, and it has %d or others: put the newer copy back, or bring back what is missing from the shared PostgreSQL with: osint audit recover, or, where neither is there, go on with: osint audit accept-rollback --reason TEXT", s.Path, s.Had, s.Found)
}

func (l *Ledger) setBack(h head) (*SetBack, error) {
	if h.Size == 0 {
		return nil, nil
	}
	if l.edge.size < h.Size {
		return &SetBack{l.path, h.Size, l.edge.size}, nil
	}
	root, err := tlog.TreeHash(h.Size, nodes{l.s})
	if err != nil {
		return nil, damage(l.path, err)
	}
	if hex.EncodeToString(root[:]) != h.Root {
		return &SetBack{l.path, h.Size, l.edge.size}, nil
	}
	return nil, nil
}

// Gone is the error of a ledger of which entries were signed here, and which is
// not here any more.
type Gone struct {
	Ledger, Path string
	Had          int64 // entries
}

func (g *Gone) Error() string {
	return fmt.Sprintf("the ledger %s, of which %d entries were signed here, is gone: put it back to %s, or bring it back from the shared PostgreSQL with: osint audit recover, or begin a new one with: osint audit accept-rollback --reason TEXT", g.Ledger, g.Had, g.Path)
}

// anew begins a ledger, if none was here before or the operator accepts that it
// is gone.
func (l *Ledger) anew() error {
	gone, err := l.gone()
	if err != nil {
		return err
	}
	if size, err := sizeOf(l.s); err != nil || size > 0 { // another process made it, and its head
		return damage(l.path, err)
	}
	previous := l.o.previous
	if gone != nil {
		if l.o.accept == "" {
			return gone
		}
		previous = Body{"ledger": gone.Ledger, "size": gone.Had, "reason": l.o.accept}
	}
	if err := l.genesis(previous); err != nil || gone == nil {
		return err
	}
	l.accepted = true
	head := headFile(l.keysDir, gone.Ledger)
	return os.Rename(head, head+".gone")
}

// gone returns the ledger that was here before, if its file is neither in its
// place nor put aside.
func (l *Ledger) gone() (*Gone, error) {
	heads, err := filepath.Glob(headFile(l.keysDir, "*"))
	for _, h := range heads {
		id := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(h), "ledger-"), ".head")
		if _, aside := os.Stat(filepath.Join(filepath.Dir(l.path), "ledger-"+id+".db")); aside == nil {
			continue
		}
		head, err := readHead(l.keysDir, id)
		if err != nil {
			return nil, err
		}
		return &Gone{id, l.path, head.Size}, nil
	}
	return nil, err
}

// ErrNotSetBack is the error of a ledger with which nobody needs to put up.
var ErrNotSetBack = errors.New("the record was not set back")

// AcceptRollback opens a ledger that was set back, or is gone, and puts on record
// that it was and why it goes on. A ledger that is as it was signed is
// [ErrNotSetBack]; where there never was one, there is none: [ErrAbsent].
func AcceptRollback(dir, keysDir string, o Options, reason string) (*Ledger, error) {
	before := &Ledger{path: filepath.Join(dir, File), keysDir: keysDir}
	gone, err := before.gone()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(before.path); errors.Is(err, os.ErrNotExist) && gone == nil {
		return nil, fmt.Errorf("%w at %s", ErrAbsent, before.path)
	}
	o.accept = reason
	l, err := Open(dir, keysDir, o)
	if err == nil && !l.accepted {
		return nil, errors.Join(ErrNotSetBack, l.Close())
	}
	return l, err
}
