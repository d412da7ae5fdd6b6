package main

import (
	"strings"

	"osint/cmd/osint/tui"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// shown is how an entity stands in a line: its value, or its kind if it is
// sealed.
func shown(e pipeline.Entity) string {
	if e.Sealed() {
		return "sealed " + string(e.Kind)
	}
	return report.Safe(e.Value)
}

// severity is a severity's word, of one width, coloured or not.
func severity(s pipeline.Severity, color bool) string {
	word := pad(strings.ToUpper(string(s)), 8)
	paint := map[pipeline.Severity]string{pipeline.Critical: "\x1b[1;31m", pipeline.High: "\x1b[31m", pipeline.Medium: "\x1b[33m"}[s]
	if !color || paint == "" {
		return word
	}
	return paint + word + "\x1b[0m"
}

// bold makes text stand out.
func bold(s string, color bool) string {
	if !color {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

// wrapHanging wraps a line; those that follow the first are indented.
func wrapHanging(s string, width, indent int) string {
	if width <= 0 || tui.Columns(s) <= width {
		return s
	}
	head := s[:len(s)-len(strings.TrimLeft(s, " "))]
	rest := wrap(strings.TrimLeft(s, " "), width-len(head), 0)
	first, more, found := strings.Cut(rest, "\n")
	if !found {
		return head + first
	}
	return head + first + "\n" + wrap(more, width, indent)
}
