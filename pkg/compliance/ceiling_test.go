package compliance

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"osint/pkg/pipeline"
)

// ceilings draws any ceiling.
func ceilings(t *rapid.T, from string) Ceiling {
	freedom := func(of string, words ...Freedom) Freedom {
		return rapid.SampledFrom(append(words, "")).Draw(t, of)
	}
	c := Ceiling{From: from, Persons: rapid.SampledFrom([]Persons{"", ByLaw, RefusePersons}).Draw(t, "persons"),
		Freedoms: FreedomCeiling{freedom("passive", Never, Always), freedom("relayed", Never, Always), freedom("active", Never, OnRequest, Always)},
		TLP:      LabelCeiling{rapid.SampledFrom(append(Labels(), "")).Draw(t, "widest")}}
	c.Categories = rapid.MapOfN(rapid.SampledFrom(pipeline.Categories()), rapid.SampledFrom(handlings), 0, 4).Draw(t, "categories")
	c.Collectors.Exclude = rapid.SliceOfDistinct(rapid.SampledFrom([]string{"dns", "ct"}), rapid.ID).Draw(t, "exclude")
	if rapid.Bool().Draw(t, "endpoints are bounded") {
		c.Endpoints.Countries = rapid.SliceOfDistinct(rapid.SampledFrom([]Country{"DE", "US", "GB"}), rapid.ID).Draw(t, "countries")
	}
	return c
}

// TestCeilingOnlyNarrows holds that whatever stands in a ceiling, nothing is
// allowed under it that the profile alone does not allow.
func TestCeilingOnlyNarrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, l, p, j := questions(t)
		s.Source.Country = rapid.SampledFrom([]string{"", "DE", "US"}).Draw(t, "country")
		if rapid.Bool().Draw(t, "the profile bounds endpoints") {
			p.Endpoints.Countries = []Country{"DE", "GB"}
		}
		one, other := ceilings(t, "policy one"), ceilings(t, "policy other")
		under := p.Under(one)
		alone, below := New(p, j).Ask(s, l), New(under, j).Ask(s, l)
		if below.Verdict.Strictness() < alone.Verdict.Strictness() || strictestKeep(alone.Keep, below.Keep) != below.Keep {
			t.Fatalf("alone %+v\nunder %+v\n%+v", alone, below, one)
		}
		if under.Permits(j) == nil && p.Permits(j) != nil {
			t.Fatalf("permitted under the ceiling alone: %v", p.Permits(j))
		}
		o := pipeline.Observation{Collector: s.Name, Predicate: "txt-record", Category: rapid.SampledFrom(pipeline.Categories()).Draw(t, "category"), Value: "x"}
		_, alone = New(p, j).Keep(s, o)
		_, below = New(under, j).Keep(s, o)
		if below.Verdict.Strictness() < alone.Verdict.Strictness() || strictestKeep(alone.Keep, below.Keep) != below.Keep {
			t.Fatalf("kept alone %+v\nunder %+v", alone, below)
		}
		if New(under, Job{}).Label().strictness() < New(p, Job{}).Label().strictness() {
			t.Fatal("a more open label")
		}
		same(t, under, under.Under(one), "twice under one ceiling")
		ab, ba := under.Under(other), p.Under(other).Under(one)
		ab.Narrowed, ba.Narrowed = nil, nil // which is cited, where both say the same, the order decides
		ask := New(ab, j).Ask(s, l)
		if again := New(ba, j).Ask(s, l); again.Verdict != ask.Verdict || again.Keep != ask.Keep || again.Rule != ask.Rule {
			t.Fatalf("the order of two ceilings matters: %+v, %+v", ask, again)
		}
		if said := under.Narrowed; strings.Contains(New(under, j).Ask(s, l).Cite, "policy") && len(said) == 0 {
			t.Fatal("a policy is cited that says nothing")
		}
	})
}

func same(t *rapid.T, a, b Policy, what string) {
	if string(encode(a)) != string(encode(b)) {
		t.Fatalf("%s: %s\n%s", what, encode(a), encode(b))
	}
}

// TestUnder is the manual of what is cited under a ceiling.
func TestUnder(t *testing.T) {
	none := 0.0
	c := Ceiling{From: "policy /etc/osint/policy.yaml", Freedoms: FreedomCeiling{Active: Never, Relayed: Always},
		Categories: Categories{pipeline.Contact: Redact, pipeline.Technical: Seal, pipeline.Special: Seal}, Persons: RefusePersons,
		TLP: LabelCeiling{AmberStrict}, CostUSD: &none, Collectors: Selection{Exclude: []string{"ct", "never-ours"}},
		Endpoints: Endpoints{[]Country{"DE"}}}
	p := office().Under(c)
	for _, x := range []struct{ what, want string }{
		{p.Permits(Job{Active: true}).Error(),
			"--active: policy /etc/osint/policy.yaml never lets the subject see us (ceiling.freedoms.active: never, rule mode.active-never); leave the flag out"},
		{p.Permits(Job{Collectors: []string{"ct"}}).Error(),
			"--collector ct: policy /etc/osint/policy.yaml never uses it (ceiling.collectors.exclude, rule select.profile-excludes); leave it out"},
		{p.Permits(Job{Requested: []string{"never-ours"}}).Error(),
			"never-ours is asked for, and profile office never uses it (collectors.exclude, rule select.profile-excludes); do not ask for it or choose another profile"},
		{p.Permits(Job{TLP: "amber"}).Error(),
			"--tlp TLP:AMBER: policy /etc/osint/policy.yaml shares no wider than TLP:AMBER+STRICT (ceiling.tlp.widest, rule tlp.widest); choose that or a stricter label"},
		{p.OverBudget(2, 1).Error(), "budget $2.00: profile office spends at most $1.00 (limits.cost_usd, rule budget.ceiling); choose less or another profile"},
		{string(New(p, Job{}).Label()), "TLP:AMBER+STRICT"},
		{p.cite("categories.contact, categories.identity: seal"),
			"policy /etc/osint/policy.yaml, ceiling.categories.contact: seal; profile office, categories.identity: seal"},
		{p.cite("categories.special: deny"), "profile office, categories.special: deny"}, // the ceiling is milder
	} {
		if x.what != x.want {
			t.Errorf("got  %s\nwant %s", x.what, x.want)
		}
	}
	if office().Narrowed != nil || len(office().Collectors.Exclude) != 1 {
		t.Error("the policy itself was changed")
	}
	p.Narrowed[CostClause] = c.From
	if got := p.OverBudget(2, c.CostUnder(1)).Error(); !strings.HasPrefix(got, "budget $2.00: policy /etc/osint/policy.yaml spends at most $0.00 (ceiling.cost_usd, rule budget.ceiling); choose less") {
		t.Error(got)
	}
	half, most := 0.5, 2.0
	for _, x := range []struct{ a, b, want *float64 }{{nil, nil, nil}, {&most, nil, &most}, {nil, &most, &most}, {&most, &half, &half}, {&half, &most, &half}} {
		if got := Least(x.a, x.b); got != x.want {
			t.Errorf("the least of %v and %v: %v", x.a, x.b, got)
		}
	}
	for _, x := range []struct {
		country, seed string
		mode          pipeline.Mode
		want          string
	}{
		{"US", "corp.example", pipeline.Relayed, "policy /etc/osint/policy.yaml, ceiling.endpoints.countries"},
		{"US", "corp.example", pipeline.Active, "policy /etc/osint/policy.yaml, ceiling.freedoms.active: never"},
		{"DE", "corp.example", pipeline.Relayed, "policy /etc/osint/policy.yaml, ceiling.categories.technical: seal"},
		{"", "corp.example", pipeline.Relayed, "policy /etc/osint/policy.yaml, ceiling.categories.technical: seal"},
	} {
		s := spec()
		s.Source.Country, s.Mode = x.country, x.mode
		r := New(p, Job{Active: true}).Ask(s, lead(t, x.seed))
		if r.Cite != x.want {
			t.Errorf("%s in %q: %s (%s), want %s", x.mode, x.country, r.Cite, r.Rule, x.want)
		}
		sound(t, r)
	}
}

// TestPersons holds who is asked about when: by law alone, and only where law
// is loaded.
func TestPersons(t *testing.T) {
	for _, c := range []struct {
		says    Persons
		law     bool
		country string
		rule    string // "" is no objection
	}{
		{RefusePersons, false, "", "persons.refuse"},
		{RefusePersons, true, "", "persons.refuse"},
		{ByLaw, false, "", "persons.by-law"},
		{ByLaw, true, "DE", ""},
	} {
		p, s, l := office(), spec(), lead(t, "jane@corp.example")
		p.Persons = c.says
		q := question{spec: &s, lead: &l, entity: l.Clear, policy: &p}
		if c.law {
			q.bench = new(bench)
		}
		r, objects := person(&q)
		if r.Rule != c.rule || objects != (c.rule != "") {
			t.Errorf("%s, law %t: %+v", c.says, c.law, r)
		}
	}
	p, s, l := office(), spec(), lead(t, "jane@corp.example")
	p.Endpoints.Countries, s.Sends = []Country{"DE"}, []pipeline.Kind{pipeline.KindEmail}
	if r, _ := endpoint(&question{spec: &s, lead: &l, entity: l.Clear, policy: &p}); r.Rule != "endpoints.unknown" {
		t.Errorf("nobody knows where it goes: %+v", r)
	}
}
