package paper

import (
	"strings"
	"testing"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/profiles"
)

func TestMonthAfter(t *testing.T) {
	for from, want := range map[string]string{"2026-11-02": "2026-12-02", "2026-12-31": "2027-01-31", "2027-01-31": "2027-02-28", "2028-01-30": "2028-02-29", "2026-10-31": "2026-11-30"} {
		at, _ := time.Parse(time.DateOnly, from)
		if got := day(monthAfter(at)); got != want {
			t.Errorf("%s: %s, want %s", from, got, want)
		}
	}
}

// The clock of the notice runs from the first data, for the person it is for,
// and ends with the first disclosure of data about people.
func TestNoticeClock(t *testing.T) {
	c := lawful(t)
	due := func(d *Dossier) (string, string) {
		ps := pointsOf(build(t, d, "notice"))
		return ps["Due"].Value[:10], ps["Stands"].Value
	}
	if on, stands := due(open(t, c, nil, epoch.AddDate(0, 0, 10))); on != "2026-12-02" || !strings.Contains(stands, "20 days are left") {
		t.Errorf("due %s, %s", on, stands)
	}
	if _, stands := due(open(t, c, nil, epoch.AddDate(0, 0, 33))); !strings.Contains(stands, "the time is over by 3 days") {
		t.Errorf("stands: %s", stands)
	}
	d := open(t, c, nil, epoch.AddDate(0, 0, 10)).For([]pipeline.Entity{name}, "ada@acme.example")
	if on, _ := due(d); on != "2026-12-04" {
		t.Errorf("of one person: %s", on)
	}
	p := build(t, d, "notice")
	if text := string(render(t, p, "json")); !strings.Contains(p.Subtitle, "For ada@acme.example") || strings.Contains(text, "online-id") || strings.Contains(text, "gravatar") {
		t.Error("a notice to one person tells what is about others, or does not say whom it is for")
	}
	if both := open(t, c, nil, epoch).For([]pipeline.Entity{mail, name}, "ada"); len(both.Law.Personal) != 3 || len(both.Law.Transfers) != 1 || both.Law.Transfers[0].Country != "US" {
		t.Errorf("of a person known by two: %+v, %+v", both.Law.Personal, both.Law.Transfers)
	}
	for _, x := range []struct {
		days                      int
		audience, recipient, want string
	}{
		{7, "organisation", "", "2026-12-02"}, {6, "clients", "Kanzlei Nord", "2026-11-08"}, {5, "named", "the person", "2026-11-07"}} {
		handed(t, c, epoch.AddDate(0, 0, x.days), x.audience, x.recipient)
		if on, _ := due(open(t, c, nil, epoch.AddDate(0, 0, 10))); on != x.want {
			t.Errorf("handed to %s: %s, want %s", x.audience, on, x.want)
		}
	}
	if got := pointsOf(build(t, open(t, bare(t), nil, epoch), "notice")); got["Due"].Value != "" {
		t.Errorf("nobody is in the case, and the clock runs: %+v", got["Due"])
	}
}

// Each datum has its source, and whether anybody can read it.
func TestNoticeSources(t *testing.T) {
	d := open(t, lawful(t), nil, epoch)
	delete(d.Specs, "keybase")
	rows := gridOf(t, build(t, d, "notice"), "Each kind of datum with its source").Rows
	var access []string
	for _, r := range rows {
		access = append(access, r[2].Text+" "+r[3].Text[:3])
		if r[2].Text == "keybase" && !r[3].Open {
			t.Errorf("of a collector that is gone it is said: %+v", r)
		}
	}
	if got := strings.Join(access, ", "); len(rows) != 4 || !strings.Contains(got, "gravatar yes") {
		t.Errorf("%s", got)
	}
	d = open(t, lawful(t), nil, epoch)
	for _, r := range gridOf(t, build(t, d, "notice"), "Each kind of datum with its source").Rows {
		if r[2].Text == "keybase" && r[3].Text != "no: login" {
			t.Errorf("%+v", r)
		}
	}
}

func gridOf(t *testing.T, p *report.Paper, caption string) *report.Grid {
	t.Helper()
	for _, s := range p.Sections {
		for _, x := range s.Parts {
			if x.Grid != nil && x.Grid.Caption == caption {
				return x.Grid
			}
		}
	}
	t.Fatalf("%s has no table %q", p.Name, caption)
	return nil
}

// What a transfer stands under hangs on the country, the source and the
// mandate, by each framework's own lists; what is not known is open.
func TestCarriers(t *testing.T) {
	book, err := profiles.Law()
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, lawful(t), nil, epoch)
	d.Book = book
	d.Specs["dpf"] = pipeline.Spec{Source: pipeline.Source{DPF: true, UKBridge: true}}
	d.Organisation.Body.Contracts["known"] = compliance.Vendor{Ref: "C-1"}
	for _, x := range []struct {
		framework, country, collector, source, tool, tia string
		want                                             string
		open                                             bool
	}{
		{"gdpr", "", "x", "", "", "", "say where", true},
		{"gdpr", "SE", "x", "", "", "", "within the EEA", false},
		{"gdpr", "BR", "x", "", "", "", "adequacy", false},
		{"gdpr", "US", "x", "", "", "", "Art. 46", true},
		{"gdpr", "US", "dpf", "", "", "", "Data Privacy Framework", false},
		{"gdpr", "IN", "dpf", "", "", "", "Art. 46", true},
		{"gdpr", "IN", "x", "", "scc-2021-914", "", "name its assessment", true},
		{"gdpr", "IN", "x", "", "scc-2021-914", "TIA-1", "scc-2021-914, assessment TIA-1", false},
		{"gdpr", "IN", "x", "", "idta", "TIA-1", "Art. 46", true},
		{"uk-gdpr", "GB", "x", "", "", "", "within the United Kingdom", false},
		{"uk-gdpr", "US", "dpf", "", "", "", "data bridge", false},
		{"uk-gdpr", "IN", "x", "", "idta", "TIA-1", "idta", false},
		{"uk-gdpr", "IN", "x", "", "scc-2021-914", "TIA-1", "the IDTA or the Addendum", true},
		{"lgpd", "BR", "x", "", "", "", "within Brazil", false},
		{"lgpd", "US", "dpf", "", "", "", "ANPD's clauses", true},
		{"pipeda", "CA", "x", "", "", "", "stays in Canada", false},
		{"pipeda", "US", "x", "known", "", "", "contract C-1", false},
		{"pipeda", "US", "x", "other", "", "", "comparable protection", true},
		{"ccpa", "CN", "x", "", "", "", "no chapter", false},
		{"own-law", "CN", "x", "", "", "", "for its reader", true},
	} {
		m := *d.Mandate
		text := []byte(strings.Replace(mandate, `"lia":"LIA-7"`, `"lia":"LIA-7","transfer_tool":"`+x.tool+`","tia":"`+x.tia+`"`, 1))
		if x.tool != "" {
			read, err := compliance.MandateFromJSON(text)
			if err != nil {
				t.Fatal(err)
			}
			m = *read
		}
		at := *d
		at.Mandate = &m
		got := at.carrier(x.framework, report.Transfer{Country: x.country, Collector: x.collector, Source: x.source})
		if !strings.Contains(got.Text, x.want) || got.Open != x.open {
			t.Errorf("%+v: %+v", x, got)
		}
	}
}

func TestTransfersAreCounted(t *testing.T) {
	d := open(t, lawful(t), nil, epoch)
	p := build(t, d, "transfers")
	rows := gridOf(t, p, "By country and source").Rows
	if len(rows) != 2 || rows[0][0].Text != "BR" || rows[1][0].Text != "US" || rows[1][4].Text != "1" {
		t.Errorf("%+v", rows)
	}
	if rows := gridOf(t, p, "By country and kind of identifier").Rows; len(rows) != 1 || rows[0][1].Text != "domain" {
		t.Errorf("%+v", rows)
	}
}

// Each of the nine is met, not met, or open, by what is known.
func TestCriteria(t *testing.T) {
	state := func(d *Dossier) map[string]string {
		out := map[string]string{}
		for _, c := range d.criteria() {
			switch {
			case c.met == nil:
				out[c.name] = "open"
			case *c.met:
				out[c.name] = "yes"
			default:
				out[c.name] = "no"
			}
			if c.why == "" {
				t.Errorf("%s: no reason", c.name)
			}
		}
		return out
	}
	got := state(open(t, lawful(t), nil, epoch))
	for name, want := range map[string]string{compliance.Evaluation: "yes", compliance.Automated: "no", compliance.Monitoring: "no", compliance.Sensitive: "yes", compliance.LargeScale: "no",
		compliance.Matching: "yes", compliance.Vulnerable: "no", compliance.Innovative: "no", compliance.BlocksAccess: "no"} {
		if got[name] != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
	if len(got) != len(compliance.Criteria()) {
		t.Errorf("%d of %d criteria", len(got), len(compliance.Criteria()))
	}
	none := state(open(t, bare(t), nil, epoch))
	for name, want := range map[string]string{compliance.LargeScale: "open", compliance.Vulnerable: "open", // as the gate rules: what is not said is not done
		compliance.Evaluation: "no", compliance.Automated: "no", compliance.Monitoring: "no", compliance.BlocksAccess: "no"} {
		if none[name] != want {
			t.Errorf("of a case that says nothing, %s: %s, want %s", name, none[name], want)
		}
	}
	d := open(t, lawful(t), nil, epoch)
	d.Organisation.Body.LargeScale = 1
	if state(d)[compliance.LargeScale] != "yes" {
		t.Error("one person is not large where the organisation says so")
	}
	if text := string(render(t, build(t, d, "dpia"), "json")); !strings.Contains(text, "4 criteria are met: an assessment is due") {
		t.Error("the assessment is not said to be due")
	}
}

// The shorter limit holds, from the day on which the first data came in.
func TestRetentionSchedule(t *testing.T) {
	d := open(t, lawful(t), nil, epoch.AddDate(0, 0, 20))
	rows := gridOf(t, build(t, d, "retention"), "Time limits, by class").Rows
	if len(rows) != 1 || rows[0][0].Text != "confidential" || rows[0][3].Text != "90" || rows[0][4].Text != "2027-01-31" {
		t.Errorf("%+v", rows)
	}
	d.Organisation.Retention.Confidential = 10
	rows = gridOf(t, build(t, d, "retention"), "Time limits, by class").Rows
	if rows[0][3].Text != "10" || !rows[0][4].Open || !strings.Contains(rows[0][4].Text, "2026-11-12: osint retention run") {
		t.Errorf("%+v", rows)
	}
	bare := gridOf(t, build(t, open(t, bare(t), nil, epoch), "retention"), "The case and what belongs to it").Rows
	if !bare[0][3].Open {
		t.Errorf("no limit is set, and it is said: %+v", bare[0])
	}
}

func TestStatus(t *testing.T) {
	review := func(open int) report.LawRule {
		return report.LawRule{Outcome: pipeline.ReviewIt, Rulings: 2, Unwaived: open}
	}
	for want, c := range map[string]report.Compliance{
		"not applied": {},
		"clear":       {Applied: 1},
		"redacted":    {Applied: 1, Rules: []report.LawRule{{Outcome: pipeline.Redact}}},
		"approved":    {Applied: 1, Rules: []report.LawRule{review(0), {Outcome: pipeline.Redact}}},
		"open":        {Applied: 1, Rules: []report.LawRule{review(0), review(1)}},
		"refused":     {Applied: 1, Rules: []report.LawRule{review(1), {Outcome: pipeline.Deny}}},
	} {
		if got := Status(c); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
