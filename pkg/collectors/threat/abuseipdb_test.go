package threat_test

import (
	"testing"

	"osint/pkg/pipeline"
)

const abuseWorld = `
-- dns://. --
api.abuseipdb.com. A 203.0.113.204

-- https://api.abuseipdb.com/api/v2/check?maxAgeInDays=90&ipAddress=* --
Content-Type: application/json

{"data":{"ipAddress":"192.0.2.66","isPublic":true,"ipVersion":4,"isWhitelisted":null,"abuseConfidenceScore":"82","countryCode":"US","usageType":"Data Center/Web Hosting/Transit",
"isp":"Example ISP","domain":"isp.example","hostnames":[],"isTor":true,"totalReports":12,"numDistinctUsers":5,"lastReportedAt":"2026-01-02T03:04:05+00:00","added":{}}}
`

func TestAbuseIPDB(t *testing.T) {
	const judged = "judged-by map[at:2026-01-02T03:04:05Z by:AbuseIPDB score:82 verdict:12 reports by 5 reporters in 90 days]"
	use := []string{"used-as map[by:AbuseIPDB kind:hosting]", "used-as map[by:AbuseIPDB kind:tor]"}
	turns(t, "abuseipdb", abuseWorld, []turn{
		{"reported", "192.0.2.66", nil, pipeline.OK, "", append(use, judged)},
		{"reported, and does no harm", "192.0.2.66", []string{`"isWhitelisted":null`, `"isWhitelisted":true`}, pipeline.OK, "",
			append(use, judged[:len(judged)-1]+", and on its list of those that do no harm]")},
		{"never reported", "192.0.2.66", []string{`"totalReports":12`, `"totalReports":0`, `"isTor":true,`, "", `"usageType":`, `"use":`}, pipeline.Empty, "", nil},
		{"IPv6 in another form", "2001:db8::66", []string{`"192.0.2.66"`, `"2001:0db8:0000::66"`}, pipeline.OK, "", append(use, judged)},
		{"another address", "192.0.2.67", nil, pipeline.Malformed, "not about the address", nil},
		{"no count", "192.0.2.66", []string{`"totalReports"`, `"reports"`}, pipeline.Malformed, "not about", nil},
		{"a list for the data", "192.0.2.66", []string{`{"data":{`, `{"data":[],"was":{`}, pipeline.Malformed, "not about", nil},
		{"not the key", "192.0.2.66", []string{jsonHead, failing("401", `{"errors":[{"detail":"Your API key is either missing, incorrect, or revoked.","status":401}]}`)}, pipeline.Unauthorized, "", nil},
		{"not in the plan", "192.0.2.66", []string{jsonHead, failing("402", `{"errors":[{"status":402}]}`)}, pipeline.QuotaExceeded, "", nil},
		{"not an address", "192.0.2.66", []string{jsonHead, failing("422", `{"errors":[{"status":422}]}`)}, pipeline.Malformed, "422", nil},
		{"enough for today", "192.0.2.66", []string{jsonHead, "status 429\nRetry-After: 3600\nX-RateLimit-Remaining: 0\n\n"}, pipeline.RateLimited, "", nil},
		{"not there", "192.0.2.66", []string{jsonHead, failing("404", `{"data":{}}`)}, pipeline.Malformed, "404", nil},
		{"the front page", "192.0.2.66", []string{jsonHead, "redirect https://www.abuseipdb.com/ 302\n\n"}, pipeline.Malformed, "elsewhere", nil},
	})
	keyIn(t, "abuseipdb", abuseWorld, "192.0.2.66", "api.abuseipdb.com", "Key")
}
