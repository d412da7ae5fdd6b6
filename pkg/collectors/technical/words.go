package technical

import (
	"math"
	"strings"
	"unicode"
)

// word returns a short text of one line as a source has it; "" if it is none.
func word(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 100 || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	}) {
		return ""
	}
	return s
}

// round2 rounds to two decimals.
func round2(f float64) float64 { return math.Round(f*100) / 100 }
