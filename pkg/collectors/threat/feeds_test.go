package threat_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors/lab/trial"
	"osint/pkg/collectors/threat"
	"osint/pkg/pipeline"
)

const torWorld = `
-- dns://. --
check.torproject.org. A 203.0.113.200
onionoo.torproject.org. A 203.0.113.200

-- https://check.torproject.org/torbulkexitlist --
Content-Type: text/plain

198.51.100.66
2001:db8::66

-- https://onionoo.torproject.org/details?search=198.51.100.6 --
Content-Type: application/json

{"relays_published":"2026-11-26 01:00:00","relays":[
 {"nickname":"other","fingerprint":"00112233445566778899AABBCCDDEEFF00112233","or_addresses":["198.51.100.66:9001"],"running":true,"flags":["Exit"]}]}

-- https://onionoo.torproject.org/details?search=[2001:db8::66] --
Content-Type: application/json

{"relays":[{"nickname":"raven","fingerprint":"zz","or_addresses":["192.0.2.1:9001","[2001:db8::66]:443"],"exit_addresses":"192.0.2.2","last_seen":"2026-11-25 00:00:00","running":"1","flags":["Guard"]}]}
`

func TestTorExits(t *testing.T) {
	on, off := "listed-by map[for:tor-exit list:Tor exits]", "not listed-by map[for:tor-exit list:Tor exits]"
	tryLists(t, "tor-exits", torWorld, []listCase{
		{"an exit", "198.51.100.66", "", "", pipeline.OK, "", []string{on}},
		{"IPv6, of which the list has none", "2001:db8::67", "", "", pipeline.Skipped, "IPv4 only", nil},
		{"none", "198.51.100.6", "", "", pipeline.OK, "", []string{off}},
		{"an empty list", "198.51.100.6", "198.51.100.66\n2001:db8::66\n", "", pipeline.Malformed, "nothing came", nil},
		{"only a comment", "198.51.100.6", "198.51.100.66\n2001:db8::66\n", "# be back soon\n", pipeline.Malformed, "no address", nil},
		{"a message", "198.51.100.6", "2001:db8::66\n", "Too many requests\n", pipeline.Malformed, "no address", nil},
		{"a page", "198.51.100.6", "198.51.100.66\n2001:db8::66\n", "<html>\n", pipeline.Malformed, "a page", nil},
	})
}

func TestTorRelay(t *testing.T) {
	raven := "tor-relay map[exit:false last:2026-11-25T00:00:00Z nickname:raven running:true]"
	tryLists(t, "tor-relay", torWorld, []listCase{
		{"one that only begins the same", "198.51.100.6", "", "", pipeline.OK, "", []string{"not tor-relay"}},
		{"one by IPv6", "2001:db8::66", "", "", pipeline.OK, "", []string{raven}},
		{"an exit of another", "2001:db8::66", `"exit_addresses":"192.0.2.2"`, `"exit_addresses":["2001:db8::66"]`, pipeline.OK, "", []string{"tor-relay map[exit:true last:2026-11-25T00:00:00Z nickname:raven running:true]"}},
		{"a name that is none", "2001:db8::66", `"raven"`, `"ra\u001b[2Jven"`, pipeline.OK, "", []string{"tor-relay map[exit:false last:2026-11-25T00:00:00Z running:true]"}},
		{"cut", "198.51.100.6", `"relays":[`, `"relays_truncated":"7","relays":[`, pipeline.Malformed, "more than are read", nil},
		{"cut and found", "2001:db8::66", `{"relays":`, `{"relays_truncated":7,"relays":`, pipeline.Partial, "more relays", []string{raven}},
		{"no relays", "198.51.100.6", `"relays":[`, `"x":[`, pipeline.Malformed, "no list", nil},
		{"out of order", "198.51.100.6", "Content-Type: application/json\n", "status 503\n", pipeline.Unreachable, "", nil},
		{"led away", "198.51.100.6", "Content-Type: application/json\n", "redirect https://onionoo.torproject.org/ 302\n", pipeline.Malformed, "302", nil},
	})
}

const phishWorld = `
-- dns://. --
raw.githubusercontent.com. A 203.0.113.200

-- https://raw.githubusercontent.com/openphish/public_feed/refs/heads/main/feed.txt --
Content-Type: text/plain

https://login.bank.example/a?email=ann@victim.example
https://login.bank.example/b
http://198.51.100.66/x
https://notbank.example/
`

func TestOpenPhish(t *testing.T) {
	host := "@login.bank.example listed-by map[code:host for:phishing list:OpenPhish]"
	not := "not listed-by map[for:phishing list:OpenPhish]"
	tryLists(t, "openphish", phishWorld, []listCase{
		{"the page", "https://login.bank.example/b", "", "", pipeline.OK, "", []string{"listed-by map[code:page for:phishing list:OpenPhish]", host}},
		{"another page of the host", "https://login.bank.example/c", "", "", pipeline.OK, "", []string{host}},
		{"the host", "login.bank.example", "", "", pipeline.OK, "", []string{"listed-by map[code:host for:phishing list:OpenPhish]"}},
		{"the domain", "bank.example", "", "", pipeline.OK, "", []string{host}},
		{"an address", "198.51.100.66", "", "", pipeline.OK, "", []string{"listed-by map[code:host for:phishing list:OpenPhish]"}},
		{"a host beside it", "www.bank.example", "", "", pipeline.OK, "", []string{not}},
		{"a name that only ends alike", "notbank.example", "https://notbank.example/\n", "", pipeline.OK, "", []string{not}},
		{"an odd line about it", "other.example", "https://notbank.example/\n", "https://other.example:99999/\n", pipeline.Malformed, "can't be read", nil},
		{"an odd line about another", "bank.test", "https://notbank.example/\n", "https://other.example:99999/\n", pipeline.OK, "", []string{not}},
		{"more than is read", "bank.test", "https://notbank.example/\n", strings.Repeat("http://a.example/\n", 200_001), pipeline.Malformed, "longer than is read", nil},
		{"a message", "bank.example", "https://notbank.example/\n", "quota exceeded\n", pipeline.Malformed, "no URL", nil},
		{"hardly a URL", "bank.example", "https://login.bank.example/a?email=ann@victim.example\nhttps://login.bank.example/b\nhttp://198.51.100.66/x", "http\nhttp\nhttp", pipeline.Malformed, "hardly", nil},
		{"moved", "bank.example", "Content-Type: text/plain\n", "redirect https://github.com/ 302\n", pipeline.Malformed, "302", nil},
	})
	if got := trial.Tell(t, threat.All(), "openphish", "bank.example", phishWorld); strings.Contains(strings.Join(got.Lines, "\n"), "ann@") {
		t.Error("a victim is told of")
	}
}

const shieldWorld = `
-- dns://. --
isc.sans.edu. A 203.0.113.200

-- https://isc.sans.edu/api/ip/198.51.100.66 --
Content-Type: application/json

{"ip":{"number":"198.51.100.66","count":"12","attacks":5,"maxdate":"2026-11-20","mindate":"2026-10-01","asabusecontact":"ann@isp.example"}}

-- https://isc.sans.edu/api/ip/198.51.100.1 --
Content-Type: application/json

{"ip":{"number":"198.51.100.1","count":null,"attacks":null}}
`

func TestDShield(t *testing.T) {
	tryLists(t, "dshield", shieldWorld, []listCase{
		{"reported", "198.51.100.66", "", "", pipeline.OK, "", []string{"listed-by map[code:12 reports of 5 sensors for:scanner last:2026-11-20T00:00:00Z list:DShield since:2026-10-01T00:00:00Z]"}},
		{"not reported", "198.51.100.1", "", "", pipeline.OK, "", []string{"not listed-by map[for:scanner list:DShield]"}},
		{"IPv6, which no sensor has", "2001:db8::66", "", "", pipeline.Skipped, "IPv4 only", nil},
		{"another's", "198.51.100.66", `"number":"198.51.100.66"`, `"number":"198.51.100.67"`, pipeline.Malformed, "another", nil},
		{"nobody's", "198.51.100.66", `"number":"198.51.100.66",`, "", pipeline.Malformed, "another", nil},
		{"reported never", "198.51.100.1", `"count":null`, `"count":"0"`, pipeline.OK, "", []string{"not listed-by map[for:scanner list:DShield]"}},
		{"a number that is none", "198.51.100.1", `"count":null`, `"count":"n/a"`, pipeline.Malformed, "number of reports", nil},
		{"a list for a number", "198.51.100.1", `"count":null`, `"count":[]`, pipeline.Malformed, "number of reports", nil},
		{"an error", "198.51.100.1", `"count":null`, `"error":"bad IP"`, pipeline.Malformed, "not about an address", nil},
		{"a list", "198.51.100.1", `{"ip":{"number":"198.51.100.1","count":null,"attacks":null}}`, "[]", pipeline.Malformed, "", nil},
		{"locked out", "198.51.100.66", "Content-Type: application/json\n", "status 429\n", pipeline.RateLimited, "", nil},
		{"unknown", "198.51.100.66", "Content-Type: application/json\n", "status 404\nContent-Type: application/json\n", pipeline.Malformed, "", nil},
	})
}
