package collectors

import (
	"context"

	"osint/pkg/pipeline"
)

// An Entry is one collector: what it is and what it does.
type Entry struct {
	Spec    pipeline.Spec
	Collect Func

	// WordList is what the collector's sweeps try; nil is the built-in list.
	// Whoever binds the entry to a run sets it.
	WordList *WordList
}

// A Func does one task. A nil error means that everything asked was answered;
// a *[pipeline.Failure] names another outcome. Errors of the View's methods
// are Failures already and may be returned as they are.
type Func func(ctx context.Context, net *View, subject pipeline.Entity, emit Emit) error

// Emit reports one observation. The binding fills in what is left empty:
// Collector, Source, Origin, Grade (from the Spec), Asked (the subject),
// Subject (the subject), At (when the first exchange took place), Category
// (Technical, or the object's own). Exchanges must be named.
type Emit func(o pipeline.Observation)
