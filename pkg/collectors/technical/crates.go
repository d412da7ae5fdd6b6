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

// crates reads what crates.io says of a package of Rust; of a repository, whether
// there is a package of its name that points back at it. It asks for nothing that
// names publishers, and once a second, as crates.io wants.
func crates() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "crates", Title: "Facts of a package, and the package of a repository (crates.io)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindTechnology, pipeline.KindRepository},
			Produces: []pipeline.Predicate{"package-facts", "publishes-package"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "crates.io", Grade: "B2",
			Source: pipeline.Source{
				Name: "crates.io", Family: "crates.io", Base: "https://crates.io/api/v1", Country: "US",
				Terms: "https://crates.io/data-access", Commercial: pipeline.Yes, Verified: "2026-11-23",
				Slots: 1, Interval: time.Second, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindTechnology, pipeline.KindRepository},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 4 << 20},
		},
		Collect: readCrates,
	}
}

func readCrates(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	name := repositoryName(subject)
	if subject.Kind == pipeline.KindTechnology {
		var err error
		if name, _, err = packageIn(subject, "cargo"); err != nil {
			return err
		}
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "package", URL: "/crates/" + url.PathEscape(name) + "?include=keywords", Accept: "json", NoFollow: true, MaxBytes: 4 << 20})
	if err != nil || a.Status == http.StatusNotFound && json.Valid(a.Body) {
		return err
	}
	var p struct {
		Crate loose.Object[struct {
			ID, Repository, Homepage loose.Text
			Version                  loose.Text   `json:"max_version"`
			Versions                 loose.Number `json:"num_versions"`
			Updated                  loose.Time   `json:"updated_at"`
			Downloads                loose.Number
			Yanked                   loose.Truth
		}]
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &p) != nil || p.Crate.Of.ID == "" {
		return malformed("crates.io", a, "package")
	}
	t, c := &teller{emit: emit}, p.Crate.Of
	facts := map[string]any{}
	put(facts, "version", word(c.Version.String()))
	put(facts, "published", c.Updated.RFC3339())
	if subject.Kind == pipeline.KindRepository {
		if pointsAt(c.Repository.String(), subject) || pointsAt(c.Homepage.String(), subject) {
			if c.Downloads.Is {
				facts["downloads"] = c.Downloads.Value
			}
			tellPackage(a, "cargo", word(c.ID.String()), facts, t)
		}
		return nil
	}
	facts["registry"], facts["name"], facts["yanked"] = "cargo", name, bool(c.Yanked)
	put(facts, "repository", word(c.Repository.String()))
	if c.Versions.Is {
		facts["versions"] = c.Versions.Value
	}
	t.say(a, pipeline.Observation{Predicate: "package-facts", Value: facts})
	return nil
}
