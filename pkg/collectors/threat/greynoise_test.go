package threat_test

import (
	"testing"

	"osint/pkg/collectors/lab/trial"
	"osint/pkg/collectors/threat"
	"osint/pkg/pipeline"
)

const greyWorld = `
-- dns://. --
api.greynoise.io. A 203.0.113.205

-- https://api.greynoise.io/v3/community/192.0.2.66 --
Content-Type: application/json

{"ip":"192.0.2.66","noise":"true","riot":false,"classification":"Malicious","name":"unknown","link":"https://viz.greynoise.io/ip/192.0.2.66","last_seen":"2026-01-02","message":"Success"}

-- https://api.greynoise.io/v3/community/* --
status 404
Content-Type: application/json

{"ip":"192.0.2.67","noise":false,"riot":false,"message":"IP not observed scanning the internet or contained in RIOT data set."}

-- https://api.greynoise.io/v3/ip/* --
Content-Type: application/json

{"ip":"192.0.2.66","business_service_intelligence":{"found":true,"category":"cdn","name":"Example CDN"},"internet_scanner_intelligence":{"found":true,"classification":"benign",
"first_seen":"2026-01-01","last_seen":"2026-01-02","actor":"Example Survey","vpn":true,"tor":false,"cves":[],"tags":[{"name":"x"}],"metadata":{"asn":"AS64500"}}}
`

func TestGreyNoise(t *testing.T) {
	turns(t, "greynoise", greyWorld, []turn{
		{"a survey", "192.0.2.66", nil, pipeline.OK, "", []string{"scanner map[benign:true classification:benign first:2026-01-01T00:00:00Z last:2026-01-02T00:00:00Z name:Example Survey]",
			"used-as map[by:GreyNoise kind:vpn]", "used-as map[by:GreyNoise kind:cdn name:Example CDN]"}},
		{"never seen", "192.0.2.67", []string{"/v3/ip/* --\n", "/v3/ip/* --\nstatus 404\n", `{"ip":"192.0.2.66","business_service_intelligence":{"found":true`, `{"ip":"192.0.2.67","business_service_intelligence":{"found":false`,
			`intelligence":{"found":true,"classification":"benign"`, `intelligence":{"found":false`, `"vpn":true`, `"vpn":false`}, pipeline.OK, "", []string{"not scanner"}},
		{"little", "192.0.2.66", []string{`"classification":"benign",` + "\n" + `"first_seen":"2026-01-01","last_seen":"2026-01-02","actor":"Example Survey","vpn":true`, `"x":1`, `"category":"cdn"`, `"category":"x"`},
			pipeline.OK, "", []string{"scanner map[benign:false classification:unknown]"}},
		{"an answer without a word", "192.0.2.66", []string{`"internet_scanner_intelligence":{"found":true,`, `"internet_scanner_intelligence":{`}, pipeline.Malformed, "not about", nil},
		{"not on this plan", "192.0.2.66", []string{`"internet_scanner_intelligence":{"found":true`, `"internet_scanner_intelligence":{"found":"upgrade"`}, pipeline.Malformed, "not about", nil},
		{"half the answer", "192.0.2.66", []string{`"internet_scanner_intelligence"`, `"other"`}, pipeline.Malformed, "not about", nil},
		{"IPv6", "2001:db8::66", nil, pipeline.Skipped, "IPv4 only", nil},
		{"no such key", "192.0.2.66", []string{"/v3/ip/* --\n", "/v3/ip/* --\nstatus 401\n"}, pipeline.Unauthorized, "", nil},
		{"not with this key", "192.0.2.66", []string{"/v3/ip/* --\n", "/v3/ip/* --\nstatus 403\n"}, pipeline.Blocked, "", nil},
	})
	keyIn(t, "greynoise", greyWorld, "192.0.2.66", "api.greynoise.io", "Key")
}

func TestGreyNoiseCommunity(t *testing.T) {
	turns(t, "greynoise-community", greyWorld, []turn{
		{"malicious", "192.0.2.66", nil, pipeline.OK, "", []string{"scanner map[benign:false classification:malicious last:2026-01-02T00:00:00Z]"}},
		{"never seen", "192.0.2.67", nil, pipeline.OK, "", []string{"not scanner"}},
		{"another's answer", "192.0.2.68", nil, pipeline.Malformed, "not about", nil},
		{"not on this plan", "192.0.2.66", []string{`"noise":"true"`, `"noise":"unavailable on your plan"`}, pipeline.Malformed, "not about", nil},
		{"a page that is not there", "192.0.2.67", []string{`{"ip":"192.0.2.67","noise":false,"riot":false`, `{"ip":"192.0.2.67"`}, pipeline.Malformed, "404", nil},
		{"enough for today", "192.0.2.66", []string{"192.0.2.66 --\n", "192.0.2.66 --\nstatus 429\nRetry-After: 9000\n"}, pipeline.RateLimited, "", nil},
		{"a text", "192.0.2.66", []string{`{"ip":"192.0.2.66","noise"`, `You have hit your limit {"ip":"192.0.2.66","noise"`}, pipeline.Malformed, "text where JSON", nil},
	})
	got := trial.Tell(t, threat.All(), "greynoise-community", "192.0.2.66", greyWorld)
	for _, r := range got.Lab.Log() {
		if r.Header.Get("Key") != "" {
			t.Error("it is sent a key")
		}
	}
}
