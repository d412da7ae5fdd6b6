package exchange

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// A Sheet is what other programs are told of one case. It keeps nothing else
// of the document.
type Sheet struct {
	Case       string
	Target     string // the first seed
	Tool       pipeline.Tool
	Started    time.Time
	Finished   *time.Time
	Outcome    string // complete, or why not
	Exit       int    // what the run's exit code stands for; -1 if it was cut short
	Elapsed    time.Duration
	Score      *float64
	Level      string
	Coverage   float64
	Bottom     string // the bottom line
	Compared   bool   // with a baseline, so that new means something
	Findings   []report.Finding
	Checks     []pipeline.Check
	Conditions []pipeline.Condition
	Troubles   []Trouble
	Places     Places
}

// A Trouble is one reason for not knowing.
type Trouble struct {
	Source string
	Text   string
	Failed bool // a source did not answer; else a limit or a ruling
}

// Of returns the sheet of a document.
func Of(d *report.Document, at Places) *Sheet {
	s := &Sheet{Case: d.Case.ID, Target: targetOf(d), Tool: d.Case.Tool, Started: d.Case.Started, Finished: d.Case.Finished,
		Outcome: d.Case.Outcome, Exit: exitOf(d), Score: d.Risk.Score, Level: d.Risk.Level, Coverage: d.Risk.Coverage,
		Bottom: d.Summary.BottomLine, Compared: d.Baseline.Counts != nil,
		Findings: d.Findings, Checks: d.Risk.Checks, Conditions: d.FailOn, Places: at}
	for _, g := range d.Coverage.Gaps {
		s.Troubles = append(s.Troubles, Trouble{g.Subject, g.Text, failed(pipeline.Outcome(g.Kind))})
	}
	for _, x := range d.Stages {
		s.Elapsed += time.Duration(x.ElapsedMS * float64(time.Millisecond))
	}
	if s.Places.File == "" {
		s.Places = StandIn(s.Target)
	}
	return s
}

func targetOf(d *report.Document) string {
	if len(d.Case.Seeds) == 0 {
		return "nothing"
	}
	return report.Safe(d.Case.Seeds[0].Value)
}

// failed reports whether a source was asked and gave no full answer.
func failed(o pipeline.Outcome) bool {
	return o.Asked() && o != pipeline.OK && o != pipeline.Empty && slices.Contains(pipeline.Outcomes(), o)
}

// The exit codes that a document tells of.
const (
	cutShort  = -1
	done      = 0
	tooLittle = 3
	notAsked  = 4
	tooRisky  = 10
)

// exitOf returns the exit code that the document stands for.
func exitOf(d *report.Document) int {
	asked := 0
	for o, n := range d.Coverage.Outcomes {
		if pipeline.Outcome(o).Asked() {
			asked += n
		}
	}
	switch {
	case d.Case.Outcome != "complete" && d.Case.Outcome != "timeout":
		return cutShort
	case asked == 0 || d.Coverage.Outcomes[string(pipeline.Review)] > 0:
		return notAsked
	case slices.ContainsFunc(d.FailOn, func(c pipeline.Condition) bool { return c.Holds }):
		return tooRisky
	case d.Risk.Insufficient:
		return tooLittle
	}
	return done
}

// live returns the findings that nobody decided to bear or disputes, the
// gravest first.
func (s *Sheet) live() (fs []report.Finding) {
	for _, f := range s.Findings {
		if live(f) {
			fs = append(fs, f)
		}
	}
	slices.SortStableFunc(fs, byGravity)
	return fs
}

func live(f report.Finding) bool { return f.Status == pipeline.New || f.Status == pipeline.Known }

// byGravity puts the gravest first, and of equal ones the new.
func byGravity(a, b report.Finding) int {
	return cmp.Or(b.Severity.Rank()-a.Severity.Rank(), strings.Compare(string(b.Status), string(a.Status)))
}

// text is a finding in one paragraph.
func text(f report.Finding) string {
	s := report.Safe(f.Title) + "."
	if f.Detail != "" {
		s += " " + strings.TrimSuffix(report.Safe(f.Detail), ".") + "."
	}
	return s
}
