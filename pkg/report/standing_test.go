package report

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// triaged is the sample, held against an earlier case.
func triaged(t testing.TB) *scribe {
	s := sample(t)
	score := 70.0
	s.write(pipeline.Event{Triaged: &pipeline.Triage{
		Baseline: &pipeline.Baseline{Case: "c-00", SHA256: strings.Repeat("0", 64), At: epoch, Score: &score, Level: "critical", Coverage: .9, Known: []string{"f-1", "f-2"},
			Gone:   []pipeline.Earlier{{Fingerprint: "aa", Rule: "INF-01", Title: "Gone <b>", Severity: pipeline.High, Subject: acme, Reason: "the check passes"}},
			Unseen: []pipeline.Earlier{{Fingerprint: "bb", Rule: "INF-02", Title: "Unseen", Severity: pipeline.Low, Subject: adaAt, Reason: "tls: timeout"}}},
		Suppressions: &pipeline.Suppressions{File: "minded.yaml", SHA256: strings.Repeat("1", 64), Entries: []pipeline.Suppression{
			{Line: 4, Rule: "EML-MTA-STS", Subject: "*.acme.example", Reason: "moves\x1b[2J", Who: "Ann Example", Expires: "2027-01-31", Findings: []string{"f-5"}},
			{Line: 9, Rule: "INF-01", Subject: "x.example", Reason: "r", Who: "w", Expires: "2026-01-31", Expired: true, Findings: []string{}},
			{Line: 12, Rule: "INF-01", Subject: "y.example", Reason: "r", Who: "w", Expires: "2027-01-31", Findings: []string{}}}},
		FailOn: []pipeline.Condition{{Expression: "high", Holds: true, Judged: true, Reason: "high holds because of EML-DMARC-NONE on acme.example (high)", Findings: []string{"f-1"}}}}})
	return s
}

func TestStanding(t *testing.T) {
	s := triaged(t)
	valid(t, compile(t, CaseSchema()), "triaged", s.lines[len(s.lines)-1])
	d := Build(s.c, Options{})
	text := render(t, "json", d)
	valid(t, compile(t, Schema()), "triaged", text)
	if b := d.Baseline; *b.ScoreDelta != -2.59 || *b.CoverageDelta != -.07 || *b.Counts != (BaselineCounts{New: 4, Known: 2, Gone: 1, Unseen: 1}) {
		t.Errorf("%s", text)
	}
	if got := d.Baseline.Unseen[0].Subject; got.Sealed() || !strings.HasPrefix(got.Value, "[sealed email") {
		t.Errorf("a token stands in the report: %v", got)
	}
	var states []string
	for _, x := range d.Suppressions {
		states = append(states, x.State)
	}
	if !slices.Equal(states, []string{"holds", "expired", "unused"}) {
		t.Errorf("%v", states)
	}
	for _, f := range d.Findings {
		if (f.Suppression != nil) != (f.ID == "f-5") || (f.Status == pipeline.Suppressed) != (f.ID == "f-5") {
			t.Errorf("%s is %s: %+v", f.ID, f.Status, f.Suppression)
		}
	}
	page := string(render(t, "html", d))
	for _, want := range []string{"Gone since", "Not judged again", "Gone &lt;b&gt;", "4 findings are new, 2 were known, 1 is gone", "The score fell by 2.6", "by Ann Example until 2027-01-31", "high holds because of"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	render(t, "pdf", d)
	if page := string(render(t, "html", Build(sample(t).c, Options{}))); strings.Contains(page, "Against what was known") {
		t.Error("a case that was compared with nothing has the section")
	}
}

// What a later case is compared with reads back from the JSON report.
func TestParse(t *testing.T) {
	s := sample(t)
	c, err := Parse(render(t, "json", Build(s.c, Options{})))
	if err != nil {
		t.Fatal(err)
	}
	if c.Opened.Case != s.c.Opened.Case || !slices.Equal(c.Opened.Seeds, s.c.Opened.Seeds) || !c.Ended.Equal(s.c.Ended) || c.Closed == nil {
		t.Errorf("%+v", c.Opened)
	}
	if c.Assessment.Score != s.c.Assessment.Score || c.Assessment.Coverage != s.c.Assessment.Coverage {
		t.Errorf("%+v", c.Assessment)
	}
	prints := func(c *pipeline.Case) (all []string) {
		for _, f := range c.Findings {
			all = append(all, f.Fingerprint+f.Subject.String())
		}
		slices.Sort(all)
		return all
	}
	if !slices.Equal(prints(c), prints(s.c)) {
		t.Errorf("findings %v, want %v", prints(c), prints(s.c))
	}
	for _, o := range s.c.Observations {
		if back := c.Observation(o.ID); back == nil || back.Predicate != o.Predicate || !back.At.Equal(o.At) {
			t.Errorf("%s reads back as %+v", o.ID, back)
		}
	}
	if c, err := Parse(render(t, "json", Build(triaged(t).c, Options{}))); err != nil || len(c.Triaged.Baseline.Unseen) != 1 || c.Findings[0].Status == "" {
		t.Errorf("what the report's own baseline left open is lost: %v", err)
	}
	for text, want := range map[string]string{"": "not a JSON report", "{}": "no schema_version", "[]": "not a JSON report", `{"schema_version":1}`: "no case.id"} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzParse holds that no file breaks the reader of baselines.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"schema_version":1,"case":{"id":"c-1","seeds":[{"kind":"domain","value":"acme.example"}]},"risk":{"score":1},"observations":[{"id":"o","subject":{"kind":"x"},"object":{}}],"findings":[{}],"collectors":[{"calls":1}]}`))
	var b []byte
	b, _ = json.Marshal(Build(pipeline.NewCase(), Options{}))
	f.Add(b)
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(text)
		if err == nil {
			Build(c, Options{})
		}
	})
}
