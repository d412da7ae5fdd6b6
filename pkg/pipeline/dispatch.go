package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// syncAfter is the longest that a line waits to become durable.
const syncAfter = 100 * time.Millisecond

// collect runs tasks until nothing is left to ask. Quiescence is counted: no
// task at work, none queued, none put off, no message unread.
func (e *engine) collect(ctx context.Context) error {
	work := ctx
	if t := e.run.Opened.Limits.Timeout; t > 0 {
		var stop context.CancelFunc
		work, stop = context.WithTimeout(ctx, t)
		defer stop()
	}
	e.work = work
	for e.err == nil {
		if work.Err() != nil {
			e.late = ctx.Err() == nil
			e.cancel()
			break
		}
		e.dispatch(work)
		if e.idle() {
			if e.settle() {
				continue
			}
			break
		}
		e.listen(work)
	}
	e.drain()
	for t := range e.running { // only if the record is broken: let no task hang
		e.leave(t, Cancelled)
	}
	e.sync()
	return nil
}

func (e *engine) idle() bool {
	return len(e.running) == 0 && len(e.inbox) == 0 && !slices.ContainsFunc(e.queues, func(q *queue) bool { return len(q.tasks) > 0 })
}

// enqueue takes a task that was allowed. One that stands in for another waits
// for that one's end, unless it was refused: then it has ended.
func (e *engine) enqueue(p *pending) {
	e.known++
	key := TaskKey{p.spec.StandsInFor, p.lead.Entity}
	allowed, ruled := e.put[key]
	if (allowed || !ruled) && e.takes(key.Collector, p.lead) {
		if t := e.cs.Task(key); t == nil || t.Finished == nil || t.Finished.Outcome == Cancelled {
			e.stands[key] = append(e.stands[key], p)
			return
		} else if t.Finished.Outcome.Answered() {
			e.skip(p, Skipped, key.Collector+" answered")
			return
		}
	}
	e.push(p)
}

// takes reports whether a collector takes part and could be asked about a lead.
func (e *engine) takes(name string, l Lead) bool {
	s, ok := e.specs[name]
	return ok && slices.Contains(s.Consumes, l.Entity.Kind) && (s.Context || !l.Context)
}

func (e *engine) push(p *pending) {
	q := e.bySource[p.spec.Source.Name]
	if q == nil {
		q = &queue{source: p.spec.Source}
		e.bySource[p.spec.Source.Name] = q
		e.queues = append(e.queues, q)
	}
	q.tasks = append(q.tasks, p)
}

// release lets go what waited for a task that will never run.
func (e *engine) release(key TaskKey) {
	for _, p := range e.stands[key] {
		e.push(p)
	}
	delete(e.stands, key)
}

// dispatch starts every task that can start now: chosen, recorded, synced
// together, begun. No task begins before its Started is durable.
func (e *engine) dispatch(ctx context.Context) {
	var wave []*running
	for _, q := range e.queues {
		wave = e.choose(q, wave)
	}
	for _, t := range wave {
		e.write(&Event{Started: &Started{Task: t.key, Attempt: t.attempt}})
	}
	if len(wave) == 0 {
		return
	}
	e.sync()
	if e.err != nil {
		for _, t := range wave {
			e.leave(t, Cancelled)
		}
		return
	}
	for _, t := range wave {
		e.running[t] = true
		t.begin(ctx)
	}
	e.progress(false)
}

// choose takes from one source's queue what has a turn, a worker and the
// budget.
func (e *engine) choose(q *queue, wave []*running) []*running {
	workers := e.run.Opened.Limits.Workers
	if workers <= 0 {
		workers = 64
	}
	for len(q.tasks) > 0 && len(e.running)+len(wave) < workers && !e.clock().Before(q.until) {
		p := q.tasks[0]
		if limit, price := e.run.Opened.Limits.CostUSD, p.spec.Ceiling.CostUSD; price > 0 && limit > 0 && e.spent+e.reserved+price > limit+1e-9 {
			q.tasks = q.tasks[1:]
			e.skip(p, Skipped, fmt.Sprintf("budget: it may cost %.4f USD, and of %.4f USD %.4f are left", price, limit, limit-e.spent-e.reserved))
			continue
		}
		if wait, ok := e.turn(q, p); !ok {
			continue
		} else if wait > 0 {
			q.until = e.clock().Add(wait)
			break
		}
		q.tasks = q.tasks[1:]
		e.reserved += p.spec.Ceiling.CostUSD
		wave = append(wave, e.newTask(p))
	}
	return wave
}

// turn asks the pacer; ok is false when there will be no turn and the task
// was skipped.
func (e *engine) turn(q *queue, p *pending) (wait time.Duration, ok bool) {
	if e.run.Pacer == nil {
		return 0, true
	}
	wait, err := e.run.Pacer.Take(q.source)
	if err == nil {
		return wait, true
	}
	q.tasks = q.tasks[1:]
	f := Fail(Skipped, err.Error())
	errors.As(err, &f)
	e.skip(p, f.Outcome, f.Reason)
	return 0, false
}

// skip ends a task that never began.
func (e *engine) skip(p *pending, o Outcome, reason string) {
	e.ended++
	e.write(&Event{Finished: &Finished{Task: p.key, Outcome: o, Reason: e.run.Vault.Scrub(reason)}})
	e.release(p.key)
}

// listen waits for a message, a turn, the next sync or the end, and takes
// what has arrived.
func (e *engine) listen(ctx context.Context) {
	timer := time.NewTimer(e.nap())
	defer timer.Stop()
	select {
	case m := <-e.inbox:
		e.take(m)
		e.drain()
	case <-timer.C:
	case <-ctx.Done():
		return
	}
	e.abandon()
	if !e.dirty.IsZero() && e.clock().Sub(e.dirty) >= syncAfter {
		e.sync()
	}
	e.progress(false)
}

// nap is how long nothing can happen by itself.
func (e *engine) nap() time.Duration {
	now, wait := e.clock(), time.Second
	soon := func(t time.Time) {
		if d := t.Sub(now); !t.IsZero() && d < wait {
			wait = max(d, time.Millisecond)
		}
	}
	for _, q := range e.queues {
		if len(q.tasks) > 0 {
			soon(q.until)
		}
	}
	for t := range e.running {
		soon(t.last)
	}
	if !e.dirty.IsZero() {
		soon(e.dirty.Add(syncAfter))
	}
	return wait
}

// drain takes every message that is there, without waiting.
func (e *engine) drain() {
	for {
		select {
		case m := <-e.inbox:
			e.take(m)
		default:
			return
		}
	}
}

// cancel ends the collection early: what waits never begins, what runs is
// told to stop and given the grace.
func (e *engine) cancel() {
	for _, p := range e.waiting() {
		e.ended++
		e.write(&Event{Finished: &Finished{Task: p.key, Outcome: Cancelled, Reason: "the run ended first"}})
	}
	deadline := time.NewTimer(e.run.Grace)
	defer deadline.Stop()
	for t := range e.running {
		t.stop()
	}
	for len(e.running) > 0 && e.err == nil {
		select {
		case m := <-e.inbox:
			e.take(m)
		case <-deadline.C:
			for t := range e.running {
				e.finish(t, Fail(Cancelled, "the run ended first"))
			}
		}
	}
}

// waiting takes out every task that has not begun.
func (e *engine) waiting() []*pending {
	var all []*pending
	for _, q := range e.queues {
		all = append(all, q.tasks...)
		q.tasks = nil
	}
	for _, ps := range e.stands {
		all = append(all, ps...)
	}
	all = slices.AppendSeq(all, maps.Values(e.later))
	clear(e.stands)
	clear(e.later)
	slices.SortFunc(all, func(a, b *pending) int { return strings.Compare(a.key.String(), b.key.String()) })
	return all
}
