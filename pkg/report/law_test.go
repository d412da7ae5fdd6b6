package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

// byLaw is a ruling of law about ada.
func byLaw(v pipeline.Verdict, fired []pipeline.FiredRule, collectors ...string) pipeline.Group {
	return pipeline.Group{Collectors: collectors, Ruling: pipeline.Ruling{Verdict: v, Rule: "law", Reason: "by law", Keep: pipeline.KeepSealed,
		Law: &pipeline.ByLaw{Applied: []string{"gdpr", "uk-gdpr"}, Fired: fired, Target: pipeline.TargetFacts{Kind: "natural-person", Jurisdictions: []string{"DE", "GB"}}}}}
}

// lawful is a case that was ruled by law, with something of all that the
// chapter on it shows.
func lawful(t testing.TB) *scribe {
	s := newScribe(t)
	social, breach := collector("gravatar", "Gravatar", "gravatar", pipeline.Passive), collector("breaches", "Breaches", "breaches", pipeline.Passive)
	social.Country, breach.Country = "US", "AU"
	s.write(pipeline.Event{Opened: &pipeline.Opened{Schema: 1, Case: "c-5f1d2a90b7c34e19", Seeds: []pipeline.Entity{adaAt}, Types: []pipeline.Domain{pipeline.Social}, Priority: "normal",
		Purpose: "own-exposure", LawfulBasis: "legitimate-interests", Reference: "ENG-2026-044", Investigator: "J. Müller", TLP: "TLP:AMBER", Resolved: json.RawMessage(`{"name":"person-diligence"}`),
		Profile:    pipeline.ProfileRef{Name: "person-diligence", SHA256: "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"},
		Collectors: []pipeline.CollectorRef{social, breach}, Tool: pipeline.Tool{Name: "osint", Version: "0.1.0"},
		Law: &pipeline.LawRef{Organisation: &pipeline.DocumentRef{ID: "acme-gmbh", Version: "3", SHA256: strings.Repeat("a", 64)},
			Organised: json.RawMessage(`{"organisation":{"legal_name":"Acme GmbH"}}`),
			Mandate:   json.RawMessage(`{"metadata":{"reference":"ENG-2026-044","date":"2026-10-20"},"purpose":"own-exposure","basis":"legitimate-interests","target":{"jurisdictions":["DE"]},"references":{"transfer_tool":"scc-2021-914"}}`),
			Frameworks: []pipeline.DocumentRef{{ID: "uk-gdpr", Title: "UK GDPR", Version: "2026.11.0", SHA256: strings.Repeat("c", 64), Reviewed: "2026-07-01", ReviewBy: "2026-10-01"},
				{ID: "gdpr", Title: "General Data Protection Regulation (EU)", Version: "2026.11.0", SHA256: strings.Repeat("b", 64), Reviewed: "2026-11-01", ReviewBy: "2027-02-01"},
				{ID: "lgpd", Version: "1", SHA256: strings.Repeat("d", 64)}},
			Lists: []pipeline.DocumentRef{{ID: "eea", Version: "2026-11-23", SHA256: strings.Repeat("e", 64)}}, Stale: []string{"framework uk-gdpr 2026.11.0 was to be reviewed by 2026-10-01"}, RetentionDays: 180}}})
	minor := pipeline.FiredRule{Framework: "gdpr", Rule: "gdpr-minor", Cite: "Art. 6(1)(f), 8", Outcome: pipeline.ReviewIt, Unknown: []string{"target.minor"}, Remedy: "Establish the age of the person."}
	move := pipeline.FiredRule{Framework: "gdpr", Rule: "gdpr-44-transfer", Cite: "Art. 44-49", Outcome: pipeline.Deny, Remedy: "Use an endpoint elsewhere."}
	strip := pipeline.FiredRule{Framework: "uk-gdpr", Rule: "uk-9-incidental", Cite: "Art. 9", Outcome: pipeline.Redact, Redact: []string{"special"}, Remedy: "Strip it."}
	s.rule(adaAt, 0, "subject", "seed", "", byLaw(pipeline.ReviewIt, []pipeline.FiredRule{minor, strip}, "gravatar"), byLaw(pipeline.Deny, []pipeline.FiredRule{move, minor}, "breaches"))
	statement := `{"statement":{"approver":"a.meyer","reason":"the person is of age: register","expires":"2026-12-01T00:00:00Z","rules":["gdpr-minor"]},"signature":"x","key":"SHA256:abc"}`
	s.write(pipeline.Event{Approved: &pipeline.Act{By: "a.meyer", What: "approved", Data: json.RawMessage(statement)}})
	minor.Waived = "a.meyer"
	s.rule(adaAt, 0, "subject", "seed", "", byLaw(pipeline.Redact, []pipeline.FiredRule{minor, strip}, "gravatar"))
	s.task("gravatar", "gravatar", adaAt, pipeline.OK, "", pipeline.Observation{Predicate: "has-account", Object: &ada, Origin: "gravatar"}, pipeline.Observation{Predicate: "has-contact", Object: &adaAt, Origin: "gravatar"})
	s.write(pipeline.Event{Withheld: &pipeline.Withheld{Task: pipeline.TaskKey{Collector: "gravatar", Subject: adaAt}, Predicate: "has-contact", Category: pipeline.Special, Ruling: pipeline.Ruling{Verdict: pipeline.Deny, Rule: "manifest.category", Keep: pipeline.KeepNone}, Count: 2}})
	s.write(pipeline.Event{Erased: &pipeline.Act{By: "dpo", What: "a person", Data: json.RawMessage(`{"kids":["k1","k2"],"digests":["d"],"reason":"objection of 3 November","recipients":["Kanzlei Nord"]}`)}})
	s.write(pipeline.Event{Closed: &pipeline.Closed{Outcome: "complete"}})
	s.write(pipeline.Event{Disclosed: &pipeline.Act{By: "j.mueller", What: "report", Data: json.RawMessage(`{"what":"report.pdf","audience":"clients","recipient":"Kanzlei Nord","form":"pdf","clear":["contact"]}`)}})
	return s
}

func TestLawGolden(t *testing.T) {
	d := Build(lawful(t).c, Options{})
	text := render(t, "json", d)
	valid(t, compile(t, Schema()), "lawful", text)
	golden(t, "law.json", text)
	pages := strings.Join(pdfPages(t, render(t, "pdf", d)), "\f")
	golden(t, "law.pdf.txt", []byte(pages[strings.Index(pages, "\nLaw and people\n"):strings.Index(pages, "Appendix A")]))
}

func TestLaw(t *testing.T) {
	s := lawful(t)
	d := Build(s.c, Options{})
	l := d.Law
	if got := len(d.Compliance); got != 3 || d.Compliance[0].Framework != "gdpr" || d.Compliance[1].Stale || !d.Compliance[2].Stale {
		t.Fatalf("frameworks: %+v", d.Compliance)
	}
	// The last word on a question counts: the approved ruling took the place of the open one.
	rules := map[string]LawRule{}
	for _, c := range d.Compliance {
		for _, r := range c.Rules {
			rules[r.Rule] = r
		}
	}
	if r := rules["gdpr-minor"]; r.Rulings != 2 || r.Unwaived != 1 || !slices.Equal(r.Waived, []string{"a.meyer"}) || !slices.Equal(r.Collectors, []string{"breaches", "gravatar"}) {
		t.Errorf("gdpr-minor: %+v", r)
	}
	// So it is told of a review that was approved, and of none that waits still.
	for _, r := range d.Rulings {
		if since := r.Since(); (r.Verdict == pipeline.ReviewIt) != (since == "approved by a.meyer") {
			t.Errorf("%s: since %q", r.Verdict, since)
		}
	}
	open := Ruling{Verdict: pipeline.ReviewIt}
	standing := map[pipeline.TaskKey]pipeline.Ruling{{Collector: "gravatar", Subject: adaAt}: {Verdict: pipeline.ReviewIt}, {Collector: "keybase", Subject: adaAt}: {Verdict: pipeline.Allow}}
	told := map[pipeline.TaskKey]bool{}
	open.since(adaAt, []string{"gravatar", "keybase"}, standing, told)
	open.since(adaAt, []string{"gravatar"}, standing, told)
	if open.Waiting != 1 || open.Since() != "waits" {
		t.Errorf("of a review that waits: %+v", open)
	}
	if d.Compliance[0].Rules[0].Rule != "gdpr-44-transfer" {
		t.Errorf("the strictest does not stand first: %+v", d.Compliance[0].Rules)
	}
	if d.Compliance[1].Text != "It applied to nothing that was asked." {
		t.Errorf("lgpd: %s", d.Compliance[1].Text)
	}
	if len(l.Unknown) != 1 || l.Unknown[0].Fact != "target.minor" || l.Unknown[0].Rulings != 2 {
		t.Errorf("unknown: %+v", l.Unknown)
	}
	if l.Quarantined != 2 || len(l.Waivers) != 1 || l.Waivers[0].Approver != "a.meyer" || len(l.Erasures) != 1 || l.Erasures[0].Keys != 2 {
		t.Errorf("%d quarantined, waivers %+v, erasures %+v", l.Quarantined, l.Waivers, l.Erasures)
	}
	if len(l.Transfers) != 1 || l.Transfers[0].Country != "US" || l.Transfers[0].Questions != 2 || l.Transfers[0].Subjects != 1 {
		t.Errorf("transfers: %+v", l.Transfers)
	}
	if want := epoch.AddDate(0, 0, 180); l.Retention.Days != 180 || l.Retention.End.Format(time.DateOnly) != want.Format(time.DateOnly) {
		t.Errorf("retention: %+v", l.Retention)
	}
	// A report shows what was handed out before its last line, or it would
	// change by being handed out; a paper shows all.
	if len(l.Disclosures) != 0 {
		t.Errorf("disclosures: %+v", l.Disclosures)
	}
	if now, _ := LawOf(s.c, Options{}); len(now.Disclosures) != 1 || now.Disclosures[0].Recipient != "Kanzlei Nord" {
		t.Errorf("disclosures by now: %+v", now.Disclosures)
	}
}

// What a cache answered left nothing; what is about no person is no transfer.
func TestTransfers(t *testing.T) {
	s := newScribe(t)
	s.open()
	s.task("rdap", "rdap", acme, pipeline.OK, "", val("txt-record", "a"))
	var seen []pipeline.Observation
	for i := range 5 { // the fourth is cached
		seen = append(seen, val("txt-record", fmt.Sprint(i)))
	}
	s.task("rdap", "rdap", ada, pipeline.OK, "", seen...)
	s.task("rdap", "rdap", sealed(pipeline.KindPerson, 9), pipeline.Timeout, "no answer")
	l := Build(s.c, Options{}).Law
	if len(l.Transfers) != 1 || l.Transfers[0].Questions != 5 || l.Transfers[0].Subjects != 2 || l.Transfers[0].Kind != pipeline.KindPerson {
		t.Errorf("%+v", l.Transfers)
	}
}

// A case with nothing of law and nobody in it has no chapter.
func TestNoLaw(t *testing.T) {
	s := newScribe(t)
	s.open()
	s.task("dns", "dns", acme, pipeline.OK, "", to("resolves-to", ip10))
	d := Build(s.c, Options{})
	if d.Law != nil || len(d.Compliance) != 0 {
		t.Errorf("%+v", d.Law)
	}
	if html := string(render(t, "html", d)); strings.Contains(html, "Law and people") {
		t.Error("there is a chapter")
	}
	if !strings.Contains(string(render(t, "json", d)), `"law": null,`) {
		t.Error("law is not null")
	}
}
