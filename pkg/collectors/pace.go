package collectors

import (
	"context"
	"fmt"
	"sync"
	"time"

	"osint/pkg/pipeline"
)

// pace keeps each source's turns: how many tasks at once, how much time
// between requests, how many a day and a month, and whether its breaker is open.
// Turns, quotas and open breakers are the machine's, slots and failures before a
// breaker opens this process's. now is the machine's clock: a wait is real.
type pace struct {
	now        func() time.Time
	realm      string
	usage      *usage
	unattended bool // nobody started the run by hand: what is kept for people is not for it

	mu      sync.Mutex
	sources map[string]*turns
	alone   map[string]time.Time // servers that asked to be left alone until then
}

// turns is the state of one source in this process.
type turns struct {
	busy    int         // slots taken
	granted []time.Time // turns of tasks that have not begun
	breaker breaker
}

const (
	defaultSlots = 2
	unpacedSlots = 16
	slotWait     = 5 * time.Millisecond // until a slot is asked for again
	patience     = 10 * time.Second     // the longest block that is waited out
)

func newPace(stateDir, realm string, now func() time.Time) *pace {
	return &pace{now: now, realm: realm, usage: openUsage(stateDir), sources: map[string]*turns{}, alone: map[string]time.Time{}}
}

// Take implements [pipeline.Pacer]. A turn holds a slot until Done, and is
// good for the first request of its task; [View] waits for the turns of those
// that follow.
func (n *Net) Take(s pipeline.Source) (time.Duration, error) { return n.pace.take(n.paced(s)) }

// Done implements [pipeline.Pacer].
func (n *Net) Done(s pipeline.Source, o pipeline.Outcome) { n.pace.done(n.paced(s), o) }

// paced returns a source as it is paced here: with the allowances of all its
// credentials together, and not at all where everything asked is on this machine.
func (n *Net) paced(s pipeline.Source) pipeline.Source {
	if n.unpaced {
		s.Interval, s.Slots = 0, unpacedSlots
	}
	if counted(s) {
		k := n.accounts(s.Name)
		s.Daily, s.Monthly = s.Daily*k, s.Monthly*k
	}
	return s
}

func (p *pace) take(s pipeline.Source) (wait time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.of(s.Name)
	slots := s.Slots
	if slots <= 0 {
		slots = defaultSlots
	}
	now := p.now()
	if t.breaker.failures >= trips { // another process may have tried since
		p.usage.with(p.key(s), now, func(x *tally) bool { t.breaker.heed(x); return false })
	}
	if err := t.breaker.open(s.Name, now); err != nil {
		return 0, err
	}
	if t.busy >= slots || t.breaker.trial {
		return slotWait, nil
	}
	wait, err = p.turn(s, now, &t.breaker)
	if f, ok := err.(*pipeline.Failure); ok && f.Outcome == pipeline.QuotaExceeded && s.TTL > 0 {
		t.busy++ // what a cache has needs no turn, and next refuses the rest
		return 0, nil
	}
	if wait > 0 || err != nil {
		return wait, err
	}
	t.busy++
	t.granted = append(t.granted, now)
	return 0, nil
}

func (p *pace) done(s pipeline.Source, o pipeline.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.of(s.Name)
	t.busy = max(0, t.busy-1)
	if len(t.granted) > t.busy { // of a task that never began
		t.granted = t.granted[len(t.granted)-t.busy:]
	}
	if !endpoint(s) {
		return
	}
	was := t.breaker
	if t.breaker.saw(o, p.now()); t.breaker.tells(was) {
		p.usage.with(p.key(s), p.now(), func(x *tally) bool { t.breaker.share(x); return true })
	}
}

// endpoint reports whether a source is one endpoint. The subject's own servers
// are not: they fail, and wish to be left alone, each for itself.
func endpoint(s pipeline.Source) bool { return s.Base != "" || s.BaseFrom != "" }

// turn takes a turn at a source, of this machine if it is paced, counted or
// one endpoint; anything else costs nothing here. b is the breaker, for a task
// that begins; its further requests have none.
func (p *pace) turn(s pipeline.Source, now time.Time, b *breaker) (wait time.Duration, err error) {
	if s.Interval == 0 && !counted(s) && !endpoint(s) {
		return 0, nil
	}
	p.usage.with(p.key(s), now, func(t *tally) bool {
		if b != nil && endpoint(s) {
			b.heed(t)
			if err = b.open(s.Name, now); err != nil {
				return false
			}
		}
		if wait, err = t.turn(s, now, p.unattended); wait > 0 || err != nil {
			return false
		}
		return b.try(t, now) || s.Interval > 0 || counted(s)
	})
	return wait, err
}

// claim hands a task that begins the turn that was taken for it; false if
// nobody took one.
func (p *pace) claim(s pipeline.Source) (at time.Time, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.of(s.Name)
	if len(t.granted) == 0 {
		return time.Time{}, false
	}
	at, t.granted = t.granted[0], t.granted[1:]
	return at, true
}

// giveBack returns the turn of a task that asked nothing, if no later one was
// taken.
func (p *pace) giveBack(s pipeline.Source, at time.Time) {
	if s.Interval == 0 && !counted(s) {
		return
	}
	p.usage.with(p.key(s), p.now(), func(t *tally) bool {
		t.uncount(s, at)
		if s.Interval > 0 && t.Next.Equal(at.Add(s.Interval)) {
			t.Next = at
		}
		return true
	})
}

// next waits for the turn of one request of a task at a server: pages wait
// inside their task, which keeps its slot. turned says that the task came
// with a turn for it.
func (p *pace) next(ctx context.Context, s pipeline.Source, host string, turned bool) error {
	for {
		if ctx.Err() != nil {
			return failure(ctx, ctx.Err())
		}
		now := p.now()
		p.mu.Lock()
		until := p.alone[host]
		p.mu.Unlock()
		wait, err := patient(host, until.Sub(now))
		if wait == 0 && err == nil && !turned {
			wait, err = p.turn(s, now, nil)
		}
		if err != nil || wait == 0 {
			return err
		}
		if deadline, ok := ctx.Deadline(); ok && now.Add(wait).After(deadline) {
			return pipeline.Fail(pipeline.Timeout, fmt.Sprintf("no turn at %s within the task's time: the next is in %s", s.Name, wait.Round(time.Millisecond)))
		}
		if err := sleep(ctx, wait); err != nil {
			return failure(ctx, err)
		}
	}
}

// leaveAlone obeys a server's wish not to be asked for a while. Where a source
// is one endpoint it holds for the source, on the whole machine; else for that
// server.
func (p *pace) leaveAlone(s pipeline.Source, host string, d time.Duration) {
	until := p.now().Add(d)
	p.mu.Lock()
	if until.After(p.alone[host]) {
		p.alone[host] = until
	}
	p.mu.Unlock()
	if !endpoint(s) {
		return
	}
	p.usage.with(p.key(s), p.now(), func(t *tally) bool {
		if !until.After(t.Until) {
			return false
		}
		t.Until = until
		return true
	})
}

func (p *pace) key(s pipeline.Source) string {
	if p.realm == "" {
		return s.Name
	}
	return s.Name + " by " + p.realm
}

func (p *pace) of(source string) *turns {
	t := p.sources[source]
	if t == nil {
		t = new(turns)
		p.sources[source] = t
	}
	return t
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
