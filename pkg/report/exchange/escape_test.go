package exchange

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"osint/pkg/report"
)

var hostile = []string{"plain", "a|b\n\n# h", "<img src=x onerror=1>", "[x](javascript:1)", "`` ` ``", "::error::x\r\n%0A", "a&amp;b]]>", "\x00\x1b[31m\u202e\xff\ufffe", "@everyone http://www.example/ 1. - * _x_ ~~y~~", `\|\`, "a,file=b:c"}

// FuzzMarkdown holds that what is escaped is one line without any sign that
// Markdown obeys, and reads back as it was.
func FuzzMarkdown(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Markdown(s)
		var back strings.Builder
		for i := 0; i < len(got); i++ {
			c := got[i]
			switch {
			case c == '\\' && i+1 < len(got):
				i++
				back.WriteByte(got[i])
			case c == '&':
				end := strings.IndexByte(got[i:], ';')
				if end < 0 {
					t.Fatalf("%q: a bare &", got)
				}
				back.WriteString(map[string]string{"&lt;": "<", "&gt;": ">", "&amp;": "&"}[got[i:i+end+1]])
				i += end
			case strings.IndexByte("\n\r\t!\"#$%'()*+,-./:;<=>?@[]^_`{|}~\\", c) >= 0:
				t.Fatalf("%q: %q stands bare in %q", s, c, got)
			default:
				back.WriteByte(c)
			}
		}
		if back.String() != report.Safe(s) {
			t.Errorf("%q reads back as %q", s, back.String())
		}
	})
}

// FuzzCommands holds that a workflow command is one line, that its message
// and properties end where they should, and that it reads back.
func FuzzCommands(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	back := strings.NewReplacer("%25", "%", "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",")
	f.Fuzz(func(t *testing.T, s string) {
		data, property := commandData(s), commandProperty(s)
		if strings.ContainsAny(data, "\r\n") || strings.ContainsAny(property, "\r\n:,") {
			t.Errorf("%q: %q, %q", s, data, property)
		}
		if back.Replace(property) != s || strings.NewReplacer("%25", "%", "%0D", "\r", "%0A", "\n").Replace(data) != s {
			t.Errorf("%q reads back otherwise", s)
		}
	})
}

// FuzzXML holds that what is escaped is XML, in an element and an attribute,
// and reads back.
func FuzzXML(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := xml.NewDecoder(strings.NewReader(`<a b="` + xmlText(s) + `">` + xmlText(s) + `</a>`))
		var text, attribute string
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			switch x := token.(type) {
			case xml.StartElement:
				attribute = x.Attr[0].Value
			case xml.CharData:
				text += string(x)
			}
		}
		if want := report.Safe(s); text != want || attribute != want {
			t.Errorf("%q reads back as %q and %q", s, text, attribute)
		}
	})
}
