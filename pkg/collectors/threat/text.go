package threat

import (
	"strings"
	"unicode"
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
