package profiles_test

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// A domain that does not exist has nothing wrong with it: no rule judges it but
// the one that says so, by what the registry and the zone above answered.
func TestNoSuchDomain(t *testing.T) {
	t.Parallel()
	c := investigate(t, []byte(exemplar(t)), "nosuch.example")
	if len(c.Findings) != 1 || c.Findings[0].Rule != "DOM-05" || len(c.Findings[0].Observations) != 2 {
		t.Errorf("findings: %+v", c.Findings)
	}
	for _, x := range c.Assessment.Checks {
		if x.Rule != "DOM-05" && x.State != "not-applicable" {
			t.Errorf("%s is %s: %s", x.Rule, x.State, x.Reason)
		}
		if strings.HasPrefix(x.Rule, "EML-") && x.Reason != "nosuch.example does not exist, say its registry and DNS" {
			t.Errorf("%s does not apply: %s", x.Rule, x.Reason)
		}
	}
	if a := c.Assessment; a.Score != 0 || !a.Insufficient {
		t.Errorf("score %.1f, insufficient: %t", a.Score, a.Insufficient)
	}
}

// Silence denies nothing: where the registry and DNS do not answer, the name is
// not said to be missing, and its checks are unknown.
func TestSilenceIsNotNoSuchDomain(t *testing.T) {
	t.Parallel()
	c := investigate(t, []byte(exemplar(t)), "nosuch.example", "mail-policy", "ct-crtsh")
	if found(c, "DOM-05", "nosuch.example") || c.Absent(pipeline.Entity{Kind: pipeline.KindDomain, Value: "nosuch.example"}) != nil {
		t.Error("a name is denied by nobody's word")
	}
	if !found(c, "EML-05", "nosuch.example") {
		t.Error("what was denied is not judged")
	}
}
