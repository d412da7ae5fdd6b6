package main

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"osint/pkg/pipeline/fleet"
	"osint/pkg/report"
)

// maxTold is how many findings of one sort the summary names; the index has
// all.
const maxTold = 50

// show prints the summary: a table of the targets, then what is new, what is
// gone and what went wrong, one a line.
func (b *batch) show(x *fleet.Index) error {
	c := b.c
	if b.asJSON {
		return c.json(x)
	}
	if b.s.kind() == "jsonl" { // stdout has the rows
		stdout := c.out
		c.out = bufio.NewWriter(c.errs)
		defer func() { c.flush(); c.out = stdout }()
	}
	t := table{header: []string{"target", "level", "score", "findings", "new", "gone", "coverage", "outcome", "code"}, right: []int{2, 4, 5, 6, 8}}
	for i := range x.Rows {
		t.add(cells(&x.Rows[i])...)
	}
	if err := c.table(t); err != nil {
		return err
	}
	fmt.Fprintln(c.out)
	b.tellFindings("new", x, func(r *fleet.Row) []fleet.Finding { return r.New })
	b.tellFindings("gone", x, func(r *fleet.Row) []fleet.Finding { return r.Gone })
	b.tellChanges(x)
	fmt.Fprintf(c.out, "%s: %s\n", b.sum(x), filepath.Join(b.folder.dir, x.Run, "index.html"))
	return c.flush()
}

// cells is a row of the table, and of the index as CSV.
func cells(r *fleet.Row) []string {
	score, coverage, level := "", "", r.Level
	if r.Score != nil {
		score = fmt.Sprintf("%.1f", *r.Score)
		coverage = fmt.Sprintf("%.0f %%", 100*r.Coverage)
	}
	if r.Held {
		level += " (before)"
	}
	return []string{r.Target, level, score, counted(r), fmt.Sprint(len(r.New)), fmt.Sprint(len(r.Gone)), coverage, string(r.Outcome), fmt.Sprint(r.Code)}
}

// counted names the findings by severity: "1 high, 2 low". Where some could
// not be checked this time, it says so.
func counted(r *fleet.Row) string {
	var parts []string
	for _, s := range severities() {
		if n := r.Counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if slices.ContainsFunc(r.Standing, func(f fleet.Finding) bool { return f.Unverified }) {
		parts = append(parts, "unverified")
	}
	return strings.Join(parts, ", ")
}

// tellFindings names findings of the rows that were judged before: of a
// target that is new everything is.
func (b *batch) tellFindings(word string, x *fleet.Index, of func(*fleet.Row) []fleet.Finding) {
	told := 0
	for i := range x.Rows {
		r := &x.Rows[i]
		if r.Was == nil {
			continue
		}
		for _, f := range of(r) {
			if told++; told <= maxTold {
				b.tell("%s  %s %s: %s", pad(word, 8), severity(f.Severity, b.c.colored(b.c.stdout)), report.Safe(r.Target), report.Safe(f.Title))
			}
		}
	}
	if told > maxTold {
		b.tell("%s  … and %d more: the index has them", pad(word, 8), told-maxTold)
	}
}

// tellChanges names what else is not as it was.
func (b *batch) tellChanges(x *fleet.Index) {
	for i := range x.Rows {
		r := &x.Rows[i]
		for _, c := range r.Changes {
			switch {
			case c == fleet.First && x.Before != "":
				b.tell("%s  %s: judged for the first time", pad("first", 8), report.Safe(r.Target))
			case c == fleet.Leveled:
				b.tell("%s  %s: %s, was %s", pad("level", 8), report.Safe(r.Target), r.Level, r.Was.Level)
			case c == fleet.Obscured:
				b.tell("%s  %s: %.0f %%, was %.0f %%", pad("coverage", 8), report.Safe(r.Target), 100*r.Coverage, 100*r.Was.Coverage)
			case c == fleet.Trouble:
				b.tell("%s  %s: line %d: %s", pad("trouble", 8), report.Safe(r.Target), r.Line, became(r))
			}
		}
	}
	for _, t := range x.Left {
		b.tell("%s  %s: not in the list any more", pad("left", 8), report.Safe(t))
	}
}

// tell prints one line, folded on a terminal.
func (b *batch) tell(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if w := b.c.width(b.c.stdout); w > 20 {
		text = wrapHanging(text, w, 10)
	}
	io.WriteString(b.c.out, text+"\n")
}

// sum counts the rows by outcome.
func (b *batch) sum(x *fleet.Index) string {
	n := map[fleet.Outcome]int{}
	for _, r := range x.Rows {
		n[r.Outcome]++
	}
	parts := []string{count(len(x.Rows), "target")}
	for _, o := range []fleet.Outcome{fleet.TimedOut, fleet.Refused, fleet.Failed, fleet.Interrupted, fleet.NotStarted} {
		if n[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[o], o))
		}
	}
	if x.Before != "" && !x.Changed {
		parts = append(parts, "nothing changed since "+x.Before)
	}
	return strings.Join(parts, ", ")
}

// troubles says why the code of a batch is not 0.
func (b *batch) troubles(x *fleet.Index) string {
	n := 0
	for _, r := range x.Rows {
		if r.Code != 0 {
			n++
		}
	}
	text := fmt.Sprintf("%d of %s did not end with code 0", n, count(len(x.Rows), "target"))
	if x.Outcome == fleet.Interrupted {
		text = "interrupted; osint batch --resume goes on with it, and without --resume a new run begins"
	}
	return text
}
