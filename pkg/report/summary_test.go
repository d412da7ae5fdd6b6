package report

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"osint/pkg/pipeline"
)

func reveal(e pipeline.Entity) (pipeline.Entity, bool) {
	clear := map[pipeline.Entity]string{ada: "Ada Plumtree", adaAt: "ada.plumtree@acme.example"}
	if v, ok := clear[e]; ok {
		return ent(e.Kind, v), true
	}
	return e, false
}

func TestLintText(t *testing.T) {
	for text, wrong := range map[string]int{
		"It is likely that mail can be forged. Confidence is high, because we looked.":       0,
		"It is likely, with high confidence, that mail can be forged.":                       1,
		"We are confident that it is very unlikely.":                                         1,
		"It is likely or very likely that mail can be forged.":                               1,
		"It is likely that A. It is probable that B.":                                        1, // one row, two vocabularies
		"It is almost certain that the name, remote since 2016, answers. Confidence is low.": 0,
		"There is a remote chance that it is unlikely.":                                      2,
		"Shared under TLP:WHITE.":                                                            1,
		"Shared under TLP:CLEAR. Nothing is said of chances.":                                0,
	} {
		if got := LintText(text); len(got) != wrong {
			t.Errorf("LintText(%q) = %q, want %d", text, got, wrong)
		}
	}
}

func TestLint(t *testing.T) {
	good := func() *Document { return Build(sample(t).c, Options{}) }
	if got := Lint(good()); len(got) > 0 {
		t.Errorf("the sample: %q", got)
	}
	for what, spoil := range map[string]func(*Document){
		"TLP:WHITE":         func(d *Document) { d.Case.TLP = "TLP:WHITE" },
		"six lines":         func(d *Document) { d.Summary.BottomLine = "1\n2\n3\n4\n5\n6" },
		"no likelihood":     func(d *Document) { d.Summary.KeyJudgements[0].Text = "Mail can be forged." },
		"both in one":       func(d *Document) { d.Summary.KeyJudgements[0].Text = "It is likely, confidence high." },
		"six judgements":    func(d *Document) { d.Summary.KeyJudgements = slices.Repeat(d.Summary.KeyJudgements[:1], 6) },
		"mixed in the line": func(d *Document) { d.Summary.BottomLine = "It is likely with low confidence." },
	} {
		d := good()
		if spoil(d); len(Lint(d)) == 0 {
			t.Errorf("%s passes", what)
		}
	}
}

func TestLikelihoodRows(t *testing.T) {
	for p, want := range map[float64]string{0: "almost no chance", .04: "almost no chance", .05: "very unlikely", .2: "unlikely", .5: "roughly even chance",
		.55: "likely", .79: "likely", .8: "very likely", .95: "almost certain", 1: "almost certain"} {
		if got := likelihoodOf(p); got != want {
			t.Errorf("likelihoodOf(%v) = %q, want %q", p, got, want)
		}
	}
}

// Whatever is assessed, the summary is sound: three to five judgements, at
// most five lines, recommendations in the order of their effect.
func TestSummaryIsSound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newScribe(t)
		s.open()
		s.task("dns", "dns", acme, pipeline.OK, "", to("resolves-to", ip10))
		a := sampleScore()
		a.Score = rapid.Float64Range(0, 99.9).Draw(rt, "score")
		a.Level = levelOf(a.Score)
		a.Bounds.Known, a.Bounds.Max = a.Score, rapid.Float64Range(a.Score, 100).Draw(rt, "max")
		a.Bounds.Expected = rapid.Float64Range(a.Score, a.Bounds.Max).Draw(rt, "expected")
		a.Coverage, a.Confidence = rapid.Float64Range(0, 1).Draw(rt, "coverage"), rapid.Float64Range(0, 1).Draw(rt, "confidence")
		a.Insufficient = a.Coverage < .6
		for i := range a.Sensitivity {
			a.Sensitivity[i].Delta = -rapid.Float64Range(0, 30).Draw(rt, "delta")
		}
		for i := range rapid.IntRange(0, 12).Draw(rt, "findings") {
			r := rapid.SampledFrom(a.Sensitivity).Draw(rt, "rule")
			s.write(pipeline.Event{Found: &pipeline.Finding{ID: "f-" + string(rune('a'+i)), Rule: r.Rule, Title: "A weakness", Remediation: "Cure it.", Subject: acme,
				Severity: rapid.SampledFrom(severities()).Draw(rt, "severity"), Vector: rapid.SampledFrom([]string{"EML", "INF", "EXP", "BRE"}).Draw(rt, "vector"),
				Confidence: rapid.Float64Range(0, 1).Draw(rt, "c"), Status: rapid.SampledFrom([]pipeline.Status{pipeline.New, pipeline.Known, pipeline.Suppressed, pipeline.Disputed}).Draw(rt, "status")}})
		}
		s.write(pipeline.Event{Assessed: a})
		d := Build(s.c, Options{})
		if got := Lint(d); len(got) > 0 {
			rt.Fatalf("%q", got)
		}
		if n := len(d.Summary.KeyJudgements); n < 3 || n > 5 {
			rt.Fatalf("%d key judgements", n)
		}
		if !slices.IsSortedFunc(d.Summary.Recommendations, func(a, b Recommendation) int {
			if a.Effect < b.Effect {
				return -1
			}
			return 0
		}) {
			rt.Fatal("recommendations are not in the order of their effect")
		}
	})
}

// Nothing in a report says a sealed value, unless the profile shows it.
func TestPersonal(t *testing.T) {
	c := sample(t).c
	for personal, want := range map[string]struct {
		has, hasNot []string
	}{
		"":     {[]string{"[sealed person 1]", "[sealed email 1]", "registered-to"}, []string{"Ada Plumtree", "ada.plumtree"}},
		"show": {[]string{"Ada Plumtree", "ada.plumtree@acme.example"}, []string{"[sealed"}},
		"omit": {[]string{`"personal_omitted": `}, []string{"Ada Plumtree", "[sealed person", "registered-to", ada.Value}},
	} {
		text := string(render(t, "json", Build(c, Options{Personal: personal, Reveal: reveal})))
		for _, s := range want.has {
			if !strings.Contains(text, s) {
				t.Errorf("personal=%q: no %q", personal, s)
			}
		}
		for _, s := range want.hasNot {
			if strings.Contains(text, s) {
				t.Errorf("personal=%q: %q is there", personal, s)
			}
		}
		for _, name := range []string{"html", "pdf"} {
			page := render(t, name, Build(c, Options{Personal: personal, Reveal: reveal}))
			if name == "pdf" {
				page = []byte(strings.Join(pdfPages(t, page), ""))
			}
			if strings.Contains(string(page), "sealed:0") {
				t.Errorf("personal=%q: a token stands in the %s", personal, name)
			}
		}
	}
}

// A source that failed is told apart from one that answered "nothing".
func TestGaps(t *testing.T) {
	d := Build(sample(t).c, Options{})
	var said []string
	for _, g := range d.Coverage.Gaps {
		said = append(said, g.Kind+" "+g.Subject)
		if !strings.HasSuffix(g.Text, ".") {
			t.Errorf("no sentence: %q", g.Text)
		}
	}
	for _, want := range []string{"timeout ct-crtsh", "partial ct-certspotter", "rate-limited rdap", "refused tls", "refused rdap", "rules checks", "withheld rdap", "context entities"} {
		if !slices.Contains(said, want) {
			t.Errorf("no gap %q in %q", want, said)
		}
	}
	i := slices.IndexFunc(d.Coverage.Gaps, func(g Gap) bool { return g.Subject == "ct-crtsh" })
	if g := d.Coverage.Gaps[i].Text; !strings.HasSuffix(g, "ct-certspotter stood in for it and answered.") {
		t.Errorf("the gap does not say who stood in: %q", g)
	}
	s := newScribe(t)
	s.open()
	s.task("dns", "dns", acme, pipeline.Empty, "")
	for _, g := range Build(s.c, Options{}).Coverage.Gaps {
		if g.Subject == "dns" {
			t.Errorf("an answer of nothing is no gap: %q", g.Text)
		}
	}
	for o, why := range because {
		if o.Answered() && o != pipeline.Partial || why == "" {
			t.Errorf("%s: %q", o, why)
		}
	}
	for _, o := range pipeline.Outcomes() {
		if o != pipeline.OK && o != pipeline.Empty && because[o] == "" {
			t.Errorf("%s has no sentence", o)
		}
	}
}

// Two registries that differ contradict each other; one origin told twice
// corroborates nothing.
func TestCorroboration(t *testing.T) {
	st := Build(sample(t).c, Options{}).Coverage.Statements
	if st.Contradicted != 2 || len(st.Contradictions) != 2 || !slices.Equal(st.Contradictions[0].Against, []string{"registrar"}) && !slices.Equal(st.Contradictions[0].Against, []string{"registry"}) {
		t.Errorf("contradictions: %+v", st.Contradictions)
	}
	s := newScribe(t)
	s.open()
	s.task("ct-crtsh", "crt.sh", acme, pipeline.OK, "", ctName(www, "2019-02-01T00:00:00Z"))
	s.task("ct-certspotter", "certspotter", acme, pipeline.OK, "", ctName(www, "2019-02-01T00:00:00Z"))
	if n := Build(s.c, Options{}).Coverage.Statements.Corroborated; n != 0 {
		t.Errorf("two sources of one origin corroborate %d statements", n)
	}
	seen := ctName(www, "2019-02-01T00:00:00Z")
	seen.Origin = "zone"
	s.task("dns", "dns", acme, pipeline.OK, "", seen)
	if n := Build(s.c, Options{}).Coverage.Statements.Corroborated; n != 1 {
		t.Errorf("two origins corroborate %d statements", n)
	}
}
