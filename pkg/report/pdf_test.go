package report

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"osint/pkg/pipeline"
)

// pdfPages reads the text of each page back from its content stream.
func pdfPages(t testing.TB, pdf []byte) []string {
	t.Helper()
	var pages []string
	for _, part := range bytes.Split(pdf, []byte("\nstream\n"))[1:] {
		end := bytes.Index(part, []byte("\nendstream"))
		if end < 0 {
			t.Fatal("a stream has no end")
		}
		r, err := zlib.NewReader(bytes.NewReader(part[:end]))
		if err != nil {
			continue
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(body, []byte(" Tj ET")) {
			pages = append(pages, streamText(body))
		}
	}
	return pages
}

var reShown = regexp.MustCompile(`(?s)Td \((.*?)\) Tj ET`)

func streamText(body []byte) string {
	var b strings.Builder
	for _, m := range reShown.FindAllSubmatch(body, -1) {
		raw := unescapePDF(m[1])
		units := make([]uint16, 0, len(raw)/2)
		for i := 0; i+1 < len(raw); i += 2 {
			units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
		}
		b.WriteString(string(utf16.Decode(units)))
		b.WriteByte('\n')
	}
	return b.String()
}

func unescapePDF(s []byte) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == 'r' {
				out = append(out, '\r')
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}

// Each page is marked at top and bottom and says which it is of how many.
func TestPDFPagesAreMarked(t *testing.T) {
	pages := pdfPages(t, render(t, "pdf", Build(sample(t).c, Options{})))
	if len(pages) < 10 {
		t.Fatalf("%d pages of text", len(pages))
	}
	for i, p := range pages {
		if n := strings.Count(p, "TLP:AMBER\n"); n != 2 {
			t.Errorf("page %d is marked %d times", i+1, n)
		}
		if want := fmt.Sprintf("%d of %d\n", i+1, len(pages)); !strings.Contains(p, want) {
			t.Errorf("page %d does not say %q", i+1, want)
		}
	}
	if !strings.Contains(pages[0], "the level of risk is high, 67.4 of 100") {
		t.Error("the first page does not begin with the bottom line")
	}
	if whole := strings.Join(pages, ""); !strings.Contains(whole, "Хостинг Пример ООО") || !strings.Contains(whole, `\u{6f22}`) {
		t.Error("Cyrillic is not drawn, or a character without a glyph is dropped")
	}
}

// The dates of the file are the case's: a report has no clock of its own.
func TestPDFDates(t *testing.T) {
	c := sample(t).c
	pdf := render(t, "pdf", Build(c, Options{}))
	for _, key := range []string{"CreationDate", "ModDate"} {
		if want := "/" + key + " (D:" + c.Ended.Format("20060102150405") + ")"; !bytes.Contains(pdf, []byte(want)) {
			t.Errorf("no %s", want)
		}
	}
}

// Our own words need no escape: the fonts have all of their characters.
func TestPDFDrawsOurWords(t *testing.T) {
	d := Build(sample(t).c, Options{})
	d.Observations, d.Findings = nil, d.Findings[:1]
	for i, p := range pdfPages(t, render(t, "pdf", d)) {
		if at := strings.Index(p, `\u{`); at >= 0 {
			t.Errorf("page %d: %q", i+1, p[at:min(len(p), at+60)])
		}
	}
}

func TestFontsCover(t *testing.T) {
	all, err := faces()
	if err != nil {
		t.Fatal(err)
	}
	const want = "Añ ÀÉÎÕÜ ßæøþ ŁŚŽĞİő ĀĒ ΑΒΓ αβγ άέή АБВ абв Ђћ ЇїҐґ ẞ ạảấ €£ –—…“”‘’«»‹›•·×±µ°§"
	for name, f := range all {
		for _, r := range want {
			if !f.draws.has(r) {
				t.Errorf("%s has no %q", name, r)
			}
		}
		for _, r := range "漢한\U0001f600\uffff\x00" {
			if f.draws.has(r) {
				t.Errorf("%s claims %q", name, r)
			}
		}
	}
	if got := all["sans"].drawable("a漢\U0001f600é"); got != `a\u{6f22}\u{1f600}é` {
		t.Errorf("drawable: %s", got)
	}
}

// A line never runs over its column.
func TestWrapNeverOverflows(t *testing.T) {
	all, _ := faces()
	f := newTestSetter(t, all)
	for _, s := range append(hostile, strings.Repeat("W", 400), strings.Repeat("ab.", 300), "a "+strings.Repeat("ж", 99)+" b") {
		for _, w := range []float64{4, 12, 40, measure} {
			lines := f.wrap(Safe(s), cellStyle, w)
			for _, l := range lines {
				if f.width(l, cellStyle) > w && len([]rune(l)) > 1 {
					t.Errorf("%q is wider than %v mm", l, w)
				}
			}
			if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.ReplaceAll(all["sans"].drawable(Safe(s)), " ", ""); got != want {
				t.Errorf("wrapping lost text: %q became %q", want, got)
			}
		}
	}
}

// A value longer than a page goes on on the next, with the head repeated.
func TestPDFLongRow(t *testing.T) {
	s := newScribe(t)
	s.open()
	var seen []pipeline.Observation
	for i := range 60 {
		seen = append(seen, val("txt-record", fmt.Sprint(i, strings.Repeat(" lorem ipsum dolor", 60))))
	}
	s.task("dns", "dns", acme, pipeline.OK, "", seen...)
	pages := pdfPages(t, render(t, "pdf", Build(s.c, Options{})))
	heads := 0
	for _, p := range pages {
		if strings.Contains(p, "Observation\nOrigin\nGrade\n") {
			heads++
		}
	}
	if heads < 5 {
		t.Errorf("the head stands on %d of %d pages", heads, len(pages))
	}
}
