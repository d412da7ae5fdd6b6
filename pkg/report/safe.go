package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Safe returns text from outside as it may be shown on a page or a terminal:
// one line of visible characters. Whatever could move a cursor, hide, join
// or turn the reading direction (C0 and C1 controls, line breaks, bidi and
// other format characters, invisible letters, unassigned and private ones)
// becomes a visible escape: \u{202e}. A byte that is no UTF-8 becomes \x{ff};
// of a pile of combining marks the first four stay.
func Safe(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	marks := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.In(r, unicode.Mn, unicode.Me) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x{%02x}`, s[i])
		case hidden(r) || marks > maxMarks:
			b.WriteString(escape(r))
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// maxMarks is how many combining marks one letter may carry.
const maxMarks = 4

func escape(r rune) string { return fmt.Sprintf(`\u{%x}`, r) }

// plain reports whether s is printable ASCII.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// hidden reports whether a reader would not see r, or not where it stands.
func hidden(r rune) bool {
	if !unicode.IsGraphic(r) {
		return true
	}
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u2800', '\u3164', '\uffa0':
		return true // graphic by name, blank on the page
	}
	return r >= '\ufe00' && r <= '\ufe0f' || r >= 0xe0100 && r <= 0xe01ef // variation selectors
}
