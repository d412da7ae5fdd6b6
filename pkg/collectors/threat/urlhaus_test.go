package threat_test

import (
	"testing"

	"osint/pkg/pipeline"
)

const (
	md5Of    = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
	sha1Of   = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
	sha256Of = md5Of + md5Of
)

const urlhausWorld = `
-- dns://. --
urlhaus-api.abuse.ch. A 203.0.113.201

-- POST https://urlhaus-api.abuse.ch/v1/host/ --
Content-Type: application/json

{"query_status":"ok","urlhaus_reference":"https://urlhaus.abuse.ch/host/evil.example/","host":"EVIL.example.","firstseen":"2026-01-02 03:04:05 UTC","url_count":"2",
"urls":[{"url_status":"offline","date_added":"2026-03-02 03:04:05 UTC","reporter":"fox"},{"url_status":"online","date_added":"2026-02-02 03:04:05 UTC"}]}

-- POST https://urlhaus-api.abuse.ch/v1/url/?url=http%3A%2F%2Fevil.example%2Fa%3Fb%3D1 --
Content-Type: application/json

{"query_status":"ok","urlhaus_reference":"https://elsewhere.example/","url":"http://EVIL.example/a?b=1","url_status":"offline","date_added":"2026-01-02 03:04:05 UTC",
"payloads":[{"firstseen":"2026-01-03","response_sha256":"` + sha256Of + `","signature":"Grim\u001bHauler"},{"response_sha256":"x"},null]}

-- POST https://urlhaus-api.abuse.ch/v1/payload/?md5_hash=` + md5Of + ` --
Content-Type: application/json

{"query_status":"ok","md5_hash":"` + md5Of + `","sha256_hash":"` + sha256Of + `","file_type":"exe","file_size":"48128","signature":null,"firstseen":"2026-01-02 03:04:05 UTC","lastseen":null}
`

func TestURLhaus(t *testing.T) {
	const listed = "listed-by map[code:online for:malware last:2026-03-02T03:04:05Z list:URLhaus reference:https://urlhaus.abuse.ch/host/evil.example/ since:2026-01-02T03:04:05Z]"
	const nothing = `{"query_status":"no_results"}`
	turns(t, "urlhaus", urlhausWorld, []turn{
		{"a host", "evil.example", nil, pipeline.OK, "", []string{listed}},
		{"a URL and its file", "http://evil.example/a?b=1", nil, pipeline.OK, "", []string{
			"listed-by map[code:offline for:malware last:2026-01-02T03:04:05Z list:URLhaus since:2026-01-02T03:04:05Z]",
			"served-file filehash:" + sha256Of + " map[at:2026-01-03T00:00:00Z by:URLhaus]", sha256Of + " | malware-family GrimHauler"}},
		{"a file", "filehash:" + md5Of, nil, pipeline.OK, "", []string{"listed-by map[for:malware last:2026-01-02T03:04:05Z list:URLhaus since:2026-01-02T03:04:05Z]",
			"same-file filehash:" + sha256Of, "file-facts map[first:2026-01-02T03:04:05Z size:48128 type:exe]"}},
		{"a SHA-1", "filehash:" + sha1Of, nil, pipeline.Skipped, "MD5 and SHA-256", nil},
		{"nothing", "evil.example", []string{jsonHead, failing("200", nothing)}, pipeline.OK, "", []string{"not listed-by map[for:malware list:URLhaus]"}},
		{"little is known", "evil.example", []string{`"firstseen":"2026-01-02 03:04:05 UTC",`, "", `"urls":[`, `"links":[`}, pipeline.OK, "",
			[]string{"listed-by map[for:malware list:URLhaus reference:https://urlhaus.abuse.ch/host/evil.example/]"}},
		{"another host", "evil.example", []string{`"EVIL.example."`, `"good.example"`}, pipeline.Malformed, "not about the domain", nil},
		{"not the key", "evil.example", []string{`"query_status":"ok"`, `"query_status":"unknown_auth_key"`}, pipeline.Unauthorized, "unknown_auth_key", nil},
		{"no key", "evil.example", []string{jsonHead, failing("401", `{"error":"Unauthorized"}`)}, pipeline.Unauthorized, "", nil},
		{"not so", "evil.example", []string{`"query_status":"ok"`, `"query_status":"http_post_expected"`}, pipeline.Malformed, "http_post_expected", nil},
		{"no status", "evil.example", []string{`"query_status":"ok",`, ""}, pipeline.Malformed, "status", nil},
		{"a page", "evil.example", []string{jsonHead + "{", "Content-Type: text/html\n\n<p>{"}, pipeline.Malformed, "HTML", nil},
		{"not there", "evil.example", []string{jsonHead, failing("404", `{"query_status":"ok"}`)}, pipeline.Malformed, "404", nil},
		{"too fast", "evil.example", []string{jsonHead, "status 429\nRetry-After: 60\n\n"}, pipeline.RateLimited, "", nil},
		{"elsewhere", "evil.example", []string{jsonHead, "redirect https://abuse.ch/ 302\n\n"}, pipeline.Malformed, "elsewhere", nil},
	})
	keyIn(t, "urlhaus", urlhausWorld, "evil.example", "urlhaus-api.abuse.ch", "Auth-Key")
}
