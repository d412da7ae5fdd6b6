package tui

import (
	"os"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"osint/cmd/osint/tui/still"
)

func init() { still.Restore() }

// IsTerminal reports whether somebody looks at f.
func IsTerminal(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }

// Width returns the columns of the terminal f, or 0 if it is none.
func Width(f *os.File) int {
	if !IsTerminal(f) {
		return 0
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w <= 0 {
		return 80
	}
	return w
}

// Columns returns how many columns a line takes on a terminal.
func Columns(s string) int { return ansi.StringWidth(s) }

// Clip cuts a line to a width and says so; 0 is no limit.
func Clip(s string, width int) string {
	if width <= 0 {
		return s
	}
	return ansi.Truncate(s, width, "…")
}
