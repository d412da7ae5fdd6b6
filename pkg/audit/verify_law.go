package audit

import (
	"slices"
	"time"
)

// A law is what entries must bear out of one another, in their order.
type law struct {
	v      *Verification
	names  *names
	ruled  map[uint64]uint32 // rulings, and which collectors they allow
	cases  map[uint64]uint64 // last line that has a segment
	keys   []int64           // entries that name keys
	rows   uint64            // sum over the rows of the segment table
	newest int64             // ms
	any    bool
}

// hear takes in a chunk.
func (l *law) hear(c *chunk) {
	l.clock(c)
	for i := range c.events {
		l.event(&c.events[i])
	}
}

func (l *law) clock(c *chunk) {
	if c.first == 0 {
		return
	}
	if l.any {
		l.v.Silence = max(l.v.Silence, c.first-l.newest)
		if c.oldest < l.newest-skew && !slices.ContainsFunc(c.events, func(e event) bool { return e.kind == setBackEvent && e.seq == c.oldestAt }) {
			l.setBack(c.oldestAt, l.newest-c.oldest)
		}
	}
	l.v.Silence = max(l.v.Silence, c.silence)
	l.newest, l.any = max(l.newest, c.newest), true
}

func (l *law) setBack(seq, ms int64) {
	l.v.add(Warned, seq, "clock", "it was recorded %v before one that it comes after: the clock was set back", time.Duration(ms)*time.Millisecond)
}

func (l *law) event(e *event) {
	switch e.kind {
	case rulingEvent:
		l.ruled[e.of] = e.name
	case startEvent:
		switch list, ok := l.ruled[e.of]; {
		case !ok:
			l.v.add(Tampered, e.seq, "decision", "a task began, and no earlier entry is the ruling that it names")
		case !l.names.has(list, e.name):
			l.v.add(Tampered, e.seq, "decision", "a task began, and the ruling that it names does not allow its collector")
		}
	case segmentEvent:
		l.rows += e.row
		if last := l.cases[e.of]; e.a != last+1 || e.b < e.a {
			l.v.add(Tampered, e.seq, "segment", "it holds the lines %d to %d of a case, and the one before ends at %d", e.a, e.b, last)
		}
		l.cases[e.of] = e.b
	case attestEvent:
		if last := l.cases[e.of]; e.a > last {
			l.v.add(Tampered, e.seq, "attest", "it attests %d lines of a case, and the ledger has %d", e.a, last)
		}
	case rollbackEvent:
		l.rollback(e)
	case keyEvent:
		l.keys = append(l.keys, e.seq)
	case setBackEvent:
		l.setBack(e.seq, int64(e.a))
	}
}

// rollback notes that the operator went on with less than was recorded.
func (l *law) rollback(e *event) {
	if e.of == 0 {
		l.v.add(Sound, e.seq, "rollback", "the operator went on with a ledger of %d entries where %d had been signed", e.b, e.a)
		return
	}
	l.rows += e.row
	if last := l.cases[e.of]; e.a != last || e.b > last {
		l.v.add(Tampered, e.seq, "segment", "it accepts a case of %d lines for one of %d, and the ledger had %d", e.b, e.a, last)
	}
	l.v.add(Sound, e.seq, "rollback", "the operator went on with a case of %d lines where %d were recorded", e.b, e.a)
	l.cases[e.of] = e.b
}

// keyleaves holds the entries that name keys against the table of them.
func (l *law) keyleaves(r *ring) {
	if !slices.Equal(l.keys, r.leaves) {
		l.v.add(Tampered, -1, "key", "the table of entries that name keys has %v, and those are %v", r.leaves, l.keys)
	}
}
