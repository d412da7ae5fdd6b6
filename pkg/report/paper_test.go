package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// samplePaper has something of everything a paper shows.
func samplePaper() *Paper {
	p := &Paper{SchemaVersion: PaperVersion, Name: "sample", Kind: "record of processing", Title: "A sample", Subtitle: "acme.example, as of 2 November 2026",
		Draft: true, TLP: "TLP:AMBER+STRICT", Case: "c-5d1e0a7b3c9f2468", Date: epoch, Author: "a.byron", Tool: "osint 0.0.0-test",
		Notice: []string{"Decision support, not legal advice."},
		Sections: []PaperSection{
			{"Who is responsible", []Part{
				{Points: []Point{{Key: "Controller", Value: "Acme GmbH, dpo@acme.example"}, {Key: "Representative", Value: "name one, or say why none is needed (organisation.representative.eu)", Open: true}}},
				{Note: "An e-mail address of the controller is to be used, and stays whole."},
			}},
			{"What left", []Part{
				{Heading: "Transfers"}, {Text: "One paragraph. " + hostile[2] + hostile[4]},
				{List: []string{"the first", "the second, which is as long as it must be to be broken into two lines on a page that is no wider than this one is, and then some", hostile[0]}},
				{Grid: &Grid{Caption: "By country", Columns: []Column{{Head: "Country", Width: 1}, {Head: "Tool", Width: 3}, {Head: "Times", Width: 1, Right: true}},
					Rows: [][]Cell{{{Text: "US"}, {Text: "name the tool of Art. 46, or stop", Open: true}, {Text: "12"}}, {{Text: "DE"}, {Text: "none is needed within the EEA"}, {Text: "3"}}}}},
			}},
			{"A long one", nil},
		}}
	for i := range 90 {
		last := &p.Sections[2]
		last.Parts = append(last.Parts, Part{Text: fmt.Sprintf("Paragraph %d, to turn pages by.", i)})
	}
	p.Count()
	return p
}

func renderPaper(t testing.TB, name string, p *Paper) []byte {
	t.Helper()
	for _, f := range PaperFormats() {
		if f.Name == name {
			var b bytes.Buffer
			if err := f.Render(&b, p); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
	}
	t.Fatalf("no format %q", name)
	return nil
}

func TestPaperGolden(t *testing.T) {
	p := samplePaper()
	if p.Open != 2 {
		t.Errorf("%d points are open", p.Open)
	}
	for _, name := range []string{"json", "html"} {
		golden(t, "paper."+name, renderPaper(t, name, p))
	}
	golden(t, "paper.pdf.txt", []byte(strings.Join(pdfPages(t, renderPaper(t, "pdf", p)), "\f")))
}

// Equal papers give equal bytes, and reading one back from its JSON gives an
// equal one: JSON has all of it.
func TestPaperByteEqual(t *testing.T) {
	first := samplePaper()
	var again Paper
	if err := json.Unmarshal(renderPaper(t, "json", first), &again); err != nil {
		t.Fatal(err)
	}
	for _, f := range PaperFormats() {
		if !bytes.Equal(renderPaper(t, f.Name, first), renderPaper(t, f.Name, &again)) {
			t.Errorf("%s is not byte-equal for an equal paper", f.Name)
		}
	}
}

// Each page carries the label twice, says that it is of a draft, and which it
// is; a label that is none is the strictest.
func TestPaperPagesAreMarked(t *testing.T) {
	p := samplePaper()
	pages := pdfPages(t, renderPaper(t, "pdf", p))
	if len(pages) < 3 {
		t.Fatalf("%d pages", len(pages))
	}
	for i, text := range pages {
		for want, n := range map[string]int{"TLP:AMBER+STRICT\n": 2, "DRAFT\n": 2, fmt.Sprintf("%d of %d\n", i+1, len(pages)): 1, "Case c-5d1e0a7b3c9f2468; paper sample": 1} {
			if got := strings.Count(text, want); got != n {
				t.Errorf("page %d has %q %d times", i+1, want, got)
			}
		}
	}
	p.TLP, p.Draft = "for friends", false
	for i, text := range pdfPages(t, renderPaper(t, "pdf", p)) {
		if strings.Count(text, "TLP:RED\n") != 2 || strings.Contains(text, "DRAFT") {
			t.Errorf("page %d is not marked as it must be", i+1)
		}
	}
	if html := string(renderPaper(t, "html", p)); strings.Contains(html, "for friends") || strings.Contains(html, `class="draft"`) {
		t.Error("the page is not marked as it must be")
	}
}

// What is open says so in words, in every format.
func TestPaperOpen(t *testing.T) {
	p := samplePaper()
	for name, text := range map[string]string{"html": string(renderPaper(t, "html", p)), "pdf": strings.Join(pdfPages(t, renderPaper(t, "pdf", p)), "")} {
		if n := strings.Count(strings.ReplaceAll(text, "\n", " "), "Open: "); n != 2 {
			t.Errorf("%s says %d times that something is open", name, n)
		}
		if !strings.Contains(text, "2 points are open") || !strings.Contains(text, "dpo@acme.example") {
			t.Errorf("%s does not say how much is open, or broke an address", name)
		}
	}
}
