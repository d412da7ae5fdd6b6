package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// summary is the first page: bottom line, score, judgements, what to do.
func (w *writer) summary() section {
	d := w.d
	s := section{ID: "summary", Title: "Bottom line"}
	var lines []string
	for _, l := range strings.Split(d.Summary.BottomLine, "\n") {
		lines = append(lines, w.text(l))
	}
	s.Blocks = append(s.Blocks, block{Lines: lines})
	if d.Risk.Score != nil {
		s.Blocks = append(s.Blocks, block{Drawing: drawGauge(d)})
	}
	s.Blocks = append(s.Blocks, block{Heading: "Key judgements"})
	if len(d.Summary.KeyJudgements) == 0 && d.Risk.Score == nil && len(d.Summary.Absent) > 0 {
		s.Blocks = append(s.Blocks, block{Text: "No target exists, so that there is nothing to judge."})
	} else if len(d.Summary.KeyJudgements) == 0 {
		s.Blocks = append(s.Blocks, block{Text: "Too little was seen to judge anything."})
	} else {
		var js []shownJudgement
		for _, j := range d.Summary.KeyJudgements {
			js = append(js, shownJudgement{w.text(j.Text), w.text(j.Basis), w.refs(j.Findings, 8)})
		}
		s.Blocks = append(s.Blocks, block{Judgements: js},
			block{Note: "Likelihood words follow ICD 203: almost no chance 1–5 %, very unlikely 5–20 %, unlikely 20–45 %, roughly even chance 45–55 %, likely 55–80 %, very likely 80–95 %, almost certain 95–99 %. The score is an index, not a probability."})
	}
	s.Blocks = append(s.Blocks, block{Heading: "Recommendations"})
	if len(d.Summary.Recommendations) == 0 {
		s.Blocks = append(s.Blocks, block{Text: "Nothing that was seen asks for action."})
		return s
	}
	var steps []shownStep
	for i, r := range d.Summary.Recommendations {
		if i == maxSteps {
			break
		}
		steps = append(steps, shownStep{w.text(r.Action), w.text(whyStep(r)), r.Severity})
	}
	s.Blocks = append(s.Blocks, block{Steps: steps})
	if n := len(d.Summary.Recommendations) - len(steps); n > 0 {
		s.Blocks = append(s.Blocks, block{Note: plural(n, "further recommendation stands", "further recommendations stand") + " with the findings below."})
	}
	s.Blocks = append(s.Blocks, block{Note: "In the order of their effect on the score, each cured alone. The effects do not add up."})
	return s
}

// maxSteps is how many recommendations the first page shows.
const maxSteps = 10

func whyStep(r Recommendation) string {
	why := r.Title + ": " + r.Subjects[0].Value
	if n := len(r.Subjects) - 1; n > 0 {
		why += fmt.Sprintf(" and %s", plural(n, "other", "others"))
	}
	if r.Effect < 0 {
		why += fmt.Sprintf(". Alone it takes %s off the score", number(-r.Effect))
	}
	return why + "."
}

// theCase says who asked what, why, within which limits.
func (w *writer) theCase() section {
	c := w.d.Case
	facts := []fact{{Key: "Case", Value: c.ID}, {Key: "Subject", Value: w.list(c.Seeds)}}
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, fact{Key: key, Value: w.text(value)})
		}
	}
	if len(c.Scope.Declared) > 0 {
		facts = append(facts, fact{Key: "Also in scope", Value: w.list(c.Scope.Declared)})
	}
	if len(c.Scope.Excluded) > 0 {
		facts = append(facts, fact{Key: "Excluded", Value: w.list(c.Scope.Excluded)})
	}
	add("Met", fmt.Sprintf("%s in scope, %s recorded as context", plural(c.Scope.InScope, "entity", "entities"), group(c.Scope.Context)))
	add("Purpose", cmp.Or(c.Purpose, "not stated"))
	add("Lawful basis", cmp.Or(c.LawfulBasis, "not stated"))
	add("Reference", c.Reference)
	add("Investigator", cmp.Or(c.Investigator, "not stated"))
	add("Priority", c.Priority)
	add("Types", joinTexts(c.Type))
	add("Profile", fmt.Sprintf("%s (SHA-256 %s)", c.Profile.Name, clip(c.Profile.SHA256, 17)))
	add("Classification", string(c.Classification)+c.raised())
	add("Began", stamp(c.Started))
	add("As of", fmt.Sprintf("%s, line %s of the case", stamp(c.asOf), group(int(c.Lines))))
	add("Ended", fmt.Sprintf("%s, resumed %s", c.Outcome, times(c.Resumed)))
	add("Limits", limitsText(c.Limits))
	if c.Planned != nil {
		add("Planned", strings.Join(c.Planned.Lines(), "; "))
	}
	add("Asked", askedText(w.d.Collectors))
	add("Tool", strings.TrimSpace(c.Tool.Name+" "+c.Tool.Version+" "+c.Tool.Commit))
	if c.Tool.Lab != "" {
		add("World", c.Tool.Lab+": a fictional internet served on this machine")
	}
	facts[0].Value = Safe(facts[0].Value)
	s := section{ID: "case", Title: "The case", Blocks: []block{{Facts: facts}}}
	if len(w.d.Stages) > 0 {
		t := &table{Caption: "Stages of the run", Columns: []column{{"Stage", 2, false, false}, {"Time", 1.4, true, false}, {"Note", 8, false, false}}}
		for _, x := range w.d.Stages {
			t.Rows = append(t.Rows, row{Cells: []cell{w.cell(string(x.Stage)), w.cell(elapsed(x.ElapsedMS)), w.cell(x.Note)}})
		}
		t.Total = len(t.Rows)
		s.Blocks = append(s.Blocks, block{Table: t})
	}
	return s
}

func (w *writer) list(es []pipeline.Entity) string {
	var out []string
	for i, e := range es {
		if i == 20 {
			out = append(out, fmt.Sprintf("%d more", len(es)-i))
			break
		}
		out = append(out, w.fang.entity(e))
	}
	return strings.Join(out, ", ")
}

func joinTexts[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return strings.Join(out, ", ")
}

func limitsText(l pipeline.Limits) string {
	parts := []string{fmt.Sprintf("%s from a seed", plural(l.Depth, "step", "steps"))}
	if l.Entities > 0 {
		parts = append(parts, plural(l.Entities, "entity", "entities"))
	}
	if l.Timeout > 0 {
		parts = append(parts, l.Timeout.String())
	}
	if l.CostUSD > 0 {
		parts = append(parts, fmt.Sprintf("%.2f USD", l.CostUSD))
	}
	if l.CostUSDDay != nil {
		parts = append(parts, fmt.Sprintf("%.2f USD a day", *l.CostUSDDay))
	}
	return strings.Join(parts, ", ")
}

func times(n int) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func elapsed(ms float64) string {
	switch {
	case ms >= 10_000:
		return fmt.Sprintf("%.1f s", ms/1000)
	case ms >= 1000:
		return fmt.Sprintf("%.2f s", ms/1000)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

// score shows what makes the score and what would change it.
func (w *writer) score() section {
	r := w.d.Risk
	s := section{ID: "score", Title: "The score"}
	if r.Score == nil {
		s.Blocks = []block{{Text: "No score was computed for this case."}}
		return s
	}
	s.Blocks = append(s.Blocks, block{Facts: []fact{
		{Key: "Model", Value: Safe(r.Model) + ", rules " + clip(Safe(r.RulesSHA256), 17)},
		{Key: "Score", Value: number(*r.Score) + " of 100, level " + Safe(r.Level)},
		{Key: "Bounds", Value: fmt.Sprintf("%s known, %s expected, %s at most", number(r.Bounds.Known), number(r.Bounds.Expected), number(r.Bounds.Max))},
		{Key: "Confidence", Value: fmt.Sprintf("%s (%.2f)", r.ConfidenceWord, r.Confidence)},
		{Key: "Coverage", Value: percent(r.Coverage) + " of the weighted checks"},
	}})
	if r.Insufficient {
		s.Blocks = append(s.Blocks, block{Text: "Coverage is below what the profile asks for: the level is indicative only."})
	}
	if t := w.vectorTable(); len(t.Rows) > 0 {
		s.Blocks = append(s.Blocks, block{Heading: "By vector"}, block{Drawing: drawVectors(w.d)}, block{Table: t})
	}
	if len(r.Contributions) > 0 {
		s.Blocks = append(s.Blocks, block{Heading: "What makes the score"}, block{Drawing: drawContributions(w.d)}, block{Table: w.contributionTable()})
	}
	if len(r.Sensitivity) > 0 {
		s.Blocks = append(s.Blocks, block{Heading: "What would change it"}, block{Table: w.sensitivityTable()})
	}
	for _, t := range changes(r) {
		s.Blocks = append(s.Blocks, block{Text: w.text(t)})
	}
	return s
}

// changes says in sentences what would move the level.
func changes(r Risk) []string {
	var out []string
	if len(r.Fixes) > 0 {
		out = append(out, fmt.Sprintf("Curing %s would bring the level down to %s.", join(r.Fixes), cmp.Or(r.LevelAfter, "the next lower one")))
	}
	var near []string
	for _, t := range r.Thresholds {
		side := "below"
		if t.Nats >= 0 {
			side = "above"
		}
		near = append(near, fmt.Sprintf("%.3f nats %s %s", max(t.Nats, -t.Nats), side, t.Level))
	}
	if len(near) > 0 {
		out = append(out, "The total hazard lies "+strings.Join(near, ", ")+".")
	}
	for _, n := range r.NextSteps {
		out = append(out, "Next evidence: "+strings.TrimSuffix(n, ".")+".")
	}
	return slices.Clip(out)
}

// askedText says who was asked in fact: how many sources, in which countries, with
// how many calls; "" if nobody was.
func askedText(cs []Collector) string {
	sources, countries, calls := map[string]bool{}, map[string]bool{}, 0
	for _, c := range cs {
		if c.Calls == 0 && c.Cached == 0 {
			continue
		}
		sources[c.Source] = true
		calls += c.Calls
		if c.Country != "" {
			countries[c.Country] = true
		}
	}
	if len(sources) == 0 {
		return ""
	}
	text := fmt.Sprintf("%s by %s", plural(len(sources), "source", "sources"), plural(calls, "call", "calls"))
	if len(countries) > 0 {
		text += ", in " + strings.Join(slices.Sorted(maps.Keys(countries)), ", ")
	}
	return text
}
