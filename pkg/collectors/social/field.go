package social

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

const (
	maxLabel = 80      // runes of a name, place or role
	maxWords = 10      // of one
	maxFree  = 8 << 10 // bytes of a free text that are told
)

// label returns a text as a name, a place, a role or an employer: single-spaced,
// and true if it looks like one. What is long, holds an address or a number to
// call, or marks that change how text is shown is a free text that somebody put
// in the wrong field.
func label(s string) (string, bool) {
	words := strings.Fields(s)
	s = strings.Join(words, " ")
	digits := 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError, strings.ContainsRune("@<>{}|=", r):
			return s, false
		}
	}
	return s, s != "" && len(words) <= maxWords && utf8.RuneCountInString(s) <= maxLabel && digits < 6 && !strings.Contains(s, "://")
}

// free returns a free text as it is told: lines kept, control characters out,
// and no longer than maxFree.
func free(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n"))
	s = strings.TrimSpace(s)
	if len(s) > maxFree {
		s = strings.TrimSpace(strings.ToValidUTF8(s[:maxFree], ""))
	}
	return s
}

// plain returns the text that a reader of HTML sees, and where its links lead.
// Text that is no HTML comes back as it is.
func plain(s string) (shown string, links []string) {
	if len(s) > 16*maxFree {
		s = s[:16*maxFree]
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for hidden := ""; ; {
		switch z.Next() {
		case html.ErrorToken:
			return free(b.String()), links
		case html.TextToken:
			if hidden == "" {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.Data {
			case "p", "br", "li", "div":
				b.WriteByte('\n')
			case "script", "style":
				hidden = t.Data
			case "a":
				for _, a := range t.Attr {
					if a.Key == "href" {
						links = append(links, strings.TrimSpace(a.Val))
					}
				}
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == hidden {
				hidden = ""
			}
		}
	}
}
