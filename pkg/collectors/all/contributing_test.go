package all

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// TestContributing runs the first collector of CONTRIBUTING.md in the world of
// CONTRIBUTING.md, and holds the page against both files, so that what
// newcomers copy works.
func TestContributing(t *testing.T) {
	page := text(t, "../../../CONTRIBUTING.md")
	code := strings.Replace(text(t, "example_collector_test.go"), "package all\n", "package infrastructure\n", 1)
	world := text(t, "testdata/example.txtar")
	for what, want := range map[string]string{"```go\n": code, "```text\n": world} {
		_, rest, _ := strings.Cut(page, what)
		if got, _, _ := strings.Cut(rest, "```"); got != want {
			t.Errorf("CONTRIBUTING.md shows another text after %q than is tested here:\n%s", strings.TrimSpace(what), got)
		}
	}

	e := hostList()
	checkSpec(t, e.Spec)
	checkSource(t, e.Spec.Source)
	w, err := lab.Parse("example", []byte(world))
	if err != nil {
		t.Fatal(err)
	}
	n := serve(t, w, 0)
	for subject, want := range map[string]string{"acme.example": "www.acme.example vpn.acme.example", "unknown.example": "", "broken.example": "malformed"} {
		r := try(n, e, pipeline.Entity{Kind: pipeline.KindDomain, Value: subject}, 5*time.Second, nil)
		r.check(t)
		var got []string
		for _, o := range r.said {
			got = append(got, o.Object.Value)
		}
		var f *pipeline.Failure
		if errors.As(r.err, &f) {
			got = append(got, string(f.Outcome))
		} else if r.err != nil {
			t.Errorf("%s: %v", subject, r.err)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %q", subject, got, want)
		}
	}
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
