package pipeline

import (
	"testing"
	"time"
)

// told folds events, numbered, each read back from its line.
func told(t *testing.T, events ...Event) *Case {
	t.Helper()
	c := NewCase()
	for i := range events {
		events[i].Seq, events[i].Time = uint64(i+1), time.Date(2026, 11, 23, 9, 0, i, 0, time.UTC)
		e, err := ParseEvent(events[i].Line())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// The last triage holds, a person's own word stays, and what was found is
// left as it was written.
func TestTriage(t *testing.T) {
	found := func(id string, s Status) Event { return Event{Found: &Finding{ID: id, Status: s}} }
	suppress := func(ids ...string) *Suppressions { return &Suppressions{Entries: []Suppression{{Findings: ids}}} }
	first := Event{Triaged: &Triage{Baseline: &Baseline{Known: []string{"a", "b", "d"}}, Suppressions: suppress("b", "d")}}
	events := []Event{found("a", New), found("b", New), found("c", Known), found("d", Disputed), {Closed: &Closed{Outcome: "complete"}}, first}
	check := func(c *Case, want ...Status) {
		t.Helper()
		for i, f := range c.Findings {
			if f.Status != want[i] {
				t.Errorf("%s is %s, want %s", f.ID, f.Status, want[i])
			}
		}
	}
	c := told(t, events...)
	check(c, Known, Suppressed, New, Disputed)
	if c.Lines != 6 || c.Triaged.Baseline == nil {
		t.Errorf("the triage does not count: line %d, %+v", c.Lines, c.Triaged)
	}
	check(told(t, append(events, Event{Triaged: &Triage{Suppressions: suppress("a")}})...), Suppressed, New, New, Disputed)
	if c := told(t, append(events, Event{Resumed: &Act{What: "resumed"}})...); c.Triaged != nil || len(c.Findings) > 0 {
		t.Errorf("a resumed run has a triage: %+v", c.Triaged)
	}
	if name := events[5].Name(); name != "triaged" {
		t.Error(name)
	}
}

func TestTriageHolds(t *testing.T) {
	var none *Triage
	if none.Holds() != nil || (&Triage{FailOn: []Condition{{Expression: "a"}}}).Holds() != nil {
		t.Error("what does not hold, holds")
	}
	if c := (&Triage{FailOn: []Condition{{Expression: "a"}, {Expression: "b", Holds: true}}}).Holds(); c == nil || c.Expression != "b" {
		t.Errorf("%+v", c)
	}
}
