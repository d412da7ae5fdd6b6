package main

import (
	"fmt"
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

// countOf counts things.
func countOf[N int | int64](n N, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// count counts things whose plural has an s.
func count[N int | int64](n N, what string) string { return countOf(n, what, what+"s") }

// entries counts entries of the record.
func entries(n int64) string { return countOf(n, "entry", "entries") }

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

// wrapHanging breaks a line at blanks so that no part is wider than width,
// each part after the first indented. The first keeps its blanks; a word that
// is wider stands alone.
func wrapHanging(s string, width, indent int) string {
	var b strings.Builder
	for width > indent && tui.Columns(s) > width {
		cut := -1
		for i, r := range s {
			if r != ' ' || strings.TrimLeft(s[:i], " ") == "" || i <= indent {
				continue
			}
			if cut >= 0 && tui.Columns(s[:i]) > width {
				break
			}
			cut = i
		}
		if cut < 0 {
			break
		}
		b.WriteString(strings.TrimRight(s[:cut], " ") + "\n")
		s = strings.Repeat(" ", indent) + strings.TrimLeft(s[cut:], " ")
	}
	return b.String() + s
}
