package collectors

import (
	"strings"
	"unicode"

	"osint/pkg/pipeline"
)

// OneLine returns a text of others as it may be shown: on one line, without what
// steers a terminal, without mailboxes and numbers of people, and of at most so many
// characters.
func OneLine(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = pipeline.Mask(strings.Join(strings.Fields(s), " "))
	if rs := []rune(s); len(rs) > most {
		s = strings.TrimSpace(string(rs[:most-1])) + "…"
	}
	return s
}
