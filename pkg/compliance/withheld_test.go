package compliance

import (
	"slices"
	"strings"
	"testing"
	"time"

	"osint/pkg/compliance/law"
	"osint/pkg/pipeline"
)

const handedOut = `apiVersion: osint.compliance/v1
kind: Framework
metadata: {id: law-b, title: A law, version: "1", reviewed: 2026-11-01, review_by: 2027-02-01}
applies: data.personal
rules:
  - {id: law-b-check, cite: "s. 1", phase: disclose, when: 'target.kind == "natural-person"', require: 'job.human_review', outcome: review, remedy: Let somebody check it.}
  - {id: law-b-public, cite: "s. 2", phase: disclose, when: 'disclosure.audience == "public"', require: 'job.consent_ref != ""', outcome: deny, remedy: Ask first.}
  - {id: law-b-signed, cite: "s. 3", phase: disclose, when: 'disclosure.audience == "community"', require: 'job.approver != ""', outcome: deny, remedy: Have it signed.}
`

// TestWithheld holds that an approval lets a case be handed to the audience that
// it names, for whom it names, and does nothing else; and that a denial stays.
func TestWithheld(t *testing.T) {
	book, err := law.Load(map[string][]byte{"b.yaml": []byte(handedOut)})
	if err != nil {
		t.Fatal(err)
	}
	site := pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"}
	ada := pipeline.Entity{Kind: pipeline.KindEmail, Value: "ada@acme.example"}
	bob := pipeline.Entity{Kind: pipeline.KindEmail, Value: "bob@acme.example"}
	p := Policy{Persons: ByLaw, TLP: Marking{Default: Clear, Widest: Clear}}
	gate := func(mandate *Mandate, list ...Statement) *Gate {
		g := New(p, Job{}).Under(Law{Book: book, Mandate: mandate, Now: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), Approvals: Approvals{list}})
		for _, e := range []*pipeline.Event{{Opened: &pipeline.Opened{Seeds: []pipeline.Entity{site, ada}}},
			{Observed: &pipeline.Observation{Subject: site, Predicate: "has-contact", Object: &bob}}, {Observed: &pipeline.Observation{Subject: ada}}} {
			if err := g.Event(e); err != nil {
				t.Fatal(err)
			}
		}
		return g
	}
	no := false
	unchecked := NewMandate()
	unchecked.Flags.HumanReview = &no
	approved := func(what string, rules []string, about ...pipeline.Entity) Statement {
		s := Statement{Approver: "a.meyer", Collectors: []string{what}, Rules: rules}
		for _, e := range about {
			s.Subjects = append(s.Subjects, e.String())
		}
		return s
	}
	d := Disclosure{What: "report", Clear: []pipeline.Category{pipeline.Contact}}
	check, all := []string{"law-b-check"}, []string{"law-b-check", "law-b-public", "law-b-signed"}
	for name, x := range map[string]struct {
		to   Audience
		list []Statement
		want pipeline.Verdict
		rule string
		open []pipeline.Entity // who is waited for
	}{
		"nobody approved":        {Clients, nil, pipeline.ReviewIt, "law-b-check", []pipeline.Entity{ada, bob}},
		"for both":               {Clients, []Statement{approved("disclose:clients", check, ada, bob)}, pipeline.Allow, "law.allow", nil},
		"in two":                 {Clients, []Statement{approved("disclose:clients", check, ada), approved("disclose:clients", check, bob)}, pipeline.Allow, "law.allow", nil},
		"for one who was met":    {Clients, []Statement{approved("disclose:clients", check, bob)}, pipeline.ReviewIt, "law-b-check", []pipeline.Entity{ada}},
		"another rule":           {Clients, []Statement{approved("disclose:clients", all[1:], ada, bob)}, pipeline.ReviewIt, "law-b-check", []pipeline.Entity{ada, bob}},
		"a question":             {Clients, []Statement{approved("gravatar", check, ada, bob)}, pipeline.ReviewIt, "law-b-check", []pipeline.Entity{ada, bob}},
		"narrower":               {InHouse, []Statement{approved("disclose:clients", check, ada, bob)}, pipeline.ReviewIt, "law-b-check", []pipeline.Entity{ada, bob}},
		"narrowest":              {Named, []Statement{approved("disclose:clients", check, ada, bob)}, pipeline.ReviewIt, "law-b-check", []pipeline.Entity{ada, bob}},
		"wider":                  {Community, []Statement{approved("disclose:clients", append(all, RuleApprover), ada, bob, site)}, pipeline.Deny, "law-b-signed", nil},
		"denied":                 {Public, []Statement{approved("disclose:public", append(all, RuleApprover), ada, bob, site)}, pipeline.Deny, "law-b-public", nil},
		"not signed as such":     {Community, []Statement{approved("disclose:community", all, ada, bob, site)}, pipeline.Deny, "law-b-signed", nil},
		"signed as such":         {Community, []Statement{approved("disclose:community", append(all, RuleApprover), ada, bob, site)}, pipeline.Allow, "law.allow", nil},
		"signed as such for one": {Community, []Statement{approved("disclose:community", append(all, RuleApprover), ada, site)}, pipeline.Deny, "law-b-signed", nil},
	} {
		g := gate(unchecked, x.list...)
		r := g.Disclose(x.to, d)
		if r.Verdict != x.want || r.Rule != x.rule {
			t.Errorf("%s: %s by %s, want %s by %s", name, r.Verdict, r.Rule, x.want, x.rule)
		}
		waived := r.Law != nil && slices.ContainsFunc(r.Law.Fired, func(f pipeline.FiredRule) bool { return f.Rule == "law-b-check" && f.Waived == "a.meyer" })
		if x.want == pipeline.Allow && !waived {
			t.Errorf("%s: who let it pass is not in %+v", name, r.Law)
		}
		var open []pipeline.Entity
		for _, w := range Withheld([]*Gate{g}, x.to, d, false) {
			if w.Open() {
				open = append(open, w.Subject)
			}
			if w.Collector != DisclosureTo(x.to, "") || len(w.Rules) != 1 || w.Rules[0].Cite != "law-b, s. 1" {
				t.Errorf("%s: %+v", name, w)
			}
		}
		if !slices.Equal(open, x.open) {
			t.Errorf("%s: open for %v, want %v", name, open, x.open)
		}
	}
	if got := Withheld([]*Gate{gate(unchecked)}, Public, d, true); len(got) != 3 {
		t.Errorf("what is denied can be approved as such for %+v", got)
	}
	if got := Withheld([]*Gate{gate(unchecked)}, Clients, Disclosure{}, true); len(got) != 0 {
		t.Errorf("nobody stands in it, and it waits: %+v", got)
	}

	// What one gate of a case has open is open.
	s := approved("disclose:clients", check, ada, bob)
	gates := []*Gate{gate(unchecked, s), gate(nil, s)}
	for _, list := range [][]*Gate{gates, {gates[1], gates[0]}} {
		got := Withheld(list, Clients, d, false)
		if len(got) != 2 || !got[0].Open() || len(got[0].Rules) != 1 || !strings.HasPrefix(got[0].Reason, "It is not known") || !slices.Equal(got[0].Rules[0].Unknown, []string{"job.human_review"}) {
			t.Errorf("%+v", got)
		}
	}

	// It lets no question pass, and nobody stand in the case.
	a := Approvals{[]Statement{s}}
	for what, want := range map[string]string{"": "", "gravatar": "", "disclose:": "", "disclose:named": "", "disclose:clients:CN": "", "disclose:clients": "a.meyer"} {
		if got := a.Waives(ada, what, "law-b-check", nil); got != want {
			t.Errorf("%q: waived by %q", what, got)
		}
	}
}

// TestOneAudience holds that a statement is of one audience, or of questions.
func TestOneAudience(t *testing.T) {
	for _, x := range []struct {
		of   []string
		to   Audience
		good bool
	}{
		{[]string{"gravatar", "keybase"}, "", true},
		{nil, "", true},
		{[]string{"disclose:clients"}, Clients, true},
		{[]string{"disclose:clients", "disclose:named"}, Clients, false},
		{[]string{"disclose:clients", "gravatar"}, Clients, false},
		{[]string{"disclose:friends"}, "friends", false},
		{[]string{"disclose:"}, "", false},
		{[]string{"disclose:clients:CN"}, Clients, true},
		{[]string{"disclose:clients:CN", "disclose:clients:RU"}, Clients, false},
		{[]string{"disclose:clients:"}, Clients, false},
		{[]string{"disclose:clients:XX1"}, Clients, false},
	} {
		s := statement()
		s.Collectors = x.of
		if to, _ := s.Audience(); (s.Check() == nil) != x.good || to != x.to {
			t.Errorf("%v: %v, to %q", x.of, s.Check(), to)
		}
	}
}
