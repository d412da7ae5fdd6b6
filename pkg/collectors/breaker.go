package collectors

import (
	"fmt"
	"time"

	"osint/pkg/pipeline"
)

// breaker stops asking a source that keeps failing. After a cool-down one
// task may try; its success closes the breaker.
type breaker struct {
	failures int
	until    time.Time
}

const (
	trips    = 3
	coolDown = 30 * time.Second
)

// open returns a Failure while the source is left alone.
func (b *breaker) open(source string, now time.Time) error {
	if b.failures < trips || !now.Before(b.until) {
		if b.failures >= trips {
			b.until = now.Add(coolDown) // this one tries; the others wait for what it sees
		}
		return nil
	}
	return pipeline.Fail(pipeline.Skipped, fmt.Sprintf("breaker: %s failed %d times in a row", source, b.failures))
}

// saw takes the outcome of a task.
func (b *breaker) saw(o pipeline.Outcome, now time.Time) {
	switch o {
	case pipeline.Timeout, pipeline.Unreachable, pipeline.Malformed, pipeline.Blocked, pipeline.Unauthorized:
		b.failures++
		if b.failures >= trips {
			b.until = now.Add(coolDown)
		}
	case pipeline.OK, pipeline.Empty, pipeline.Partial:
		b.failures = 0
	}
}
