package collectors

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"osint/pkg/pipeline"
)

// Bind makes a collector of an entry. It may take part in several runs: what
// is learned in one and is nobody else's is kept apart by the task's case.
func Bind(n *Net, e Entry) pipeline.Collector {
	n.knows(e.Spec)
	return &bound{n, e}
}

type bound struct {
	net   *Net
	entry Entry
}

// Spec implements [pipeline.Collector].
func (b *bound) Spec() pipeline.Spec { return b.entry.Spec }

// Collect implements [pipeline.Collector]. An observation that proves nothing
// is a fault of the collector: it is dropped, and the task is Malformed.
func (b *bound) Collect(ctx context.Context, t pipeline.Task, out pipeline.Out) error {
	v := b.net.view(b.entry.Spec, t, out)
	v.list = b.entry.WordList
	defer v.close()
	var mu sync.Mutex
	var fault error
	if err := v.keyed(ctx); err != nil {
		return err
	}
	err := b.entry.Collect(ctx, v, t.Subject, func(o pipeline.Observation) {
		if err := v.fill(&o); err != nil {
			mu.Lock()
			defer mu.Unlock()
			if fault == nil {
				fault = pipeline.Fail(pipeline.Malformed, fmt.Sprintf("%s said %s, %v", v.spec.Name, o.Predicate, err))
			}
			return
		}
		out.Observed(o)
	})
	mu.Lock()
	defer mu.Unlock()
	var f *pipeline.Failure
	switch {
	case err == nil:
		return fault
	case !errors.As(err, &f) && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)):
		return failure(ctx, err)
	}
	return err
}

// fill puts in what a collector may leave out, and checks what it may not.
func (v *View) fill(o *pipeline.Observation) (err error) {
	at, err := v.proven(o.Exchanges)
	if err != nil {
		return err
	}
	o.Collector, o.Asked = v.spec.Name, v.task.Subject
	if o.Subject.IsZero() {
		o.Subject = v.task.Subject
	}
	if o.Source == "" {
		o.Source = v.spec.Source.Name
	}
	if o.Origin == "" {
		o.Origin = v.spec.Origin
	}
	if o.Grade == "" {
		o.Grade = v.spec.Grade
	}
	if o.At.IsZero() {
		o.At = at
	}
	if o.Category == "" {
		o.Category = pipeline.Technical
		if o.Object != nil {
			o.Category = o.Object.Category()
		}
	}
	if o.Value, err = pipeline.Normal(o.Value); err != nil {
		return fmt.Errorf("whose value has no form: %w", err)
	}
	return nil
}

// proven checks that exchanges are this task's, and returns when the first of
// them took place.
func (v *View) proven(ids []pipeline.ExchangeID) (first time.Time, err error) {
	if len(ids) == 0 {
		return first, errors.New("which rests on no exchange")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, id := range ids {
		at, ok := v.had[id]
		if !ok {
			return first, fmt.Errorf("which rests on %q, an exchange that this task did not have", id)
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first, nil
}
