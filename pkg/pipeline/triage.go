package pipeline

import (
	"slices"
	"time"
)

// A Triage says how the findings of a case stand against an earlier case and
// against what people decided, and whether they break a build. A command
// appends it after the findings. The last one holds, so that a saved case
// shows the same statuses again; a resumed run, which judges anew, lifts it.
type Triage struct {
	Baseline     *Baseline     `json:"baseline,omitempty"`     // nil: compared with nothing
	Suppressions *Suppressions `json:"suppressions,omitempty"` // nil: none were given
	FailOn       []Condition   `json:"fail_on,omitempty"`
}

// A Baseline is the earlier case that this one was compared with, and what
// the comparison gave.
type Baseline struct {
	Case     string    `json:"case"`
	SHA256   string    `json:"sha256"` // of the case file or the report that it was read from
	At       time.Time `json:"at"`     // when its last line that counts was written
	Score    *float64  `json:"score"`  // nil: it was not scored
	Level    string    `json:"level"`
	Coverage float64   `json:"coverage"`
	Known    []string  `json:"known"`  // ids of this case's findings that stood there too
	Gone     []Earlier `json:"gone"`   // judged again, and no longer so
	Unseen   []Earlier `json:"unseen"` // not judged again: silence, not absence
}

// An Earlier is a finding of the baseline that is none of this case.
type Earlier struct {
	Fingerprint string   `json:"fingerprint"`
	Rule        string   `json:"rule"`
	Title       string   `json:"title"`
	Severity    Severity `json:"severity"`
	Subject     Entity   `json:"subject"`
	Reason      string   `json:"reason"` // why it is gone, or why that can't be told

	FirstSeen time.Time `json:"first_seen,omitzero"`
}

// Suppressions are the entries of one file, and what each came to.
type Suppressions struct {
	File    string        `json:"file"` // without its folders
	SHA256  string        `json:"sha256"`
	Entries []Suppression `json:"entries"`
}

// A Suppression is somebody's decision not to act on a finding until a day.
type Suppression struct {
	Line     int      `json:"line"` // in its file
	Rule     string   `json:"rule"`
	Subject  string   `json:"subject"` // an entity, or a pattern with *
	Reason   string   `json:"reason"`
	Who      string   `json:"who"`
	Expires  string   `json:"expires"` // the last day on which it holds, in UTC
	Expired  bool     `json:"expired"` // it did not hold any more
	Findings []string `json:"findings"`
}

// A Condition is one expression that breaks a build, and whether it held.
type Condition struct {
	Expression string   `json:"expression"`
	Holds      bool     `json:"holds"`
	Judged     bool     `json:"judged"` // false: it holds because it could not be judged
	Reason     string   `json:"reason"` // one sentence
	Findings   []string `json:"findings"`
}

// Holds returns the first condition that holds, or nil.
func (t *Triage) Holds() *Condition {
	if t == nil {
		return nil
	}
	if i := slices.IndexFunc(t.FailOn, func(c Condition) bool { return c.Holds }); i >= 0 {
		return &t.FailOn[i]
	}
	return nil
}

// Triage sets the statuses of the case's findings. A person's own word on a
// finding, accepted or disputed, stays.
func (c *Case) Triage(t *Triage) {
	c.Triaged = t
	suppressed, known := map[string]bool{}, map[string]bool{}
	if t.Baseline != nil {
		for _, id := range t.Baseline.Known {
			known[id] = true
		}
	}
	if t.Suppressions != nil {
		for _, s := range t.Suppressions.Entries {
			for _, id := range s.Findings {
				suppressed[id] = true
			}
		}
	}
	for i, f := range c.Findings {
		status := f.Status
		switch {
		case status == Accepted || status == Disputed:
			continue
		case suppressed[f.ID]:
			status = Suppressed
		case known[f.ID]:
			status = Known
		default:
			status = New
		}
		changed := *f // a line's content stays as it was read
		changed.Status = status
		c.Findings[i] = &changed
	}
}
