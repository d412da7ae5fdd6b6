package report

import (
	"cmp"
	"fmt"
	"strings"

	"osint/pkg/pipeline"
)

func (w *writer) vectorTable() *table {
	t := &table{Caption: "Score of each vector", Columns: []column{{"Vector", 4, false, false}, {"Score", 1.2, true, false},
		{"Hazard (nats)", 1.6, true, false}, {"Weight", 1.2, true, false}, {"Seen", 1.2, true, false}, {"Findings", 1.4, true, false}}}
	for _, v := range w.d.Risk.Vectors {
		t.Rows = append(t.Rows, row{Cells: cells(cmp.Or(v.Title, v.Vector)+" ("+v.Vector+")", number(v.Score), fmt.Sprintf("%.3f", v.Hazard),
			fmt.Sprintf("%.2f", v.Weight), percent(v.Coverage), group(v.Findings))})
	}
	t.Total = len(t.Rows)
	return t
}

func (w *writer) contributionTable() *table {
	t := &table{Caption: "Contributions to the total hazard; they add up to it", Columns: []column{{"Family", 4, false, false},
		{"Vector", 1.2, false, false}, {"Hazard (nats)", 1.6, true, false}, {"Share", 1.2, true, false}, {"Findings", 1.4, true, false}}}
	for _, c := range w.d.Risk.Contributions {
		t.Total++
		if len(t.Rows) < maxRows {
			t.Rows = append(t.Rows, row{Cells: cells(c.Family, c.Vector, fmt.Sprintf("%.3f", c.Hazard), percent(c.Share), group(len(c.Findings)))})
		}
	}
	return t
}

func (w *writer) sensitivityTable() *table {
	t := &table{Caption: "The score with one rule left out; the differences do not add up", Columns: []column{{"Rule", 4, false, false},
		{"Difference", 1.6, true, false}, {"Score without", 1.8, true, false}, {"Level without", 1.8, false, false}}}
	for _, x := range w.d.Risk.Sensitivity {
		t.Total++
		if len(t.Rows) < maxRows {
			t.Rows = append(t.Rows, row{Cells: cells(x.Rule, signed(x.Delta), number(x.Score), x.Level)})
		}
	}
	return t
}

// signed writes a difference with its sign.
func signed(x float64) string {
	s := number(x)
	switch {
	case s == "-0.0" || s == "0.0":
		return "0.0"
	case x > 0:
		return "+" + s
	}
	return s
}

// findings are the cards, a table of all before them.
func (w *writer) findings() section {
	s := section{ID: "findings", Title: "Findings"}
	if len(w.d.Findings) == 0 {
		s.Blocks = []block{{Text: "No rule found anything. What could not be judged is listed below: it did not pass."}}
		return s
	}
	t := &table{Caption: "All findings, by their effect on the score", Columns: []column{{"Severity", 1.7, false, false},
		{"Finding", 5, false, false}, {"Subject", 3.4, false, false}, {"Effect", 1.1, true, false}, {"Status", 1.3, false, false}}}
	for _, f := range w.d.Findings {
		t.Total++
		if len(t.Rows) == maxRows {
			continue
		}
		t.Rows = append(t.Rows, row{Cells: []cell{{Text: string(f.Severity), Level: f.Severity}, w.cell(f.Title),
			w.named(f.Subject), w.cell(signed(f.Effect)), w.cell(string(f.Status))}})
	}
	s.Blocks = append(s.Blocks, block{Table: t})
	groups := byRule(w.d.Findings)
	for i, g := range groups {
		if i == maxCards {
			s.Blocks = append(s.Blocks, block{Note: fmt.Sprintf("%s more are in the table above and in the JSON report.", plural(len(groups)-i, "rule's findings", "rules' findings"))})
			break
		}
		s.Blocks = append(s.Blocks, block{Card: w.card(g)})
	}
	return s
}

// maxCards is how many rules' findings are told at length.
const maxCards = 200

// byRule gathers the findings of each rule, in the order of the first.
func byRule(all []Finding) [][]Finding {
	var out [][]Finding
	at := map[string]int{}
	for _, f := range all {
		i, known := at[f.Rule]
		if !known {
			i = len(out)
			at[f.Rule] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], f)
	}
	return out
}

// card tells the findings of one rule: what was seen, on what, what to do.
func (w *writer) card(fs []Finding) *card {
	f := fs[0]
	c := &card{ID: "finding-" + anchorName(f.ID), Title: w.text(f.Title), Remedy: w.text(f.Remediation), Level: f.Severity}
	var subjects []pipeline.Entity
	var seen, observations, origins []string
	for _, x := range fs {
		subjects = append(subjects, x.Subject)
		observations = append(observations, x.Observations...)
		for _, o := range x.Origins {
			origins = insert(origins, o)
		}
		if x.Detail != "" && len(fs) > 1 && len(seen) < 8 {
			seen = append(seen, w.fang.entity(x.Subject)+": "+w.text(x.Detail))
		}
		if x.Severity.Rank() > c.Level.Rank() {
			c.Level = x.Severity
		}
	}
	c.Evidence = w.refs(observations, 12)
	status, subject := Safe(string(f.Status))+", fingerprint "+Safe(f.Fingerprint), "Subject"
	if len(fs) == 1 {
		c.Detail = w.text(sentence(f.Detail))
	} else {
		c.Title += fmt.Sprintf(", and %d more like it", len(fs)-1)
		status, subject = statuses(fs), fmt.Sprintf("Subjects (%d)", len(fs))
	}
	c.Facts = []fact{{Key: subject, Value: w.list(subjects)}}
	if len(seen) > 0 {
		c.Facts = append(c.Facts, fact{Key: "Seen", Value: strings.Join(seen, "; ")})
	}
	c.Facts = append(c.Facts, fact{Key: "Rule", Value: Safe(f.Rule) + ", vector " + Safe(f.Vector)},
		fact{Key: "Likelihood", Value: fmt.Sprintf("%s (%.2f), from %s", likelihoodOf(f.Confidence), f.Confidence, w.text(cmp.Or(join(origins), "no recorded origin")))},
		fact{Key: "Effect on score", Value: signed(f.Effect)}, fact{Key: "Status", Value: status})
	if s := f.Suppression; s != nil {
		c.Facts = append(c.Facts, fact{Key: "Suppressed", Value: w.text(fmt.Sprintf("by %s until %s: %s", s.Who, s.Expires, s.Reason))})
	}
	if len(f.References) > 0 {
		c.Facts = append(c.Facts, fact{Key: "References", Value: w.text(strings.Join(f.References, "; "))})
	}
	return c
}

// statuses counts the findings of each status.
func statuses(fs []Finding) string {
	count := map[string]int{}
	for _, f := range fs {
		count[Safe(string(f.Status))]++
	}
	var out []string
	for _, s := range sortedKeys(count) {
		out = append(out, fmt.Sprintf("%s %d", s, count[s]))
	}
	return strings.Join(out, ", ")
}

// sentence lets a detail stand by itself: a word at its head gets a capital,
// its end a full stop. A name, which has a dot, keeps its letters.
func sentence(s string) string {
	if s != "" && !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	if s != "" && s[0] >= 'a' && s[0] <= 'z' && (len(s) == 1 || s[1] == ' ' || s[1] >= 'a' && s[1] <= 'z') && !strings.Contains(strings.SplitN(s, " ", 2)[0], ".") {
		return strings.ToUpper(s[:1]) + s[1:]
	}
	return s
}
