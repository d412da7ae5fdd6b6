package pipeline

import (
	"context"
	"time"
)

// A Collector is a Spec and a function.
type Collector interface {
	Spec() Spec

	// Collect does one task. It is called on a goroutine of its own, at most
	// once at a time for a task key, and must return when ctx ends. A nil
	// error is [OK], or [Empty] if nothing was observed; a [*Failure] names
	// the outcome, [Partial] if something was observed before it; any other
	// error is [Malformed]. A panic is caught and is [Malformed] too.
	Collect(ctx context.Context, t Task, out Out) error
}

// Out is where a task reports. Both methods may be called from several
// goroutines of the task until Collect returns.
type Out interface {
	// Exchanged records one exchange: it keeps body as the task's ruling says
	// and returns the exchange as recorded. It must be called for everything
	// that left this machine, whatever came back, also after the task was
	// given up. An error means that the record is broken: stop.
	Exchanged(e Exchange, body []byte) (Exchange, error)

	// Observed reports one observation, resting on exchanges of this task.
	Observed(o Observation)
}

// A Gate decides what may be asked and what may be kept. The engine calls it
// from one goroutine. A Gate that is also a [Sink] hears every event before
// it is next asked.
type Gate interface {
	// Ask rules on putting the lead to the collector.
	Ask(s Spec, l Lead) Ruling

	// Keep rules on one observation that s made, and returns it as it may be
	// kept. Deny keeps nothing of it.
	Keep(s Spec, o Observation) (Observation, Ruling)
}

// A Registrar is a [Gate] that also rules on a person as such, whether or not
// a collector asks about him: may he stand in the case. The engine asks it once
// everything else has settled, and writes down what it says.
type Registrar interface {
	Meet(l Lead) (r Ruling, ok bool)
}

// A Pacer decides when a source may be asked next.
type Pacer interface {
	// Take takes a turn at the source, or says how long to wait before asking
	// for one again. An error (breaker open, quota used up) means that there
	// will be no turn: a *[Failure] of Skipped or QuotaExceeded.
	Take(s Source) (wait time.Duration, err error)

	// Done gives back the slot that a turn holds, with the task's outcome.
	Done(s Source, o Outcome)
}

// An Assessor turns what was observed into findings and a score. It is a
// pure function of the case and the time given.
type Assessor interface {
	Assess(c *Case, now time.Time) ([]Finding, *Assessment, error)
}

// A Sink reads the list of events. The engine calls it from one goroutine, in
// order, each event once.
type Sink interface {
	// Event takes one event; it may buffer.
	Event(e *Event) error

	// Sync makes every event so far durable.
	Sync() error
}

// A Resumer is a sink that knows how far it got: it is fed the lines after
// Last when a case is resumed.
type Resumer interface {
	Last() uint64
}

// A Renderer is a sink that shows. It is also told of progress, which is
// never written, and its errors never stop a run.
type Renderer interface {
	Sink
	Progress(p Progress)
}
