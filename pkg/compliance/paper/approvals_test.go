package paper

import (
	"encoding/json"
	"strings"
	"testing"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// let is the lawful case after a review was let pass in the name of somebody of
// whom no approval is in the case, or only one that nobody signed.
func let(t *testing.T, lines ...pipeline.Event) *pipeline.Case {
	c := lawful(t)
	s := &scribe{t: t, c: c, seq: c.Seq, at: epoch.AddDate(0, 0, 3)}
	for _, e := range lines {
		s.write(e)
	}
	fired := pipeline.FiredRule{Framework: "gdpr", Rule: "gdpr-35-dpia", Cite: "Art. 35", Outcome: pipeline.ReviewIt, Unknown: []string{"job.dpia_ref"}, Remedy: "Write the assessment.", Waived: "fake"}
	s.write(pipeline.Event{Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: mail}, Scope: "subject", Reason: "seed", Groups: []pipeline.Group{{
		Ruling:     pipeline.Ruling{Verdict: pipeline.Allow, Rule: "law.allow", Keep: pipeline.KeepSealed, Law: &pipeline.ByLaw{Applied: []string{"gdpr"}, Target: pipeline.TargetFacts{Kind: "natural-person"}, Fired: []pipeline.FiredRule{fired}}},
		Collectors: []string{"gravatar", "keybase"}}}}})
	return c
}

// What rests on an approval that does not hold is void, and each paper that tells
// of approvals says so.
func TestVoidApprovals(t *testing.T) {
	today, err := compliance.OrganisationFromJSON([]byte(organisation))
	if err != nil {
		t.Fatal(err)
	}
	unsigned := pipeline.Event{Approved: &pipeline.Act{By: "fake", Data: json.RawMessage(`{"statement":{"approver":"fake","rules":["gdpr-35-dpia"]},"signature":"x"}`)}}
	for why, c := range map[string]*pipeline.Case{"no approval of the case reaches it": let(t), "an approval of version": let(t, unsigned)} {
		for _, org := range []*compliance.Organisation{nil, today} {
			d := open(t, c, org, epoch.AddDate(0, 0, 4))
			if got := d.Status(d.Frameworks[0]); got != Void || !d.Void() || !strings.Contains(d.Standing(), "does not hold") {
				t.Errorf("%s, %s: %s", why, got, d.Standing())
			}
			for _, n := range []string{"assessment", "dpia"} {
				text := string(render(t, build(t, d, n), "json"))
				if !strings.Contains(text, "approved by fake, which does not hold: "+why) {
					t.Errorf("%s: a void approval is told as one, want %q", n, why)
				}
			}
		}
	}
	if d := open(t, lawful(t), today, epoch); d.Void() || d.Status(d.Frameworks[0]) != "open" {
		t.Errorf("nobody approved anything, and it is void: %s", d.Status(d.Frameworks[0]))
	}
}

// Nothing is verified where no document says whose a key is.
func TestUnprovedApprovals(t *testing.T) {
	f := report.Compliance{Applied: 1, Rules: []report.LawRule{{Outcome: pipeline.ReviewIt, Rulings: 1, Waived: []string{"a.meyer"}}}}
	d := &Dossier{Case: pipeline.NewCase()}
	if got := d.Status(f); got != "approval not verified" {
		t.Error(got)
	}
	d.approvals.proved = true
	if got := d.Status(f); got != "approved" {
		t.Error(got)
	}
}
