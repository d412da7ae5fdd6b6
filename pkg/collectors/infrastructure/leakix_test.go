package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const leakixWorld = `
-- dns://. --
leakix.net. A 203.0.113.200

-- https://leakix.net/host/192.0.2.10 --
Content-Type: application/json

{"Services":[{"ip":"192.0.2.10","port":"6379","transport":["tcp"],"protocol":"redis","summary":"secret","time":"2026-11-01T00:00:00Z","service":{"software":{"name":"Redis","version":"5.0"}}},{"ip":"192.0.2.11","port":"1"}],
"Leaks":[{"Summary":"secret","events":[{"event_source":"RedisOpenPlugin","ip":"192.0.2.10","port":"6379","summary":"secret","time":"2026-11-01T00:00:00Z","leak":{"severity":"critical","dataset":{"rows":"7","size":10}}},{"event_source":"X","ip":"192.0.2.11"}]}]}

-- https://leakix.net/domain/corp.example --
Content-Type: application/json

{"Services":null,"Leaks":[{"events":[{"event_source":"GitConfigHttpPlugin","host":"www.corp.example","leak":{"severity":"a secret of Ann's"}},{"event_source":"Y","host":"www.corp.example.evil.test"},{"event_source":"Z","host":"corp.example"},{"event_source":"ElasticOpen","host":"corp.example","ip":"192.0.2.10"}]}]}

-- https://leakix.net/api/subdomains/corp.example --
Content-Type: application/json

[{"subdomain":"WWW.corp.example."},{"subdomain":"*.dev.corp.example"},{"subdomain":"www.other.example"},{"subdomain":"www.corp.example"}]

-- https://leakix.net/* --
status 204
`

func TestLeakIX(t *testing.T) {
	service := []string{"192.0.2.10 listens-on service:192.0.2.10:6379/tcp", "192.0.2.10 runs technology:redis/5.0 map[category: seen:survey]",
		"192.0.2.10:6379/tcp service-banner map[industrial:false product:Redis protocol:redis seen:2026-11-01T00:00:00Z version:5.0]"}
	all := append(service[:3:3], "192.0.2.10 exposes-data map[at:2026-11-01T00:00:00Z plugin:RedisOpenPlugin rows:7 severity:critical size:10 what:data]")
	head := "Content-Type: application/json\n\n{\"Services\":[{\"ip\""
	surveys(t, "leakix", "192.0.2.10", leakixWorld, append(failures(head),
		survey{"as it should be", "", "", pipeline.OK, "", all},
		survey{"nothing", head, "status 204\n\n{{end}}" + head, pipeline.Empty, "", nil},
		survey{"known, and nothing of it", `{"Services":[{"ip"`, `{"Services":null,"Leaks":null,"x":[{"ip"`, pipeline.OK, "", all[3:]},
		survey{"an error in form", `{"Services":[{"ip"`, `{"title":"Unauthorized","x":[{"ip"`, pipeline.OK, "", all[3:]},
		survey{"neither list", `"Leaks":[{"Summary"`, `"Leeks":[{"Summary"`, pipeline.OK, "", service},
		survey{"a body that was lost", head, "Content-Type: application/json\n\n{{end}}", pipeline.Malformed, "no JSON", nil},
		survey{"a page", "json\n\n{\"Services\":[{\"ip\"", "html\n\n<p>", pipeline.Malformed, "no JSON", nil},
		survey{"too many leaks", `{"event_source":"X"`, strings.Repeat(`{"event_source":"X","ip":"192.0.2.12"},`, 200) + `{"event_source":"X"`, pipeline.Partial, "more leaks", all},
	))
	surveys(t, "leakix", "192.0.2.12", leakixWorld+"\n-- https://leakix.net/host/192.0.2.12 --\nContent-Type: application/json\n\n{\"title\":\"no\",\"description\":\"Ann\"}\n",
		[]survey{{"an error alone", "", "", pipeline.Malformed, "no lists", nil}})
	surveys(t, "leakix", "corp.example", leakixWorld, []survey{{"a domain", "", "", pipeline.OK, "", []string{
		"www.corp.example exposes-data map[plugin:GitConfigHttpPlugin what:code]", "corp.example exposes-data map[plugin:Z what:other]", "192.0.2.10 exposes-data map[plugin:ElasticOpen what:data]"}}})
	names := []string{"corp.example has-name host:www.corp.example", "corp.example has-name host:dev.corp.example"}
	head = "Content-Type: application/json\n\n[{"
	surveys(t, "leakix-names", "corp.example", leakixWorld, append(failures(head),
		survey{"names", "", "", pipeline.OK, "", names},
		survey{"none", head, "status 204\n\n{{end}}" + head, pipeline.Empty, "", nil},
		survey{"null", "\n\n[{\"subdomain\":\"WWW.corp.example.\"},{\"subdomain\":\"*.dev.corp.example\"},{\"subdomain\":\"www.other.example\"},{\"subdomain\":\"www.corp.example\"}]", "\n\nnull", pipeline.Empty, "", nil},
		survey{"a text", "\n\n[", "\n\n{\"title\":\"slow down\"}{{end}}[", pipeline.Malformed, "no list of names", nil},
	))
}
