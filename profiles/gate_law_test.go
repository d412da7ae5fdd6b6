package profiles_test

import (
	"slices"
	"testing"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/profiles"
)

// day is a day on which everything on the shelf is fresh.
var day = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// A court is a gate under the law of the shelf, for a German company that said
// all that is to be said.
type court struct {
	*testing.T
	org     *compliance.Organisation
	mandate *compliance.Mandate
	profile string
	job     compliance.Job
	waive   compliance.Waiver
	spare   string // listed as somebody to leave alone
}

func newCourt(t *testing.T) *court {
	org, err := compliance.ParseOrganisation("acme.yaml", []byte(`
apiVersion: osint.compliance/v1
kind: Organisation
metadata: {id: acme, version: "1"}
organisation:
  legal_name: Acme GmbH
  establishments: [DE]
  commercial: true
  public_authority: false
  dpo_contact: dpo@acme.example
  public_notice_url: https://acme.example/notice
  ropa_ref: ROPA-7
  allowed_purposes: [vendor-due-diligence]
  storage_countries: [DE]
  large_scale: 500
  ccpa_business: false
  sells_personal_data: false
  foreign_processing_notice: true
retention: {max_days: 365}
`))
	if err != nil {
		t.Fatal(err)
	}
	m, err := compliance.ParseMandate("mandate.yaml", []byte(`
apiVersion: osint.compliance/v1
kind: Mandate
metadata: {reference: ENG-44}
purpose: vendor-due-diligence
basis: legitimate-interests
target: {minor: no, jurisdictions: [DE]}
references: {lia: LIA-7, dpia: DPIA-3, dpia_outcome: low, notice: exempt, notice_exemption: 14-5-b}
retention_days: 180
storage_countries: [DE]
human_review: true
sources_attached: true
`))
	if err != nil {
		t.Fatal(err)
	}
	return &court{T: t, org: org, mandate: m, profile: "person-diligence"}
}

func (c *court) gate() *compliance.Gate {
	p, err := profiles.Load(c.profile)
	if err != nil {
		c.Fatal(err)
	}
	book, err := profiles.Law()
	if err != nil {
		c.Fatal(err)
	}
	g := compliance.New(p.Policy, c.job).Sparing(func(e pipeline.Entity) bool { return e.String() == c.spare })
	g = g.Under(compliance.Law{Book: book, Organisation: c.org, Mandate: c.mandate, Now: day, Approvals: c.waive})
	_ = g.Event(&pipeline.Event{Opened: &pipeline.Opened{Seeds: []pipeline.Entity{lead(c.T, "ada@acme.example", true).Entity}}})
	return g
}

// social is a source that knows people, in a country.
func social(country string) pipeline.Spec {
	return pipeline.Spec{Name: "faces", Domain: pipeline.Social, Mode: pipeline.Passive, Consumes: []pipeline.Kind{pipeline.KindEmail},
		Produces: []pipeline.Predicate{"has-contact"}, Emits: []pipeline.Category{pipeline.Identity, pipeline.OnlineID},
		Sends:  []pipeline.Kind{pipeline.KindEmail},
		Source: pipeline.Source{Name: "faces", Country: country, Class: pipeline.SocialMedia, Published: true, Commercial: pipeline.Yes}}
}

func lead(t *testing.T, text string, settled bool) pipeline.Lead {
	e, err := pipeline.ParseEntity(text)
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Lead{Entity: e, Clear: e, Settled: settled}
}

// holds fails unless a ruling is what is wanted, by the rule.
func (c *court) holds(r pipeline.Ruling, v pipeline.Verdict, rule string) {
	c.Helper()
	if r.Verdict != v || r.Rule != rule {
		c.Errorf("%s by %s (%s), want %s by %s; fired %+v", r.Verdict, r.Rule, r.Reason, v, rule, r.Law)
	}
}

func TestQuestionsAboutPeopleWait(t *testing.T) {
	c := newCourt(t)
	g := c.gate()
	dns := pipeline.Spec{Name: "dns", Domain: pipeline.Infrastructure, Mode: pipeline.Relayed, Emits: []pipeline.Category{pipeline.Technical}, Source: pipeline.Source{Commercial: pipeline.Yes}}
	if r := g.Ask(dns, lead(t, "acme.example", false)); r.Verdict != pipeline.Allow || r.Law != nil {
		t.Errorf("a technical question is law's business: %+v", r)
	}
	if r := g.Ask(social("DE"), lead(t, "ada@acme.example", false)); r.Verdict != pipeline.Later {
		t.Errorf("a question about a person does not wait: %+v", r)
	}
	r := g.Ask(social("DE"), lead(t, "ada@acme.example", true))
	if r.Verdict != pipeline.Allow || r.Keep != pipeline.KeepSealed || !slices.Equal(r.Law.Applied, []string{"gdpr"}) {
		t.Errorf("all that is to be said is said: %+v, %+v", r, r.Law)
	}
}

func TestTheQuestionIsATransfer(t *testing.T) {
	c := newCourt(t)
	c.holds(c.gate().Ask(social("US"), lead(t, "ada@acme.example", true)), pipeline.Deny, "gdpr-44-transfer")
	s := social("US")
	s.Source.DPF = true
	c.holds(c.gate().Ask(s, lead(t, "ada@acme.example", true)), pipeline.Allow, "law.allow")
}

func TestWhatIsLearnedCounts(t *testing.T) {
	c := newCourt(t)
	g := c.gate()
	seed := lead(t, "acme.example", true).Entity
	_ = g.Event(&pipeline.Event{Opened: &pipeline.Opened{Seeds: []pipeline.Entity{seed}}})
	_ = g.Event(&pipeline.Event{Observed: &pipeline.Observation{Subject: seed, Predicate: "registrant-country", Value: "CA"}})
	r := g.Ask(social("DE"), lead(t, "ada@acme.example", true))
	if r.Verdict != pipeline.Deny || !slices.Contains(r.Law.Applied, "pipeda") {
		t.Errorf("a person at a Canadian company: %+v %+v", r, r.Law)
	}
	if want := []string{"CA", "CA-QC", "DE"}; !slices.Equal(r.Law.Target.Jurisdictions, want) {
		t.Errorf("jurisdictions %v, want %v", r.Law.Target.Jurisdictions, want)
	}
	if r := c.gate().Ask(social("DE"), lead(t, "phone:+442079460000", true)); !slices.Contains(r.Law.Applied, "uk-gdpr") {
		t.Errorf("a British number: %+v", r.Law)
	}
}

func TestWhatIsNotKnownIsReviewed(t *testing.T) {
	c := newCourt(t)
	met := c.gate().Ask(social("DE"), lead(t, "bea@acme.example", true))
	c.holds(met, pipeline.ReviewIt, "gdpr-8-minor") // nobody said of her that she is of age
	c.mandate.Target.Minor = ""
	r := c.gate().Ask(social("DE"), lead(t, "ada@acme.example", true))
	c.holds(r, pipeline.ReviewIt, "gdpr-8-minor")
	if !slices.Contains(r.Unknown, "target.minor") {
		t.Errorf("it does not say what is not known: %+v", r)
	}
	c.waive = waived("gdpr-8-minor")
	r = c.gate().Ask(social("DE"), lead(t, "ada@acme.example", true))
	if r.Verdict != pipeline.Allow || r.Law.Fired[0].Waived != "a.meyer" || len(r.Unknown) != 0 {
		t.Errorf("an approved review: %+v %+v", r, r.Law)
	}
	c = newCourt(t)
	c.waive = waived("gdpr-44-transfer")
	c.holds(c.gate().Ask(social("US"), lead(t, "ada@acme.example", true)), pipeline.Deny, "gdpr-44-transfer")
	c.org = nil
	r = c.gate().Ask(social("DE"), lead(t, "ada@acme.example", true))
	if r.Verdict.Strictness() < pipeline.ReviewIt.Strictness() || !slices.Contains(r.Unknown, "org.establishments") {
		t.Errorf("without an organisation: %+v", r)
	}
}

type waived string

func (w waived) Waives(_ pipeline.Entity, _, rule string, _ []string) string {
	if rule == string(w) {
		return "a.meyer"
	}
	return ""
}

func TestWhoIsLeftAlone(t *testing.T) {
	c := newCourt(t)
	c.spare = "email:ada@acme.example"
	c.holds(c.gate().Ask(social("DE"), lead(t, "ada@acme.example", true)), pipeline.Deny, "suppression.listed")
	ada := lead(t, "ada@acme.example", true).Entity
	_, r := c.gate().Keep(social("DE"), pipeline.Observation{Subject: lead(t, "acme.example", true).Entity, Predicate: "has-contact", Object: &ada, Category: pipeline.Identity})
	c.holds(r, pipeline.Deny, "suppression.listed")
}

func TestSpecialDataIsTakenOut(t *testing.T) {
	c := newCourt(t)
	g := c.gate()
	s := social("DE")
	s.Emits, s.Special = append(s.Emits, pipeline.Special), pipeline.Incidental
	l := lead(t, "ada@acme.example", true)
	r := g.Ask(s, l)
	c.holds(r, pipeline.Redact, "gdpr-9-incidental")
	if r.Keep != pipeline.KeepDerived {
		t.Errorf("its bytes are kept %s", r.Keep)
	}
	_ = g.Event(&pipeline.Event{Ruled: &pipeline.Ruled{Lead: l, Groups: []pipeline.Group{{Ruling: r, Collectors: []string{s.Name}}}}})
	_, k := g.Keep(s, pipeline.Observation{Subject: l.Entity, Asked: l.Entity, Predicate: "has-contact", Value: "x", Category: pipeline.Special})
	if k.Verdict != pipeline.Deny {
		t.Errorf("it is kept: %+v", k)
	}
	s.Emits = append(s.Emits, pipeline.Content)
	if r := g.Ask(s, l); !slices.Contains(r.Redact, "content") || !slices.Contains(r.Law.Fired[0].Redact, "content") {
		t.Errorf("free text, in which it may stand, is kept: %+v, %+v", r, r.Law)
	}
}

func TestMeet(t *testing.T) {
	c := newCourt(t)
	r, ok := c.gate().Meet(lead(t, "ada@acme.example", true))
	if !ok || r.Law == nil {
		t.Fatalf("a person who was met has no ruling: %+v", r)
	}
	c.mandate.References.Notice = ""
	r, _ = c.gate().Meet(lead(t, "ada@acme.example", true))
	c.holds(r, pipeline.ReviewIt, "gdpr-14-notice")
}
