package report

import (
	"cmp"
	"fmt"
	"strings"
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
	for i := range w.d.Findings {
		if i == maxCards {
			s.Blocks = append(s.Blocks, block{Note: fmt.Sprintf("%s more are in the table above and in the JSON report.", plural(len(w.d.Findings)-i, "finding", "findings"))})
			break
		}
		s.Blocks = append(s.Blocks, block{Card: w.card(&w.d.Findings[i])})
	}
	return s
}

// maxCards is how many findings are told at length.
const maxCards = 200

func (w *writer) card(f *Finding) *card {
	c := &card{ID: "finding-" + anchorName(f.ID), Title: w.text(f.Title), Detail: w.text(f.Detail), Remedy: w.text(f.Remediation),
		Level: f.Severity, Evidence: w.refs(f.Observations, 12)}
	c.Facts = []fact{
		{"Subject", w.fang.entity(f.Subject)},
		{"Rule", Safe(f.Rule) + ", vector " + Safe(f.Vector)},
		{"Likelihood", fmt.Sprintf("%s (%.2f), from %s", likelihoodOf(f.Confidence), f.Confidence, cmp.Or(join(f.Origins), "no recorded origin"))},
		{"Effect on score", signed(f.Effect)},
		{"Status", Safe(string(f.Status)) + ", fingerprint " + Safe(f.Fingerprint)},
	}
	if len(f.References) > 0 {
		c.Facts = append(c.Facts, fact{"References", w.text(strings.Join(f.References, "; "))})
	}
	return c
}
