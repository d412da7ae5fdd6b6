package main

import (
	"testing"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// The shortest of all limits holds, and what is held more closely never stays
// longer than the whole.
func TestSchedule(t *testing.T) {
	began := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	days := func(at time.Time) int {
		if at.IsZero() {
			return 0
		}
		return int(at.Sub(began).Hours() / 24)
	}
	for name, x := range map[string]struct {
		limits  compliance.Retention
		mandate int
		want    [3]int
	}{
		"none":               {compliance.Retention{}, 0, [3]int{0, 0, 0}},
		"mandate alone":      {compliance.Retention{}, 80, [3]int{80, 80, 80}},
		"all":                {compliance.Retention{MaxDays: 365, Restricted: 30, Confidential: 90, Internal: 200}, 0, [3]int{30, 90, 200}},
		"mandate is shorter": {compliance.Retention{MaxDays: 365, Restricted: 30, Confidential: 90, Internal: 200}, 60, [3]int{30, 60, 60}},
		"max alone":          {compliance.Retention{MaxDays: 365}, 0, [3]int{365, 365, 365}},
	} {
		cs := &pipeline.Case{Opened: &pipeline.Opened{Law: &pipeline.LawRef{RetentionDays: x.mandate}}, Began: began}
		s := scheduleOf(cs, x.limits)
		if got := [3]int{days(s.Restricted), days(s.Confidential), days(s.Whole)}; got != x.want {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}
