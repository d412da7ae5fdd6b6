package threat_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors/lab/trial"
	"osint/pkg/collectors/threat"
	"osint/pkg/pipeline"
)

// A listCase is a world in which one thing is otherwise, and what a collector
// says there.
type listCase struct {
	name, subject, from, to string
	ends                    pipeline.Outcome
	reason                  string
	says                    []string // without the subject
}

// tryLists puts a collector to each case.
func tryLists(t *testing.T, collector, world string, cases []listCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			changed := strings.ReplaceAll(world, c.from, c.to)
			if c.from == "" {
				changed = world
			} else if changed == world {
				t.Fatalf("no %q in the world", c.from)
			}
			got := trial.Tell(t, threat.All(), collector, c.subject, changed)
			e, err := pipeline.ParseEntity(c.subject)
			if err != nil {
				t.Fatal(err)
			}
			want := []string{}
			for _, s := range c.says {
				if rest, other := strings.CutPrefix(s, "@"); other { // said of another
					want = append(want, rest)
					continue
				}
				want = append(want, e.Value+" "+s)
			}
			got.Ends(t, c.ends, c.reason)
			got.Says(t, want...)
		})
	}
}
