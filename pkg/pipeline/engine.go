package pipeline

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// engine owns all state of a run. One goroutine, that of [Run.Do], is the
// only one to touch it and the only caller of gate and sinks; tasks reach it
// through inbox.
type engine struct {
	run   *Run
	cs    *Case
	sinks []Sink
	shown []Renderer
	now   func() time.Time
	clock func() time.Time // real time, for waits

	consumers map[Kind][]Collector // sorted by name
	specs     map[string]Spec
	clear     map[Entity]Entity // of tokens
	met       map[Entity]*meeting
	asked     int                    // entities asked about
	put       map[TaskKey]bool       // ruled on for good, since a task is put once: was it allowed
	later     map[TaskKey]*pending   // put off by the gate
	people    map[Entity]*meeting    // whom no collector takes, not yet ruled on
	stands    map[TaskKey][]*pending // by the task they stand in for
	queues    []*queue               // one for each source that has tasks
	bySource  map[string]*queue
	running   map[*running]bool
	inbox     chan message
	gone      chan struct{} // closed when the run has ended: nobody listens
	spent     float64       // recorded cost, and what tasks killed at work may have cost
	reserved  float64       // ceilings of tasks at work

	seq      uint64
	dirty    time.Time // when the first line since the last sync was written
	err      error     // the record is broken
	at       Stage
	note     string
	times    []StageTime
	verified Verification
	work     context.Context // of the collection: ends with the run
	late     bool            // because the run's time limit passed
	told     time.Time
	ended    int // tasks
	known    int // tasks
}

// meeting is what the engine knows of an entity it has met.
type meeting struct {
	lead    Lead // nearest
	subject bool
	reason  string
	ruled   bool // collectors were considered
}

// pending is a task that was allowed and has not begun.
type pending struct {
	key    TaskKey
	col    Collector
	spec   Spec
	lead   Lead
	ruling Ruling
}

// queue holds the tasks that wait for one source.
type queue struct {
	source Source
	tasks  []*pending
	until  time.Time // no turn before
}

// message is what a task tells the engine; exactly one field is set beside
// task.
type message struct {
	task     *running
	exchange *Exchange
	observed *Observation
	ended    *ending
}

type ending struct{ err error }

func newEngine(r *Run, sinks []Sink) *engine {
	e := &engine{
		run: r, sinks: sinks, now: r.Now, clock: time.Now,
		consumers: map[Kind][]Collector{}, specs: map[string]Spec{},
		clear: map[Entity]Entity{}, met: map[Entity]*meeting{},
		put: map[TaskKey]bool{}, later: map[TaskKey]*pending{}, people: map[Entity]*meeting{}, stands: map[TaskKey][]*pending{},
		bySource: map[string]*queue{}, running: map[*running]bool{},
		inbox: make(chan message, 256), gone: make(chan struct{}),
	}
	if e.now == nil {
		e.now = time.Now
	}
	if r.Grace == 0 {
		r.Grace = 2 * time.Second
	}
	for _, s := range sinks {
		if s, ok := s.(Renderer); ok {
			e.shown = append(e.shown, s)
		}
	}
	cols := slices.Clone(r.Collectors)
	slices.SortFunc(cols, func(a, b Collector) int { return strings.Compare(a.Spec().Name, b.Spec().Name) })
	for _, c := range cols {
		s := c.Spec()
		e.specs[s.Name] = s
		for _, k := range s.Consumes {
			e.consumers[k] = append(e.consumers[k], c)
		}
	}
	e.cs = r.Past
	if e.cs == nil {
		e.cs = NewCase()
	}
	e.seq = e.cs.Seq
	return e
}

// plan opens the case and asks the gate over the seeds, with nothing started.
func (e *engine) plan(ctx context.Context) error {
	if e.run.Past != nil {
		e.catchUp()
		resumed := &Act{By: cmp.Or(e.run.By, e.run.Opened.Investigator), What: "resumed"}
		if e.run.Law != nil {
			resumed.Data = encode(struct {
				Law *LawRef `json:"law"`
			}{e.run.Law})
		}
		e.write(&Event{Resumed: resumed})
	} else {
		e.open()
	}
	for _, s := range e.run.Scope.Leads() {
		token := e.token(s)
		e.meet(Lead{Entity: token, Clear: s})
	}
	e.sync()
	return nil
}

// open writes the first line. Personal seeds stand in it as tokens.
func (e *engine) open() {
	o := e.run.Opened
	o.Schema, o.Case = SchemaVersion, e.run.Vault.Case
	o.Seeds, o.Scope, o.Excluded = e.tokens(e.run.Scope.Seeds), e.tokens(e.run.Scope.Declared), e.tokens(e.run.Scope.Excluded)
	for _, text := range []*string{&o.Purpose, &o.LawfulBasis, &o.Reference} {
		*text = e.scrubTyped(*text)
	}
	for _, name := range slices.Sorted(maps.Keys(e.specs)) {
		s := e.specs[name]
		o.Collectors = append(o.Collectors, CollectorRef{Name: s.Name, Title: s.Title, Domain: s.Domain,
			Mode: s.Mode, Source: s.Source.Name, Family: s.Source.Family, Country: s.Source.Country,
			StandsInFor: s.StandsInFor, OnRequest: s.OnRequest, Produces: s.Produces})
	}
	e.write(&Event{Opened: &o})
}

// scrubTyped puts tokens in the place of the people whom an operator named in a
// text about the job: the line never changes, and nothing erases what stands in
// it in clear.
func (e *engine) scrubTyped(text string) string {
	for _, x := range slices.Concat(e.run.Scope.Seeds, e.run.Scope.Declared, e.run.Scope.Excluded) {
		if s, err := NewSubject(x); err == nil { // else it is nobody's
			text = s.Scrub(text, e.token(x).Value)
		}
	}
	return text
}

// profile says what kind of target this is; what the seeds' tasks will learn
// is ruled on as it comes.
func (e *engine) profile(context.Context) error {
	subject, context := 0, 0
	for _, m := range e.met {
		if m.subject {
			subject++
		} else {
			context++
		}
	}
	e.note = plural(subject, "entity is", "entities are") + " the subject's, " + plural(e.known, "task", "tasks") + " allowed"
	return nil
}

// write gives one event its number and hands it to the fold, the gate and
// every sink.
func (e *engine) write(ev *Event) {
	if e.err != nil {
		return
	}
	e.seq++
	ev.Seq, ev.Time = e.seq, e.now().UTC()
	if e.dirty.IsZero() {
		e.dirty = e.clock()
	}
	_ = e.cs.Event(ev) // a fold has no error
	if g, ok := e.run.Gate.(Sink); ok {
		_ = g.Event(ev)
	}
	for i, s := range e.sinks {
		if s == nil {
			continue
		}
		if err := s.Event(ev); err != nil {
			e.sinkFailed(i, err)
		}
	}
}

// sync makes all lines so far durable, in the order of the sinks.
func (e *engine) sync() {
	for i, s := range e.sinks {
		if s == nil || e.err != nil {
			continue
		}
		if err := s.Sync(); err != nil {
			e.sinkFailed(i, err)
		}
	}
	e.dirty = time.Time{}
}

// sinkFailed drops a renderer, and ends the run for any other sink.
func (e *engine) sinkFailed(i int, err error) {
	if r, ok := e.sinks[i].(Renderer); ok {
		e.sinks[i] = nil
		e.shown = slices.DeleteFunc(e.shown, func(x Renderer) bool { return x == r })
		return
	}
	if e.err == nil {
		e.err = err
	}
}
