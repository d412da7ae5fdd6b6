package collectors

import (
	"fmt"
	"time"

	"osint/pkg/pipeline"
)

// quota returns a Failure once a day's requests are used up.
func (t *tally) quota(s pipeline.Source, now time.Time) error {
	if day := now.UTC().Format(time.DateOnly); t.Day != day {
		t.Day, t.Count = day, 0
	}
	if s.Daily > 0 && t.Count >= s.Daily {
		return pipeline.Fail(pipeline.QuotaExceeded, fmt.Sprintf("%s: %d of %d requests of today are used; the next day begins at 00:00 UTC", s.Name, t.Count, s.Daily))
	}
	return nil
}

// next says how long it is to the source's next turn.
func (t *tally) next(s pipeline.Source, now time.Time) time.Duration {
	wait := t.Next.Sub(now)
	if wait > s.Interval { // a clock that was set back
		return 0
	}
	return max(wait, 0)
}

// turn takes a turn at a source, or says how long to wait before asking for
// one again.
func (t *tally) turn(s pipeline.Source, now time.Time) (wait time.Duration, err error) {
	if err := t.quota(s, now); err != nil {
		return 0, err
	}
	if wait, err := patient(s.Name, t.Until.Sub(now)); wait > 0 || err != nil {
		return wait, err
	}
	if wait := t.next(s, now); wait > 0 {
		return wait, nil
	}
	if s.Daily > 0 {
		t.Count++
	}
	if s.Interval > 0 {
		t.Next = now.Add(s.Interval)
	}
	return 0, nil
}

// patient says how long to wait for a server that asked to be left alone, or
// that this is too long.
func patient(who string, wait time.Duration) (time.Duration, error) {
	if wait > patience {
		return 0, pipeline.Fail(pipeline.RateLimited, fmt.Sprintf("%s asked to be left alone for %s", who, wait.Round(time.Second)))
	}
	return max(wait, 0), nil
}
