package technical

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// npm reads what the registry of npm says of a package. It asks for the short
// form, which is what an installer needs and names nobody.
func npm() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "npm", Title: "Facts of a package (npm)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindTechnology},
			Produces: []pipeline.Predicate{"package-facts", "depends-on"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "npm", Grade: "B2",
			Source: pipeline.Source{
				Name: "npm", Family: "npm", Base: "https://registry.npmjs.org", Country: "US",
				Terms: "https://docs.npmjs.com/policies/open-source-terms", Commercial: pipeline.Yes, Verified: "2026-11-23",
				Slots: 1, Interval: 500 * time.Millisecond, TTL: 6 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindTechnology},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 24 << 20},
		},
		Collect: readNPM,
	}
}

func readNPM(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	name, version, err := packageIn(subject, "npm")
	if err != nil {
		return err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "package", URL: "/" + url.PathEscape(name), Accept: "application/vnd.npm.install-v1+json", NoFollow: true, MaxBytes: 16 << 20})
	if err != nil || a.Status == http.StatusNotFound && json.Valid(a.Body) {
		return err
	}
	type release struct {
		Version      loose.Text
		Deprecated   loose.Text // the reason
		Dependencies map[string]loose.Text
	}
	var p struct {
		Name     loose.Text
		Modified loose.Time
		Tags     map[string]loose.Text `json:"dist-tags"`
		Versions map[string]loose.Object[release]
	}
	switch {
	case a.Truncated:
		return pipeline.Fail(pipeline.Partial, "npm has more versions of the package than are read")
	case a.Status != http.StatusOK || json.Unmarshal(a.Body, &p) != nil || p.Name == "" || p.Versions == nil:
		return malformed("npm", a, "package")
	}
	if version == "" {
		version = p.Tags["latest"].String()
	}
	r, known := p.Versions[version]
	if !known {
		return nil
	}
	t := &teller{emit: emit}
	facts := map[string]any{"registry": "npm", "name": name, "versions": len(p.Versions), "deprecated": r.Of.Deprecated != "" && r.Of.Deprecated != "false"}
	put(facts, "version", word(version))
	t.say(a, pipeline.Observation{Predicate: "package-facts", Value: facts})
	return tellNamed(a, "npm", keysOf(r.Of.Dependencies), t)
}
