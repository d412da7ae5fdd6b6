package audit

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"hash"
	"slices"

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
	tail  tail // what was found that is not on record
}

// A span is the lines of one segment.
type span struct {
	First  uint64 `json:"first"`
	Last   uint64 `json:"last"`
	SHA256 string `json:"sha256"`

	Adopted bool `json:"adopted"`
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
		a.Body["adopted"] = s.tail.open
		s.acts = append(s.acts, a)
	}
	return err
}

// Sync implements [pipeline.Sink]. After an error nothing is recorded, and to call
// it again records all of it once.
func (s *Sink) Sync() error {
	acts := s.acts
	if s.first != 0 {
		segment := Body{"first": s.first, "last": s.last, "sha256": hex.EncodeToString(s.sum.Sum(nil)), "adopted": s.tail.open}
		acts = append(slices.Clip(acts), Act{Type: Segment, Case: s.id, Body: segment})
	}
	if len(acts) == 0 {
		return nil
	}
	if _, err := s.l.Append(acts...); err != nil {
		return err
	}
	s.acts, s.first = s.acts[:0], 0
	s.sum.Reset()
	return nil
}

// Last implements [pipeline.Resumer].
func (s *Sink) Last() uint64 { return s.last }
