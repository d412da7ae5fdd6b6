package compliance

import (
	"testing"

	"osint/pkg/pipeline"
)

// TestReviews holds that the last ruling on a question counts, and that a denial
// waits for nobody; and that a question is approved as such by name only.
func TestReviews(t *testing.T) {
	cs := pipeline.NewCase()
	cs.Opened = &pipeline.Opened{Case: statement().Case, Investigator: "k.lang"}
	person := pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:aa:bb"}
	rule := func(v pipeline.Verdict, collectors ...string) {
		fired := []pipeline.FiredRule{{Framework: "gdpr", Rule: "gdpr-35-dpia", Outcome: v, Unknown: []string{"target.minor"}},
			{Framework: "gdpr", Rule: "gdpr-6-basis", Outcome: pipeline.ReviewIt, Waived: "b.ito"}}
		cs.Rulings = append(cs.Rulings, &pipeline.Ruled{Lead: pipeline.Lead{Entity: person}, Groups: []pipeline.Group{
			{Ruling: pipeline.Ruling{Verdict: v, Rule: "gdpr-35-dpia", Law: &pipeline.ByLaw{Fired: fired}}, Collectors: collectors}}})
	}
	rule(pipeline.ReviewIt, "gravatar", "keybase")
	rule(pipeline.ReviewIt) // whether she may stand in the case
	rule(pipeline.Deny, "beliefs")
	rule(pipeline.Allow, "keybase") // asked since
	by, key := plain(t, "a.meyer", 1)
	approve := func(change func(*Statement)) Approvals {
		s := statement()
		change(&s)
		sig, err := Sign(s, by, key, noTerminal)
		if err != nil {
			t.Fatal(err)
		}
		who, err := Verify(s, sig, []Approver{by}, now)
		if err != nil {
			t.Fatal(err)
		}
		cs.Acts = []*pipeline.Event{Approval{Signature: sig, Key: who.Fingerprint, PublicKey: who.Key}.Event(s)}
		a, faults := ReadApprovals(cs, []Approver{by}, now, "k.lang")
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		return a
	}
	got := Reviews(cs, Approvals{}, false)
	if len(got) != 2 || got[0].Collector != "" || got[1].Collector != "gravatar" || !got[1].Open() || len(got[1].Rules) != 1 || got[1].Rules[0].Rule != "gdpr-35-dpia" {
		t.Fatalf("%+v", got)
	}
	if got := Reviews(cs, Approvals{}, true); len(got) != 3 || got[1].Collector != "beliefs" || len(got[1].Rules) != 0 {
		t.Errorf("%+v", got)
	}
	a := approve(func(*Statement) {})
	for _, r := range Reviews(cs, a, false) {
		if r.Open() || r.Rules[0].Approved != "a.meyer" {
			t.Errorf("%+v", r)
		}
	}
	if who := a.Waives(person, "gravatar", "", nil); who != "" {
		t.Errorf("to waive a review approves the question as such, by %s", who)
	}
	a = approve(func(s *Statement) { s.Rules, s.Collectors = []string{RuleApprover}, []string{"beliefs"} })
	if who := a.Waives(person, "beliefs", "", nil); who != "a.meyer" {
		t.Errorf("approved as such by %q", who)
	}
	if who := a.Waives(person, "beliefs", "gdpr-35-dpia", nil); who != "" {
		t.Errorf("to approve a question as such waives a rule, by %s", who)
	}
	if who := a.Waives(person, "gravatar", "", nil); who != "" {
		t.Errorf("another question is approved as such, by %s", who)
	}
}
