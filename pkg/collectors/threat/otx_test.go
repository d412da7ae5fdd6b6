package threat_test

import (
	"fmt"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const otxWorld = `
-- dns://. --
otx.alienvault.com. A 203.0.113.207

-- https://otx.alienvault.com/api/v1/indicators/domain/evil.example/general --
Content-Type: application/json

{"indicator":"evil.example","whois":"http://whois.domaintools.com/evil.example","validation":[],"pulse_info":{"count":"3","references":[],"pulses":[
{"id":"0123456789abcdef01234567","name":"Grim\u001b[2J  Hauler, told by ann@thropp.example","description":"by Ann Thropp","created":"2026-01-01T00:00:00.123000","modified":"2026-01-02T03:04:05.123000","author":{"username":"annt"},"TLP":"white",
"malware_families":[{"id":"GrimHauler","display_name":"GrimHauler","target":null},"Trojan:Grim"],"attack_ids":[{"id":"T1071.001","name":"Web Protocols","display_name":"T1071.001 - Web Protocols"},{"id":"TA0011"},"T1105"]},
{"id":"../../x","name":"Second","TLP":"secret"},{"id":"x","name":""}]}}

-- https://otx.alienvault.com/api/v1/indicators/IPv4/192.0.2.66/general --
Content-Type: application/json

{"pulse_info":{"count":0,"pulses":[]},"validation":[{"source":"whitelist","name":"Whitelisted IP"}]}

-- https://otx.alienvault.com/api/v1/indicators/url/http%3A%2F%2Fevil.example%2Fa%3Fb=1/general --
Content-Type: application/json

{"pulse_info":{"count":1,"pulses":[{"name":"Of a URL"}]},"validation":[{"source":"whitelist"}]}

-- https://otx.alienvault.com/* --
status 404
Content-Type: application/json

{"detail":"Not found."}

-- https://otx.alienvault.com/api/v1/indicators/domain/evil.example/passive_dns --
Content-Type: application/json

{"passive_dns":[{"address":"192.0.2.10","first":"2025-09-12T09:47:59","last":"2025-09-13T09:47:59","hostname":"WWW.evil.example","record_type":"A","flag_title":"US","asn":"AS64500 example"},
{"address":"192.0.2.10","first":"2020-09-12T09:47:59","last":"2021-09-13T09:47:59","hostname":"www.evil.example","record_type":"A"},
{"address":"cdn.example.net","hostname":"evil.example","record_type":"CNAME"},{"address":"NXDOMAIN","hostname":"old.evil.example","record_type":"A"},
{"address":"2001:db8::1","hostname":"evil.example","record_type":"AAAA","last":"x"},{"address":"192.0.2.1","hostname":"evil.example.other.example"},{"address":"192.0.2.1","hostname":"*.dev.evil.example","record_type":"odd"},null],"count":"7"}

-- https://otx.alienvault.com/api/v1/indicators/hostname/www.evil.example/passive_dns --
Content-Type: application/json

{"passive_dns":[{"address":"192.0.2.10","hostname":"www.evil.example","record_type":"A"},{"address":"192.0.2.11","hostname":"evil.example","record_type":"A"}],"count":2}
`

func TestOTX(t *testing.T) {
	whole := []string{"campaign map[at:2026-01-02T03:04:05Z by:OTX reference:https://otx.alienvault.com/pulse/0123456789abcdef01234567 title:Grim[2J Hauler, told by withheld@thropp.example tlp:TLP:CLEAR]",
		"campaign map[by:OTX title:Second]", "malware-family GrimHauler", "malware-family Trojan:Grim", "technique map[by:OTX id:T1071.001]", "technique map[by:OTX id:T1105]"}
	turns(t, "otx", otxWorld, []turn{
		{"named in reports", "evil.example", nil, pipeline.OK, "", whole},
		{"named in none", "192.0.2.66", nil, pipeline.Empty, "", nil},
		{"a URL", "http://evil.example/a?b=1", nil, pipeline.OK, "", []string{"campaign map[by:OTX title:Of a URL]"}},
		{"never met", "filehash:" + md5Of, nil, pipeline.Empty, "", nil},
		{"a page that is not there", "filehash:" + md5Of, []string{`{"detail":"Not found."}`, `<p>404</p>`}, pipeline.Malformed, "404", nil},
		{"more than it shows", "evil.example", []string{`"count":"3"`, `"count":61`}, pipeline.Partial, "61 reports name it, of which 3", whole},
		{"more than are told", "evil.example", []string{`"pulses":[`, `"pulses":[` + strings.Repeat(`{"name":"Many"},`, 60)}, pipeline.Partial, "63 reports name it, of which 50", []string{"campaign map[by:OTX title:Many]"}},
		{"no count", "evil.example", []string{`"count":"3",`, ""}, pipeline.Malformed, "nothing of reports", nil},
		{"no account", "evil.example", []string{jsonHead, failing("403", `{"detail":"Anonymous access to this endpoint is limited. Please authenticate."}`)}, pipeline.Blocked, "", nil},
		{"too fast", "evil.example", []string{jsonHead, failing("429\nRetry-After: 60", `{"detail":"x"}`)}, pipeline.RateLimited, "", nil},
	})
	keyIn(t, "otx", otxWorld, "evil.example", "otx.alienvault.com", "X-Otx-Api-Key")
}

func TestOTXDNS(t *testing.T) {
	var many strings.Builder
	for i := range 5001 {
		fmt.Fprintf(&many, `{"address":"NXDOMAIN","hostname":"h%d.evil.example"},`, i)
	}
	turns(t, "otx-dns", otxWorld, []turn{
		{"a domain", "evil.example", nil, pipeline.OK, "", []string{"has-name host:www.evil.example", "has-name host:old.evil.example", "has-name host:dev.evil.example",
			"www.evil.example | resolved-to ip:192.0.2.10 map[first:2025-09-12T09:47:59Z last:2025-09-13T09:47:59Z type:A]",
			"resolved-to ip:2001:db8::1 map[type:AAAA]", "dev.evil.example | resolved-to ip:192.0.2.1 map[]"}},
		{"a host", "www.evil.example", nil, pipeline.OK, "", []string{"resolved-to ip:192.0.2.10 map[type:A]"}},
		{"never met", "good.example", nil, pipeline.Empty, "", nil},
		{"a text for the list", "evil.example", []string{`{"passive_dns":[`, `{"passive_dns":"limited","was":[`}, pipeline.Malformed, "no list", nil},
		{"no list", "evil.example", []string{`"passive_dns":[`, `"was":[`}, pipeline.Malformed, "no list", nil},
	})
	turns(t, "otx-dns", strings.Replace(otxWorld, `{"passive_dns":[`, `{"passive_dns":[`+many.String(), 1), []turn{{"too many", "www.evil.example", nil, pipeline.OK, "", []string{"resolved-to ip:192.0.2.10 map[type:A]"}}})
}
