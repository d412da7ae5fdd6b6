package audit

import (
	"context"
	"database/sql"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// An Anchor is a place outside the ledger that knows checkpoints of it: a file
// that is only appended to, a report that was handed out, a database that others
// run.
type Anchor interface {
	Name() string
	// Checkpoints returns the signed notes that it has, of this ledger or of
	// any. An error is one of reaching or reading it.
	Checkpoints(ctx context.Context, ledger string) (notes [][]byte, err error)
}

// want asks for the root of some size.
func (a *audit) want(size int64, root tlog.Hash, settle func(same bool, until time.Time)) {
	a.wanted[size] = append(a.wanted[size], claim{root, settle})
}

// An answer is what an anchor said.
type answer struct {
	Anchor
	notes [][]byte
	err   error // of asking for them
	held  held  // a Holder's
}

// ask asks the key store and the anchors. It comes before the ledger is read: a
// process that writes meanwhile can tell them only what is then in it.
func (a *audit) ask(ctx context.Context, db *sql.DB) error {
	id := ""
	if b, err := leafAt(db, 0); err == nil {
		if leaf, err := ParseLeaf(b); err == nil {
			id = leaf.Ledger
			a.head, a.headErr = readHead(a.keysDir, id)
			a.signers = a.signersHere(id)
		}
	}
	a.confirmed = confirmed(ctx, db)
	a.v.shipped = len(a.confirmed) > 0
	here, _ := sizeOf(db) // what is wrong with it is told later
	for _, x := range a.o.Anchors {
		said := answer{Anchor: x}
		said.notes, said.err = x.Checkpoints(ctx, id)
		if h, ok := x.(Holder); ok && id != "" && said.err == nil {
			said.held.Holding, said.held.err = h.Held(ctx, id, here)
			said.held.common = min(here, said.held.Size)
		}
		a.answers = append(a.answers, said)
	}
	return ctx.Err()
}

// confirmed returns the newest receipt of each destination, as far as they can be
// read: what is wrong with them is told later.
func confirmed(ctx context.Context, db *sql.DB) map[string]int64 {
	sizes := map[string]int64{}
	rows, err := db.QueryContext(ctx, "SELECT dest, max(size) FROM anchor GROUP BY dest")
	if err != nil {
		return sizes
	}
	defer rows.Close()
	for rows.Next() {
		var dest string
		var size int64
		if rows.Scan(&dest, &size) == nil {
			sizes[dest] = size
		}
	}
	return sizes
}

// hearHead holds against the ledger what was signed last on this machine.
func (a *audit) hearHead() {
	v := a.v
	path := headFile(a.keysDir, v.Ledger)
	h, err := a.head, a.headErr
	if err != nil {
		v.add(Incomplete, -1, "head", "%v", err)
		return
	}
	a.signers = append(a.signers, a.signersHere(v.Ledger)...) // it may have been rotated since
	here := len(a.signers) > 0
	if here && !slices.ContainsFunc(a.signers, func(s note.Signer) bool { return signs(s, v.Key) }) {
		v.add(Tampered, -1, "head", "the ledger names a key that is not the one that signs here, at %s", keyFile(a.keysDir, v.Ledger))
	}
	if here && h.Size == 0 {
		v.add(Warned, -1, "head", "the newest signed size, at %s, is missing: an end that was cut off would not show", path)
	}
	if !here && h.Size > 0 {
		v.add(Warned, -1, "head", "entries of it were signed here, and the key that signs is not at %s: nothing can be recorded", keyFile(a.keysDir, v.Ledger))
	}
	root, err := hex.DecodeString(h.Root)
	switch {
	case h.Size == 0:
	case err != nil || len(root) != tlog.HashSize:
		v.add(Incomplete, -1, "head", "the newest signed size, at %s, has no root", path)
	case h.Size > a.size:
		v.add(SetBackTo, -1, "head", "%d entries were signed here, and the ledger has %d: it is an older copy, or its end was cut off", h.Size, a.size)
	default:
		a.want(h.Size, tlog.Hash(root), func(same bool, _ time.Time) {
			if !same {
				v.add(Forked, -1, "head", "the first %d entries are others than those that were signed here", h.Size)
			}
		})
	}
}

// signersHere reads the key that signs a ledger on this machine, if it is here. A
// rotation that was cut off has left the new one beside it.
func (a *audit) signersHere(ledger string) (signers []note.Signer) {
	path := keyFile(a.keysDir, ledger)
	for _, p := range []string{path, path + ".next"} {
		b, err := os.ReadFile(p)
		if err != nil {
			continue
		}
		if s, err := note.NewSigner(strings.TrimSpace(string(b))); err == nil {
			signers = append(signers, s)
		}
	}
	if len(signers) == 0 { // that elsewhere can't be read is said by whoever wants to sign
		text, _ := a.o.Key.text()
		if s, err := note.NewSigner(strings.TrimSpace(text)); err == nil && s.Name() == origin(ledger) {
			signers = append(signers, s)
		}
	}
	return signers
}

// hearReceipts holds against the ledger what others said that they had of it.
func (a *audit) hearReceipts(s *source) error {
	rows, err := s.q.QueryContext(context.Background(), "SELECT dest, size, root FROM anchor ORDER BY dest, size")
	if err != nil {
		return damage(s.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var dest string
		var size int64
		var root []byte
		if err := rows.Scan(&dest, &size, &root); err != nil {
			return damage(s.path, err)
		}
		a.receipt(dest, size, root)
	}
	return damage(s.path, rows.Err())
}

func (a *audit) receipt(dest string, size int64, root []byte) {
	switch {
	case len(root) != tlog.HashSize || size < 1:
		a.v.add(Tampered, -1, "receipt", "the receipt of %s for %d entries has no root", dest, size)
	case size > a.size:
		a.v.add(SetBackTo, -1, "receipt", "%s confirmed %d entries, and the ledger has %d", dest, size, a.size)
	default:
		a.want(size, tlog.Hash(root), func(same bool, _ time.Time) {
			if !same {
				a.v.add(Forked, -1, "receipt", "%s confirmed other first %d entries than the ledger has", dest, size)
			}
		})
	}
}

// hearAnchors takes in what the anchors said. One that could not be asked, or
// knows nothing, leaves the verification incomplete.
func (a *audit) hearAnchors() {
	for i := range a.answers {
		x := &a.answers[i]
		if x.err != nil {
			a.v.add(Incomplete, -1, "anchor", "anchor %s can't be asked: %v", x.Name(), x.err)
			continue
		}
		known := false
		for _, n := range x.notes {
			known = a.hold(x.Name(), n) || known
		}
		if h, ok := x.Anchor.(Holder); ok && a.size > 0 {
			known = a.holder(h, x) || known
		}
		if !known {
			a.v.add(Incomplete, -1, "anchor", "anchor %s knows no checkpoint of this ledger", x.Name())
		}
	}
}

// deny notes that an anchor contradicts the ledger: nothing else that it says
// vouches for it.
func (a *audit) deny(code Verdict, name, format string, args ...any) {
	a.v.against = append(a.v.against, name)
	if code == Tampered { // what it holds was altered: it says nothing of the record
		a.v.blame("anchor "+name, code, -1, "anchor", format, args...)
		return
	}
	a.v.add(code, -1, "anchor", format, args...)
}

// hold takes in a checkpoint of an anchor, if it is of this ledger.
func (a *audit) hold(name string, b []byte) (known bool) {
	c, err := ParseCheckpoint(b)
	if err != nil {
		a.v.add(Incomplete, -1, "anchor", "anchor %s: %v", name, err)
		return false
	}
	if a.size == 0 {
		a.deny(SetBackTo, name, "anchor %s knows %d entries of %s, and the ledger is empty", name, c.Size, c.Origin)
		return true
	}
	if c.Origin != origin(a.v.Ledger) || c.Size == 0 {
		return false
	}
	_, counts, err := a.ring.open(b)
	if err != nil && a.ring.knows(b) {
		a.deny(Tampered, name, "anchor %s: its checkpoint of size %d: %v", name, c.Size, err)
		return true
	}
	signed := err == nil
	if c.Size > a.size {
		who := ""
		if !signed {
			who = ", signed by a key that the ledger does not name"
		}
		a.deny(SetBackTo, name, "anchor %s knows %d entries%s, and the ledger has %d", name, c.Size, who, a.size)
		return true
	}
	seen := a.seen(b)
	a.want(c.Size, c.Root, func(same bool, until time.Time) {
		switch {
		case !same:
			a.deny(Forked, name, "anchor %s knows other first %d entries than the ledger has", name, c.Size)
		case !signed:
			a.v.add(Warned, -1, "anchor", "anchor %s: its checkpoint of size %d is signed by a key that the ledger does not name, and proves nothing", name, c.Size)
		case !counts && len(seen) == 0:
			a.v.add(Warned, -1, "anchor", "anchor %s: its checkpoint of size %d is of a key that was revoked for it, and proves nothing", name, c.Size)
		default:
			a.v.bind(Bond{name, Anchored, c.Size, until, name})
			for w, at := range seen {
				a.v.bind(Bond{w.name, Witnessed, c.Size, at, name})
			}
		}
	})
	return true
}
