package infrastructure_test

import (
	"slices"
	"testing"

	"osint/pkg/pipeline"
)

const internetdbWorld = `
-- dns://. --
internetdb.shodan.io. A 203.0.113.200

-- https://internetdb.shodan.io/192.0.2.10 --
Content-Type: application/json

{"ip":"192.0.2.10","ports":[443,"3389",0,70000,true],"cpes":["cpe:/a:f5:nginx:1.18.0","cpe:2.3:a:jenkins:jenkins:2.4:*:*:*:*:*:*:*","cpe:/a:*:*"],
"hostnames":["www.corp.example","*.corp.example"],"tags":["cdn","unheard-of"],"vulns":["CVE-2024-90001","a hole"]}
`

func TestInternetDB(t *testing.T) {
	all := []string{
		"192.0.2.10 listens-on service:192.0.2.10:443/tcp", "192.0.2.10 listens-on service:192.0.2.10:3389/tcp",
		"192.0.2.10 runs technology:nginx/1.18.0 map[category: seen:survey]",
		"192.0.2.10 runs technology:jenkins/2.4 map[category:ci seen:survey]",
		"192.0.2.10 reverse-name host:www.corp.example",
		"192.0.2.10 used-as map[by:shodan kind:cdn]",
		"192.0.2.10 has-vulnerability vulnerability:CVE-2024-90001 map[basis:version verified:false]",
	}
	head := "Content-Type: application/json\n\n{\"ip\""
	surveys(t, "internetdb", "192.0.2.10", internetdbWorld, append(failures(head),
		survey{"as it should be", "", "", pipeline.OK, "", all},
		survey{"one value where a list is due", `[443,"3389",0,70000,true]`, `"443"`, pipeline.OK, "", slices.Delete(slices.Clone(all), 1, 2)},
		survey{"nothing known", head, "status 404\nContent-Type: application/json\n\n{\"detail\":\"No information available\"}\n\n{\"ip\"", pipeline.Malformed, "404", nil},
		survey{"another address", `"192.0.2.10","ports"`, `"192.0.2.11","ports"`, pipeline.Malformed, "not about the address", nil},
		survey{"no address", `{"ip":"192.0.2.10",`, `{`, pipeline.Malformed, "not about the address", nil},
		survey{"a page", "application/json\n\n{", "text/html\n\n<p>{", pipeline.Malformed, "HTML", nil},
		survey{"a page that says 404", head, "status 404\nContent-Type: text/html\n\n<p>", pipeline.Malformed, "404", nil},
	))
	surveys(t, "internetdb", "192.0.2.11", internetdbWorld+"\n-- https://internetdb.shodan.io/192.0.2.11 --\nstatus 404\nContent-Type: application/json\n\n{\"detail\":\"No information available\"}\n",
		[]survey{{"empty", "", "", pipeline.Empty, "", nil}})
}
