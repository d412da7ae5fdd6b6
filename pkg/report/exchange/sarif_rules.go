package exchange

import (
	"slices"
	"strings"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// sarifRules are the rules that ran, and where each stands in the list.
type sarifRules struct {
	list  []sarifRule
	index map[string]int
}

// newSARIFRules describes every rule that a sheet has a check or a finding of.
func newSARIFRules(sheets []*Sheet) *sarifRules {
	rs := &sarifRules{list: []sarifRule{}, index: map[string]int{}}
	worst, surest := map[string]pipeline.Severity{}, map[string]float64{}
	checks := func(titled bool) {
		for _, s := range sheets {
			for _, c := range s.Checks {
				if (c.Title != "") == titled {
					rs.add(c.Rule, c.Title, c.Remediation, c.References, c.Vector, c.Severity)
				}
			}
		}
	}
	checks(true)
	for _, s := range sheets {
		for _, f := range s.Findings { // in a case of an older version, checks have no title
			rs.add(f.Rule, f.Title, f.Remediation, f.References, f.Vector, f.Severity)
			if f.Severity.Rank() >= worst[f.Rule].Rank() {
				worst[f.Rule] = f.Severity
			}
			surest[f.Rule] = max(surest[f.Rule], f.Confidence)
		}
	}
	checks(false)
	slices.SortFunc(rs.list, func(a, b sarifRule) int { return strings.Compare(a.ID, b.ID) })
	for i := range rs.list {
		r := &rs.list[i]
		rs.index[r.ID] = i
		if s, found := worst[r.ID]; found { // a badge of what was found, not of what might be
			r.grade(s)
			r.Properties["precision"] = precision(surest[r.ID])
		}
	}
	return rs
}

func (rs *sarifRules) add(id, title, remedy string, references []string, vector string, s pipeline.Severity) {
	if _, there := rs.index[id]; there {
		return
	}
	if title == "" {
		title = id
	}
	help := report.Safe(remedy)
	if len(references) > 0 {
		help = strings.TrimSpace(help + " See " + report.Safe(strings.Join(references, "; ")) + ".")
	}
	if help == "" {
		help = report.Safe(title)
	}
	r := sarifRule{ID: id, Short: sarifText{Text: report.Safe(title)}, Full: sarifText{Text: report.Safe(title) + "."},
		Help: sarifText{Text: help, Markdown: Markdown(help)}, Properties: map[string]any{"tags": []string{"security", "osint", vector}, "precision": "high"}}
	r.grade(s)
	rs.index[id] = len(rs.list)
	rs.list = append(rs.list, r)
}

// badges are the scores by which GitHub tells severities apart: over 9 is
// critical, from 7 high, from 4 medium, below low.
var badges = map[pipeline.Severity]string{pipeline.Critical: "9.5", pipeline.High: "8.0", pipeline.Medium: "5.5", pipeline.Low: "2.0", pipeline.Info: "0.0"}

func (r *sarifRule) grade(s pipeline.Severity) {
	r.Default = sarifDefault{levels[s]}
	r.Properties["security-severity"] = badges[s]
}

func precision(confidence float64) string {
	switch {
	case confidence >= .9:
		return "very-high"
	case confidence >= .7:
		return "high"
	case confidence >= .4:
		return "medium"
	}
	return "low"
}
