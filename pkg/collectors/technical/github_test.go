package technical_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors/lab"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/collectors/technical"
	"osint/pkg/pipeline"
)

// tried is one small change of what a source answers in the world ravensworth,
// and what comes of it.
type tried struct {
	name     string
	from, to string
	ends     pipeline.Outcome
	reason   string
	says     []string // of which every line must be said; nil: nothing is
}

// try puts a collector to a subject in the world, once for each change.
func try(t *testing.T, collector, subject string, cases []tried) {
	t.Helper()
	source, err := lab.Source("ravensworth")
	if err != nil {
		t.Fatal(err)
	}
	_, world, _ := strings.Cut(string(source), "\n-- ")
	world = "-- " + world
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(world, c.from) {
				t.Fatalf("no %q in the world", c.from)
			}
			got := trial.Tell(t, technical.All(), collector, subject, strings.Replace(world, c.from, c.to, 1))
			got.Ends(t, c.ends, c.reason)
			said := "\n" + strings.Join(got.Lines, "\n") + "\n"
			for _, want := range c.says {
				if line, not := strings.CutPrefix(want, "! "); not == strings.Contains(said, line) {
					t.Errorf("not as wanted: %s", want)
				}
			}
			if c.says == nil && len(got.Lines) > 0 || t.Failed() {
				t.Errorf("said %s", said)
			}
			if got.Err != nil && strings.Contains(got.Err.Error(), trial.Key) || strings.Contains(said, trial.Key) {
				t.Error("the key is told")
			}
			for _, secret := range []string{"AKIAQ3EGRV7XNAT2BKLM", "ifarquharson", "Ignatius", "ignatius", "vanity", "somebody"} {
				if strings.Contains(said, secret) {
					t.Errorf("%s is told", secret)
				}
			}
		})
	}
}

// answers returns what stands in the world before an answer's head ends, to be
// replaced by another status.
const jsonHead = "Content-Type: application/json; charset=utf-8\n"

const (
	here  = "-- https://api.github.com/repos/ravensworth-freight"
	files = here + "/track/git/trees/HEAD?recursive=1 --\n"
)

// instead puts another answer in the place of one that stands in the world, which
// is moved to where nobody asks.
func instead(name, head, body string) string {
	return name + "# follows: GitHub REST\n" + head + jsonHead + "\n" + body + "\n\n-- https://api.github.com/nowhere --\n"
}

func TestGitHubOrg(t *testing.T) {
	org := "# follows: GitHub REST organisation; a key that nobody knows\n" + jsonHead
	whole := []string{"ravensworth.example code-home url:https://github.com/ravensworth-freight map[by:github proof:site]\n",
		"! proof:name",
		"has-repository repository:github.com/ravensworth-freight/track map[archived:false by:github fork:false]\n",
		"has-repository repository:github.com/ravensworth-freight/rates map[archived:true by:github fork:false]\n", "! linux", "! github.com/ravensworth/"}
	search := "# follows: GitHub REST search of users; a person among organisations, an organisation of another\n"
	try(t, "github-org", "ravensworth.example", []tried{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"verified", `"is_verified":false`, `"is_verified":true`, pipeline.OK, "", []string{"proof:verified"}},
		{"by its mailbox", `"blog":"https://www.ravensworth.example/"`, `"blog":""`, pipeline.OK, "", []string{"proof:site", "has-repository"}},
		{"of another", `"blog":"https://www.ravensworth.example/","email":"code@ravensworth.example"`, `"blog":"https://ravensworth.example.evil.test","email":null`, pipeline.Empty, "", []string{"! has-repository", "! freight", "! proof:name"}},
		{"nobody", `"total_count":"3","incomplete_results":false,"items":[`, `"total_count":0,"items":[],"more":[`, pipeline.Empty, "", nil},
		{"too many that fit", `"total_count":"3"`, `"total_count":300`, pipeline.Partial, "more organisations", whole},
		{"no list", `"items":[{"login":"ravensworth-freight","id":7,"type":"Organization","score":1.0},` + "\n", `"others":[`, pipeline.Malformed, "no list of organisations", nil},
		{"a page of theirs", search + jsonHead, search + "Content-Type: text/html\n\n<html>", pipeline.Malformed, "HTML", nil},
		{"an allowance that is spent", search + jsonHead, search + "status 403\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1800000000\n" + jsonHead, pipeline.RateLimited, "until 08:00 UTC", nil},
		{"too fast", search + jsonHead, search + "status 403\nRetry-After: 60\n" + jsonHead, pipeline.RateLimited, "more slowly", nil},
		{"refused", search + jsonHead, search + "status 403\n" + jsonHead, pipeline.Blocked, "403", nil},
		{"a key that is none", search + jsonHead, search + "status 401\n" + jsonHead, pipeline.Unauthorized, "401", nil},
		{"one that does not answer", org, org + "status 500\n", pipeline.Unreachable, "500", []string{"! code-home", "! has-repository"}},
		{"elsewhere", search + jsonHead, search + "redirect https://github.com/login 302\n" + jsonHead, pipeline.Malformed, "led elsewhere", nil},
		{"the same page twice", `[{"name":"rates","full_name":"ravensworth-freight/rates","fork":"false","archived":true}]`, `[{"name":"track"}]`, pipeline.Partial, "repeats", []string{"has-repository"}},
	})
	try(t, "github-org", "organization:Ravensworth Freight Ltd", []tried{
		{"an organisation by its name", "", "", pipeline.OK, "", []string{"proof:name", "! has-repository"}},
	})
}

func TestGitHubRepo(t *testing.T) {
	repo := "# follows: GitHub REST repository; a number as text\n"
	tree := "# follows: GitHub REST tree\n"
	whole := []string{"repository-facts map[archived:false branch:main created:2021-02-03T04:05:06Z fork:false forks:3 licence:MIT open_issues:41 pushed:", "size_kb:2048 stars:12]",
		"written-in map[language:JavaScript share:0.75]", "written-in map[language:Python share:0.24]", "! Roff", "! Shell",
		"commit-domain map[commits:2 domain:ravensworth.example people:2]", "commit-domain map[commits:1 domain: people:1]",
		"map[detail:.github/CODEOWNERS followed:true practice:code-owners]", "map[detail: followed:false practice:security-policy]", "map[detail:package.json followed:false practice:lockfile]",
		"followed:true practice:ci]", "followed:false practice:dependency-updates]",
		"map[detail:actions/checkout at v4 followed:false foreign:0 of:2 practice:pinned-actions secrets:true unpinned:1]",
		"map[detail:release.yml followed:false practice:least-privilege-token secrets:true]", "map[detail:release.yml followed:false practice:guarded-pull-requests secrets:true]"}
	try(t, "github-repo", "repository:github.com/ravensworth-freight/track", []tried{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"gone", here + "/track --\n", here + "/moved --\n", pipeline.Empty, "", nil},
		{"a page that is not there", repo + jsonHead, repo + "status 404\nContent-Type: text/html\n", pipeline.Malformed, "404", nil},
		{"private", `"full_name":"ravensworth-freight/track","private":false`, `"full_name":"ravensworth-freight/track","private":true`, pipeline.Empty, "", nil},
		{"perhaps private", `"full_name":"ravensworth-freight/track","private":false`, `"full_name":"ravensworth-freight/track"`, pipeline.Malformed, "no repository", nil},
		{"no repository", `"full_name":"ravensworth-freight/track","private"`, `"private"`, pipeline.Malformed, "no repository", nil},
		{"a policy of the owner's", "-- https://raw.githubusercontent.com/* --", "-- https://raw.githubusercontent.com/ravensworth-freight/.github/HEAD/SECURITY.md --\nContent-Type: text/plain\n\nWrite to us.\n\n-- https://raw.githubusercontent.com/* --", pipeline.OK, "",
			[]string{"map[detail:of its owner, for all repositories followed:true practice:security-policy]"}},
		{"a page where a file is due", "-- https://raw.githubusercontent.com/* --\nstatus 404\nContent-Type: text/plain", "-- https://raw.githubusercontent.com/* --\nContent-Type: text/html", pipeline.Partial, "no file", []string{"! practice:security-policy"}},
		{"a list that was cut", `"truncated":false`, `"truncated":true`, pipeline.Partial, "more files", []string{"! practice:security-policy", "! practice:dependency-updates", "practice:code-owners", "! practice:lockfile"}},
		{"a conflict", tree + jsonHead, tree + "status 409\n" + jsonHead, pipeline.Partial, "409", []string{"repository-facts", "! repository-practice"}},
		{"nothing was ever committed", files, instead(files, "status 409\n", `{"message":"Git Repository is empty."}`), pipeline.OK, "", []string{"repository-facts", "! repository-practice"}},
		{"limits", "name: release\n", "name: release\npermissions: {}\n", pipeline.OK, "", []string{"followed:true practice:least-privilege-token"}},
		{"guarded", "pull_request_target:", "pull_request:", pipeline.OK, "", []string{"followed:true practice:guarded-pull-requests"}},
	})
	try(t, "github-repo", "repository:gitlab.com/ravensworth-freight/track", []tried{
		{"at another site", "", "", pipeline.Skipped, "not a repository at github.com", nil},
	})
}

func TestSecretScan(t *testing.T) {
	tree := "# follows: GitHub REST tree\n"
	env := "/HEAD/deploy/.env --\nContent-Type: text/plain; charset=utf-8\n"
	whole := []string{"exposed-secret map[fingerprint:a3e8a6f3022c05c2c2ba9c6b5557685d line:2 path:deploy/.env rule:aws-access-key]"}
	try(t, "secret-scan", "repository:github.com/ravensworth-freight/track", []tried{
		{"as it should be", "", "", pipeline.OK, "", whole},
		{"none", "AKIAQ3EGRV7XNAT2BKLM", "", pipeline.Empty, "", nil},
		{"in a manual", "AKIAQ3EGRV7XNAT2BKLM", "AKIAIOSFODNN7EXAMPLE", pipeline.Empty, "", nil},
		{"a file that is gone", env, "/HEAD/deploy/.env --\nstatus 404\n", pipeline.Empty, "", nil},
		{"a file that is refused", env, "/HEAD/deploy/.env --\nstatus 403\nContent-Type: text/plain\n", pipeline.Blocked, "403", nil},
		{"a list that was cut", `"truncated":false`, `"truncated":true`, pipeline.Partial, "more files", whole},
		{"no list", `"tree":[`, `"trees":[`, pipeline.Malformed, "no list of files", nil},
		{"no repository", files, instead(files, "status 404\n", `{"message":"Not Found"}`), pipeline.Empty, "", nil},
		{"spent", tree + jsonHead, tree + "status 403\nX-RateLimit-Remaining: 0\n" + jsonHead, pipeline.RateLimited, "GITHUB_TOKEN", nil},
	})
}
