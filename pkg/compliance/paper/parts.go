package paper

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"osint/pkg/report"
)

// advice stands on every paper.
const advice = "Decision support, not legal advice: it shows what is on record and which rule asks for what. It was filled by a program, and a lawyer has not read it."

// fact is a point that is known, or open with what belongs there.
func fact(key, value, ask string) report.Point {
	if strings.TrimSpace(value) == "" {
		return report.Point{Key: key, Value: ask, Open: true}
	}
	return report.Point{Key: key, Value: value}
}

// cell is a text of a table, or open with what belongs there.
func cell(text, ask string) report.Cell {
	if strings.TrimSpace(text) == "" {
		return report.Cell{Text: ask, Open: true}
	}
	return report.Cell{Text: text}
}

// row is a row of a table, all of it known.
func row(texts ...string) []report.Cell {
	out := make([]report.Cell, len(texts))
	for i, s := range texts {
		out[i] = report.Cell{Text: s}
	}
	return out
}

func text(format string, args ...any) report.Part {
	return report.Part{Text: fmt.Sprintf(format, args...)}
}

func heading(s string) report.Part { return report.Part{Heading: s} }

func note(s string) report.Part { return report.Part{Note: s} }

func points(ps ...report.Point) report.Part { return report.Part{Points: ps} }

func section(title string, parts ...report.Part) report.PaperSection {
	return report.PaperSection{Title: title, Parts: parts}
}

// grid is a table, or a sentence where it has no rows.
func grid(g *report.Grid, none string) report.Part {
	if len(g.Rows) == 0 {
		return report.Part{Text: none}
	}
	return report.Part{Grid: g}
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

func list[T ~string](xs []T) string {
	out := make([]string, len(xs))
	for i, x := range xs {
		out[i] = string(x)
	}
	return strings.Join(out, ", ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// either is the first text that says something.
func either(texts ...string) string { return cmp.Or(texts...) }
