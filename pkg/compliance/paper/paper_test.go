package paper

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/compliance/incident"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

var epoch = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)

// A scribe writes a case line by line, as a run does.
type scribe struct {
	t   testing.TB
	c   *pipeline.Case
	seq uint64
	at  time.Time
}

func (s *scribe) write(e pipeline.Event) {
	s.t.Helper()
	s.seq++
	e.Seq, e.Time = s.seq, s.at
	back, err := pipeline.ParseEvent(append([]byte(nil), e.Line()...))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.c.Event(back); err != nil {
		s.t.Fatal(err)
	}
}

// ask writes one task and its question.
func (s *scribe) ask(collector, source string, subject pipeline.Entity, seen ...pipeline.Observation) {
	k := pipeline.TaskKey{Collector: collector, Subject: subject}
	s.write(pipeline.Event{Started: &pipeline.Started{Task: k, Attempt: 1}})
	x := &pipeline.Exchange{ID: pipeline.NewExchangeID(k, "q", 0), Task: k, Source: source, Operation: "get", Question: "q", Outcome: pipeline.OK, At: s.at, Kept: pipeline.KeepNone}
	s.write(pipeline.Event{Exchanged: x})
	for _, o := range seen {
		o.Collector, o.Source, o.Origin, o.Asked, o.Grade, o.At = collector, source, source, subject, "B2", s.at
		o.Exchanges = []pipeline.ExchangeID{x.ID}
		if o.Subject.IsZero() {
			o.Subject = subject
		}
		o.ID = o.Digest()
		s.write(pipeline.Event{Observed: &o})
	}
	s.write(pipeline.Event{Finished: &pipeline.Finished{Task: k, Outcome: pipeline.OK, Exchanges: 1, Observations: len(seen)}})
}

func sealed(k pipeline.Kind, n int) pipeline.Entity {
	return pipeline.Entity{Kind: k, Value: fmt.Sprintf("sealed:%016x:%064x", n, 7*n+1)}
}

var (
	mail    = sealed(pipeline.KindEmail, 1)
	account = sealed(pipeline.KindAccount, 2)
	name    = sealed(pipeline.KindPerson, 3)
	domain  = pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"}
)

const organisation = `{"apiVersion":"osint.compliance/v1","kind":"Organisation","metadata":{"id":"acme-gmbh","version":"3"},
"organisation":{"legal_name":"Acme GmbH","establishments":["DE"],"commercial":true,"public_authority":false,"contact":"Marktplatz 1","dpo_contact":"dpo@acme.example",
"public_notice_url":"https://acme.example/osint-notice","ropa_ref":"ROPA-2026-007","allowed_purposes":["own-exposure"],"purpose_categories":{"own-exposure":["contact","online-id"]},"large_scale":500,
"storage_countries":["DE"],"contracts":{"gravatar":{"ref":"C-12","role":"processor"}},"security":"disk encryption; two factors"},
"retention":{"max_days":365,"restricted":30,"confidential":180,"internal":365,"reports":90}}`

const mandate = `{"apiVersion":"osint.compliance/v1","kind":"Mandate","metadata":{"reference":"ENG-2026-044","date":"2026-10-20"},"purpose":"own-exposure","basis":"legitimate-interests",
"references":{"lia":"LIA-7","dpia":"DPIA-3","dpia_outcome":"low","notice":"direct"},"retention_days":90,"person_score":true,"automated_decision":false,"human_review":true,"monitoring":false,"target":{"jurisdictions":["DE"],"minor":"no"}}`

// lawful is a case that was ruled by law, with data about one person.
func lawful(t testing.TB) *pipeline.Case {
	s := &scribe{t: t, c: pipeline.NewCase(), at: epoch}
	ref := func(name, source, country string) pipeline.CollectorRef {
		return pipeline.CollectorRef{Name: name, Title: strings.ToUpper(name[:1]) + name[1:], Domain: pipeline.Social, Mode: pipeline.Passive, Source: source, Family: source, Country: country, Produces: []pipeline.Predicate{"has-account"}}
	}
	digest := strings.Repeat("a", 64)
	s.write(pipeline.Event{Opened: &pipeline.Opened{Schema: 1, Case: "c-5f1d2a90b7c34e19", Seeds: []pipeline.Entity{mail}, Types: []pipeline.Domain{pipeline.Social}, Priority: "normal",
		Purpose: "own-exposure", LawfulBasis: "legitimate-interests", Reference: "ENG-2026-044", Investigator: "j.mueller", TLP: "TLP:AMBER", Resolved: json.RawMessage(`{}`),
		Profile:    pipeline.ProfileRef{Name: "person-diligence", SHA256: digest},
		Collectors: []pipeline.CollectorRef{ref("gravatar", "gravatar", "US"), ref("keybase", "keybase", "BR"), ref("dns", "dns", "")}, Tool: pipeline.Tool{Name: "osint", Version: "0.1.0"},
		Law: &pipeline.LawRef{Organisation: &pipeline.DocumentRef{ID: "acme-gmbh", Version: "3", SHA256: digest}, Organised: json.RawMessage(organisation), Mandate: json.RawMessage(mandate),
			Frameworks: []pipeline.DocumentRef{{ID: "gdpr", Title: "GDPR", Version: "2026.11.0", SHA256: digest, Reviewed: "2026-11-01", ReviewBy: "2027-02-01"}},
			Lists:      []pipeline.DocumentRef{{ID: "eea", Version: "2026-11-01", SHA256: digest}}, RetentionDays: 90}}})
	law := &pipeline.ByLaw{Applied: []string{"gdpr"}, Target: pipeline.TargetFacts{Kind: "natural-person", Jurisdictions: []string{"DE"}, Minor: "no"},
		Fired: []pipeline.FiredRule{{Framework: "gdpr", Rule: "gdpr-35-dpia", Cite: "Art. 35", Outcome: pipeline.ReviewIt, Unknown: []string{"job.dpia_ref"}, Remedy: "Write the assessment."}}}
	s.write(pipeline.Event{Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: mail}, Scope: "subject", Reason: "seed", Groups: []pipeline.Group{{
		Ruling: pipeline.Ruling{Verdict: pipeline.ReviewIt, Rule: "gdpr-35-dpia", Keep: pipeline.KeepSealed, Law: law}, Collectors: []string{"gravatar", "keybase"}}}}})
	s.ask("gravatar", "gravatar", mail, pipeline.Observation{Predicate: "has-account", Object: &account, Category: pipeline.OnlineID}, pipeline.Observation{Predicate: "has-contact", Object: &mail, Category: pipeline.Contact})
	s.at = s.at.Add(48 * time.Hour)
	s.ask("keybase", "keybase", account, pipeline.Observation{Predicate: "has-contact", Object: &name, Category: pipeline.Identity}, pipeline.Observation{Predicate: "has-account", Object: &account, Category: pipeline.OnlineID})
	s.ask("dns", "dns", domain)
	s.write(pipeline.Event{Withheld: &pipeline.Withheld{Task: pipeline.TaskKey{Collector: "keybase", Subject: account}, Predicate: "has-contact", Category: pipeline.Special, Ruling: pipeline.Ruling{Verdict: pipeline.Deny, Rule: "manifest.category", Keep: pipeline.KeepNone}, Count: 2}})
	s.write(pipeline.Event{Closed: &pipeline.Closed{Outcome: "complete"}})
	return s.c
}

// handed adds a disclosure of data about people.
func handed(t testing.TB, c *pipeline.Case, at time.Time, audience, recipient string) {
	s := &scribe{t: t, c: c, seq: c.Seq, at: at}
	s.write(pipeline.Event{Disclosed: &pipeline.Act{By: "j.mueller", What: "report", Data: json.RawMessage(`{"what":"report","audience":"` + audience + `","recipient":"` + recipient + `","form":"pdf","clear":["contact"]}`)}})
}

func open(t testing.TB, c *pipeline.Case, today *compliance.Organisation, now time.Time) *Dossier {
	t.Helper()
	d, err := Open(c, report.Build(c, report.Options{}), report.Options{}, today, About{Author: "j.mueller", Tool: "osint 0.1.0", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	d.Specs["gravatar"] = pipeline.Spec{Emits: []pipeline.Category{pipeline.Contact, pipeline.OnlineID}, Source: pipeline.Source{DPF: true}}
	d.Specs["keybase"] = pipeline.Spec{Emits: []pipeline.Category{pipeline.Identity}, Source: pipeline.Source{Access: pipeline.AccessLogin}}
	return d
}

func build(t testing.TB, d *Dossier, name string) *report.Paper {
	t.Helper()
	p, err := d.Build(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func render(t testing.TB, p *report.Paper, format string) []byte {
	t.Helper()
	for _, f := range report.PaperFormats() {
		if f.Name == format {
			var b bytes.Buffer
			if err := f.Render(&b, p); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
	}
	t.Fatal(format)
	return nil
}

// The papers are as they were last looked at.
func TestGolden(t *testing.T) {
	c := lawful(t)
	handed(t, c, epoch.AddDate(0, 0, 10), "clients", "Kanzlei Nord")
	d := open(t, c, nil, epoch.AddDate(0, 0, 20))
	for _, n := range Names() {
		golden(t, n+".json", render(t, build(t, d, n), "json"))
	}
	i := sampleIncident()
	golden(t, "incident.json", render(t, Incident(i, About{TLP: "TLP:AMBER+STRICT", Author: "a.byron", Tool: "osint 0.1.0", Now: i.Aware.Add(73 * time.Hour)}), "json"))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what is made now; look at it, then go test -update", path)
	}
}

func sampleIncident() *incident.Incident {
	i := incident.New("a folder was mailed to the wrong recipient", epoch)
	i.ID, i.Frameworks, i.Risk, i.Facts = "i-0123456789abcdef", []string{"gdpr", "lgpd"}, incident.Some, "one folder"
	i.Told = []incident.Told{{Clock: "lgpd/authority", At: epoch.Add(time.Hour), By: "a.byron"}}
	i.History = []incident.Change{{At: epoch.Add(time.Hour), By: "a.byron", What: []string{"title", "aware"}}}
	return i
}

// Every paper says that it is no legal advice, and is made in every format
// twice the same; those that somebody has to sign are drafts.
func TestEveryPaper(t *testing.T) {
	drafts := map[string]bool{"dpia": true, "lia": true, "notice": true}
	for what, c := range map[string]*pipeline.Case{"lawful": lawful(t), "empty": bare(t)} {
		d := open(t, c, nil, epoch.AddDate(0, 0, 20))
		for _, n := range Names() {
			p := build(t, d, n)
			if p.Draft != drafts[n] || p.TLP != "TLP:AMBER" || p.Name != n {
				t.Errorf("%s, %s: draft %v, %s", what, n, p.Draft, p.TLP)
			}
			for _, f := range report.PaperFormats() {
				text := render(t, p, f.Name)
				if f.Name != "pdf" && !bytes.Contains(text, []byte("not legal advice")) {
					t.Errorf("%s, %s: does not say what it is", what, n)
				}
				if !bytes.Equal(text, render(t, build(t, open(t, c, nil, epoch.AddDate(0, 0, 20).Add(3*time.Hour)), n), f.Name)) {
					t.Errorf("%s, %s as %s: two of one day differ", what, n, f.Name)
				}
			}
			if p.Title == "" || p.Kind == "" || Short(n) == "" || len(p.Sections) == 0 {
				t.Errorf("%s, %s: %+v", what, n, p)
			}
		}
	}
	if _, err := open(t, bare(t), nil, epoch).Build("pass"); err == nil {
		t.Error("a paper that is none was made")
	}
	if _, err := Open(pipeline.NewCase(), nil, report.Options{}, nil, About{}); err == nil {
		t.Error("a paper of no case was made")
	}
}

// bare is a case that says nothing but that it began.
func bare(t testing.TB) *pipeline.Case {
	s := &scribe{t: t, c: pipeline.NewCase(), at: epoch}
	s.write(pipeline.Event{Opened: &pipeline.Opened{Schema: 1, Case: "c-0000000000000001", Seeds: []pipeline.Entity{domain}, TLP: "TLP:AMBER", Resolved: json.RawMessage(`{}`)}})
	return s.c
}

// points of a paper, by key.
func pointsOf(p *report.Paper) map[string]report.Point {
	out := map[string]report.Point{}
	for _, s := range p.Sections {
		for _, x := range s.Parts {
			for _, f := range x.Points {
				out[f.Key] = f
			}
		}
	}
	return out
}

// What nobody said is open, and says what belongs there; what the documents
// say stands there as they say it.
func TestNothingIsInvented(t *testing.T) {
	open1 := pointsOf(build(t, open(t, bare(t), nil, epoch), "ropa"))
	for _, key := range []string{"Controller", "Contact", "Data protection officer", "Entry", "Purpose", "Legal basis", "Order", "The case as a whole", "Measures"} {
		if f := open1[key]; !f.Open || f.Value == "" {
			t.Errorf("%s: %+v", key, f)
		}
	}
	filled := pointsOf(build(t, open(t, lawful(t), nil, epoch), "ropa"))
	for key, want := range map[string]string{"Controller": "Acme GmbH", "Contact": "Marktplatz 1", "Data protection officer": "dpo@acme.example", "Entry": "ROPA-2026-007", "Purpose": "own-exposure",
		"Legal basis": "legitimate-interests (Art. 6(1)(f))", "Order": "ENG-2026-044 2026-10-20", "Measures": "disk encryption; two factors", "Minors among them": "no"} {
		if f := filled[key]; f.Open || f.Value != want {
			t.Errorf("%s: %+v, want %q", key, f, want)
		}
	}
	for _, n := range Names() { // what only a person can weigh stays open, whatever is known
		p := build(t, open(t, lawful(t), nil, epoch), n)
		if p.Draft && p.Open == 0 {
			t.Errorf("%s: nothing is left to whoever signs", n)
		}
	}
}

// An organisation's document of today counts where the case has none, and the
// paper says so.
func TestBorrowed(t *testing.T) {
	today, err := compliance.OrganisationFromJSON([]byte(strings.Replace(organisation, "Acme GmbH", "Today AG", 1)))
	if err != nil {
		t.Fatal(err)
	}
	p := build(t, open(t, bare(t), today, epoch), "ropa")
	if f := pointsOf(p)["Controller"]; f.Value != "Today AG" || !strings.Contains(strings.Join(p.Notice, "\n"), "of today") {
		t.Errorf("%+v, %q", f, p.Notice)
	}
	if f := pointsOf(build(t, open(t, lawful(t), today, epoch), "ropa"))["Controller"]; f.Value != "Acme GmbH" {
		t.Errorf("the case's own document gave way: %+v", f)
	}
}
