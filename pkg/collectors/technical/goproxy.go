package technical

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// goProxy reads what pkg.go.dev says of a Go module, and of how many versions the
// proxy knows; of a repository, whether it is one. The proxy is asked only about
// what pkg.go.dev has, so that it need not look at the repository itself.
func goProxy() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "goproxy", Title: "Facts of a Go module, and the module of a repository (pkg.go.dev, proxy.golang.org)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindTechnology, pipeline.KindRepository},
			Produces: []pipeline.Predicate{"package-facts", "publishes-package"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "go", Grade: "B2",
			Source: pipeline.Source{
				Name: "pkg.go.dev", Family: "go", Base: "https://pkg.go.dev/v1", Country: "US",
				Terms: "https://go.dev/copyright", Commercial: pipeline.Yes, Verified: "2026-11-23",
				Slots: 1, Interval: 500 * time.Millisecond, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindTechnology, pipeline.KindRepository},
			Ceiling: pipeline.Ceiling{Requests: 6, Bytes: 8 << 20},
		},
		Collect: readGoProxy,
	}
}

const goProxyAt = "https://proxy.golang.org"

func readGoProxy(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	module := subject.Value
	if subject.Kind == pipeline.KindTechnology {
		var err error
		if module, _, err = packageIn(subject, "go"); err != nil {
			return err
		}
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "module", URL: "/module" + escapePath(module), Accept: "json", NoFollow: true, MaxBytes: 1 << 20})
	if err != nil || a.Status == http.StatusNotFound && json.Valid(a.Body) {
		return err
	}
	var m struct {
		Path, Version loose.Text
		At            loose.Time `json:"commitTime"`
		Repository    loose.Text `json:"repoUrl"`
		Licenses      loose.List[struct{ Types loose.Texts }]
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &m) != nil || !strings.EqualFold(m.Path.String(), module) {
		return malformed("pkg.go.dev", a, "module")
	}
	module = m.Path.String() // as it is spelled there
	t := &teller{emit: emit}
	facts := map[string]any{}
	put(facts, "version", word(m.Version.String()))
	put(facts, "published", m.At.RFC3339())
	if len(m.Licenses) > 0 {
		put(facts, "licence", word(strings.Join(m.Licenses[0].Types, ", ")))
	}
	if subject.Kind == pipeline.KindRepository { // the path of a module is where it lies
		tellPackage(a, "go", module, facts, t)
		return nil
	}
	facts["registry"], facts["name"] = "go", module
	put(facts, "repository", word(m.Repository.String()))
	list, err := net.HTTP(ctx, collectors.Request{Operation: "versions", URL: goProxyAt + escapePath(bang(m.Path.String())) + "/@v/list", Accept: "text/plain", NoFollow: true, MaxBytes: 1 << 20})
	switch {
	case list != nil && (list.Status == http.StatusGone || list.Status == http.StatusNotFound): // it does not have it
		err = nil
	case err == nil && list.Status == http.StatusOK && !looksLikePage(list):
		if n := countVersions(string(list.Body)); n > 0 {
			facts["versions"] = n
		}
	case err == nil:
		err = malformed("proxy.golang.org", list, "list of versions")
	}
	t.say(a, pipeline.Observation{Predicate: "package-facts", Value: facts})
	return t.end(err)
}

// bang writes a module's path as the proxy wants it: a capital is its small
// letter after an exclamation mark.
func bang(path string) string {
	var b strings.Builder
	for _, r := range path {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('!')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// countVersions counts the lines that are versions.
func countVersions(list string) (n int) {
	for line := range strings.Lines(list) {
		if line = strings.TrimSpace(line); len(line) > 1 && len(line) < 100 && line[0] == 'v' && line[1] >= '0' && line[1] <= '9' && !strings.ContainsAny(line, " <>") {
			n++
		}
	}
	return n
}
