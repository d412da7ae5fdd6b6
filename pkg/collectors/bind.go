package collectors

import (
	"context"
	"fmt"

	"osint/pkg/pipeline"
)

// Bind makes a collector of an entry. Bind it anew for each case: answers
// with personal data are reused within what was bound together with them.
func Bind(n *Net, e Entry) pipeline.Collector { return &bound{n, e, newMemory()} }

type bound struct {
	net   *Net
	entry Entry
	local *memory
}

func (b *bound) Spec() pipeline.Spec { return b.entry.Spec }

// Collect implements [pipeline.Collector].
func (b *bound) Collect(ctx context.Context, t pipeline.Task, out pipeline.Out) error {
	v := &View{net: b.net, spec: b.entry.Spec, task: t, out: out, local: b.local}
	var fault error
	err := b.entry.Collect(ctx, v, t.Subject, func(o pipeline.Observation) {
		if err := v.fill(&o); err != nil && fault == nil {
			fault = err
			return
		}
		out.Observed(o)
	})
	if err == nil {
		err = fault
	}
	return err
}

// fill puts in what a collector may leave out.
func (v *View) fill(o *pipeline.Observation) (err error) {
	if len(o.Exchanges) == 0 {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("%s emitted %s that rests on no exchange", v.spec.Name, o.Predicate))
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
		v.mu.Lock()
		o.At = v.first
		v.mu.Unlock()
	}
	if o.Category == "" {
		o.Category = pipeline.Technical
		if o.Object != nil {
			o.Category = o.Object.Category()
		}
	}
	if o.Value, err = pipeline.Normal(o.Value); err != nil {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("%s: %s: %v", v.spec.Name, o.Predicate, err))
	}
	return nil
}
