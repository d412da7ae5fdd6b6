package collectors

import (
	"fmt"
	"time"

	"osint/pkg/pipeline"
)

// breaker stops asking a source that keeps failing. After a cool-down one
// task may try, and the others wait for what it sees: its success closes the
// breaker, its failure doubles the cool-down.
//
// An open one is shared by all processes of this machine, in the source's tally:
// whoever comes next does not begin with failures of his own. A trial is there
// too, as the time at which somebody tried: the others wait as if it had failed,
// until it ends.
type breaker struct {
	failures int // in a row
	opened   time.Time
	trial    bool // one tries
}

const (
	trips       = 5
	coolDown    = 30 * time.Second
	maxCoolDown = 15 * time.Minute
)

// open returns a Failure while the source is left alone.
func (b *breaker) open(source string, now time.Time) error {
	if b.failures < trips || b.trial {
		return nil
	}
	again := cooled(b.failures, b.opened)
	if !now.Before(again) || again.Sub(now) > maxCoolDown { // a clock that was set back
		return nil
	}
	return pipeline.Fail(pipeline.Skipped, fmt.Sprintf("breaker: %s failed %d times in a row; it is tried again in %s",
		source, b.failures, again.Sub(now).Round(time.Second)))
}

// cooled is when a source may be tried again.
func cooled(failures int, opened time.Time) time.Time {
	return opened.Add(min(coolDown<<min(failures-trips, 5), maxCoolDown))
}

// heed takes over what other processes know.
func (b *breaker) heed(t *tally) {
	switch {
	case t.Failures >= trips:
		b.failures, b.opened = t.Failures, t.Opened
	case b.failures >= trips: // somebody's trial went well
		b.failures = 0
	}
}

// try makes a task that begins while the breaker cools the one that tries, and
// reports whether it is. b may be nil.
func (b *breaker) try(t *tally, now time.Time) bool {
	if b == nil || b.failures < trips {
		return false
	}
	b.trial, t.Opened = true, now
	return true
}

// tells reports whether others should hear what has become of a breaker.
func (b *breaker) tells(was breaker) bool {
	return b.failures != was.failures && max(b.failures, was.failures) >= trips
}

// share tells them.
func (b *breaker) share(t *tally) {
	if b.failures < trips {
		t.Failures, t.Opened = 0, time.Time{}
		return
	}
	t.Failures, t.Opened = max(t.Failures, b.failures), b.opened
}

// saw takes the outcome of a task. Only what speaks of the source's health
// counts: an answer that a collector can't read does not. While the breaker is
// open, tasks that were under way make it no worse.
func (b *breaker) saw(o pipeline.Outcome, now time.Time) {
	trial := b.trial
	b.trial = false
	switch o {
	case pipeline.OK, pipeline.Empty, pipeline.Partial:
		b.failures = 0
	case pipeline.Timeout, pipeline.Unreachable, pipeline.Blocked, pipeline.RateLimited:
		if b.failures >= trips && !trial {
			return
		}
		if b.failures++; b.failures >= trips {
			b.opened = now
		}
	}
}
