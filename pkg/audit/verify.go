package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checks say what a ledger is held against beside itself.
type Checks struct {
	Anchors   []Anchor         // who else knows checkpoints of it
	Witnesses []string         // vkeys of witnesses whose cosignatures count
	Cases     []CaseFile       // whose lines are held against the ledger
	Now       func() time.Time // nil: the machine's clock
	Key       KeySource        // of the key that signs, if it has no file; nil: there is none
}

// Verify reads the whole ledger in a folder and holds it against itself, the
// key store, and whoever else is asked. It writes nothing. What is wrong is in
// the result; an error is one of reading: no right to, or ctx ended.
func Verify(ctx context.Context, dir, keysDir string, o Checks) (*Verification, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	v := &Verification{Path: filepath.Join(dir, File), Level: Local, at: o.Now()}
	watchers, err := ReadWitnesses(o.Witnesses)
	if err != nil {
		return nil, err
	}
	a := &audit{v: v, keysDir: keysDir, o: o, witnesses: watchers, wanted: map[int64][]claim{}, cases: map[string]*Recorded{}}
	for _, f := range o.Cases {
		v.Cases = append(v.Cases, Recorded{Case: f.ID, Path: f.Path})
	}
	for i := range v.Cases {
		a.cases[v.Cases[i].Case] = &v.Cases[i]
	}
	switch err := a.run(ctx); {
	case errors.Is(err, ErrAbsent):
		v.add(Incomplete, -1, "absent", "%v", err)
	case errors.As(err, new(*Newer)):
		v.newer = true
		v.add(Incomplete, -1, "file", "%v", err)
	case errors.As(err, new(*Damaged)) && ctx.Err() == nil:
		v.add(Tampered, -1, "file", "%v", err)
	case err != nil:
		return nil, err
	}
	v.conclude()
	return v, nil
}

// An audit is one verification under way.
type audit struct {
	v         *Verification
	keysDir   string
	o         Checks
	witnesses []*Witness

	size      int64
	ring      *ring
	wanted    map[int64][]claim // roots that somebody claims, by size
	confirmed map[string]int64  // the newest receipt of each destination
	sealed    int64             // newest checkpoint that counts
	cases     map[string]*Recorded

	head    head // what was signed last on this machine
	headErr error
	signers []note.Signer // that sign here
	answers []answer
}

// A claim is a root that somebody names for a size. It is settled when the tree
// has grown to there.
type claim struct {
	root   tlog.Hash
	settle func(same bool, until time.Time)
}

func (a *audit) run(ctx context.Context) error {
	info, err := os.Stat(a.v.Path)
	if errors.Is(err, fs.ErrNotExist) {
		a.v.add(Incomplete, -1, "absent", "%v at %s", ErrAbsent, a.v.Path)
		return nil
	}
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	db, err := open(a.v.Path, false)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := a.ask(ctx, db); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return damage(a.v.Path, err)
	}
	defer tx.Rollback()
	s := &source{path: a.v.Path, db: db, q: tx}
	if a.size, err = s.begin(ctx, info.Size(), a.v); err != nil || a.size < 0 {
		return err
	}
	a.v.Size = a.size
	if a.size == 0 {
		return a.empty()
	}
	if err := a.identify(s); err != nil || a.v.Ledger == "" {
		return err
	}
	a.hearHead()
	if err := a.hearReceipts(s); err != nil {
		return err
	}
	a.hearAnchors()
	if err := a.read(ctx, s); err != nil {
		return err
	}
	a.judge()
	return nil
}

// empty judges a ledger without entries: it is whole, unless somebody knows of
// any.
func (a *audit) empty() error {
	a.v.Root = (&edge{}).text()
	heads, err := filepath.Glob(filepath.Join(a.keysDir, "ledger-*.head"))
	if err != nil {
		return err
	}
	for _, h := range heads {
		a.v.add(SetBackTo, -1, "head", "the ledger is empty, and entries of one were signed here: %s", h)
	}
	a.hearAnchors()
	return nil
}

// identify reads the first entry and the keys that the ledger names.
func (a *audit) identify(s *source) error {
	b, err := leafAt(s.q, 0)
	if err != nil {
		a.v.add(Tampered, 0, "gap", "the first entry is missing")
		return nil
	}
	leaf, err := ParseLeaf(b)
	if err != nil || leaf.Type != Genesis {
		a.v.add(Tampered, 0, "genesis", "it is no first entry of a ledger: %v", errors.Join(err, typeError(leaf.Type)))
		return nil
	}
	a.v.Ledger = leaf.Ledger
	a.ring, err = readRing(context.Background(), s.q, s.path, leaf.Ledger, func(seq int64, err error) { a.v.add(Tampered, seq, "key", "keys: %v", err) })
	if err != nil || len(a.ring.keys) == 0 {
		a.v.Ledger = ""
		return err
	}
	a.v.Key = a.ring.last().vkey
	a.v.Fingerprint = Fingerprint(a.v.Key)
	return nil
}

func typeError(t Type) error {
	if t == "" || t == Genesis {
		return nil
	}
	return fmt.Errorf("its type is %s", t)
}

// sizes returns the claimed sizes in (from, to].
func (a *audit) sizes(from, to int64) (sizes []int64) {
	for s := range a.wanted {
		if from < s && s <= to {
			sizes = append(sizes, s)
		}
	}
	slices.Sort(sizes)
	return sizes
}
