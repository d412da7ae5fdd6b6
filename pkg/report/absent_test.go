package report

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// A target that its registry and DNS deny is said not to exist, with the
// answers that say so, and there is no score of nothing.
func TestAbsentTarget(t *testing.T) {
	denied := func(p pipeline.Predicate) pipeline.Observation {
		return pipeline.Observation{Predicate: p, Denies: true}
	}
	for name, x := range map[string]struct {
		rdap, dns []pipeline.Observation
		assessed  *pipeline.Assessment
		says      string
		scored    bool
	}{
		"nowhere": {[]pipeline.Observation{denied("registration")}, []pipeline.Observation{denied("in-dns"), denied("resolves-to")}, &pipeline.Assessment{Level: "low", Insufficient: true, Checks: []pipeline.Check{{Rule: "INF-01", State: "not-applicable", Severity: pipeline.Low}, {Rule: "DOM-05", State: "failed", Severity: pipeline.Info}}},
			"acme.example does not exist: its registry has no record of it (x", false},
		"on hold": {[]pipeline.Observation{val("registration", "D1")}, []pipeline.Observation{denied("in-dns")}, &pipeline.Assessment{Score: 73, Level: "critical", Coverage: 1, Checks: []pipeline.Check{{Rule: "DOM-03", State: "failed", Severity: pipeline.Critical}}},
			"acme.example is registered and does not resolve: DNS says that there is no such name (x", true},
		"there": {[]pipeline.Observation{denied("registration")}, []pipeline.Observation{to("resolves-to", ip10)}, &pipeline.Assessment{Level: "low", Coverage: 1, Checks: []pipeline.Check{{Rule: "INF-01", State: "passed", Severity: pipeline.Low}}}, "acme.example: the level of risk is low", true},
	} {
		s := newScribe(t)
		s.open()
		s.rule(acme, 0, "subject", "seed", "")
		s.task("rdap", "rdap", acme, pipeline.OK, "", x.rdap...)
		s.task("dns", "dns", acme, pipeline.OK, "", x.dns...)
		s.write(pipeline.Event{Assessed: x.assessed})
		d := Build(s.c, Options{})
		if !strings.HasPrefix(d.Summary.BottomLine, x.says) {
			t.Errorf("%s: %s", name, d.Summary.BottomLine)
		}
		if (d.Risk.Score != nil) != x.scored || x.scored == (d.Risk.Level == "none") {
			t.Errorf("%s: score %v, level %s", name, d.Risk.Score, d.Risk.Level)
		}
		for _, a := range d.Summary.Absent {
			if len(a.Observations) == 0 || len(a.Exchanges) < len(a.Observations) {
				t.Errorf("%s: no proof: %+v", name, a)
			}
		}
		if wrong := Lint(d); len(wrong) > 0 {
			t.Errorf("%s: %q", name, wrong)
		}
		if html := string(render(t, "html", d)); strings.Contains(html, "there is nothing to judge") == x.scored || strings.Contains(html, "Too little was seen") {
			t.Errorf("%s: the page says otherwise", name)
		}
		render(t, "pdf", d)
	}
}

// A host without an address is said to lead nowhere, and scored as before.
func TestUnresolvedHost(t *testing.T) {
	s := newScribe(t)
	s.write(pipeline.Event{Opened: &pipeline.Opened{Seeds: []pipeline.Entity{www}, TLP: "TLP:AMBER"}})
	s.rule(www, 0, "subject", "seed", "")
	s.task("dns", "dns", www, pipeline.OK, "", pipeline.Observation{Predicate: "resolves-to", Denies: true})
	s.write(pipeline.Event{Assessed: &pipeline.Assessment{Level: "low", Insufficient: true}})
	d := Build(s.c, Options{})
	if l := d.Summary.BottomLine; !strings.HasPrefix(l, "www.acme.example does not resolve: DNS has no address for it (x") || !strings.Contains(l, "As to the rest: the evidence is insufficient") {
		t.Error(l)
	}
	if d.Risk.Score == nil {
		t.Error("the score is gone")
	}
}
