package report

import (
	"fmt"

	"osint/pkg/pipeline"
)

// standing says how the findings stand against an earlier case and against
// what was decided; nothing where neither was given.
func (w *writer) standing() (ss []section) {
	s := section{ID: "standing", Title: "Against what was known and decided"}
	if b := w.d.Baseline; b.Counts != nil {
		s.Blocks = append(s.Blocks, block{Text: fmt.Sprintf("Compared with case %s of %s: %s, %s, %s. %s could not be judged again and are not taken for gone.%s%s",
			Safe(b.Case), day(b.At), plural(b.Counts.New, "finding is new", "findings are new"), plural(b.Counts.Known, "was known", "were known"),
			plural(b.Counts.Gone, "is gone", "are gone"), plural(b.Counts.Unseen, "earlier finding", "earlier findings"),
			change("The score", b.ScoreDelta, 1), change("Coverage, in points of a hundred,", b.CoverageDelta, 100))})
		s.Blocks = append(s.Blocks, w.earlier("Gone since", b.Gone)...)
		s.Blocks = append(s.Blocks, w.earlier("Not judged again", b.Unseen)...)
	}
	if len(w.d.Suppressions) > 0 {
		t := &table{Caption: "Findings that somebody decided to bear", Columns: []column{{"Rule", 1.2, false, false}, {"Subject", 3, false, false}, {"State", 1.2, false, false}, {"Until", 1.6, false, false}, {"By", 2, false, false}, {"Reason", 4, false, false}}}
		for _, x := range w.d.Suppressions {
			t.Rows = append(t.Rows, row{Cells: []cell{w.cell(x.Rule), w.cell(x.Subject), w.cell(x.State), w.cell(x.Expires), w.cell(x.Who), w.cell(x.Reason)}})
		}
		s.Blocks = append(s.Blocks, block{Table: t.cut()},
			block{Note: "A suppressed finding stays in the report and in the score, which says what is and not what is minded; only the conditions of --fail-on pass over it."})
	}
	for _, x := range w.d.FailOn {
		s.Blocks = append(s.Blocks, block{Text: "Condition: " + w.text(x.Reason) + "."})
	}
	if len(s.Blocks) > 0 {
		ss = append(ss, s)
	}
	return ss
}

// change says how far a figure moved; nothing where that is not known.
func change(what string, d *float64, times float64) string {
	if d == nil {
		return ""
	}
	switch x := *d * times; {
	case x > 0:
		return fmt.Sprintf(" %s rose by %.1f.", what, x)
	case x < 0:
		return fmt.Sprintf(" %s fell by %.1f.", what, -x)
	}
	return fmt.Sprintf(" %s is the same.", what)
}

func (w *writer) earlier(caption string, es []pipeline.Earlier) []block {
	if len(es) == 0 {
		return nil
	}
	t := &table{Caption: caption, Columns: []column{{"Severity", 1.5, false, false}, {"Rule", 1.3, false, false}, {"Finding", 5, false, false}, {"Subject", 3.2, false, false}, {"Why", 4, false, false}}}
	for _, e := range es {
		t.Rows = append(t.Rows, row{Cells: []cell{{Text: Safe(string(e.Severity)), Level: e.Severity}, w.cell(e.Rule), w.cell(e.Title), w.named(e.Subject), w.cell(e.Reason)}})
	}
	return []block{{Table: t.cut()}}
}
