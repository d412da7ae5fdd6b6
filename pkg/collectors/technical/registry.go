package technical

import (
	"maps"
	"slices"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// tellNamed tells on which packages one depends that names them itself, whatever
// versions it would have.
func tellNamed(a *collectors.Answer, ecosystem string, names []string, t *teller) error {
	for i, name := range names {
		if i == mostDependencies {
			return pipeline.Fail(pipeline.Partial, "more dependencies than are told of one package")
		}
		if e, ok := pipeline.NewPackage(ecosystem, name, ""); ok {
			t.say(a, pipeline.Observation{Predicate: "depends-on", Object: &e, Value: map[string]any{"ecosystem": ecosystem, "direct": true}})
		}
	}
	return nil
}

// tellPackage tells that a repository publishes a package, which points back at
// the repository.
func tellPackage(a *collectors.Answer, ecosystem, name string, value map[string]any, t *teller) {
	if e, ok := pipeline.NewPackage(ecosystem, name, ""); ok {
		value["registry"], value["name"] = ecosystem, name
		t.say(a, pipeline.Observation{Predicate: "publishes-package", Object: &e, Value: value})
	}
}

func keysOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// pointsAt reports whether a link leads to a repository, or below it.
func pointsAt(link string, repo pipeline.Entity) bool {
	link = strings.ToLower(strings.TrimSpace(link))
	for _, p := range []string{"git+", "scm:", "git:", "ssh:", "https:", "http:", "//", "git@", "www."} {
		link = strings.TrimPrefix(link, p)
	}
	link = strings.Replace(link, ":", "/", 1) // git@github.com:owner/name
	rest, ok := strings.CutPrefix(link, repo.Value)
	return ok && (rest == "" || rest == ".git" || rest[0] == '/' || rest[0] == '#' || rest[0] == '?')
}

// repositoryName returns the name of a repository at a forge, by which a registry
// is asked for its package.
func repositoryName(e pipeline.Entity) string {
	parts := strings.Split(e.Value, "/")
	return parts[len(parts)-1]
}
