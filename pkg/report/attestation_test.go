package report

import (
	"bytes"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// A report carries the first proof that covers its lines: what is appended after
// it changes nothing, a line that is rendered needs a newer one.
func TestReportCarriesItsProof(t *testing.T) {
	s := sample(t)
	before := map[string][]byte{}
	for _, f := range Formats() {
		before[f.Name] = render(t, f.Name, Build(s.c, Options{}))
	}
	if got := Build(s.c, Options{}).Attestation; got.Lines != s.c.Lines || got.Ledger == "" || !strings.HasPrefix(got.Fingerprint, "SHA256:") {
		t.Errorf("%+v", got)
	}
	s.write(pipeline.Event{Reported: &pipeline.Act{What: "pdf"}})
	s.attest()
	for _, f := range Formats() {
		if !bytes.Equal(before[f.Name], render(t, f.Name, Build(s.c, Options{}))) {
			t.Errorf("%s: a later proof changed the report", f.Name)
		}
	}
	s.write(pipeline.Event{Noted: &pipeline.Act{What: "called the registrar"}})
	if got := Build(s.c, Options{}).Attestation; got.Checkpoint != "" {
		t.Errorf("a report carries the proof of fewer lines than it renders: %+v", got)
	}
	s.attest()
	if got := Build(s.c, Options{}).Attestation; got.Lines != s.c.Lines {
		t.Errorf("%+v", got)
	}
}

// A report without a proof says so, on no page of its own.
func TestReportWithoutProof(t *testing.T) {
	s := sample(t)
	with := len(pdfPages(t, render(t, "pdf", Build(s.c, Options{}))))
	s.write(pipeline.Event{Noted: &pipeline.Act{What: "called the registrar"}})
	d := Build(s.c, Options{})
	pages := pdfPages(t, render(t, "pdf", d))
	if len(pages) >= with || !strings.Contains(pages[len(pages)-1], "No proof: the lines of this case were not attested") {
		t.Errorf("%d pages, the last: %s", len(pages), pages[len(pages)-1])
	}
	if html := render(t, "html", d); !bytes.Contains(html, []byte("No proof: ")) || bytes.Contains(html, []byte(`id="checkpoint"`)) {
		t.Error("the page carries a checkpoint that the case does not have, or does not say that it has none")
	}
}

// What an Attested line of somebody else's says is shown as text, never obeyed.
func TestHostileProof(t *testing.T) {
	s := newScribe(t)
	s.open()
	s.write(pipeline.Event{Attested: &pipeline.Act{Data: []byte(`{"lines":1,"leaf":"{","checkpoint":"</pre><script>\u001b[2J\u202e\n","key":"x+y+z"}`)}})
	d := Build(s.c, Options{})
	for _, name := range []string{"html", "pdf", "json"} {
		out := render(t, name, d)
		if bytes.Contains(out, []byte("<script>")) && name == "html" || bytes.ContainsAny(out, "\x1b\u202e") && name != "pdf" {
			t.Errorf("%s obeys a proof", name)
		}
	}
	s.write(pipeline.Event{Attested: &pipeline.Act{Data: []byte(`[1]`)}})
	Build(s.c, Options{})
}
