package pipeline

import (
	"slices"
	"time"
)

// Severity of a finding.
type Severity string

// The severities, in rising order.
const (
	Info     Severity = "info"
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Rank orders severities from Info (0) to Critical (4); unknown is -1.
func (s Severity) Rank() int {
	for i, x := range []Severity{Info, Low, Medium, High, Critical} {
		if s == x {
			return i
		}
	}
	return -1
}

// Status of a finding.
type Status string

// The statuses.
const (
	New        Status = "new"        // not in the baseline, or there is none
	Known      Status = "known"      // in the baseline too
	Suppressed Status = "suppressed" // a suppression names it
	Accepted   Status = "accepted"
	Disputed   Status = "disputed"
)

// A Finding is a judgement that stands on observations.
type Finding struct {
	ID           string   `json:"id"`          // unique in the case: "f-" and digits
	Fingerprint  string   `json:"fingerprint"` // equal for the same rule and subject in every version and case
	Rule         string   `json:"rule"`
	Family       string   `json:"family"` // variants of one weakness share it
	Title        string   `json:"title"`
	Detail       string   `json:"detail,omitempty"` // what was seen, in one sentence
	Severity     Severity `json:"severity"`
	Vector       string   `json:"vector"`
	Confidence   float64  `json:"confidence"` // 0..1
	Status       Status   `json:"status"`
	Subject      Entity   `json:"subject"`
	Observations []string `json:"observations"`
	Remediation  string   `json:"remediation"`
	References   []string `json:"references,omitempty"`

	// FirstSeen is when it was first found in an unbroken row of cases, each
	// the baseline of the next.
	FirstSeen time.Time `json:"first_seen,omitzero"`
}

// An Assessment is the score of a case and what makes it.
type Assessment struct {
	Model         string         `json:"model"` // "osint-risk/1"
	RulesSHA256   string         `json:"rules_sha256"`
	Score         float64        `json:"score"`        // 0..100, two decimals
	Level         string         `json:"level"`        // low, medium, high, critical
	Insufficient  bool           `json:"insufficient"` // coverage too low to judge: the level is indicative
	Confidence    float64        `json:"confidence"`   // 0..1
	Coverage      float64        `json:"coverage"`     // 0..1, weighted share of applicable checks that ran
	Bounds        Bounds         `json:"bounds"`
	Vectors       []VectorScore  `json:"vectors"`
	Contributions []Contribution `json:"contributions"`
	Sensitivity   []Sensitivity  `json:"sensitivity"`
	Thresholds    []Threshold    `json:"thresholds"`            // distance to each level, in nats of hazard
	Fixes         []string       `json:"fixes,omitempty"`       // smallest greedy set of rules whose cure drops a level
	LevelAfter    string         `json:"level_after,omitempty"` // the level once Fixes are cured
	NextSteps     []string       `json:"next_steps,omitempty"`  // what evidence would change the score most
	Checks        []Check        `json:"checks"`
}

// Judged reports whether any check that counts applied to anything, whether it
// could be made or not, or no check is told of. Where none did, the score says
// nothing.
func (a *Assessment) Judged() bool {
	return len(a.Checks) == 0 || slices.ContainsFunc(a.Checks, func(k Check) bool { return k.State != "not-applicable" && k.Severity != Info })
}

// Bounds are the score with the checks that did not run left out, at their
// base rates, and true.
type Bounds struct {
	Known    float64 `json:"known"`
	Expected float64 `json:"expected"`
	Max      float64 `json:"max"`
}

// VectorScore is one vector's part. Hazard is in nats, Score 0..100.
type VectorScore struct {
	Vector   string  `json:"vector"`
	Title    string  `json:"title"`
	Hazard   float64 `json:"hazard"`
	Score    float64 `json:"score"`
	Coverage float64 `json:"coverage"`
	Weight   float64 `json:"weight"`
	Findings int     `json:"findings"`
}

// Contribution is what one rule family adds to the total hazard, in nats,
// after caps and ranks; all of them add up to it.
type Contribution struct {
	Family   string   `json:"family"`
	Vector   string   `json:"vector"`
	Hazard   float64  `json:"hazard"`
	Share    float64  `json:"share"` // of the total, 0..1
	Findings []string `json:"findings"`
}

// Sensitivity is the score with one rule left out. Deltas do not add up.
type Sensitivity struct {
	Rule  string  `json:"rule"`
	Delta float64 `json:"delta"`
	Score float64 `json:"score"`
	Level string  `json:"level"`
}

// Threshold is how far the total hazard is from a level: positive is above.
type Threshold struct {
	Level string  `json:"level"`
	Nats  float64 `json:"nats"`
}

// Check is what became of one rule: a rule that could not run is never a
// pass.
type Check struct {
	Rule     string   `json:"rule"`
	Vector   string   `json:"vector"`
	Severity Severity `json:"severity"`
	State    string   `json:"state"` // failed, passed, unknown, not-applicable
	Reason   string   `json:"reason,omitempty"`
	Subjects int      `json:"subjects"` // it was judged on

	Title       string   `json:"title,omitempty"` // of the rule, of no subject in particular
	Remediation string   `json:"remediation,omitempty"`
	References  []string `json:"references,omitempty"`
	Unanswered  bool     `json:"unanswered,omitempty"` // of unknown: somebody was asked in vain; else nobody was, by decision
}
