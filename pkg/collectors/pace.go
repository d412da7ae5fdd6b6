package collectors

import (
	"context"
	"fmt"
	"sync"
	"time"

	"osint/pkg/pipeline"
)

// pace keeps each source's turns: how many tasks at once, how much time
// between requests, how many a day, and whether its breaker is open.
type pace struct {
	now     func() time.Time
	usage   *usage
	mu      sync.Mutex
	sources map[string]*turns
}

// turns is the state of one source in this process.
type turns struct {
	busy    int       // slots taken
	blocked time.Time // it asked to be left alone until then
	breaker breaker
}

const (
	defaultSlots = 2
	patience     = 10 * time.Second // the longest block that is waited out
)

func newPace(stateDir string, now func() time.Time) (*pace, error) {
	u, err := openUsage(stateDir, now)
	return &pace{now: now, usage: u, sources: map[string]*turns{}}, err
}

// Take implements [pipeline.Pacer].
func (n *Net) Take(s pipeline.Source) (time.Duration, error) { return n.pace.take(s) }

// Done implements [pipeline.Pacer].
func (n *Net) Done(s pipeline.Source, o pipeline.Outcome) { n.pace.done(s, o) }

func (p *pace) take(s pipeline.Source) (time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.of(s.Name)
	slots := s.Slots
	if slots == 0 {
		slots = defaultSlots
	}
	now := p.now()
	if d := t.blocked.Sub(now); d > patience {
		return 0, pipeline.Fail(pipeline.RateLimited, fmt.Sprintf("%s asked to be left alone for %s", s.Name, d.Round(time.Second)))
	} else if d > 0 {
		return d, nil
	}
	if err := t.breaker.open(s.Name, now); err != nil {
		return 0, err
	}
	if t.busy >= slots {
		return 20 * time.Millisecond, nil
	}
	wait, err := p.usage.turn(s)
	if wait == 0 && err == nil {
		t.busy++
	}
	return wait, err
}

func (p *pace) done(s pipeline.Source, o pipeline.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.of(s.Name)
	t.busy = max(0, t.busy-1)
	if s.Base != "" { // one endpoint; the subject's own servers fail each for itself
		t.breaker.saw(o, p.now())
	}
}

// next waits for the turn of a further request of a task: pages wait inside
// their task, which keeps its slot.
func (p *pace) next(ctx context.Context, s pipeline.Source) error {
	for {
		p.mu.Lock()
		wait := p.of(s.Name).blocked.Sub(p.now())
		p.mu.Unlock()
		if wait > patience {
			return pipeline.Fail(pipeline.RateLimited, fmt.Sprintf("%s asked to be left alone for %s", s.Name, wait.Round(time.Second)))
		}
		if wait <= 0 {
			var err error
			if wait, err = p.usage.turn(s); err != nil || wait == 0 {
				return err
			}
		}
		if err := sleep(ctx, wait); err != nil {
			return failure(ctx, err)
		}
	}
}

// leaveAlone obeys a Retry-After.
func (p *pace) leaveAlone(source string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.of(source)
	if until := p.now().Add(d); until.After(t.blocked) {
		t.blocked = until
	}
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
