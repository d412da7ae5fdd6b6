package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"slices"

	"osint/pkg/pipeline"
)

// A Consent is what the operator accepts of a case, and why: it goes on record.
type Consent struct {
	Rollback string // to go on with a case that lacks lines which the ledger has; "" refuses it
	Adopt    string // to take in lines that are not on record, and no killed run explains; "" refuses them
}

// CaseSetBack is the error of a case that lacks lines which the ledger has, or
// has others.
type CaseSetBack struct {
	Case       string
	Had, Found uint64 // lines; Found is the last that agrees
}

func (c *CaseSetBack) Error() string {
	return fmt.Sprintf("the case was set back: the ledger knows its lines up to %d, and they agree up to %d: put the newer copy back, or go on with: --accept-rollback REASON", c.Had, c.Found)
}

// Unrecorded is the error of a case that has lines which the ledger does not
// know.
type Unrecorded struct {
	Case        string
	First, Last uint64
}

func (u *Unrecorded) Error() string {
	if u.First == 1 {
		return "the record knows nothing of the case, and no proof in it covers all of its lines (osint verify CASE says more): if you answer for it, take it in with: --adopt REASON"
	}
	return fmt.Sprintf("the case has lines that the record does not know, %d to %d, and no run was under way: a full disk leaves such, and so does somebody who wrote them: put the case back as it was, or, if you answer for them, take them in with: --adopt REASON", u.First, u.Last)
}

// For returns the sink of a case whose file lies at a path, or will. The lines
// that stand there are held against the ledger. A case that was set back is a
// *[CaseSetBack], one with lines that are not on record *[Unrecorded], unless the
// operator consents. Lines that a killed run explains are taken in, and those of a
// case that comes with its proof; both are on record as what they are.
func (l *Ledger) For(id, path string, c Consent) (*Sink, error) {
	s := &Sink{l: l, id: id, sum: sha256.New(), told: newTale()}
	known, err := l.segments(id)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(known) == 0:
		return s, nil
	case err == nil:
		defer f.Close()
		err = s.catchUp(f, known, c)
	}
	if err != nil {
		return nil, err
	}
	err = s.Sync()
	s.tail.open = false
	return s, err
}

// A tail is the lines of a case that the ledger lacks.
type tail struct {
	open   bool   // its lines are being taken in
	first  uint64 // 0 if there is none
	rest   bool   // no run was under way before it
	proofs bool   // it has no lines but Attested ones that this ledger made
	bare   bool   // it has no line that says what anybody answered
	proven uint64 // last line that proves all before it
	by     string // whose proof that is
	own    bool   // it is this ledger's, which may have been set back since

	whole hash.Hash // of all lines so far
}

// Adopted says which lines were taken in that were not on record, and why; "" if
// none were.
func (s *Sink) Adopted() string { return s.tail.by }

// catchUp reads the lines of a case: those of known segments must agree, the
// rest is recorded.
func (s *Sink) catchUp(f io.ReadSeeker, known []span, c Consent) error {
	agreed, err := s.agree(f, known)
	if err == nil && s.tail.first > 0 {
		return s.adopt(len(known) > 0, c)
	}
	if !errors.Is(err, errDiffers) {
		return err
	}
	back := &CaseSetBack{s.id, known[len(known)-1].Last, agreed}
	if c.Rollback == "" {
		return back
	}
	s.acts = append(s.acts, Act{Type: Rollback, Case: s.id, Body: Body{"had": back.Had, "found": agreed, "why": c.Rollback}})
	s.told, s.tail = newTale(), tail{open: true}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = pipeline.Replay(f, follow(func(e *pipeline.Event) error {
		if e.Seq <= agreed {
			s.told.hear(e)
			s.last = e.Seq
			return nil
		}
		return s.Event(e)
	}))
	return err
}

var errDiffers = errors.New("the lines are others than the ledger has")

// agree reads lines as far as they agree with the segments, and takes those
// that are new. It fails with errDiffers, and the last line that agrees, if a
// segment is not there.
func (s *Sink) agree(f io.Reader, known []span) (agreed uint64, err error) {
	sum := sha256.New()
	s.tail.whole = sha256.New()
	_, err = pipeline.Replay(f, follow(func(e *pipeline.Event) error {
		if len(known) == 0 {
			err := s.found(e)
			s.tail.write(e)
			return err
		}
		s.tail.write(e)
		s.told.hear(e)
		sum.Write(e.Line())
		sum.Write([]byte{'\n'})
		if e.Seq < known[0].Last {
			return nil
		}
		if hex.EncodeToString(sum.Sum(nil)) != known[0].SHA256 {
			return errDiffers
		}
		agreed, s.last = e.Seq, e.Seq
		known = known[1:]
		sum.Reset()
		return nil
	}))
	if err == nil && len(known) > 0 {
		err = errDiffers
	}
	return agreed, err
}

func (t *tail) write(e *pipeline.Event) {
	t.whole.Write(e.Line())
	t.whole.Write([]byte{'\n'})
}

// found takes a line that is not on record.
func (s *Sink) found(e *pipeline.Event) error {
	t := &s.tail
	if t.first == 0 {
		*t = tail{open: true, first: e.Seq, rest: s.told.rest, proofs: true, bare: true, whole: t.whole}
	}
	ours := false
	if a, err := e.Attestation(); err == nil && a != nil {
		leaf, _, sum, err := (*Attestation)(a).Check()
		if err == nil && a.Lines+1 == e.Seq && sum == hex.EncodeToString(t.whole.Sum(nil)) {
			t.proven, t.by = e.Seq, fmt.Sprintf("ledger %s, key %s", leaf.Ledger, Fingerprint(a.Key))
			t.own = leaf.Ledger == s.l.ID && s.l.named(a.Key)
			ours = leaf.Ledger == s.l.ID && s.l.holds(leaf.Seq, a.Leaf)
		}
	}
	t.proofs = t.proofs && ours
	t.bare = t.bare && (e.Opened != nil || e.Ruled != nil || e.Started != nil)
	return s.Event(e)
}

// holds reports whether an entry is the ledger's own.
func (l *Ledger) holds(seq int64, leaf string) bool {
	l.turn.Lock()
	defer l.turn.Unlock()
	b, err := leafAt(l.s, seq)
	return err == nil && string(b) == leaf
}

// named reports whether a key is one that the ledger names.
func (l *Ledger) named(vkey string) bool {
	l.turn.Lock()
	defer l.turn.Unlock()
	return slices.Contains(l.ring.vkeys(), vkey)
}

// adopt decides whether the lines that are not on record are taken in.
func (s *Sink) adopt(known bool, c Consent) error {
	t := &s.tail
	lines := fmt.Sprintf("lines %d to %d", t.first, s.last)
	act := "adopted"
	switch {
	case t.proofs:
		t.open, t.by = false, "" // a process was killed between a proof and its entry
		return nil
	case known && !t.rest:
		t.by = lines + ", which a process that was killed had not recorded yet"
	case !known && t.bare:
		t.by = lines + ", of a run that was killed before anybody had answered"
	case known && t.own && t.proven == s.last:
		t.by = lines + ", by a proof of this ledger from before it was set back"
	case !known && t.proven == s.last:
		act, t.by = "imported", lines+", by the proof of "+t.by
	case c.Adopt != "":
		t.by = lines + ": " + c.Adopt
	default:
		return &Unrecorded{s.id, t.first, s.last}
	}
	first := Act{Type: CaseAct, Case: s.id, Body: Body{"act": act, "what": t.by, "line": t.first, "at": s.l.o.Now().UnixMilli(), "adopted": true}}
	s.acts = append([]Act{first}, s.acts...)
	return nil
}
