package technical_test

import (
	"testing"

	"osint/pkg/pipeline"
)

const track = "repository:github.com/ravensworth-freight/track"

func TestScorecard(t *testing.T) {
	head := "-- https://api.scorecard.dev/projects/github.com/ravensworth-freight/track --\n# follows: OpenSSF Scorecard; a score as text, a check that could not tell, a key that nobody knows\n"
	whole := []string{"scorecard map[checks:4 date:", "score:2.8 version:v5.2.1]", "scorecard-check map[check:Token-Permissions reason:detected GitHub workflow tokens with excessive permissions score:0]",
		"scorecard-check map[check:Signed-Releases reason:no releases found score:-1]", "! Odd"}
	try(t, "scorecard", track, []tried{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"not scored yet", `"score":"2.8"`, `"score":-1`, pipeline.OK, "", []string{"! scorecard map", "scorecard-check"}},
		{"not surveyed", "-- https://api.scorecard.dev/projects/github.com/ravensworth-freight/track", "-- https://api.scorecard.dev/nowhere", pipeline.Empty, "", nil},
		{"of another", `"repo":{"name":"github.com/ravensworth-freight/track"`, `"repo":{"name":"github.com/other/track"`, pipeline.Malformed, "no score", nil},
		{"without a score", `"score":"2.8",`, ``, pipeline.Malformed, "no score", nil},
		{"too fast", head, head + "status 429\nRetry-After: 60\n", pipeline.RateLimited, "", nil},
		{"a page", head, head + "status 404\n# \nContent-Type: text/html\n", pipeline.Malformed, "404", nil},
	})
	try(t, "scorecard", "repository:codeberg.org/a/b", []tried{{"not surveyed there", "", "", pipeline.Skipped, "github.com or gitlab.com", nil}})
}

func TestDepsDev(t *testing.T) {
	list := "# follows: deps.dev GetProjectPackageVersions; a package of a stranger that claims the repository, one of an unknown system\n"
	try(t, "depsdev", track, []tried{
		{"packages", "", "", pipeline.OK, "", []string{"publishes-package technology:npm:@ravensworth-freight/track map[name:@ravensworth-freight/track registry:npm]\n",
			"publishes-package technology:pypi:track map[name:track registry:pypi]\n", "! free-money", "! debian", "! npm:track"}},
		{"none", list, list + "status 404\nContent-Type: text/plain\n# \n", pipeline.Empty, "", nil},
		{"nothing to list", `{"versions":[{"versionKey":{"system":"NPM","name":"@ravensworth-freight/track","version":"4.1.0"}`, `{"other":[{"versionKey":{"system":"NPM","name":"@ravensworth-freight/track","version":"4.1.0"}`, pipeline.Malformed, "no list of packages", nil},
		{"a page", list, list + "status 404\nContent-Type: text/html\n# \n", pipeline.Malformed, "404", nil},
	})
	version := "# follows: deps.dev GetVersion\n"
	whole := []string{"package-facts map[deprecated:false licence:MIT name:@ravensworth-freight/track published:", "registry:npm repository:github.com/ravensworth-freight/track version:4.2.0 versions:2]",
		"depends-on technology:npm:old-parser/1.0.3 map[direct:true ecosystem:npm version:1.0.3]", "depends-on technology:npm:@types/old-parser/1.0.0 map[direct:false",
		"has-vulnerability vulnerability:CVE-2024-90001 map[basis:version cvss:9.8 product:@ravensworth-freight/track verified:false]"}
	try(t, "depsdev", "technology:npm:@ravensworth-freight/track", []tried{
		{"a package", "", "", pipeline.OK, "", whole},
		{"dependencies that can't be resolved", `"requirement":"^1.0.0"}],"error":""`, `"requirement":"^1.0.0"}],"error":"x"`, pipeline.Partial, "resolve", whole},
		{"dependencies that can't be had", "# follows: deps.dev GetDependencies\n", "# follows: deps.dev GetDependencies\nstatus 500\n", pipeline.Partial, "500", []string{"package-facts", "has-vulnerability", "! depends-on"}},
		{"no graph", `{"nodes":[`, `{"knots":[`, pipeline.Partial, "no graph", []string{"package-facts"}},
		{"no version", version, version + "status 502\n", pipeline.Unreachable, "502", nil},
		{"an advisory that can't be had", "# follows: deps.dev GetAdvisory; a score as text\n", "# follows: deps.dev GetAdvisory\nstatus 403\n", pipeline.Partial, "403", []string{"depends-on", "! has-vulnerability"}},
	})
	try(t, "depsdev", "technology:npm:@ravensworth-freight/track/9.9.9", []tried{{"no such version", "", "", pipeline.Empty, "", nil}})
	try(t, "depsdev", "technology:nginx/1.18.0", []tried{{"no package", "", "", pipeline.Skipped, "npm:name", nil}})
}

func TestNPM(t *testing.T) {
	head := "# follows: npm registry, the short form of a package; a release that is none, a reason of another type\n"
	whole := []string{"package-facts map[deprecated:true name:@ravensworth-freight/track registry:npm version:4.2.0 versions:3]", "depends-on technology:npm:old-parser map[direct:true ecosystem:npm]", "! bad"}
	try(t, "npm", "technology:npm:@ravensworth-freight/track", []tried{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"no such package", head, head + "status 404\n", pipeline.Empty, "", nil},
		{"a page", head + "Content-Type: application/vnd.npm.install-v1+json\n\n", head + "Content-Type: text/html\n\n<html>", pipeline.Malformed, "no package", nil},
		{"without versions", `"versions":{"4.1.0"`, `"editions":{"4.1.0"`, pipeline.Malformed, "no package", nil},
		{"too fast", head, head + "status 429\nRetry-After: 30\n", pipeline.RateLimited, "", nil},
	})
	try(t, "npm", "technology:npm:@ravensworth-freight/track/4.1.0", []tried{{"a version", "", "", pipeline.OK, "", []string{"version:4.1.0 versions:3]"}}})
	try(t, "npm", "technology:pypi:track", []tried{{"of another registry", "", "", pipeline.Skipped, "npm:name", nil}})
}

func TestPyPI(t *testing.T) {
	head := "# follows: PyPI JSON\n"
	try(t, "pypi", track, []tried{
		{"points back", "", "", pipeline.OK, "", []string{"publishes-package technology:pypi:track map[licence:MIT name:track published:", "version:1.2.0]", "! package-facts"}},
		{"of another", "https://github.com/Ravensworth-Freight/track/tree/main", "https://github.com/ravensworth-freight/tracker", pipeline.Empty, "", nil},
		{"no such package", head, head + "status 404\n", pipeline.Empty, "", nil},
		{"no package", `{"info":{"name":"track","version":"1.2.0","author":"Ignatius Farquharson","author_email"`, `{"info":{"author_email"`, pipeline.Malformed, "no package", nil},
		{"a question whether we are a person", head + "Content-Type: application/json\n\n", head + "Content-Type: text/html\n\n<title>Just a moment...</title>", pipeline.Blocked, "", nil},
	})
	try(t, "pypi", "technology:pypi:track/1.2.0", []tried{
		{"a version", "", "", pipeline.OK, "", []string{"package-facts map[licence:MIT name:track published:", "yanked:true]", "has-vulnerability vulnerability:CVE-2024-90001", "! CVE-2023-90002"}},
	})
}

func TestCrates(t *testing.T) {
	head := "# follows: crates.io, a package without its versions; a number as text\n"
	try(t, "crates", track, []tried{
		{"points back", "", "", pipeline.OK, "", []string{"publishes-package technology:cargo:track map[downloads:9120 name:track published:", "registry:cargo version:0.3.0]"}},
		{"of another", "https://github.com/ravensworth-freight/track.git", "https://github.com/ravensworth-freight-2/track", pipeline.Empty, "", nil},
		{"refused without a name", head, head + "status 403\n", pipeline.Blocked, "403", nil},
		{"no package", `{"crate":{"id":"track",`, `{"crate":{`, pipeline.Malformed, "no package", nil},
	})
	try(t, "crates", "technology:cargo:track", []tried{{"facts", "", "", pipeline.OK, "", []string{"package-facts map[name:track published:", "registry:cargo repository:https://github.com/ravensworth-freight/track.git version:0.3.0 versions:4 yanked:false]"}}})
}

func TestGoProxy(t *testing.T) {
	head, list := "# follows: pkg.go.dev API, a module\n", "track/@v/list --\n"
	try(t, "goproxy", track, []tried{
		{"a module", "", "", pipeline.OK, "", []string{"publishes-package technology:go:github.com/ravensworth-freight/track map[licence:MIT name:github.com/ravensworth-freight/track published:", "registry:go version:v1.4.0]"}},
		{"none", head, head + "status 404\n", pipeline.Empty, "", nil},
		{"another", `{"path":"github.com/ravensworth-freight/track","version":"v1.4.0"`, `{"path":"example.com/x","version":"v1.4.0"`, pipeline.Malformed, "no module", nil},
	})
	try(t, "goproxy", "technology:go:github.com/ravensworth-freight/track", []tried{
		{"facts", "", "", pipeline.OK, "", []string{"version:v1.4.0 versions:2]"}},
		{"a proxy that does not know it", list, list + "status 410\n", pipeline.OK, "", []string{"package-facts", "! versions"}},
		{"a proxy that is out of order", list, list + "status 500\n", pipeline.Partial, "500", []string{"package-facts", "! versions"}},
		{"a page for a list", list + "Content-Type: text/plain; charset=UTF-8\n", list + "Content-Type: text/html\n", pipeline.Partial, "no list", []string{"package-facts", "! versions"}},
	})
}

func TestDockerHub(t *testing.T) {
	try(t, "dockerhub", "ravensworth.example", []tried{
		{"as it should be", "", "", pipeline.OK, "", []string{"code-home url:https://hub.docker.com/u/ravensworth map[by:docker-hub proof:site]",
			"publishes-package technology:docker:ravensworth/track map[downloads:881 name:ravensworth/track published:", "technology:docker:ravensworth/rates", "! secret", "! library"}},
		{"by its name alone", "http://ravensworth.example/code", "", pipeline.Empty, "", []string{"! proof:name", "! publishes-package"}},
		{"nobody", "-- https://hub.docker.com/v2/orgs/ravensworth --", "-- https://hub.docker.com/v2/orgs/raven --", pipeline.Empty, "", nil},
		{"the same page twice", `"results":[{"name":"rates"`, `"results":[{"name":"track"`, pipeline.Partial, "repeats", []string{"ravensworth/track"}},
		{"images that can't be had", "# follows: Docker Hub repositories, first page; a private one, one of another\n", "# follows: x\nstatus 401\n", pipeline.Partial, "401", []string{"proof:site", "! publishes-package"}},
		{"no organisation", `"orgname":"ravensworth"`, `"orgname":null`, pipeline.Malformed, "no organisation", nil},
	})
}
