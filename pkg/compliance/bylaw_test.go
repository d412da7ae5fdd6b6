package compliance

import (
	"strings"
	"testing"
	"time"

	"osint/pkg/compliance/law"
	"osint/pkg/pipeline"
)

const oneRule = `apiVersion: osint.compliance/v1
kind: Framework
metadata: {id: law-a, title: A law, version: "1", reviewed: 2026-11-01, review_by: 2027-02-01}
applies: data.personal
rules:
  - {id: law-a-1, cite: "s. 1", phase: collect, when: 'target.minor == "yes"', outcome: allow-with-redaction, redact: [location], remedy: Leave the place out.}
`

// allWaived is somebody who approved everything.
type allWaived struct{}

func (allWaived) Waives(pipeline.Entity, string, string, []string) string { return "a.meyer" }

// Whoever accepts that a fact is not known lets the question be asked; what the
// rule leaves out stays left out.
func TestWaivedRedacts(t *testing.T) {
	book, err := law.Load(map[string][]byte{"a.yaml": []byte(oneRule)})
	if err != nil {
		t.Fatal(err)
	}
	p := Policy{Freedoms: Freedoms{Passive: Always, Relayed: Always, Active: Never}, Persons: ByLaw, TLP: Marking{Default: Amber, Widest: Clear},
		Categories: Categories{pipeline.Identity: Seal, pipeline.Location: Seal}}
	s := pipeline.Spec{Name: "faces", Domain: pipeline.Social, Mode: pipeline.Passive, Emits: []pipeline.Category{pipeline.Identity, pipeline.Location},
		Source: pipeline.Source{Commercial: pipeline.Yes}}
	ada := pipeline.Entity{Kind: pipeline.KindEmail, Value: "ada@acme.example"}
	lead := pipeline.Lead{Entity: ada, Clear: ada, Settled: true}
	at := Law{Book: book, Now: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)}
	if r := New(p, Job{}).Under(at).Ask(s, lead); r.Verdict != pipeline.ReviewIt {
		t.Errorf("%+v", r)
	}
	at.Approvals = allWaived{}
	r := New(p, Job{}).Under(at).Ask(s, lead)
	if r.Verdict != pipeline.Redact || r.Rule != "law-a-1" || r.Keep != pipeline.KeepDerived || len(r.Redact) != 1 || r.Redact[0] != "location" {
		t.Errorf("%+v", r)
	}
	s.Emits = s.Emits[1:]
	if r := New(p, Job{}).Under(at).Ask(s, lead); r.Verdict != pipeline.Deny {
		t.Errorf("nothing is left: %+v", r)
	}
}

// What is planned meets criteria of WP248 by whom it is about, what the
// collectors may bring, and what the mandate says.
func TestPlannedCriteria(t *testing.T) {
	book, err := law.Load(map[string][]byte{"a.yaml": []byte(oneRule)})
	if err != nil {
		t.Fatal(err)
	}
	ada, site := pipeline.Entity{Kind: pipeline.KindEmail, Value: "ada@acme.example"}, pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"}
	where := pipeline.Spec{Name: "where", Emits: []pipeline.Category{pipeline.Location}}
	yes := true
	repeated := NewMandate()
	repeated.Flags.Monitoring = &yes
	for _, c := range []struct {
		mandate *Mandate
		of      pipeline.Entity
		asked   []pipeline.Spec
		want    string
		known   bool
	}{
		{nil, site, []pipeline.Spec{where}, "", false},
		{nil, ada, nil, "matching-datasets", false},
		{repeated, ada, []pipeline.Spec{where}, "matching-datasets sensitive-data systematic-monitoring", true},
	} {
		g := New(Policy{Persons: ByLaw}, Job{}).Under(Law{Book: book, Mandate: c.mandate, Now: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)})
		got := g.Criteria([]pipeline.Entity{c.of}, c.asked)
		if strings.Join(got.Met, " ") != c.want || got.Known != c.known || got.Of != 9 || got.Met == nil {
			t.Errorf("of %s: %+v, want %s", c.of, got, c.want)
		}
	}
	if got := New(Policy{Persons: ByLaw}, Job{}).Criteria([]pipeline.Entity{ada}, nil); got != nil {
		t.Errorf("where no law is asked: %+v", got)
	}
}
