package audit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Options say who writes.
type Options struct {
	Actor   string           // the operator's id in his organisation; "" is "uid:" and the number of the account
	Tool    string           // name and version
	Commit  string           //
	Now     func() time.Time // nil: the machine's clock
	Session string           // "" makes one
	Key     KeySource        // of the key that signs, if it has no file; nil: there is none

	accept   string // why a ledger that was set back, or is gone, may go on; "" refuses it
	previous Body   // of a new ledger: the one that it goes on from
}

// A Ledger is the record of one installation. Its methods may be called from
// several goroutines, and several processes may have it open at once.
type Ledger struct {
	ID string // uuid

	path    string
	keysDir string
	o       Options

	accepted bool // it was set back, or gone, and goes on

	turn   sync.Mutex // held by the one that uses what follows
	s      *session
	edge   edge  // as of the last commit that this process saw
	ring   *ring // the keys, as of edge; nil before Genesis
	signer note.Signer
	signed int64 // size of the newest checkpoint that this process saw

	mu    sync.Mutex // guards queue
	queue []*batch
}

// Open opens the ledger in a folder, and makes it, with its key, if there is
// none. A ledger that was set back is a *[SetBack], a broken one *[Damaged], one
// whose key is gone a *[LostKey].
func Open(dir, keysDir string, o Options) (*Ledger, error) {
	l, err := lay(dir, keysDir, o)
	if err != nil {
		return nil, err
	}
	if err := l.begin(); err != nil {
		l.s.Close()
		return nil, err
	}
	return l, nil
}

// lay opens the file of a ledger to write in it, and makes it with its tables if
// there is none. Of what it holds nothing is read.
func lay(dir, keysDir string, o Options) (*Ledger, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Session == "" {
		o.Session = random(8)
	}
	if o.Actor == "" {
		o.Actor = fmt.Sprintf("uid:%d", os.Getuid())
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the ledger's folder: %w", err)
	}
	l := &Ledger{path: filepath.Join(dir, File), keysDir: keysDir, o: o}
	if err := private(l.path); err != nil {
		return nil, err
	}
	var err error
	if l.s, err = openSession(l.path, true); err != nil {
		return nil, err
	}
	if err := prepare(l.s); err != nil {
		l.s.Close()
		return nil, err
	}
	return l, nil
}

// Head returns how many entries there are, and the root of their tree.
func (l *Ledger) Head() (size int64, root tlog.Hash, err error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	if err := l.refresh(); err != nil {
		return 0, tlog.Hash{}, err
	}
	return l.edge.size, l.edge.root(), nil
}

// private makes the file before SQLite does, for nobody else to read.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	return f.Close()
}

// begin reads what is there, or makes the first entry.
func (l *Ledger) begin() error {
	size, err := sizeOf(l.s)
	if err != nil {
		return damage(l.path, err)
	}
	if size == 0 {
		if err := l.anew(); err != nil {
			return err
		}
	}
	if err := l.load(); err != nil {
		return err
	}
	if err := l.unlock(); err != nil {
		return err
	}
	return l.beat()
}

// beat records that the ledger is alive, if the newest entry is of another day:
// a day without an entry is a day on which nobody wrote.
func (l *Ledger) beat() error {
	last, err := readLeaf(l.s, l.path, l.edge.size-1)
	if err != nil {
		return err
	}
	const day = "2006-01-02"
	if last.Time.Format(day) != l.o.Now().UTC().Format(day) {
		_, err = l.Append(Act{Type: Heartbeat, Body: Body{"tool": l.o.Tool}})
	}
	return err
}

// load reads identity, keys, edge and the newest checkpoint's size.
func (l *Ledger) load() error {
	first, err := readFirst(l.s, l.path)
	if err != nil {
		return err
	}
	l.ID, l.edge = first.Ledger, edge{}
	return l.refresh()
}

// refresh brings edge, keys and signed up to the last commit of anybody. After an
// error they are as they were.
func (l *Ledger) refresh() error {
	var size, signed int64
	newest, err := l.s.statement("SELECT coalesce((SELECT max(seq) + 1 FROM entry), 0), coalesce((SELECT max(size) FROM checkpoint), 0)")
	if err == nil {
		err = newest.QueryRow().Scan(&size, &signed)
	}
	if err != nil {
		return damage(l.path, err)
	}
	if size != l.edge.size {
		e, err := edgeOf(size, nodes{l.s})
		if err != nil {
			return damage(l.path, err)
		}
		r, err := readRing(context.Background(), l.s, l.path, l.ID, nil)
		if err != nil {
			return err
		}
		l.edge, l.ring = e, r
	}
	l.signed = signed
	return nil
}

// unlock reads the signing key, and looks whether the ledger was set back.
func (l *Ledger) unlock() error {
	if err := l.readSigner(); err != nil {
		return err
	}
	h, err := readHead(l.keysDir, l.ID)
	if err == nil {
		err = l.refresh() // whoever wrote that head may have done so just now, and its entries before
	}
	if err != nil {
		return err
	}
	back, err := l.setBack(h)
	if err != nil || back == nil {
		return err
	}
	if l.o.accept == "" {
		l.signer = nil // nothing is signed that was set back
		return back
	}
	l.accepted = true
	_, err = l.Append(Act{Type: Rollback, Body: Body{"had": back.Had, "found": back.Found, "why": l.o.accept}})
	if err == nil { // that it was set back is forgotten once it is on record
		err = os.Remove(headFile(l.keysDir, l.ID))
	}
	if err == nil {
		_, err = l.Sign()
	}
	return err
}

// genesis writes the first entry, unless another process does so first.
// previous is the ledger that this one goes on from, if any.
func (l *Ledger) genesis(previous Body) error {
	id := uuid.NewString()
	path := keyFile(l.keysDir, id)
	vkey, err := newKey(path, id)
	if err != nil {
		return err
	}
	l.ID = id
	skey, err := readKey(path, vkey)
	if err != nil {
		return err
	}
	l.signer = skey
	body := Body{"key": vkey, "tool": l.o.Tool, "commit": l.o.Commit, "previous": previous}
	won, err := l.first(Act{Type: Genesis, Body: body})
	if err == nil && won {
		_, err = l.Sign()
		return err
	}
	return errors.Join(err, os.Remove(path))
}

// readSigner reads the key that signs now.
func (l *Ledger) readSigner() (err error) {
	l.signer, err = readSigner(l.keysDir, l.ID, l.ring.last().vkey, l.o.Key)
	return err
}

// Close signs what is not signed yet, and closes the file.
func (l *Ledger) Close() error {
	var err error
	if l.signer != nil {
		_, err = l.Sign()
	}
	return errors.Join(err, l.s.Close())
}

func random(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
