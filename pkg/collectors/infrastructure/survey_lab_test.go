package infrastructure_test

import (
	"slices"
	"strings"
	"testing"

	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

// A survey is one case of a table: what the source answers otherwise than in
// the world, and what comes of it.
type survey struct {
	name     string
	from, to string // in the world's text
	ends     pipeline.Outcome
	reason   string
	says     []string // without the subject before each; nil: nothing is said
}

// surveys puts a collector to a subject once for each case.
func surveys(t *testing.T, collector, subject, world string, cases []survey) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(world, c.from) {
				t.Fatalf("no %q in the world", c.from)
			}
			got := trial.Tell(t, infrastructure.All(), collector, subject, strings.Replace(world, c.from, c.to, 1))
			got.Ends(t, c.ends, c.reason)
			got.Says(t, slices.Clone(c.says)...) // which sorts them
			for _, text := range append(got.Lines, errorText(got.Err)) {
				if strings.Contains(text, trial.Key) {
					t.Errorf("the key stands in %q", text)
				}
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// failures are how any source's answer may fail, by a line of the world that
// begins its head.
func failures(head string) []survey {
	return []survey{
		{"a bad key", head, "status 401\n" + head, pipeline.Unauthorized, "", nil},
		{"not on this plan", head, "status 403\n" + head, pipeline.Blocked, "", nil},
		{"too many", head, "status 429\nRetry-After: 7200\n" + head, pipeline.RateLimited, "", nil},
		{"out of order", head, "status 503\n" + head, pipeline.Unreachable, "", nil},
		{"led to the front page", head, "status 302\nLocation: /\n" + head, pipeline.Malformed, "", nil},
	}
}
