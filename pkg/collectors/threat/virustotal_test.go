package threat_test

import (
	"testing"

	"osint/pkg/pipeline"
)

const virusTotalWorld = `
-- dns://. --
www.virustotal.com. A 203.0.113.206

-- https://www.virustotal.com/api/v3/domains/evil.example --
Content-Type: application/json

{"data":{"type":"domain","id":"evil.example","attributes":{"last_analysis_stats":{"malicious":"7","suspicious":1,"undetected":30,"harmless":54,"timeout":0},"last_analysis_date":1767312000,
"whois":"Registrant: Ann Thropp, ann@thropp.example","reputation":-3,"added":null}}}

-- https://www.virustotal.com/api/v3/urls/aHR0cDovL2V2aWwuZXhhbXBsZS9hP2I9MQ --
Content-Type: application/json

{"data":{"type":"url","id":"x","attributes":{"title":"Ann's page","last_analysis_stats":{"malicious":0,"undetected":9},"last_http_response_content_sha256":"` + sha256Of + `"}}}

-- https://www.virustotal.com/api/v3/files/` + sha256Of + ` --
Content-Type: application/json

{"data":{"type":"file","attributes":{"md5":"` + md5Of + `","sha1":"` + sha1Of + `","sha256":"` + sha256Of + `","size":48128,"type_description":"Win32 EXE","meaningful_name":"invoice.exe",
"first_submission_date":1767312000,"popular_threat_classification":{"popular_threat_name":[{"value":"grimhauler","count":9},{"value":""}]}}}}

-- https://www.virustotal.com/api/v3/* --
status 404
Content-Type: application/json

{"error":{"code":"NotFoundError","message":"Resource not found."}}

-- https://www.virustotal.com/api/v3/domains/evil.example/subdomains --
Content-Type: application/json

{"data":[{"type":"domain","id":"WWW.evil.example","attributes":{}},{"id":"*.dev.evil.example"},{"id":"evil.example"},{"id":"evil.example.other.example"},{"id":"not a name"},null,"x"],"meta":{"count":6,"cursor":"two"}}

-- https://www.virustotal.com/api/v3/domains/evil.example/subdomains?cursor=two --
Content-Type: application/json

{"data":[{"id":"mail.evil.example"}],"meta":{"count":6},"links":{}}

-- https://www.virustotal.com/api/v3/domains/evil.example/resolutions --
Content-Type: application/json

{"data":[{"type":"resolution","attributes":{"date":1767312000,"host_name":"evil.example","ip_address":"192.0.2.66"}},{"attributes":{"host_name":"evil.example","ip_address":"none"}},{"attributes":{"date":"no","host_name":"www.evil.example","ip_address":"192.0.2.67"}}]}
`

func TestVirusTotal(t *testing.T) {
	judged := "judged-by map[at:2026-01-02T00:00:00Z by:VirusTotal harmless:54 malicious:7 of:92 suspicious:1 undetected:30 verdict:7 of 92 engines]"
	turns(t, "virustotal", virusTotalWorld, []turn{
		{"a domain", "evil.example", nil, pipeline.OK, "", []string{judged}},
		{"a URL", "http://evil.example/a?b=1", nil, pipeline.OK, "", []string{"judged-by map[by:VirusTotal malicious:0 of:9 undetected:9 verdict:0 of 9 engines]",
			"served-file filehash:" + sha256Of + " map[by:VirusTotal]"}},
		{"a file", "filehash:" + sha256Of, nil, pipeline.OK, "", []string{"same-file filehash:" + sha1Of, "same-file filehash:" + md5Of, "malware-family grimhauler",
			"file-facts map[first:2026-01-02T00:00:00Z name:invoice.exe size:48128 type:Win32 EXE]"}},
		{"never met", "good.example", nil, pipeline.Empty, "", nil},
		{"never met, an address", "192.0.2.1", nil, pipeline.Empty, "", nil},
		{"a page that is not there", "good.example", []string{`NotFoundError`, `Other`}, pipeline.Malformed, "404", nil},
		{"a SHA-512", "filehash:" + sha256Of + sha256Of, nil, pipeline.Skipped, "SHA-256 only", nil},
		{"not analysed", "evil.example", []string{`"last_analysis_stats":{`, `"stats":{`}, pipeline.Empty, "", nil},
		{"another type", "evil.example", []string{`"type":"domain","id":"evil.example"`, `"type":"url"`}, pipeline.Malformed, "no domain", nil},
		{"a list for the data", "evil.example", []string{jsonHead, failing("200", `{"data":[]}`)}, pipeline.Malformed, "no domain", nil},
		{"not the key", "evil.example", []string{jsonHead, failing("401", `{"error":{"code":"WrongCredentialsError"}}`)}, pipeline.Unauthorized, "", nil},
		{"enough for today", "evil.example", []string{jsonHead, failing("429\nRetry-After: 60", `{"error":{"code":"QuotaExceededError"}}`)}, pipeline.RateLimited, "", nil},
		{"a premium question", "evil.example", []string{jsonHead, failing("403", `{"error":{"code":"ForbiddenError"}}`)}, pipeline.Blocked, "", nil},
	})
	keyIn(t, "virustotal", virusTotalWorld, "evil.example", "www.virustotal.com", "X-Apikey")
}

func TestVirusTotalNames(t *testing.T) {
	names := []string{"has-name host:www.evil.example", "has-name host:dev.evil.example", "has-name host:mail.evil.example"}
	led := []string{"resolved-to ip:192.0.2.66 map[last:2026-01-02T00:00:00Z]", "www.evil.example | resolved-to ip:192.0.2.67 map[]"}
	turns(t, "virustotal-names", virusTotalWorld, []turn{
		{"two pages", "evil.example", nil, pipeline.OK, "", append(names, led...)},
		{"never met", "good.example", nil, pipeline.Empty, "", nil},
		{"the same page again", "evil.example", []string{`"meta":{"count":6},"links"`, `"meta":{"cursor":"two"},"links"`}, pipeline.Partial, "again and again", append(names, led...)},
		{"no list", "evil.example", []string{`{"data":[{"type":"domain"`, `{"data":"none","was":[{"type":"domain"`}, pipeline.Partial, "no list of subdomains", led},
		{"nothing but failures", "evil.example", []string{"/subdomains --\n", "/subdomains --\nstatus 429\nRetry-After: 60\n"}, pipeline.RateLimited, "", nil},
	})
}
