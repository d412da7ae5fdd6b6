package incident

import (
	"time"
)

// A Clock is one duty to tell somebody, and how it stands.
type Clock struct {
	ID        string     `json:"id"` // "gdpr/authority"
	Framework string     `json:"framework"`
	Whom      string     `json:"whom"`
	Cite      string     `json:"cite"`
	Term      string     `json:"term"` // the time that law leaves, in words
	Due       *time.Time `json:"due"`  // null: law has no number, or the time has not begun
	State     State      `json:"state"`
	Why       string     `json:"why,omitempty"` // it is open, or not needed
	Told      *Told      `json:"told"`
	Delay     string     `json:"delay,omitempty"` // why it was late
}

// State is how a clock stands.
type State string

// The states.
const (
	Overdue   State = "overdue"    // the time is over, and nobody was told
	ToldLate  State = "told-late"  // somebody was, after it
	AtOnce    State = "at-once"    // law has no number: as soon as can be
	Running   State = "due"        // there is time left
	Undecided State = "open"       // a fact is missing: Why names it
	Waiting   State = "not-begun"  // the time begins with something that has not happened
	Done      State = "told"       //
	NotNeeded State = "not-needed" // Why says so
)

// Attention reports whether a clock wants somebody's now: the time is over, or
// was, and the reason that law asks for is not there.
func (c *Clock) Attention() bool {
	return c.State == Overdue || c.State == ToldLate && c.Delay == ""
}

// Settled reports whether nothing is left to do.
func (c *Clock) Settled() bool {
	return c.State == Done || c.State == NotNeeded || c.State == ToldLate && c.Delay != ""
}

// Clocks returns every duty of an incident as it stands at a time, in the order
// of the frameworks.
func (i *Incident) Clocks(now time.Time) []Clock {
	var out []Clock
	for _, f := range i.Frameworks {
		for _, d := range duties {
			if d.framework != f || d.role != i.Role {
				continue
			}
			out = append(out, i.clock(&d, now))
		}
	}
	return out
}

func (i *Incident) clock(d *duty, now time.Time) Clock {
	c := Clock{ID: d.id(), Framework: d.framework, Whom: d.whom, Cite: d.cite, Term: d.term, Told: i.told(d.id()), Delay: i.delay(d.id())}
	c.State, c.Why = d.applies(i)
	if c.State != "" && c.Told == nil {
		return c
	}
	begins := i.Aware
	if d.after != "" {
		first := i.told(d.after)
		if first == nil {
			c.State, c.Why = Waiting, "begins when "+d.after+" is told"
			if c.Told != nil {
				c.State, c.Why = Done, ""
			}
			return c
		}
		begins = first.At
	}
	if d.until != nil {
		due := d.until(begins).UTC()
		c.Due = &due
	}
	c.Why = ""
	switch {
	case c.Told != nil && c.Due != nil && c.Told.At.After(*c.Due):
		c.State = ToldLate
	case c.Told != nil:
		c.State = Done
	case c.Due == nil:
		c.State = AtOnce
	case now.After(*c.Due):
		c.State = Overdue
	default:
		c.State = Running
	}
	return c
}

// Next returns the clock that is due first among those that nobody has met; nil
// where none has a date.
func Next(clocks []Clock) *Clock {
	var first *Clock
	for n := range clocks {
		c := &clocks[n]
		if (c.State == Running || c.State == Overdue) && (first == nil || c.Due.Before(*first.Due)) {
			first = c
		}
	}
	return first
}

// businessDays returns the end of the nth day after t's that is neither
// Saturday nor Sunday, in a zone. Public holidays are not known, and counted:
// that makes the day an earlier one, never a later.
func businessDays(t time.Time, n int, zone *time.Location) time.Time {
	day := t.In(zone)
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
			n--
		}
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, 23, 59, 59, 0, zone)
}

// brasilia is the time of the capital of Brazil, which has had no summer time
// since 2019.
var brasilia = time.FixedZone("UTC-3", -3*60*60)
