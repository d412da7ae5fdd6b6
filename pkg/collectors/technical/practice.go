package technical

import (
	"path"
	"slices"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// practices are what the mere presence of a file shows, whatever stands in it.
var practices = []struct {
	name  string
	files []string // any of them, below the root, .github, .gitlab or docs; lower case
}{
	{"security-policy", []string{"security.md", "security.rst", "security.txt", "security.adoc", "security"}},
	{"code-owners", []string{"codeowners"}},
	{"dependency-updates", []string{"dependabot.yml", "dependabot.yaml", "renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json"}},
	{"ci", []string{".gitlab-ci.yml", ".travis.yml", "jenkinsfile", "azure-pipelines.yml", ".drone.yml", ".woodpecker.yml", "bitbucket-pipelines.yml", "appveyor.yml", "config.yml"}},
}

// locks say which lists of dependencies want which lock beside or above them.
var locks = []struct {
	list  string
	locks []string
}{
	{"package.json", []string{"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"}},
	{"go.mod", []string{"go.sum"}},
	{"cargo.toml", []string{"cargo.lock"}},
	{"pipfile", []string{"pipfile.lock"}},
	{"gemfile", []string{"gemfile.lock"}},
	{"composer.json", []string{"composer.lock"}},
}

// tellPractices tells what the list of files shows. That something is missing is
// said only of a list that is whole.
func tellPractices(a *collectors.Answer, files []gitFile, whole bool, t *teller) (policy bool) {
	for _, p := range practices {
		found := ""
		for _, f := range files {
			if shows(f.path, p.name, p.files) {
				found = f.path
				break
			}
		}
		if p.name == "security-policy" && found == "" {
			continue // it may be the owner's, for all repositories
		}
		policy = policy || p.name == "security-policy"
		if found != "" || whole {
			sayPractice(t, a, p.name, found != "", found)
		}
	}
	tellLocks(a, files, whole, t)
	return policy
}

func sayPractice(t *teller, a *collectors.Answer, name string, followed bool, detail string) {
	t.say(a, pipeline.Observation{Predicate: "repository-practice", Value: map[string]any{"practice": name, "followed": followed, "detail": word(detail)}})
}

// shows reports whether a file is one that shows a practice, and lies where the
// tools look for it.
func shows(file, practice string, names []string) bool {
	dir, base := path.Split(strings.ToLower(file))
	dir = strings.TrimSuffix(dir, "/")
	switch practice {
	case "ci":
		if dir == ".github/workflows" && isYAML(base) || dir == ".forgejo/workflows" && isYAML(base) {
			return true
		}
		return slices.Contains(names, base) && (dir == "" && base != "config.yml" || dir == ".circleci" && base == "config.yml")
	case "dependency-updates":
		return slices.Contains(names, base) && (dir == ".github" || dir == "" && !strings.HasPrefix(base, "dependabot"))
	}
	return slices.Contains(names, base) && (dir == "" || dir == ".github" || dir == ".gitlab" || dir == "docs")
}

func isYAML(base string) bool {
	return strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml")
}

// tellLocks tells whether every kind of list of dependencies in the root has its
// lock.
func tellLocks(a *collectors.Answer, files []gitFile, whole bool, t *teller) {
	there := map[string]bool{}
	for _, f := range files {
		there[strings.ToLower(f.path)] = true
	}
	var with, without []string
	for _, l := range locks {
		switch {
		case !there[l.list]:
		case slices.ContainsFunc(l.locks, func(s string) bool { return there[s] }):
			with = append(with, l.list)
		default:
			without = append(without, l.list)
		}
	}
	switch {
	case len(without) > 0 && whole:
		sayPractice(t, a, "lockfile", false, strings.Join(without, ", "))
	case len(without) == 0 && len(with) > 0:
		sayPractice(t, a, "lockfile", true, strings.Join(with, ", "))
	}
}
