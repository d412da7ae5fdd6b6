package pipeline

import (
	"bytes"
	"html"
	"iter"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// forms yields a text in small letters: as it is, and, where it has the marks
// of it, with what HTML, JSON and URLs escape undone.
func forms(text []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		low := strings.ToLower(string(text))
		if !yield(low) {
			return
		}
		for _, way := range []struct {
			mark string
			undo func(string) string
		}{{"&", html.UnescapeString}, {`\`, unescapeJSON}, {"%", unescapeURL}} {
			if !bytes.Contains(text, []byte(way.mark)) {
				continue
			}
			if plain := strings.ToLower(way.undo(low)); plain != low && !yield(plain) {
				return
			}
		}
		if plain := strings.Map(labels, low); plain != low && !yield(plain) {
			return
		}
		if strings.ContainsAny(low, "\n\t+") { // a name that is broken over lines, or stands in a query
			if plain := strings.Join(strings.Fields(strings.ReplaceAll(low, "+", " ")), " "); plain != low {
				yield(plain)
			}
		}
	}
}

// labels puts a dot where a message of DNS says how long the next label is.
func labels(r rune) rune {
	if r > 0 && r < ' ' && r != '\n' && r != '\t' && r != '\r' {
		return '.'
	}
	return r
}

// unescapeURL undoes percent-encoding, and leaves what is none.
func unescapeURL(s string) string {
	return undo(s, '%', func(rest string) (string, int) {
		if len(rest) < 3 {
			return "", 0
		}
		c, err := strconv.ParseUint(rest[1:3], 16, 8)
		if err != nil {
			return "", 0
		}
		return string([]byte{byte(c)}), 3
	})
}

// unescapeJSON undoes the escapes of JSON strings, and leaves what is none.
func unescapeJSON(s string) string {
	return undo(s, '\\', func(rest string) (string, int) {
		switch {
		case len(rest) >= 6 && rest[1] == 'u':
			if c, err := strconv.ParseUint(rest[2:6], 16, 16); err == nil {
				return string(rune(c)), 6
			}
		case len(rest) >= 2 && (rest[1] == 'n' || rest[1] == 't' || rest[1] == 'r'):
			return " ", 2
		case len(rest) >= 2 && strings.IndexByte(`/"\`, rest[1]) >= 0:
			return rest[1:2], 2
		}
		return "", 0
	})
}

// undo replaces what begins with mark, as one tells of each: by what, and how
// many bytes it took.
func undo(s string, mark byte, one func(rest string) (string, int)) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, mark)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		plain, n := one(s)
		if n == 0 {
			plain, n = s[:1], 1
		}
		b.WriteString(plain)
		s = s[n:]
	}
}

// find returns where the spelling stands in a text in small letters, at or
// behind from, as a word of its own; -1 if it doesn't.
func (x spelling) find(low string, from int) int {
	for at := from; at <= len(low); {
		i := strings.Index(low[at:], x.head())
		if i < 0 {
			return -1
		}
		i += at
		if n := x.length(low[i:]); n > 0 && bounded(low, i, i+n) {
			return i
		}
		at = i + 1
	}
	return -1
}

// head is how the spelling begins wherever it stands.
func (x spelling) head() string {
	if x.digits {
		return x.text[:2]
	}
	return x.text
}

// length returns how many bytes the spelling takes at the head of a text; 0 if
// it doesn't stand there.
func (x spelling) length(text string) int {
	if !x.digits {
		if len(text) < len(x.text) {
			return 0
		}
		return len(x.text)
	}
	n := 0
	for _, want := range []byte(x.text) {
		for n < len(text) && n > 0 && strings.IndexByte(" -./()", text[n]) >= 0 {
			n++
		}
		if n == len(text) || text[n] != want {
			return 0
		}
		n++
	}
	return n
}

// bounded reports whether no letter or digit touches a part of a text, nor what
// would make it the end of a longer address.
func bounded(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	word := func(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	if strings.Contains(text[from:to], "@") && strings.ContainsRune("._+-", before) && before != utf8.RuneError {
		return false
	}
	return !word(before) && !word(after)
}
