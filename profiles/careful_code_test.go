package profiles_test

import "strings"

// forge puts what sources answer into the world: a URL, and a JSON text or a
// file.
func forge(of ...string) []string {
	at := "-- whois://whois.iana.org/* --\n"
	var b strings.Builder
	for i := 0; i < len(of); i += 2 {
		head := "Content-Type: text/plain\n"
		if strings.HasPrefix(of[i+1], "{") || strings.HasPrefix(of[i+1], "[") {
			head = "# follows: what the source documents\nContent-Type: application/json\n"
		}
		b.WriteString("-- https://" + of[i] + " --\n" + head + "\n" + of[i+1] + "\n\n")
	}
	return []string{at, b.String() + at}
}

// clocks is a repository that the careful company might publish.
const clocks = "repository:github.com/larkfield/clocks"

// published are the answers about it, with a list of files that has one.
func published(file, text string) []string {
	return forge("api.github.com/repos/larkfield/clocks", `{"full_name":"larkfield/clocks","private":false}`,
		"api.github.com/repos/larkfield/clocks/languages", `{}`,
		"api.github.com/repos/larkfield/clocks/commits", `[]`,
		"api.github.com/repos/larkfield/clocks/git/trees/HEAD", `{"tree":[{"path":"`+file+`","type":"blob","size":100}],"truncated":false}`,
		"raw.githubusercontent.com/larkfield/clocks/HEAD/"+file, text)
}

// codeSlips are about code, of which it publishes none.
var codeSlips = []slip{
	{"EXP-10", clocks, published(".env", "KEY=AKIAQ3EGRV7XNAT2BKLM")},
	{"SUP-06", clocks, published(".github/workflows/a.yml", "- uses: a/b@v1\n  env: ${{hex 7b 7b}} secrets.KEY }}")},
	{"SUP-07", clocks, published(".github/workflows/a.yml", "on: pull_request_target\n ref: ${{hex 7b 7b}} github.head_ref }}")},
	{"SUP-08", clocks, published("README.md", "Clocks.")},
	{"SUP-09", clocks, forge("api.scorecard.dev/projects/github.com/larkfield/clocks", `{"repo":{"name":"github.com/larkfield/clocks"},"score":3.9}`)},
	{"SUP-10", "technology:npm:clocks", forge("api.deps.dev/v3/systems/npm/packages/clocks", `{"packageKey":{"name":"clocks"},"versions":[{"versionKey":{"version":"1.0.0"},"isDefault":true}]}`,
		"api.deps.dev/v3/systems/npm/packages/clocks/versions/1.0.0", `{"versionKey":{"system":"NPM","name":"clocks","version":"1.0.0"},"advisoryKeys":[{"id":"GHSA-a"}]}`,
		"api.deps.dev/v3/advisories/GHSA-a", `{"advisoryKey":{"id":"GHSA-a"},"aliases":["CVE-2024-90001"]}`)},
}
