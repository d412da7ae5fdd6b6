package compliance

import (
	"cmp"
	"fmt"
	"slices"

	"osint/pkg/pipeline"
)

// A Review is one question of a case that waits for an approver.
type Review struct {
	Subject   pipeline.Entity `json:"subject"`
	Collector string          `json:"collector"` // "" is whether the subject may stand in the case
	Reason    string          `json:"reason"`    // of the rule that decided
	Rules     []Waiting       `json:"rules"`
}

// Waiting is one rule for which a question waits.
type Waiting struct {
	Rule     string   `json:"rule"`
	Cite     string   `json:"cite"`
	Unknown  []string `json:"unknown"` // facts that would decide
	Remedy   string   `json:"remedy,omitempty"`
	Approved string   `json:"approved_by,omitempty"` // by whom, since: resume asks it
}

// Reviews returns the questions whose last ruling is a review, sorted by subject
// and collector. approvals say which of their rules somebody has waived since.
// denied also returns those that law denies, without rules: none can be waived,
// but one may ask for an approver ([RuleApprover]).
func Reviews(c *pipeline.Case, approvals Approvals, denied bool) []Review {
	var out []Review
	for q, r := range c.Standing() {
		w := Review{Subject: q.Subject, Collector: q.Collector, Reason: fmt.Sprintf("%s (%s)", r.Reason, r.Rule), Rules: []Waiting{}}
		switch {
		case r.Verdict == pipeline.ReviewIt:
			w.Rules = waiting(r)
		case !denied || r.Verdict != pipeline.Deny || r.Law == nil:
			continue
		}
		for i := range w.Rules {
			x := &w.Rules[i]
			x.Approved = approvals.Waives(q.Subject, q.Collector, x.Rule, x.Unknown)
		}
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b Review) int {
		return cmp.Or(cmp.Compare(a.Subject.String(), b.Subject.String()), cmp.Compare(a.Collector, b.Collector))
	})
	return out
}

// waiting returns the rules by which a question waits: those of law that fired as
// reviews, else the one that decided.
func waiting(r pipeline.Ruling) (out []Waiting) {
	list := func(l []string) []string { return append([]string{}, l...) }
	if r.Law != nil {
		for _, f := range r.Law.Fired {
			if f.Outcome == pipeline.ReviewIt && f.Waived == "" {
				out = append(out, Waiting{Rule: f.Rule, Cite: f.Framework + ", " + f.Cite, Unknown: list(f.Unknown), Remedy: f.Remedy})
			}
		}
	}
	if len(out) == 0 {
		out = []Waiting{{Rule: r.Rule, Cite: r.Cite, Unknown: list(r.Unknown), Remedy: r.Reason}}
	}
	return out
}

// Open reports whether a question waits still: some rule of it is not waived.
func (r Review) Open() bool {
	return slices.ContainsFunc(r.Rules, func(w Waiting) bool { return w.Approved == "" })
}
