package exchange

import (
	"strings"

	"osint/pkg/report"
)

// Markdown returns text that a Markdown reader shows as it is: on one line,
// every punctuation escaped (CommonMark 2.4). It can open no link, image,
// element, table cell or mention.
func Markdown(s string) string {
	s = report.Safe(s)
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '<' || c == '>' || c == '&': // in the words of HTML, for readers that are none too strict
			b.WriteString(map[byte]string{'<': "&lt;", '>': "&gt;", '&': "&amp;"}[c])
		case c > ' ' && c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z' && c < 0x7f:
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// commandData escapes the message of a workflow command; commandProperty one
// of its properties. What they hold can begin no other command.
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func commandProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

// xmlText returns text as XML 1.0 may hold it, in an element or an attribute.
// [report.Safe] has made visible what may not stand there at all.
func xmlText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(report.Safe(s))
}
