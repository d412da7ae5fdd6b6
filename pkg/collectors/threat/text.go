package threat

import (
	"strings"
	"unicode"

	"osint/pkg/pipeline"
)

// word returns a name that is one word of letters, digits, dots and dashes, and
// at most so long; else "".
func word(s string, most int) string {
	plain := func(r rune) bool {
		return r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r))
	}
	if s == "" || len(s) > most || strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return ""
	}
	return s
}

// fingerprintOf returns the hexadecimal digits of a relay's key; else "".
func fingerprintOf(s string) string {
	if len(s) != 40 || strings.Trim(strings.ToUpper(s), "0123456789ABCDEF") != "" {
		return ""
	}
	return strings.ToUpper(s)
}

// sentence returns a text of others on one line, without what steers a
// terminal, without mailboxes and numbers of people, and at most so long.
func sentence(s string, most int) string {
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
