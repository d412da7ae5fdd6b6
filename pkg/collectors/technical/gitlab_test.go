package technical_test

import (
	"slices"
	"strings"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/collectors/technical"
	"osint/pkg/pipeline"
)

const scales = "repository:gitlab.com/ravensworth/scales"

func TestGitHubCode(t *testing.T) {
	head := "# follows: GitHub REST search of code with fragments; of an organisation, of a person, of a name that only looks like it\n"
	whole := []string{"mentioned-on url:https://github.com/stevedore-hosting/recipes map[by:github kind:code]\n", "mentioned-on url:https://github.com/ map[by:github kind:code]\n",
		"exposed-secret map[fingerprint:a3e8a6f3022c05c2c2ba9c6b5557685d path:stevedore-hosting/recipes:deploy/prod.env rule:aws-access-key]\n", "! dotfiles", "! github.com/other"}
	try(t, "github-code", "ravensworth.example", []tried{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"private code", `"full_name":"stevedore-hosting/recipes","private":false`, `"full_name":"stevedore-hosting/recipes","private":"true"`, pipeline.OK, "",
			[]string{"mentioned-on url:https://github.com/ map[by:github kind:code]\n", "! stevedore", "! exposed-secret"}},
		{"code of which it is not said", `"full_name":"stevedore-hosting/recipes","private":false`, `"full_name":"stevedore-hosting/recipes"`, pipeline.Partial, "whether strangers see it",
			[]string{"mentioned-on url:https://github.com/ map[by:github kind:code]\n", "! stevedore", "! exposed-secret"}},
		{"the same secret in two repositories", "notravensworth.example ravensworth.example.test", "ravensworth.example AKIAQ3EGRV7XNAT2BKLM", pipeline.OK, "",
			append(slices.Clone(whole[:3]), "exposed-secret map[fingerprint:a3e8a6f3022c05c2c2ba9c6b5557685d path:other/x:x rule:aws-access-key]\n")},
		{"not everywhere", `"total_count":4,"incomplete_results":false`, `"total_count":4,"incomplete_results":true`, pipeline.Partial, "gave up", whole},
		{"more than is read", `"total_count":4,`, `"total_count":400,`, pipeline.Partial, "a page", whole},
		{"no list", `{"total_count":4,"incomplete_results":false,"items":[`, `{"total_count":4,"files":[`, pipeline.Malformed, "no list of files", nil},
		{"a bad question", head + jsonHead, head + "status 422\n" + jsonHead, pipeline.Malformed, "422", nil},
		{"too fast", head + jsonHead, head + "status 403\nX-RateLimit-Remaining: 0\n" + jsonHead, pipeline.RateLimited, "", nil},
		{"a key that is none", head + jsonHead, head + "status 401\n" + jsonHead, pipeline.Unauthorized, "", nil},
	})
}

func TestGitLabGroup(t *testing.T) {
	head := "# follows: GitLab REST groups; one whose name fits, one of another, one without a path\nContent-Type: application/json\n"
	projects := "# follows: GitLab REST projects of a group; a fork, one that lies deeper\n"
	whole := []string{"code-home url:https://gitlab.com/ravensworth map[by:gitlab proof:site]\n", "! gitlab.com/raven map",
		"has-repository repository:gitlab.com/ravensworth/scales map[archived:false by:gitlab fork:false]\n", "! fans", "! ravensworth/fork", "! deep"}
	try(t, "gitlab-group", "ravensworth.example", []tried{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"by its name alone", "Ravensworth Freight, https://www.ravensworth.example", "see notravensworth.example", pipeline.Empty, "", []string{"! proof:name", "! has-repository"}},
		{"more groups", head, head + "X-Next-Page: 2\n", pipeline.Partial, "more groups", whole},
		{"an error for a list", head + "\n[", head + "\n" + `{"error":"x"} [`, pipeline.Malformed, "", nil},
		{"too fast", head, "# \nstatus 429\nRetry-After: 60\n" + head[strings.Index(head, "Content"):], pipeline.RateLimited, "", nil},
		{"projects that can't be had", projects, projects + "status 500\n", pipeline.Partial, "500", []string{"proof:site", "! has-repository"}},
	})
	try(t, "gitlab-group", "organization:Ravensworth Freight Ltd", []tried{{"an organisation by its name", "", "", pipeline.OK, "", []string{"gitlab.com/rf map[by:gitlab proof:name]"}}})
}

func TestGitLabRepo(t *testing.T) {
	head := "# follows: GitLab REST project; a number as text\n"
	whole := []string{"repository-facts map[archived:false branch:trunk created:2022-02-03T04:05:06Z fork:false forks:0 licence:apache-2.0 open_issues:5 pushed:", "stars:2]",
		"written-in map[language:Go share:0.93]", "! Makefile", "commit-domain map[commits:2 domain:ravensworth.example people:2]", "map[detail:go.mod followed:true practice:lockfile]",
		"map[detail:.gitlab-ci.yml followed:true practice:ci]", "map[detail: followed:false practice:security-policy]", "map[detail: followed:false practice:code-owners]"}
	try(t, "gitlab-repo", scales, []tried{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"gone", "-- https://gitlab.com/api/v4/projects/ravensworth%2Fscales --", "-- https://gitlab.com/api/v4/projects/gone --", pipeline.Empty, "", nil},
		{"private", `"path_with_namespace":"ravensworth/scales","star_count"`, `"visibility":"private","path_with_namespace":"ravensworth/scales","star_count"`, pipeline.Empty, "", nil},
		{"for who is logged in", `"path_with_namespace":"ravensworth/scales","star_count"`, `"visibility":"internal","path_with_namespace":"ravensworth/scales","star_count"`, pipeline.Empty, "", nil},
		{"public", `"path_with_namespace":"ravensworth/scales","star_count"`, `"visibility":"public","path_with_namespace":"ravensworth/scales","star_count"`, pipeline.OK, "", whole},
		{"no project", `"path_with_namespace":"ravensworth/scales","star_count"`, `"star_count"`, pipeline.Malformed, "no project", nil},
		{"the same page of files", "X-Next-Page:\n", "X-Next-Page: 2\n", pipeline.Partial, "repeats", []string{"practice:ci", "! practice:security-policy", "! practice:code-owners"}},
		{"files that can't be had", "# follows: GitLab REST tree, last page\n", "# follows: GitLab REST tree, last page\nstatus 500\n", pipeline.Partial, "500", []string{"repository-facts", "! practice:ci", "! practice:lockfile"}},
		{"a page of theirs", head + "Content-Type: application/json\n\n", head + "Content-Type: text/html\n\n<html>", pipeline.Malformed, "HTML", nil},
	})
	try(t, "gitlab-repo", track, []tried{{"at another site", "", "", pipeline.Skipped, "gitlab.com", nil}})
}

func TestSecretScanAtGitLab(t *testing.T) {
	env := "config%2Fprod.env/raw?ref=HEAD --\n"
	whole := []string{"exposed-secret map[line:2 path:config/prod.env rule:password-in-url]", "! vB7"}
	try(t, "secret-scan-gitlab", scales, []tried{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"private", `"path_with_namespace":"ravensworth/scales","star_count"`, `"visibility":"private","path_with_namespace":"ravensworth/scales","star_count"`, pipeline.Empty, "", nil},
		{"gone", "-- https://gitlab.com/api/v4/projects/ravensworth%2Fscales --", "-- https://gitlab.com/api/v4/projects/gone --", pipeline.Empty, "", nil},
		{"none", "vB7-kqT2xWp9", "${PASSWORD}", pipeline.Empty, "", nil},
		{"a file that is gone", env, env + "status 404\n", pipeline.Empty, "", nil},
		{"a page for a file", env + "Content-Type: text/plain", env + "Content-Type: text/html", pipeline.Malformed, "no file", nil},
		{"a list that goes on", "X-Next-Page:\n", "X-Next-Page: 2\n", pipeline.Partial, "repeats", whole},
		{"too fast", "# follows: GitLab REST tree, first page\n", "# follows: x\nstatus 429\nRetry-After: 60\n", pipeline.RateLimited, "", nil},
	})
	try(t, "secret-scan-gitlab", track, []tried{{"at another site", "", "", pipeline.Skipped, "gitlab.com", nil}})
}

// A server of the operator's own is asked in its stead, about what lies there.
func TestGitLabOfOnesOwn(t *testing.T) {
	world := "-- dns://. --\ngit.harbour.example. A 203.0.113.9\n\n-- https://git.harbour.example/api/v4/projects/a%2Fb --\n# follows: GitLab REST\nContent-Type: application/json\n\n{\"path_with_namespace\":\"a/b\"}\n\n" +
		"-- https://git.harbour.example/api/v4/* --\n# follows: GitLab REST\nstatus 404\nContent-Type: application/json\n\n{\"message\":\"404\"}\n"
	own := func(o *collectors.Options) { o.Bases = map[string]string{"gitlab": "https://git.harbour.example"} }
	got := trial.Tell(t, technical.All(), "gitlab-repo", "repository:git.harbour.example/a/b", world, own)
	if len(got.Lines) != 1 || !strings.Contains(got.Lines[0], "repository-facts") {
		t.Errorf("%v %v", got.Lines, got.Err)
	}
	trial.Tell(t, technical.All(), "gitlab-repo", scales, world, own).Ends(t, pipeline.Skipped, "git.harbour.example")
}
