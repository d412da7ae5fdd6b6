package threat_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors/lab/trial"
	"osint/pkg/collectors/threat"
	"osint/pkg/pipeline"
)

const osvFound = `{"vulns":[{"id":"GHSA-aaaa","aliases":["CVE-2024-90002"],"modified":"2026-05-02T03:04:05Z","affected":[{"package":{"ecosystem":"npm","name":"old-parser"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"fixed":"1.0.4"}]}]}],"credits":[{"name":"Ann Thropp"}]}]}`

const osvWorld = `
-- dns://. --
api.osv.dev. A 203.0.113.200

-- POST https://api.osv.dev/v1/query --
Content-Type: application/json

` + osvFound + `

-- https://api.osv.dev/v1/vulns/CVE-2024-90001 --
Content-Type: application/json

{"id":"CVE-2024-90001","affected":[{"package":{"ecosystem":"npm","name":"old-parser"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0"}]}]},{"package":{"ecosystem":"Debian:12","name":"x"}}]}

-- https://api.osv.dev/v1/vulns/* --
status 404
Content-Type: application/json

{"code":5,"message":"Bug not found."}
`

func TestOSV(t *testing.T) {
	affects := func(version string) string {
		return "@CVE-2024-90002 affects technology:npm:old-parser" + version + " map[advisory:GHSA-aaaa ecosystem:npm fixed:1.0.4 introduced:1.0.0]"
	}
	has := "has-vulnerability vulnerability:CVE-2024-90002 map[basis:version product:old-parser 1.0.3 verified:false]"
	found := `{"vulns":[{"id":"GHSA-aaaa","aliases":["CVE-2024-90002"],`
	tryLists(t, "osv", osvWorld, []listCase{
		{"a version", "technology:npm:old-parser/1.0.3", "", "", pipeline.OK, "", []string{has, affects("/1.0.3")}},
		{"any version", "technology:npm:old-parser", "", "", pipeline.OK, "", []string{affects("")}},
		{"a name with capitals", "technology:go:github.com/BurntSushi/toml/v1.4.0", "", "", pipeline.OK, "", []string{
			"has-vulnerability vulnerability:CVE-2024-90002 map[basis:version product:github.com/BurntSushi/toml 1.4.0 verified:false]",
			"@CVE-2024-90002 affects technology:go:github.com/BurntSushi/toml/v1.4.0 map[advisory:GHSA-aaaa ecosystem:Go]"}},
		{"withdrawn", "technology:npm:old-parser", `"modified"`, `"withdrawn":"2026-06-01T00:00:00Z","modified"`, pipeline.Empty, "", nil},
		{"without a CVE", "technology:npm:old-parser", `["CVE-2024-90002"]`, `["GO-2024-1"]`, pipeline.Empty, "", nil},
		{"the CVE itself", "technology:npm:old-parser/1.0.3", `"GHSA-aaaa","aliases":["CVE-2024-90002"]`, `"CVE-2024-90002","aliases":[]`, pipeline.OK, "", []string{has,
			"@CVE-2024-90002 affects technology:npm:old-parser/1.0.3 map[advisory:CVE-2024-90002 ecosystem:npm fixed:1.0.4 introduced:1.0.0]"}},
		{"nothing", "technology:npm:old-parser", osvFound, "{}", pipeline.Empty, "", nil},
		{"nothing, of a spelling that may be another's", "technology:nuget:newtonsoft.json", osvFound, "{}", pipeline.Partial, "spelling", nil},
		{"nothing, of a name as it is spelled", "technology:nuget:Newtonsoft.Json", osvFound, "{}", pipeline.Empty, "", nil},
		{"a mark of a page and no page", "technology:npm:old-parser", osvFound, `{"next_page_token":"x"}`, pipeline.Malformed, "no weaknesses", nil},
		{"a page that leads to itself", "technology:npm:old-parser", found, `{"next_page_token":"x",` + found[1:], pipeline.Partial, "read before", []string{affects("")}},
		{"an error", "technology:npm:old-parser", found, `{"code":3,"message":"Invalid query.","x":[{"id":"GHSA-aaaa","aliases":["CVE-2024-90002"],`, pipeline.Malformed, "no weaknesses", nil},
		{"another shape", "technology:npm:old-parser", found, `{"results":[{"id":"GHSA-aaaa","aliases":["CVE-2024-90002"],`, pipeline.Malformed, "no weaknesses", nil},
		{"a text", "technology:npm:old-parser", found, `{"vulns":"none","x":[{"id":"GHSA-aaaa","aliases":["CVE-2024-90002"],`, pipeline.Malformed, "no weaknesses", nil},
		{"no package", "technology:nginx/1.18.0", "", "", pipeline.Skipped, "npm:name", nil},
		{"of no registry that it knows", "technology:docker:library/nginx", "", "", pipeline.Skipped, "npm:name", nil},
		{"out of order", "technology:npm:old-parser", "query --\n", "query --\nstatus 503\n", pipeline.Unreachable, "", nil},
	})
	got := trial.Tell(t, threat.All(), "osv", "technology:npm:old-parser", strings.Replace(osvWorld, "query --\n", "query --\nstatus 503\n", 1))
	if n := len(got.Asked("api.osv.dev")); n != 3 {
		t.Errorf("a question that only asks was put %d times, want 3", n)
	}
	tryLists(t, "osv-cve", osvWorld, []listCase{
		{"in a package", "CVE-2024-90001", "", "", pipeline.OK, "", []string{"affects technology:npm:old-parser map[advisory:CVE-2024-90001 ecosystem:npm fixed:2.0]"}},
		{"withdrawn weakness", "CVE-2024-90001", `"affected":[{"package":{"ecosystem":"npm","name":"old-parser"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"`, `"withdrawn":"2026-06-01","affected":[{"package":{"ecosystem":"npm","name":"old-parser"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"`, pipeline.Empty, "", nil},
		{"not known", "CVE-2024-90009", "", "", pipeline.Empty, "", nil},
		{"404 of another sort", "CVE-2024-90009", `{"code":5,"message":"Bug not found."}`, `{"error":"no such page"}`, pipeline.Malformed, "not about", nil},
		{"of another", "CVE-2024-90001", `"id":"CVE-2024-90001"`, `"id":"CVE-2024-90002"`, pipeline.Malformed, "not about", nil},
	})
}
