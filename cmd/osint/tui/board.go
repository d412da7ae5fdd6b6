package tui

import (
	"maps"
	"slices"
	"time"

	"osint/pkg/pipeline"
)

// A board is what there is to show of a run: a fold of its events that
// forgets what no line of the screen needs.
type board struct {
	opened   *pipeline.Opened
	began    time.Time
	now      time.Time // of the last event or progress
	progress pipeline.Progress
	rows     []*row
	running  map[pipeline.TaskKey]bool
	allowed  map[pipeline.TaskKey]bool
	findings []*pipeline.Finding // in the order they came
	lately   []*pipeline.Observation
	seen     int // observations
	score    *pipeline.Assessment
	closed   *pipeline.Closed
	notice   string
}

// A row is one collector.
type row struct {
	ref      pipeline.CollectorRef
	outcomes map[pipeline.Outcome]int
	waiting  int // tasks allowed that have not begun
	running  int
	refused  int
	review   int
	calls    int
	cost     float64
	trouble  string // why the last failure failed
}

// latelyKept is how many observations are remembered: more than a screen
// holds.
const latelyKept = 100

func newBoard() *board {
	return &board{running: map[pipeline.TaskKey]bool{}, allowed: map[pipeline.TaskKey]bool{}}
}

// take folds one event.
func (b *board) take(e *pipeline.Event) {
	b.now = e.Time
	if b.began.IsZero() {
		b.began = e.Time
	}
	switch {
	case e.Opened != nil:
		b.opened = e.Opened
		for _, c := range e.Opened.Collectors {
			if e.Opened.Unrequested(c.Name) {
				continue
			}
			b.rows = append(b.rows, &row{ref: c, outcomes: map[pipeline.Outcome]int{}})
		}
	case e.Ruled != nil:
		b.ruled(e.Ruled)
	case e.Started != nil:
		b.begin(e.Started.Task)
	case e.Exchanged != nil:
		if r := b.row(e.Exchanged.Task.Collector); r != nil {
			r.calls++
			r.cost += e.Exchanged.Cost
		}
	case e.Observed != nil:
		b.seen++
		b.lately = append(b.lately, e.Observed)
		if len(b.lately) > 2*latelyKept {
			b.lately = slices.Clone(b.lately[latelyKept:])
		}
	case e.Finished != nil:
		b.finish(e.Finished)
	case e.Found != nil:
		b.findings = append(b.findings, e.Found)
	case e.Assessed != nil && e.Assessed.Judged():
		b.score = e.Assessed
	case e.Closed != nil:
		b.closed = e.Closed
	case e.Resumed != nil:
		b.resume(e.Time)
	}
}

func (b *board) ruled(r *pipeline.Ruled) {
	for _, g := range r.Groups {
		for _, name := range g.Collectors {
			row := b.row(name)
			if row == nil {
				continue
			}
			switch g.Ruling.Verdict {
			case pipeline.Deny:
				row.refused++
			case pipeline.ReviewIt:
				row.review++
			default:
				b.allowed[pipeline.TaskKey{Collector: name, Subject: r.Lead.Entity}] = true
				row.waiting++
			}
		}
	}
}

func (b *board) begin(k pipeline.TaskKey) {
	r := b.row(k.Collector)
	if r == nil {
		return
	}
	if b.allowed[k] {
		delete(b.allowed, k)
		r.waiting--
	}
	if !b.running[k] {
		b.running[k] = true
		r.running++
	}
}

func (b *board) finish(f *pipeline.Finished) {
	r := b.row(f.Task.Collector)
	if r == nil {
		return
	}
	if b.running[f.Task] {
		delete(b.running, f.Task)
		r.running--
	} else if b.allowed[f.Task] {
		delete(b.allowed, f.Task)
		r.waiting--
	}
	r.outcomes[f.Outcome]++
	if f.Outcome.Asked() && !f.Outcome.Answered() {
		r.trouble = f.Reason
	}
}

// resume forgets what an earlier process left open: it is put anew. Tasks it
// cancelled are open again.
func (b *board) resume(at time.Time) {
	b.began, b.closed, b.findings, b.score = at, nil, nil, nil
	clear(b.running)
	clear(b.allowed)
	for _, r := range b.rows {
		r.running, r.waiting = 0, 0
		delete(r.outcomes, pipeline.Cancelled)
	}
}

func (b *board) row(name string) *row {
	for _, r := range b.rows {
		if r.ref.Name == name {
			return r
		}
	}
	return nil
}

// copy returns a board that the engine does not touch.
func (b *board) copy() *board {
	c := *b
	c.rows = make([]*row, len(b.rows))
	for i, r := range b.rows {
		x := *r
		x.outcomes = maps.Clone(r.outcomes)
		c.rows[i] = &x
	}
	c.findings = slices.Clone(b.findings)
	c.lately = slices.Clone(b.lately[max(0, len(b.lately)-latelyKept):])
	c.running, c.allowed = nil, nil
	return &c
}
