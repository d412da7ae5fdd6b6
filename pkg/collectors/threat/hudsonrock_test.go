package threat_test

import (
	"testing"

	"osint/pkg/pipeline"
)

const hudsonWorld = `
-- dns://. --
cavalier.hudsonrock.com. A 203.0.113.210

-- https://cavalier.hudsonrock.com/api/json/v2/osint-tools/search-by-domain?domain=evil.example --
Content-Type: application/json

{"total":4902,"totalStealers":32213918,"employees":"13","users":4889,"third_parties":2,"last_employee_compromised":"2026-10-01T00:00:00.000Z","last_user_compromised":"2026-11-21T08:42:48.339Z",
"data":{"employees_urls":[{"occurrence":3,"type":"Employee","url":"https://sso.evil.example/login?user=ann.thropp"}]},"stealerFamilies":{"total":1,"RedLine":300},"employeePasswords":{"totalPass":3}}
`

func TestHudsonRock(t *testing.T) {
	turns(t, "hudsonrock", hudsonWorld, []turn{
		{"log-ins", "evil.example", nil, pipeline.OK, "", []string{"exposed-logins map[by:Hudson Rock employees:13 newest:2026-10-01T00:00:00Z third_parties:2 users:4889]"}},
		{"of users only", "evil.example", []string{`"employees":"13"`, `"employees":0`, `,"third_parties":2`, ""}, pipeline.OK, "", []string{"exposed-logins map[by:Hudson Rock employees:0 newest:2026-11-21T08:42:48Z users:4889]"}},
		{"none", "evil.example", []string{jsonHead, failing("200", `{"total":0,"employees":0,"users":0,"third_parties":0,"last_employee_compromised":null}`)}, pipeline.OK, "", []string{"not exposed-logins"}},
		{"no counts", "evil.example", []string{`"employees":"13",`, ""}, pipeline.Malformed, "counts nothing", nil},
		{"a message", "evil.example", []string{jsonHead, failing("200", `{"message":"Too many requests"}`)}, pipeline.Malformed, "counts nothing", nil},
		{"not there", "other.example", nil, pipeline.Malformed, "404", nil},
		{"too fast", "evil.example", []string{jsonHead, failing("429\nRetry-After: 60", `{}`)}, pipeline.RateLimited, "", nil},
		{"a page", "evil.example", []string{jsonHead, "Content-Type: text/html\n\n<p>"}, pipeline.Malformed, "HTML", nil},
	})
}
