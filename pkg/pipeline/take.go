package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// take handles one message of a task.
func (e *engine) take(m message) {
	t := m.task
	switch {
	case m.exchange != nil: // recorded even when the task was abandoned: it left this machine
		e.write(&Event{Exchanged: m.exchange})
		t.asked++
		t.cost += m.exchange.Cost
		e.spent += m.exchange.Cost
	case m.observed != nil && e.running[t]:
		t.seen++
		if err := e.observe(t, m.observed); err != nil && len(t.faults) < 3 {
			t.faults = append(t.faults, err.Error())
		}
	case m.ended != nil && e.running[t]:
		e.finish(t, m.ended.err)
	}
}

// observe lets the gate rule on one observation, seals what is personal in
// it, writes it if it says something new, and meets whom it names.
func (e *engine) observe(t *running, o *Observation) (err error) {
	if o.Value, err = Normal(o.Value); err != nil {
		return fmt.Errorf("%s: value: %w", o.Predicate, err)
	}
	o.At, o.Asked = o.At.UTC().Truncate(time.Second), t.key.Subject
	if err := CheckRelation(o); err != nil {
		return err
	}
	if len(o.Exchanges) == 0 {
		return fmt.Errorf("%s rests on no exchange", o.Predicate)
	}
	kept, ruling := e.run.Gate.Keep(t.spec, *o)
	if ruling.Verdict == Deny || ruling.Verdict == ReviewIt {
		t.withhold(o, ruling)
		return nil
	}
	if ruling.Verdict == Redact {
		t.withhold(o, ruling)
	}
	e.seal(&kept, ruling)
	kept.ID = kept.Digest()
	if known := e.cs.Observation(kept.ID); known == nil || known.news(&kept) {
		e.write(&Event{Observed: &kept})
	}
	if o := e.cs.Observation(kept.ID); o != nil {
		e.lead(o, t.key.Subject)
	}
	return nil
}

// seal puts tokens in the place of personal values. A value that qualifies an
// object (a role, a preference) is not what is said, and stays. Free text is
// sealed however the ruling has it kept.
func (e *engine) seal(o *Observation, r Ruling) {
	o.Subject = e.token(o.Subject)
	if o.Object != nil {
		x := e.token(*o.Object)
		o.Object = &x
	}
	text, ok := o.Value.(string)
	if !ok || text == "" || o.Object != nil {
		return
	}
	if r.Keep == KeepSealed && o.Category.Personal() || relations[o.Predicate].Value == FreeText {
		o.Value = e.run.Vault.SealText(text)
	}
}

// news reports whether x brings an exchange or an asked entity that o lacks.
func (o *Observation) news(x *Observation) bool {
	if !slices.Contains(o.askers, x.Asked) {
		return true
	}
	return slices.ContainsFunc(x.Exchanges, func(id ExchangeID) bool { return !slices.Contains(o.Exchanges, id) })
}

func (t *running) withhold(o *Observation, r Ruling) {
	key := string(o.Predicate) + " " + string(o.Category) + " " + r.Rule
	w := t.kept[key]
	if w == nil {
		w = &Withheld{Task: t.key, Predicate: o.Predicate, Category: o.Category, Ruling: r}
		t.kept[key] = w
	}
	w.Count++
}

// finish ends a task with the outcome that its error means.
func (e *engine) finish(t *running, err error) {
	f := t.outcome(err)
	e.leave(t, f.Outcome)
	var broken *Broken
	if errors.As(err, &broken) {
		if e.err == nil {
			e.err = broken
		}
		return
	}
	for _, k := range slices.Sorted(maps.Keys(t.kept)) {
		e.write(&Event{Withheld: t.kept[k]})
	}
	e.write(&Event{Finished: &Finished{Task: t.key, Outcome: f.Outcome, Reason: e.run.Vault.Scrub(f.Reason),
		Elapsed: e.clock().Sub(t.began), Exchanges: t.asked, Observations: t.seen, Cost: t.cost}})
	e.succeed(t.key, f.Outcome)
}

// leave takes a task out of work and gives back what it held: its part of the
// budget, and its slot, which may be the one that others wait for.
func (e *engine) leave(t *running, o Outcome) {
	delete(e.running, t)
	t.stop()
	e.ended++
	e.reserved -= t.spec.Ceiling.CostUSD
	if e.run.Pacer != nil {
		e.run.Pacer.Done(t.spec.Source, o)
		e.bySource[t.spec.Source.Name].until = time.Time{}
	}
}

// succeed tells those that stand in for a task how it ended.
func (e *engine) succeed(key TaskKey, o Outcome) {
	if o == Cancelled {
		return // its stand-ins are cancelled with the rest
	}
	if !o.Answered() {
		e.release(key)
		return
	}
	for _, p := range e.stands[key] {
		e.skip(p, Skipped, key.Collector+" answered")
	}
	delete(e.stands, key)
}

// outcome says how a task ended. When the run itself has ended, a task that
// did not succeed is cancelled, whatever error came back: it is open on
// resume.
func (t *running) outcome(err error) *Failure {
	var f *Failure
	switch {
	case err != nil && t.e.work.Err() != nil:
		return Fail(Cancelled, "the run ended first")
	case errors.As(err, &f):
		if f.Outcome == "" || f.Outcome == OK {
			f = Fail(Malformed, f.Reason)
		}
	case err != nil:
		f = Fail(Malformed, err.Error())
	case len(t.faults) > 0:
		f = Fail(Malformed, "made observations that do not fit: "+strings.Join(t.faults, "; "))
	case t.seen == 0:
		f = Fail(Empty, "")
	default:
		f = Fail(OK, "")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.flooded > maxObservations {
		f = Fail(Partial, fmt.Sprintf("cut at %d of %d observations", maxObservations, t.flooded))
	}
	return f
}

// abandon gives up on tasks that overstayed their deadline and its grace.
// Their observations are dropped; exchanges that still come are recorded.
func (e *engine) abandon() {
	now := e.clock()
	for t := range e.running {
		if now.After(t.last) {
			e.finish(t, Fail(Timeout, "did not end when told to: given up"))
		}
	}
}
