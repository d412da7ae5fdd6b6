package technical

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// depsDev reads what Google's survey of open source knows: of a repository, which
// packages are made of it; of a package, on what it depends and what is held
// against it. It names nobody.
func depsDev() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "depsdev", Title: "Packages of a repository; dependencies and advisories of a package (deps.dev)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindRepository, pipeline.KindTechnology},
			Produces: []pipeline.Predicate{"publishes-package", "package-facts", "depends-on", "has-vulnerability"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "deps.dev", Grade: "B2",
			Source: pipeline.Source{
				Name: "deps.dev", Family: "deps.dev", Base: "https://api.deps.dev/v3", Country: "US",
				Terms: "https://docs.deps.dev/api/v3/#data", Commercial: pipeline.Yes, Verified: "2026-11-23", // CC BY 4.0
				Slots: 2, Interval: 100 * time.Millisecond, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindRepository, pipeline.KindTechnology},
			Ceiling: pipeline.Ceiling{Requests: 24, Bytes: 16 << 20}, // three questions, five advisories, and two repeats of each
			Timeout: time.Minute,
		},
		Collect: readDepsDev,
	}
}

func readDepsDev(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if subject.Kind == pipeline.KindRepository {
		return readPackagesOf(ctx, net, subject, &teller{emit: emit})
	}
	ecosystem, name, version, ok := subject.Package()
	if !ok || ecosystem == "docker" {
		return pipeline.Fail(pipeline.Skipped, "not a package such as npm:name")
	}
	return readDepsPackage(ctx, net, "/systems/"+ecosystem+"/packages/"+url.PathEscape(name), version, &teller{emit: emit})
}

// askDepsDev puts one question; there is no answer of what is not known.
func askDepsDev(ctx context.Context, net *collectors.View, operation, path string) (*collectors.Answer, error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: operation, URL: path, Accept: "json", NoFollow: true, MaxBytes: 8 << 20})
	switch {
	case err != nil:
		return nil, err
	case a.Status == http.StatusNotFound && !looksLikePage(a): // in words
		return nil, nil
	case a.Status != http.StatusOK:
		return nil, malformed("deps.dev", a, "answer of its own")
	}
	return a, nil
}

// A versionKey names a version of a package.
type versionKey struct{ System, Name, Version loose.Text }

func (k versionKey) entity() (pipeline.Entity, bool) {
	return pipeline.NewPackage(k.System.String(), k.Name.String(), k.Version.String())
}

// mostPackages bounds the packages that are told of one repository.
const mostPackages = 100

// readPackagesOf tells which packages are made of a repository: where that is
// proven (by provenance that was signed, or by the name of a Go module), or where
// the package says so and has the repository's name.
func readPackagesOf(ctx context.Context, net *collectors.View, subject pipeline.Entity, t *teller) error {
	a, err := askDepsDev(ctx, net, "packages", "/projects/"+url.PathEscape(subject.Value)+":packageversions")
	if err != nil || a == nil {
		return err
	}
	var list struct {
		Versions *loose.List[struct {
			Key        loose.Object[versionKey] `json:"versionKey"`
			Type       loose.Text               `json:"relationType"`
			Provenance loose.Text               `json:"relationProvenance"`
		}]
	}
	if json.Unmarshal(a.Body, &list) != nil || list.Versions == nil && strings.TrimSpace(string(a.Body)) != "{}" {
		return malformed("deps.dev", a, "list of packages")
	}
	if list.Versions == nil {
		return nil
	}
	told := map[pipeline.Entity]bool{}
	for _, v := range *list.Versions {
		k := v.Key.Of
		e, ok := pipeline.NewPackage(k.System.String(), k.Name.String(), "")
		if !ok || told[e] || v.Type != "SOURCE_REPO" {
			continue
		}
		grade := pipeline.Grade("B2")
		if v.Provenance == "UNVERIFIED_METADATA" || v.Provenance == "" {
			if grade = "C3"; !namedAfter(k.Name.String(), subject) {
				continue
			}
		}
		if told[e] = true; len(told) > mostPackages {
			return pipeline.Fail(pipeline.Partial, "more packages than are told of one repository")
		}
		t.say(a, pipeline.Observation{Predicate: "publishes-package", Object: &e, Grade: grade,
			Value: map[string]any{"registry": strings.ToLower(word(k.System.String())), "name": word(k.Name.String())}})
	}
	return nil
}

// namedAfter reports whether a package has the name of its repository, or of the
// repository's owner before it.
func namedAfter(name string, repo pipeline.Entity) bool {
	parts := strings.Split(repo.Value, "/")
	owner, own := bareWord(parts[1]), bareWord(parts[2])
	scope, rest, scoped := strings.Cut(strings.TrimPrefix(strings.ToLower(name), "@"), "/")
	if !scoped {
		scope, rest, scoped = strings.Cut(strings.ToLower(name), ":") // Maven: group:artifact
	}
	if scoped {
		return bareWord(scope) == owner || bareWord(rest) == own && strings.Contains(bareWord(scope), owner)
	}
	return bareWord(name) == own || bareWord(name) == owner+own
}
