package collectors

import (
	"fmt"
	"time"

	"osint/pkg/pipeline"
)

// breaker stops asking a source that keeps failing. After a cool-down one
// task may try, and the others wait for what it sees: its success closes the
// breaker, its failure doubles the cool-down.
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
	again := b.opened.Add(min(coolDown<<min(b.failures-trips, 5), maxCoolDown))
	if !now.Before(again) {
		return nil
	}
	return pipeline.Fail(pipeline.Skipped, fmt.Sprintf("breaker: %s failed %d times in a row; it is tried again in %s",
		source, b.failures, again.Sub(now).Round(time.Second)))
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
