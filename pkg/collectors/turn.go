package collectors

import (
	"fmt"
	"time"

	"osint/pkg/pipeline"
)

// Reserve is how much of an allowance is kept for people: what runs that nobody
// started by hand leave alone. It is a fifth and at least one, where more than
// one is allowed.
func Reserve(allowance int) int {
	if allowance < 2 {
		return 0
	}
	return max(1, allowance/5)
}

func day(t time.Time) string   { return t.UTC().Format(time.DateOnly) }
func month(t time.Time) string { return t.UTC().Format("2006-01") }

// roll begins a day and a month anew.
func (t *tally) roll(now time.Time) {
	if d := day(now); t.Day != d {
		t.Day, t.Count, t.Spent = d, 0, 0
	}
	if m := month(now); t.Month != m {
		t.Month, t.Sum = m, 0
	}
}

// quota returns a Failure once a day's or a month's requests are used up;
// unattended, once no more are left than are kept for people.
func (t *tally) quota(s pipeline.Source, now time.Time, unattended bool) error {
	t.roll(now)
	for _, x := range []struct {
		used, of   int
		span, next string
	}{{t.Count, s.Daily, "today", "the next day begins at 00:00 UTC"},
		{t.Sum, s.Monthly, "this month", "the next month begins on its first day, 00:00 UTC"}} {
		switch {
		case x.of <= 0:
		case x.used >= x.of:
			return pipeline.Fail(pipeline.QuotaExceeded, fmt.Sprintf("%s: %d of %d requests of %s are used; %s", s.Name, x.used, x.of, x.span, x.next))
		case unattended && x.used >= x.of-Reserve(x.of):
			return pipeline.Fail(pipeline.QuotaExceeded, fmt.Sprintf("%s: the last %d of %d requests of %s are kept for people; %s", s.Name, x.of-x.used, x.of, x.span, x.next))
		}
	}
	return nil
}

// counted reports whether a source's requests are counted.
func counted(s pipeline.Source) bool { return s.Daily > 0 || s.Monthly > 0 }

// count counts a request, of which now is the time.
func (t *tally) count(s pipeline.Source, now time.Time) {
	if t.roll(now); counted(s) {
		t.Count++
		t.Sum++
	}
}

// uncount takes a request of a time back.
func (t *tally) uncount(s pipeline.Source, at time.Time) {
	if counted(s) && t.Day == day(at) {
		t.Count = max(t.Count-1, 0)
	}
	if counted(s) && t.Month == month(at) {
		t.Sum = max(t.Sum-1, 0)
	}
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
func (t *tally) turn(s pipeline.Source, now time.Time, unattended bool) (wait time.Duration, err error) {
	if err := t.quota(s, now, unattended); err != nil {
		return 0, err
	}
	if wait, err := patient(s.Name, t.Until.Sub(now)); wait > 0 || err != nil {
		return wait, err
	}
	if wait := t.next(s, now); wait > 0 {
		return wait, nil
	}
	t.count(s, now)
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
