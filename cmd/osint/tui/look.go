package tui

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"osint/pkg/pipeline"
)

// A look is how words are coloured. Sixteen colours of the reader's own
// palette, and never a meaning that a word does not say too.
type look struct {
	safe                               func(string) string
	bold, dim, good, warn, bad, graver lipgloss.Style
	bySeverity                         map[pipeline.Severity]lipgloss.Style
	byLabel                            map[string]lipgloss.Style
}

func newLook(o Options) *look {
	var out io.Writer = io.Discard
	if o.Out != nil {
		out = o.Out
	}
	r := lipgloss.NewRenderer(out)
	r.SetHasDarkBackground(true) // never asked: the colours are the palette's own
	r.SetColorProfile(termenv.Ascii)
	if o.Color {
		r.SetColorProfile(termenv.ANSI)
	}
	color := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	l := &look{safe: o.Safe, bold: r.NewStyle().Bold(true), dim: r.NewStyle().Faint(true),
		good: color("2"), warn: color("3"), bad: color("1"), graver: color("1").Bold(true)}
	if !o.Color {
		plain := r.NewStyle()
		l.bold, l.dim, l.good, l.warn, l.bad, l.graver = plain, plain, plain, plain, plain, plain
	}
	if l.safe == nil {
		l.safe = func(s string) string { return s }
	}
	l.bySeverity = map[pipeline.Severity]lipgloss.Style{pipeline.Critical: l.graver, pipeline.High: l.bad, pipeline.Medium: l.warn}
	l.byLabel = map[string]lipgloss.Style{"TLP:RED": l.graver, "TLP:AMBER": l.warn, "TLP:AMBER+STRICT": l.warn, "TLP:GREEN": l.good}
	return l
}

// fit cuts a line to a width and says so.
func fit(s string, width int) string {
	if width <= 0 {
		return ""
	}
	return ansi.Truncate(s, width, "…")
}

// fill cuts or pads to exactly a width.
func fill(s string, width int) string {
	s = fit(s, width)
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

// ends writes left and right to the two ends of a line.
func ends(left, right string, width int) string {
	w := ansi.StringWidth(right)
	if w >= width-8 {
		return fit(left, width)
	}
	return fill(left, width-w-1) + " " + right
}
