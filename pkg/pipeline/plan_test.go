package pipeline

import (
	"strings"
	"testing"
)

func TestPlanLines(t *testing.T) {
	for _, c := range []struct {
		plan Plan
		want string
	}{
		{Plan{}, "asks nobody|at most 0 calls and $0.00 for the targets themselves"},
		{Plan{Target: true, Requests: 1, Sends: []Kind{KindHost}}, "asks the subject's own systems; sends host|at most 1 call and $0.00 for the targets themselves"},
		{Plan{Sources: 1, Requests: 2, CostUSD: .5, Criteria: &Criteria{Of: 9}}, "asks 1 source|at most 2 calls and $0.50 for the targets themselves; WP248: at least 0 of 9 criteria met"},
		{Plan{Sources: 41, Target: true, Countries: []string{"DE", "US"}, Sends: []Kind{KindDomain, KindIP}, Requests: 123,
			Criteria: &Criteria{Met: []string{"a", "b"}, Of: 9, Known: true}, NotAsked: []Unasked{{"no key", 22}, {"terms", 9}}},
			"asks 41 sources in 2 countries and the subject's own systems; sends domain, ip|at most 123 calls and $0.00 for the targets themselves; WP248: 2 of 9 criteria met|31 collectors are not asked: 22 no key, 9 terms"},
	} {
		if got := strings.Join(c.plan.Lines(), "|"); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
