package compliance

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"osint/pkg/pipeline"
)

// office is the policy of an organisation that is careful and curious.
func office() Policy {
	return Policy{Profile: "office", Commercial: true, Persons: RefusePersons,
		Freedoms: Freedoms{Passive: Always, Relayed: Always, Active: OnRequest},
		TLP:      Marking{Amber, Green},
		Categories: Categories{pipeline.Technical: AllowIt, pipeline.Registration: AllowIt, pipeline.Contact: Seal,
			pipeline.Identity: Seal, pipeline.Location: Redact, pipeline.Credential: Redact, pipeline.Special: DenyIt},
		Collectors: Selection{Exclude: []string{"never-ours"}}}
}

// spec is a collector that nothing speaks against.
func spec() pipeline.Spec {
	return pipeline.Spec{Name: "dns", Domain: pipeline.Infrastructure, Mode: pipeline.Relayed,
		Emits: []pipeline.Category{pipeline.Technical}, Produces: []pipeline.Predicate{"resolves-to", "txt-record", "has-contact", "zone-contact", "security-txt", "redirects-to"},
		Sends:  []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
		Source: pipeline.Source{Name: "dns", Commercial: pipeline.Yes}}
}

func lead(t testing.TB, text string) pipeline.Lead {
	e, err := pipeline.ParseEntity(text)
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Lead{Entity: e, Clear: e}
}

// TestAsk is the manual of what is asked, what is not, and by which rule.
func TestAsk(t *testing.T) {
	type setting struct {
		s *pipeline.Spec
		p *Policy
		j *Job
		l *pipeline.Lead
	}
	for _, c := range []struct {
		name    string
		with    func(setting)
		verdict pipeline.Verdict
		keep    pipeline.Keep
		rule    string
		cite    string
	}{
		{"a technical question", func(x setting) {}, pipeline.Allow, pipeline.KeepRaw, "categories.allow", "profile office, categories.technical: allow"},
		{"people may stand in the answer", func(x setting) { x.s.Emits = append(x.s.Emits, pipeline.Contact, pipeline.Identity) },
			pipeline.Allow, pipeline.KeepSealed, "categories.seal", "profile office, categories.contact, categories.identity: seal"},
		{"part of the answer is left out", func(x setting) { x.s.Emits = append(x.s.Emits, pipeline.Contact, pipeline.Location) },
			pipeline.Redact, pipeline.KeepDerived, "categories.redact", "profile office, categories.location: redact"},
		{"the whole answer would be left out", func(x setting) { x.s.Emits = []pipeline.Category{pipeline.Location, pipeline.Credential} },
			pipeline.Deny, pipeline.KeepNone, "categories.nothing-left", "categories.credential, categories.location: redact"},
		{"a category that is denied", func(x setting) { x.s.Emits = append(x.s.Emits, pipeline.Special) },
			pipeline.Deny, pipeline.KeepNone, "categories.deny", "profile office, categories.special: deny"},
		{"a category of which nothing is said", func(x setting) { x.s.Emits = append(x.s.Emits, pipeline.Content) },
			pipeline.Deny, pipeline.KeepNone, "categories.deny", "categories.content: deny"},

		{"no mode", func(x setting) { x.s.Mode = "" }, pipeline.Deny, pipeline.KeepNone, "manifest.incomplete", "manifest of dns"},
		{"no categories", func(x setting) { x.s.Emits = nil }, pipeline.Deny, pipeline.KeepNone, "manifest.incomplete", "manifest of dns"},

		{"a person", func(x setting) { *x.l = lead(t, "person:Jane Doe") }, pipeline.Deny, pipeline.KeepNone, "persons.refuse", "profile office, persons: refuse"},
		{"a person's mailbox", func(x setting) { *x.l = lead(t, "jane.doe@corp.example") }, pipeline.Deny, pipeline.KeepNone, "persons.refuse", ""},
		{"a telephone number", func(x setting) { *x.l = lead(t, "+442079460000") }, pipeline.Deny, pipeline.KeepNone, "persons.refuse", ""},
		{"an account", func(x setting) { *x.l = lead(t, "account:code.example/jane") }, pipeline.Deny, pipeline.KeepNone, "persons.refuse", ""},
		{"a sealed mailbox, handed in clear", func(x setting) {
			*x.l = lead(t, "jane.doe@corp.example")
			x.l.Entity.Value = "sealed:k1:00"
		}, pipeline.Deny, pipeline.KeepNone, "persons.refuse", ""},
		{"a sealed mailbox whose key is gone", func(x setting) {
			*x.l = pipeline.Lead{Entity: pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:k1:00"}}
		}, pipeline.Deny, pipeline.KeepNone, "persons.erased", "erasure"},
		{"a role's mailbox", func(x setting) { *x.l = lead(t, "abuse@corp.example") }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"an organisation", func(x setting) { *x.l = lead(t, "organization:Corp Ltd") }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},

		{"a collector the profile excludes", func(x setting) { x.s.Name = "never-ours"; x.j.Collectors = []string{"never-ours"} },
			pipeline.Deny, pipeline.KeepNone, "select.profile-excludes", "profile office, collectors.exclude"},
		{"a collector the job excludes", func(x setting) { x.j.Exclude = []string{"dns"} }, pipeline.Deny, pipeline.KeepNone, "select.excluded", "flag --exclude"},
		{"a collector the job did not choose", func(x setting) { x.j.Collectors = []string{"rdap"} }, pipeline.Deny, pipeline.KeepNone, "select.not-chosen", "flag --collector"},
		{"a collector the job chose", func(x setting) { x.j.Collectors = []string{"rdap", "dns"} }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"another type", func(x setting) { x.j.Types = []pipeline.Domain{pipeline.Social} }, pipeline.Deny, pipeline.KeepNone, "select.type", "flag --type"},
		{"the type asked for", func(x setting) { x.j.Types = []pipeline.Domain{pipeline.Social, pipeline.Infrastructure} }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},

		{"on request, not asked for", func(x setting) { x.s.OnRequest = "--wordlist" }, pipeline.Deny, pipeline.KeepNone, "select.on-request", "manifest of dns"},
		{"on request, asked for by its flag", func(x setting) { x.s.OnRequest, x.j.Requested = "--wordlist", []string{"dns"} }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"on request, asked for by name", func(x setting) { x.s.OnRequest, x.j.Collectors = "--wordlist", []string{"dns"} }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"on request, asked for, of a mode that is never allowed", func(x setting) {
			x.s.OnRequest, x.j.Requested, x.p.Freedoms.Relayed = "--wordlist", []string{"dns"}, Never
		}, pipeline.Deny, pipeline.KeepNone, "mode.relayed-never", ""},

		{"active, not asked for", func(x setting) { x.s.Mode = pipeline.Active }, pipeline.Deny, pipeline.KeepNone, "mode.active-not-requested", "profile office, freedoms.active: on-request"},
		{"active, asked for", func(x setting) { x.s.Mode = pipeline.Active; x.j.Active = true }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"active, always", func(x setting) { x.s.Mode = pipeline.Active; x.p.Freedoms.Active = Always }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"active, never, asked for all the same", func(x setting) { x.s.Mode = pipeline.Active; x.p.Freedoms.Active = Never; x.j.Active = true },
			pipeline.Deny, pipeline.KeepNone, "mode.active-never", "freedoms.active: never"},
		{"passive, never", func(x setting) { x.s.Mode = pipeline.Passive; x.p.Freedoms.Passive = Never }, pipeline.Deny, pipeline.KeepNone, "mode.passive-never", ""},
		{"relayed, never", func(x setting) { x.p.Freedoms.Relayed = Never }, pipeline.Deny, pipeline.KeepNone, "mode.relayed-never", ""},

		{"active about context", func(x setting) { x.s.Mode, x.j.Active, x.l.Context, x.s.Context = pipeline.Active, true, true, true },
			pipeline.Deny, pipeline.KeepNone, "scope.active-context", "scope of the case"},
		{"about context, and not made for that", func(x setting) { x.l.Context = true }, pipeline.Deny, pipeline.KeepNone, "scope.context", ""},
		{"about context, and made for that", func(x setting) { x.l.Context, x.s.Context = true, true }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},

		{"a source for hobbyists", func(x setting) { x.s.Source.Commercial, x.s.Source.Terms = pipeline.No, "https://terms.example/" },
			pipeline.Deny, pipeline.KeepNone, "terms.non-commercial", "https://terms.example/; profile office, commercial: true"},
		{"a source that says nothing of itself", func(x setting) { x.s.Source.Commercial = "" }, pipeline.Deny, pipeline.KeepNone, "terms.non-commercial", ""},
		{"a source whose terms are silent", func(x setting) { x.s.Source.Commercial = pipeline.UnknownOK }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"a source for payers", func(x setting) { x.s.Source.Commercial = pipeline.Contract }, pipeline.Deny, pipeline.KeepNone, "terms.paid-plan", ""},
		{"a source that is paid", func(x setting) { x.s.Source.Commercial, x.p.Contracts = pipeline.Contract, []string{"dns"} }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"a source for hobbyists, to one", func(x setting) { x.s.Source.Commercial, x.p.Commercial = pipeline.No, false }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},

		{"more than may be spent", func(x setting) { x.s.Ceiling.CostUSD, x.j.BudgetUSD = 0.5, 0.4 }, pipeline.Deny, pipeline.KeepNone, "budget.ceiling", "budget of the job"},
		{"as much as may be spent", func(x setting) { x.s.Ceiling.CostUSD, x.j.BudgetUSD = 0.5, 0.5 }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},

		{"an archive under TLP:RED", func(x setting) { x.s.Mode, x.j.TLP = pipeline.Passive, "red" }, pipeline.Deny, pipeline.KeepNone, "tlp.third-party", "label TLP:RED"},
		{"a resolver under TLP:RED", func(x setting) { x.j.TLP = "TLP:RED" }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"the subject under TLP:RED", func(x setting) { x.s.Mode, x.j.TLP, x.j.Active = pipeline.Active, "TLP:RED", true }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"a name under TLP:AMBER+STRICT", func(x setting) {
			x.j.TLP, x.s.Sends, *x.l = "amber+strict", []pipeline.Kind{pipeline.KindOrganization}, lead(t, "organization:Corp Ltd")
		}, pipeline.Deny, pipeline.KeepNone, "tlp.names", "label TLP:AMBER+STRICT"},
		{"the subject's own name, to the subject", func(x setting) {
			x.j.TLP, x.s.Sends, *x.l = "amber+strict", []pipeline.Kind{pipeline.KindOrganization}, lead(t, "organization:Corp Ltd")
			x.s.Mode, x.j.Active = pipeline.Active, true
		}, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"a domain under TLP:AMBER+STRICT", func(x setting) { x.s.Mode, x.j.TLP = pipeline.Passive, "amber+strict" }, pipeline.Allow, pipeline.KeepRaw, "categories.allow", ""},
		{"a label nobody knows is the strictest", func(x setting) { x.s.Mode, x.j.TLP = pipeline.Passive, "mauve" }, pipeline.Deny, pipeline.KeepNone, "tlp.third-party", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, p, j, l := spec(), office(), Job{}, lead(t, "corp.example")
			c.with(setting{&s, &p, &j, &l})
			r := New(p, j).Ask(s, l)
			if r.Verdict != c.verdict || r.Rule != c.rule || r.Keep != c.keep || !strings.Contains(r.Cite, c.cite) {
				t.Errorf("got  %s %s by %s, citing %q\nwant %s %s by %s, citing %q",
					r.Verdict, r.Keep, r.Rule, r.Cite, c.verdict, c.keep, c.rule, c.cite)
			}
			sound(t, r, "jane", "Jane", "+4420")
		})
	}
}

// sound holds what every ruling must: a rule, a citation, a whole sentence,
// and no word of who it is about.
func sound(t *testing.T, r pipeline.Ruling, secrets ...string) {
	t.Helper()
	if r.Rule == "" || r.Cite == "" || r.Keep == "" {
		t.Errorf("incomplete: %#v", r)
	}
	if first := []rune(r.Reason + " "); !unicode.IsUpper(first[0]) || !strings.HasSuffix(r.Reason, ".") {
		t.Errorf("no sentence: %q", r.Reason)
	}
	for _, s := range secrets {
		if strings.Contains(r.Reason+r.Cite, s) {
			t.Errorf("%q stands in %q %q", s, r.Reason, r.Cite)
		}
	}
}

// questions draws a question of any sort.
func questions(t *rapid.T) (pipeline.Spec, pipeline.Lead, Policy, Job) {
	s, p := spec(), office()
	s.Mode = rapid.SampledFrom([]pipeline.Mode{"", pipeline.Passive, pipeline.Relayed, pipeline.Active}).Draw(t, "mode")
	s.Emits = rapid.SliceOfDistinct(rapid.SampledFrom(pipeline.Categories()), rapid.ID).Draw(t, "emits")
	s.Context = rapid.Bool().Draw(t, "for context")
	s.Ceiling.CostUSD = rapid.SampledFrom([]float64{0, 1}).Draw(t, "cost")
	s.Source.Commercial = rapid.SampledFrom([]pipeline.Permission{pipeline.Yes, pipeline.No, pipeline.Contract}).Draw(t, "commercial")
	text := rapid.SampledFrom([]string{"corp.example", "jane@corp.example", "info@corp.example", "person:Jane Doe", "192.0.2.1"}).Draw(t, "target")
	e, err := pipeline.ParseEntity(text)
	if err != nil {
		t.Fatal(err)
	}
	j := Job{Active: rapid.Bool().Draw(t, "active"), TLP: rapid.SampledFrom([]string{"", "red", "amber+strict", "green"}).Draw(t, "tlp")}
	p.Freedoms.Active = rapid.SampledFrom([]Freedom{Never, OnRequest, Always}).Draw(t, "freedom")
	return s, pipeline.Lead{Entity: e, Clear: e, Context: rapid.Bool().Draw(t, "context")}, p, j
}

// TestAskHolds checks what is true of every question.
func TestAskHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, l, p, j := questions(t)
		g := New(p, j)
		r := g.Ask(s, l)
		if r.Rule == "" || r.Cite == "" || r.Reason == "" || r.Keep == "" {
			t.Errorf("incomplete: %#v", r)
		}
		allowed := r.Verdict != pipeline.Deny
		if (r.Keep == pipeline.KeepNone) == allowed {
			t.Errorf("%s, yet bytes are kept %s", r.Verdict, r.Keep)
		}
		if allowed && r.Keep == pipeline.KeepRaw && slices.ContainsFunc(s.Emits, pipeline.Category.Personal) {
			t.Error("kept raw, though people may stand in it")
		}
		if allowed && (l.Clear.Personal() || s.Mode == pipeline.Active && (l.Context || p.Freedoms.Active == Never)) {
			t.Errorf("allowed: %s about %s, context %t", s.Mode, l.Clear, l.Context)
		}
		for range 3 { // whatever else is asked in between
			other, otherLead, _, _ := questions(t)
			g.Ask(other, otherLead)
			if again := g.Ask(s, l); !reflect.DeepEqual(r, again) {
				t.Fatalf("first %#v\nthen  %#v", r, again)
			}
		}
		l.Depth, l.Because, l.Settled = 9, "o1", true
		if again := g.Ask(s, l); !reflect.DeepEqual(r, again) {
			t.Error("how we came to it changed the ruling")
		}
		narrower := p
		narrower.Freedoms = Freedoms{Never, Always, Never}
		both := Strictest(g, New(narrower, j)).Ask(s, l)
		if both.Verdict.Strictness() < r.Verdict.Strictness() || strictestKeep(both.Keep, r.Keep) != both.Keep {
			t.Errorf("two gates ruled %v, one alone %v", both, r)
		}
	})
}

// TestUnite holds the algebra of rulings, whatever clauses may come.
func TestUnite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 2)
		one := rapid.Custom(func(t *rapid.T) pipeline.Ruling {
			return pipeline.Ruling{
				Verdict: rapid.SampledFrom([]pipeline.Verdict{pipeline.Allow, pipeline.Redact, pipeline.ReviewIt, pipeline.Later, pipeline.Deny}).Draw(t, "verdict"),
				Keep:    rapid.SampledFrom(keeps[1:]).Draw(t, "keep"), Redact: words.Draw(t, "redact"), Unknown: words.Draw(t, "unknown")}
		})
		all := rapid.SliceOfN(one, 1, 5).Draw(t, "rulings")
		got := unite(all)
		mixed := slices.Clone(all)
		rand.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if other := unite(mixed); !reflect.DeepEqual(got, other) {
			t.Errorf("order matters: %#v, %#v", got, other)
		}
		for _, r := range all {
			if r.Verdict.Strictness() > got.Verdict.Strictness() {
				t.Errorf("%s was weakened to %s", r.Verdict, got.Verdict)
			}
			for _, u := range r.Unknown {
				if !slices.Contains(got.Unknown, u) {
					t.Errorf("unknown %s was lost", u)
				}
			}
			for _, x := range r.Redact {
				if got.Verdict != pipeline.Deny && !slices.Contains(got.Redact, x) {
					t.Errorf("redaction of %s was lost", x)
				}
			}
			if got.Verdict == pipeline.Deny && got.Keep != pipeline.KeepNone || strictestKeep(r.Keep, got.Keep) != got.Keep {
				t.Errorf("%s was weakened to %s", r.Keep, got.Keep)
			}
		}
	})
}

func BenchmarkAsk(b *testing.B) {
	g, s, l := New(office(), Job{}), spec(), lead(b, "corp.example")
	s.Emits = append(s.Emits, pipeline.Contact)
	b.ReportAllocs()
	for b.Loop() {
		g.Ask(s, l)
	}
}

// Nobody is asked about what he can't know: of hidden services only those who look
// for them, of addresses inside networks no archive.
func TestWhoCannotKnowIsNotAsked(t *testing.T) {
	for _, c := range []struct {
		entity string
		mode   pipeline.Mode
		onions pipeline.Onions
		rule   string
	}{
		{"abcdefghijklmnop.onion", pipeline.Passive, "", ruleHidden},
		{"abcdefghijklmnop.onion", pipeline.Relayed, "", ruleHidden},
		{"abcdefghijklmnop.onion", pipeline.Passive, pipeline.OnionsToo, ""},
		{"abcdefghijklmnop.onion", pipeline.Passive, pipeline.OnionsOnly, ""},
		{"onion.example", pipeline.Passive, pipeline.OnionsOnly, ruleHidden},
		{"onion.example", pipeline.Passive, pipeline.OnionsToo, ""},
		{"10.0.0.1", pipeline.Passive, "", ruleInward},
		{"100.64.0.1", pipeline.Passive, "", ruleInward},
		{"fe80::1", pipeline.Passive, "", ruleInward},
		{"10.0.0.1", pipeline.Relayed, "", ""},
		{"192.0.2.1", pipeline.Passive, "", ""},
		{"2001:db8::1", pipeline.Passive, "", ""},
	} {
		e, err := pipeline.ParseEntity(c.entity)
		if err != nil {
			t.Fatal(err)
		}
		s := pipeline.Spec{Name: "any", Mode: c.mode, Onions: c.onions}
		if r, _ := apart(&question{spec: &s, entity: e}); r.Rule != c.rule {
			t.Errorf("%s, %s %q: ruled by %q, want %q", c.entity, c.mode, c.onions, r.Rule, c.rule)
		}
	}
}
