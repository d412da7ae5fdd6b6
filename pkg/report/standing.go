package report

import (
	"math"
	"time"

	"osint/pkg/pipeline"
)

// Baseline is the earlier case that this one was compared with, and what the
// comparison gave; empty where there was none. Deltas are now less then, and
// left out where either has no score.
type Baseline struct {
	Case          string             `json:"case,omitempty"`
	SHA256        string             `json:"sha256,omitempty"` // of the file it was read from
	At            time.Time          `json:"at,omitzero"`
	Score         *float64           `json:"score,omitempty"`
	ScoreDelta    *float64           `json:"score_delta,omitempty"`
	Level         string             `json:"level,omitempty"`
	Coverage      *float64           `json:"coverage,omitempty"`
	CoverageDelta *float64           `json:"coverage_delta,omitempty"`
	Counts        *BaselineCounts    `json:"counts,omitempty"`
	Gone          []pipeline.Earlier `json:"gone,omitzero"`   // judged again, and no longer so
	Unseen        []pipeline.Earlier `json:"unseen,omitzero"` // not judged again: not gone
}

// BaselineCounts counts findings. A suppressed one is new or known too.
type BaselineCounts struct {
	New    int `json:"new"`
	Known  int `json:"known"`
	Gone   int `json:"gone"`
	Unseen int `json:"unseen"`
}

// Borne says who decided to bear a finding, why, and until when.
type Borne struct {
	Reason  string `json:"reason"`
	Who     string `json:"who"`
	Expires string `json:"expires"` // the last day on which it holds
}

// Suppression is one such decision, and what it came to.
type Suppression struct {
	Rule     string   `json:"rule"`
	Subject  string   `json:"subject"`
	Reason   string   `json:"reason"`
	Who      string   `json:"who"`
	Expires  string   `json:"expires"`
	State    string   `json:"state"` // holds, expired, or unused: it matches no finding
	File     string   `json:"file"`
	Line     int      `json:"line"`
	SHA256   string   `json:"sha256"` // of the file
	Findings []string `json:"findings"`
}

func baselineOf(c *pipeline.Case, t *teller) Baseline {
	if c.Triaged == nil || c.Triaged.Baseline == nil {
		return Baseline{}
	}
	b := c.Triaged.Baseline
	out := Baseline{Case: b.Case, SHA256: b.SHA256, At: b.At.UTC(), Score: b.Score, Level: b.Level, Coverage: &b.Coverage,
		Gone: earlierOf(b.Gone, t), Unseen: earlierOf(b.Unseen, t)}
	if a := c.Assessment; a != nil {
		out.CoverageDelta = delta(a.Coverage, b.Coverage)
		if b.Score != nil {
			out.ScoreDelta = delta(a.Score, *b.Score)
		}
	}
	out.Counts = &BaselineCounts{New: len(c.Findings) - len(b.Known), Known: len(b.Known), Gone: len(b.Gone), Unseen: len(b.Unseen)}
	return out
}

// delta is the change to four decimals, which a score and a share have.
func delta(now, then float64) *float64 {
	d := math.Round((now-then)*1e4)/1e4 + 0
	return &d
}

func earlierOf(es []pipeline.Earlier, t *teller) []pipeline.Earlier {
	out := make([]pipeline.Earlier, len(es))
	for i, e := range es {
		e.Title, e.Subject, e.Reason = t.text(e.Title), t.entity(e.Subject), t.text(e.Reason)
		out[i] = e
	}
	return out
}

func suppressionsOf(c *pipeline.Case) []Suppression {
	out := []Suppression{}
	if c.Triaged == nil || c.Triaged.Suppressions == nil {
		return out
	}
	s := c.Triaged.Suppressions
	for _, e := range s.Entries {
		state := "holds"
		switch {
		case e.Expired:
			state = "expired"
		case len(e.Findings) == 0:
			state = "unused"
		}
		out = append(out, Suppression{e.Rule, e.Subject, e.Reason, e.Who, e.Expires, state, s.File, e.Line, s.SHA256, orEmpty(e.Findings)})
	}
	return out
}

// borneBy returns, by finding, the first decision that holds.
func borneBy(c *pipeline.Case) map[string]*Borne {
	by := map[string]*Borne{}
	if c.Triaged == nil || c.Triaged.Suppressions == nil {
		return by
	}
	for _, e := range c.Triaged.Suppressions.Entries {
		for _, id := range e.Findings {
			if by[id] == nil {
				by[id] = &Borne{e.Reason, e.Who, e.Expires}
			}
		}
	}
	return by
}

func failOnOf(c *pipeline.Case) []pipeline.Condition {
	out := []pipeline.Condition{}
	if c.Triaged == nil {
		return out
	}
	for _, x := range c.Triaged.FailOn {
		x.Findings = orEmpty(x.Findings)
		out = append(out, x)
	}
	return out
}
