package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"

	"osint/pkg/pipeline"
)

// A Sink writes the leaves of one case: one for each act among its lines, and a
// segment over the lines of each Sync. It is a [pipeline.Sink]; its Sync returns
// when the leaves are on disk.
type Sink struct {
	l    *Ledger
	id   string
	last uint64 // line that the ledger has, or was given
	told tale

	acts  []Act
	first uint64 // line of the segment under way; 0 if there is none
	sum   hash.Hash
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

// For returns the sink of a case whose file lies at a path, or will. The lines
// that stand there are held against the ledger, and those that it lacks are
// recorded. A case that was set back is a *[CaseSetBack], unless accept says why
// it may go on, which is recorded too.
func (l *Ledger) For(id, path, accept string) (*Sink, error) {
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
		err = s.catchUp(f, known, accept)
	}
	if err != nil {
		return nil, err
	}
	return s, s.Sync()
}

// A span is the lines of one segment.
type span struct {
	First  uint64 `json:"first"`
	Last   uint64 `json:"last"`
	SHA256 string `json:"sha256"`
}

// segments reads the segments that a case has, less those that the operator
// went on without.
func (l *Ledger) segments(id string) (spans []span, err error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	rows, err := l.s.QueryContext(context.Background(), "SELECT leaf FROM segment JOIN entry USING (seq) WHERE case_id = ? ORDER BY seq", id)
	if err != nil {
		return nil, damage(l.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, damage(l.path, err)
		}
		leaf, err := ParseLeaf(b)
		var x struct {
			span
			Found uint64 `json:"found"`
		}
		if err == nil {
			err = json.Unmarshal(leaf.Body, &x)
		}
		switch {
		case err != nil:
			return nil, &Damaged{l.path, err}
		case leaf.Type == Segment:
			spans = append(spans, x.span)
			continue
		}
		for n := len(spans); n > 0 && spans[n-1].Last > x.Found; n = len(spans) { // a rollback was accepted
			spans = spans[:n-1]
		}
	}
	return spans, damage(l.path, rows.Err())
}

// catchUp reads the lines of a case: those of known segments must agree, the
// rest is recorded.
func (s *Sink) catchUp(f io.ReadSeeker, known []span, accept string) error {
	agreed, err := s.agree(f, known)
	if !errors.Is(err, errDiffers) {
		return err
	}
	back := &CaseSetBack{s.id, known[len(known)-1].Last, agreed}
	if accept == "" {
		return back
	}
	s.acts = append(s.acts, Act{Type: Rollback, Case: s.id, Body: Body{"had": back.Had, "found": agreed, "why": accept}})
	s.told = newTale()
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
	_, err = pipeline.Replay(f, follow(func(e *pipeline.Event) error {
		if len(known) == 0 {
			return s.Event(e)
		}
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

// follow makes a sink of a function.
type follow func(*pipeline.Event) error

func (f follow) Event(e *pipeline.Event) error { return f(e) }
func (f follow) Sync() error                   { return nil }

// Event implements [pipeline.Sink].
func (s *Sink) Event(e *pipeline.Event) error {
	if e.Seq <= s.last {
		return nil
	}
	s.last = e.Seq
	if s.first == 0 {
		s.first = e.Seq
	}
	s.sum.Write(e.Line())
	s.sum.Write([]byte{'\n'})
	s.told.hear(e)
	acts, err := s.told.acts(e)
	for _, a := range acts {
		a.Case = s.id
		s.acts = append(s.acts, a)
	}
	return err
}

// Sync implements [pipeline.Sink].
func (s *Sink) Sync() error {
	if s.first != 0 {
		s.acts = append(s.acts, Act{Type: Segment, Case: s.id, Body: Body{"first": s.first, "last": s.last, "sha256": hex.EncodeToString(s.sum.Sum(nil))}})
	}
	if len(s.acts) == 0 {
		return nil
	}
	if _, err := s.l.Append(s.acts...); err != nil {
		return err
	}
	s.acts, s.first = s.acts[:0], 0
	s.sum.Reset()
	return nil
}

// Last implements [pipeline.Resumer].
func (s *Sink) Last() uint64 { return s.last }
