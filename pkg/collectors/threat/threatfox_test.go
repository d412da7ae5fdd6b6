package threat_test

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const threatFoxWorld = `
-- dns://. --
threatfox-api.abuse.ch. A 203.0.113.202

-- POST https://threatfox-api.abuse.ch/api/v1/?query=search_ioc --
Content-Type: application/json

{"query_status":"ok","data":[
{"id":"7","ioc":"192.0.2.66:443","threat_type":"botnet_cc","ioc_type":"ip:port","malware":"win.grim","malware_printable":"Grim","malware_alias":null,"confidence_level":"75","first_seen":"2026-01-02 03:04:05 UTC","last_seen":null,"reporter":"fox"},
{"id":8,"ioc":"192.0.2.66:8443","threat_type":"botnet_cc","malware_printable":"Grim","confidence_level":100,"first_seen":"2026-01-01 00:00:00 UTC","last_seen":"2026-02-02 00:00:00 UTC"},
{"id":"9","ioc":"192.0.2.6:443","threat_type":"botnet_cc","malware_printable":"Other"},
{"id":"10","ioc":"http://evil.example/gate","threat_type":"payload_delivery","malware_printable":"Unknown malware"},
{"id":"11","ioc":"http://www.evil.example/gate","threat_type":"payload_delivery"},
{"id":"12","ioc":"[2001:db8::66]:443","threat_type":"odd"}]}
`

func TestThreatFox(t *testing.T) {
	turns(t, "threatfox", threatFoxWorld, []turn{
		{"an address with its ports", "192.0.2.66", nil, pipeline.OK, "", []string{"malware-family Grim",
			"listed-by map[confidence:100 for:c2 last:2026-02-02T00:00:00Z list:ThreatFox malware:Grim reference:https://threatfox.abuse.ch/ioc/8/ since:2026-01-01T00:00:00Z]"}},
		{"what lies at a name", "evil.example", nil, pipeline.OK, "", []string{"listed-by map[for:malware list:ThreatFox]"}},
		{"a threat that nobody knows", "2001:db8::66", nil, pipeline.OK, "", []string{"listed-by map[for:suspicious list:ThreatFox]"}},
		{"a URL, as it is", "http://evil.example/gate", nil, pipeline.OK, "", []string{"listed-by map[for:malware list:ThreatFox]"}},
		{"others only", "192.0.2.60", nil, pipeline.OK, "", []string{"not listed-by map[list:ThreatFox]"}},
		{"nothing, in a text", "192.0.2.66", []string{jsonHead, failing("200", `{"query_status":"no_result","data":"Your search did not yield any results"}`)}, pipeline.OK, "",
			[]string{"not listed-by map[list:ThreatFox]"}},
		{"a text for a list", "192.0.2.66", []string{jsonHead, failing("200", `{"query_status":"ok","data":"Over quota"}`)}, pipeline.Malformed, "no list", nil},
		{"a hash of a sort that it has none of", strings.Repeat("ab", 64), nil, pipeline.Skipped, "SHA-256 only", nil},
		{"indicators of nothing", "192.0.2.60", []string{`"ioc":`, `"value":`}, pipeline.Malformed, "of nothing", nil},
		{"one of them of nothing", "192.0.2.60", []string{`"ioc":"http://evil.example/gate"`, `"ioc":null`}, pipeline.Malformed, "of nothing", nil},
		{"one that is unreadable", "192.0.2.60", []string{`"data":[`, `"data":["busy",`}, pipeline.Malformed, "of nothing", nil},
		{"an empty list", "192.0.2.66", []string{jsonHead, failing("200", `{"query_status":"ok","data":[]}`)}, pipeline.Malformed, "sent none", nil},
		{"not the key", "192.0.2.66", []string{`"query_status":"ok"`, `"query_status":"unknown_auth_key"`}, pipeline.Unauthorized, "", nil},
		{"forbidden", "192.0.2.66", []string{jsonHead, failing("403", `{}`)}, pipeline.Blocked, "", nil},
		{"too many", "192.0.2.66", []string{`"data":[`, `"data":[` + strings.Repeat(`{"ioc":"192.0.2.66:1"},`, 1000)}, pipeline.Partial, "more than 1000",
			[]string{"listed-by map[for:suspicious list:ThreatFox]"}},
	})
	keyIn(t, "threatfox", threatFoxWorld, "evil.example", "threatfox-api.abuse.ch", "Auth-Key")
}
