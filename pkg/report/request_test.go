package report

import (
	"slices"
	"testing"

	"osint/pkg/pipeline"
)

// A collector that runs on request only is neither a source nor a gap where
// nobody asked for it, and both where somebody did.
func TestOnRequest(t *testing.T) {
	for _, c := range []struct {
		name      string
		requested []string
		only      []string
		told      bool
	}{
		{"not asked for", nil, nil, false},
		{"asked for by its flag", []string{"dns-words"}, nil, true},
		{"asked for by name", nil, []string{"dns-words"}, true},
		{"another asked for", []string{"dns-zone"}, []string{"dns"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScribe(t)
			words := collector("dns-words", "Names of a list", "dns", pipeline.Relayed)
			words.OnRequest = "--wordlist"
			s.write(pipeline.Event{Opened: &pipeline.Opened{Schema: 1, Case: "c-1", Seeds: []pipeline.Entity{acme}, TLP: "TLP:AMBER",
				Requested: c.requested, Only: c.only, Collectors: []pipeline.CollectorRef{collector("dns", "DNS", "dns", pipeline.Relayed), words}}})
			s.rule(acme, 0, "subject", "seed", "", pipeline.Group{Ruling: pipeline.Ruling{Verdict: pipeline.Deny, Rule: "some.rule", Reason: "No."}, Collectors: []string{"dns-words"}})
			d := Build(s.c, Options{})
			source := slices.ContainsFunc(d.Collectors, func(x Collector) bool { return x.Name == "dns-words" })
			gap := slices.ContainsFunc(d.Coverage.Gaps, func(g Gap) bool { return g.Subject == "dns-words" })
			if source != c.told || gap != c.told {
				t.Errorf("among the sources %v, among the gaps %v; want %v", source, gap, c.told)
			}
		})
	}
}
