package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"osint/pkg/pipeline"
)

// bottomLine says in at most five lines what the picture is, whether the
// evidence suffices, and what to do first.
func bottomLine(d *Document) string {
	if d.Risk.Score == nil && len(d.Summary.Absent) > 0 {
		return strings.Join([]string{absentLine(d), "So there is nothing to score: a rule that was not judged is not a rule that passed.", firstLine(d)}, "\n")
	}
	if d.Risk.Score == nil {
		return strings.Join([]string{
			subjectOf(d) + ": no score was computed, so this report says what was recorded and nothing about risk.",
			unseenLine(d),
			"First: read below what could not be seen, and why; then resume or repeat the investigation.",
		}, "\n")
	}
	lines := []string{pictureLine(d), findingsLine(d), evidenceLine(d)}
	if absent := absentLine(d); absent != "" {
		lines[0] = absent + " " + strings.ToUpper(lines[0][:1]) + lines[0][1:]
		if len(d.Case.Seeds) == 1 { // it was named just now
			lines[0] = absent + " As to the rest" + strings.TrimPrefix(pictureLine(d), subjectOf(d))
		}
	}
	if d.Coverage.Checks.Unknown > 0 || len(failedSources(d)) > 0 {
		lines = append(lines, unseenLine(d))
	}
	return strings.Join(append(lines, firstLine(d)), "\n")
}

func pictureLine(d *Document) string {
	score := number(*d.Risk.Score)
	if d.Risk.Insufficient {
		return fmt.Sprintf("%s: the evidence is insufficient to judge. Indicative only: level %s, %s of 100.", subjectOf(d), d.Risk.Level, score)
	}
	line := fmt.Sprintf("%s: the level of risk is %s, %s of 100", subjectOf(d), d.Risk.Level, score)
	var tops []string
	for _, v := range d.Risk.Vectors {
		if v.Hazard > 0 && len(tops) < 2 {
			tops = append(tops, lowerFirst(cmp.Or(v.Title, v.Vector)))
		}
	}
	if len(tops) > 0 {
		line += ", driven by " + strings.Join(tops, " and ")
	}
	return line + "."
}

func findingsLine(d *Document) string {
	count := map[pipeline.Severity]int{}
	var worst *Finding
	n := 0
	for i := range d.Findings {
		f := &d.Findings[i]
		if !f.live() {
			continue
		}
		n++
		count[f.Severity]++
		if worst == nil || f.Severity.Rank() > worst.Severity.Rank() {
			worst = f
		}
	}
	if n == 0 {
		return "No findings stand."
	}
	var parts []string
	for _, s := range severities() {
		if count[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[s], s))
		}
	}
	return fmt.Sprintf("%s (%s). The gravest: %s (%s).", plural(n, "finding", "findings"), strings.Join(parts, ", "), worst.Title, worst.Subject.Value)
}

func evidenceLine(d *Document) string {
	head := "The evidence suffices"
	if d.Risk.Insufficient {
		head = "The evidence does not suffice"
	}
	return fmt.Sprintf("%s: %s of the weighted checks ran; the score lies between %s (known) and %s (all unseen checks failing). Confidence in the level is %s.",
		head, percent(d.Risk.Coverage), number(d.Risk.Bounds.Known), number(d.Risk.Bounds.Max), d.Risk.ConfidenceWord)
}

// failedSources returns the collectors of which at least one question got no
// answer for a reason that is not our own choice.
func failedSources(d *Document) []string {
	var out []string
	for _, c := range d.Collectors {
		for o, n := range c.Outcomes {
			if n > 0 && o != openTask && o.Asked() && !o.Answered() {
				out = insert(out, c.Name)
			}
		}
	}
	return out
}

func unseenLine(d *Document) string {
	failed := failedSources(d)
	names := failed
	if len(names) > 4 {
		names = append(slices.Clone(names[:4]), fmt.Sprintf("%d more", len(failed)-4))
	}
	line := fmt.Sprintf("Not seen: %s could not be judged", plural(d.Coverage.Checks.Unknown, "check", "checks"))
	if len(failed) > 0 {
		line += fmt.Sprintf("; %s left questions unanswered (%s)", plural(len(failed), "source", "sources"), strings.Join(names, ", "))
	}
	return line + "."
}

func firstLine(d *Document) string {
	switch {
	case len(d.Summary.Recommendations) > 0:
		r := d.Summary.Recommendations[0]
		line := "First: " + strings.TrimSuffix(lowerFirst(r.Action), ".")
		if r.Effect < 0 {
			line += fmt.Sprintf(" (the score would fall by %s)", number(-r.Effect))
		}
		return line + "."
	case len(d.Risk.NextSteps) > 0:
		return "First: " + strings.TrimSuffix(lowerFirst(d.Risk.NextSteps[0]), ".") + "."
	case d.Coverage.Checks.Unknown > 0:
		return "First: run again what could not be seen; nothing that was seen asks for action."
	}
	return "Nothing that was seen asks for action."
}

// recommend makes one recommendation of each rule that has live findings, in
// the findings' order: by effect on the score, then severity.
func recommend(d *Document) []Recommendation {
	out := []Recommendation{}
	at := map[string]int{}
	for i := range d.Findings {
		f := &d.Findings[i]
		if !f.live() || f.Remediation == "" {
			continue
		}
		j, known := at[f.Rule]
		if !known {
			j = len(out)
			at[f.Rule] = j
			out = append(out, Recommendation{Rule: f.Rule, Title: f.Title, Action: f.Remediation, Severity: f.Severity, Effect: f.Effect})
		}
		r := &out[j]
		r.Findings = append(r.Findings, f.ID)
		if !slices.Contains(r.Subjects, f.Subject) {
			r.Subjects = append(r.Subjects, f.Subject)
		}
		if f.Severity.Rank() > r.Severity.Rank() {
			r.Severity = f.Severity
		}
	}
	slices.SortStableFunc(out, func(a, b Recommendation) int {
		return cmp.Or(cmp.Compare(a.Effect, b.Effect), cmp.Compare(b.Severity.Rank(), a.Severity.Rank()))
	})
	for i := range out {
		out[i].Rank = i + 1
	}
	return out
}

// severities returns the severities from the gravest down.
func severities() []pipeline.Severity {
	return []pipeline.Severity{pipeline.Critical, pipeline.High, pipeline.Medium, pipeline.Low, pipeline.Info}
}

// number writes a score or points with one decimal.
func number(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 0, 64) + " %" }

// lowerFirst lets a sentence stand within another; an abbreviation keeps its
// capitals.
func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && (s[1] >= 'a' && s[1] <= 'z' || s[1] == '-') {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}
