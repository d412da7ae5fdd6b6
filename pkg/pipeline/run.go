package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Run is one investigation, or the continuation of one.
type Run struct {
	Opened     Opened // the first line; Schema and Case are filled in
	Collectors []Collector
	Gate       Gate
	Assessor   Assessor
	Pacer      Pacer // nil: no source is paced
	Scope      Scope
	Vault      *Vault
	Past       *Case            // what was recorded before: set to resume
	By         string           // who resumes it; "": the investigator that the case names
	Law        *LawRef          // what a resumed run is ruled by, where that is not what its case was opened under; else nil
	Now        func() time.Time // nil: the machine's clock

	Grace time.Duration // how long a task may overstay its deadline before it is abandoned; 0: 2 s
}

// Broken is the error of a run whose record could not be written. What was
// durable before stays; resume once the cause is gone.
type Broken struct{ Err error }

func (b *Broken) Error() string {
	return fmt.Sprintf("the record could not be written, so the run was stopped: %v", b.Err)
}
func (b *Broken) Unwrap() error { return b.Err }

// Do investigates until nothing is left to ask, and returns the case. Sinks
// are given in order of durability: keys, case, ledger, renderers.
//
// When ctx ends, or the time limit of the run passes, open tasks are
// cancelled, what is known is assessed, and the case is closed: it can be
// reported and resumed. The only errors are a [*Broken] record and one of the
// Assessor.
func (r *Run) Do(ctx context.Context, sinks ...Sink) (*Case, error) {
	e := newEngine(r, sinks)
	defer close(e.gone)
	stages := []struct {
		stage Stage
		work  func(context.Context) error
	}{
		{Planning, e.plan},
		{Profiling, e.profile},
		{Collecting, e.collect},
		{Analyzing, e.analyze},
		{Verifying, e.verify},
		{Assessing, e.assess},
	}
	for _, s := range stages {
		if err := e.stage(ctx, s.stage, s.work); err != nil {
			return e.cs, err
		}
	}
	return e.cs, e.close(ctx)
}

// stage runs one stage and keeps its time.
func (e *engine) stage(ctx context.Context, s Stage, work func(context.Context) error) error {
	began := e.now()
	e.at, e.note = s, ""
	e.progress(true)
	err := work(ctx)
	if err == nil {
		err = e.broken()
	}
	e.times = append(e.times, StageTime{s, e.now().Sub(began), e.note})
	return err
}

// close writes the last line of the collection.
func (e *engine) close(ctx context.Context) error {
	how := "complete"
	switch {
	case e.late:
		how = "timeout"
	case ctx.Err() != nil:
		how = "interrupted"
	}
	cpu, rss := usage()
	e.write(&Event{Closed: &Closed{Outcome: how, Stages: e.times, Verified: e.verified, CPU: cpu, PeakRSS: rss}})
	e.sync()
	return e.broken()
}

// broken returns the error of a record that can't be written.
func (e *engine) broken() error {
	if e.err == nil {
		return nil
	}
	var b *Broken
	if errors.As(e.err, &b) {
		return e.err
	}
	return &Broken{e.err}
}
