package threat_test

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const zenWorld = `
-- dns://zen.spamhaus.org --
2.0.0.127 A 127.0.0.2
66.100.51.198 A 127.0.0.4
66.100.51.198 A 127.0.0.9
66.100.51.198 TXT "https://www.spamhaus.org/query/ip/198.51.100.66"
0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.a.5.0.0.8.b.d.0.1.0.0.2 A 127.0.0.10

-- dns://dbl.spamhaus.org --
dbltest.com A 127.0.1.2
bad.example A 127.0.1.6
`

// hiddenName is a hidden service of Tor.
var hiddenName = strings.Repeat("a", 56) + ".onion"

func TestSpamhaus(t *testing.T) {
	reference := " reference:https://www.spamhaus.org/query/ip/198.51.100.66]"
	tryLists(t, "spamhaus", zenWorld, []listCase{
		{"on two lists", "198.51.100.66", "", "", pipeline.OK, "", []string{
			"listed-by map[code:127.0.0.4 for:exploited list:Spamhaus XBL" + reference, "listed-by map[code:127.0.0.9 for:hijacked list:Spamhaus DROP" + reference}},
		{"a policy is no abuse", "2001:db8:5a::10", "", "", pipeline.OK, "", []string{"listed-by map[code:127.0.0.10 for:policy list:Spamhaus PBL]"}},
		{"on none", "198.51.100.1", "", "", pipeline.OK, "", []string{"not listed-by map[for:spam list:Spamhaus ZEN]"}},
		{"a name", "bad.example", "", "", pipeline.OK, "", []string{"listed-by map[code:127.0.1.6 for:c2 list:Spamhaus DBL]"}},
		{"a name on none", "www.good.example", "", "", pipeline.OK, "", []string{"not listed-by map[for:spam list:Spamhaus DBL]"}},
		{"its page is another's", "198.51.100.66", "www.spamhaus.org/query", "spamhaus.evil.test/query", pipeline.OK, "", []string{
			"listed-by map[code:127.0.0.4 for:exploited list:Spamhaus XBL]", "listed-by map[code:127.0.0.9 for:hijacked list:Spamhaus DROP]"}},
		{"through a public resolver", "198.51.100.66", "A 127.0.0.", "A 127.255.255.254\n;", pipeline.Blocked, "--resolver", nil},
		{"the subject alone through one", "198.51.100.66", "66.100.51.198 A 127.0.0.4", "66.100.51.198 A 127.255.255.254", pipeline.Blocked, "public resolver", nil},
		{"too much", "198.51.100.66", "66.100.51.198 A 127.0.0.4", "66.100.51.198 A 127.255.255.255", pipeline.RateLimited, "too much", nil},
		{"a typo", "198.51.100.66", "66.100.51.198 A 127.0.0.4", "66.100.51.198 A 127.255.255.252", pipeline.Malformed, "error code", nil},
		{"an address where a name is due", "bad.example", "127.0.1.6", "127.0.1.255", pipeline.Malformed, "error code", nil},
		{"an unknown code", "bad.example", "127.0.1.6", "127.0.1.77", pipeline.Malformed, "none of its codes", nil},
		{"an unknown code beside another", "198.51.100.66", "127.0.0.9", "127.0.0.99", pipeline.Partial, "1 codes", []string{
			"listed-by map[code:127.0.0.4 for:exploited list:Spamhaus XBL" + reference}},
		{"a resolver that makes answers up", "bad.example", "A 127.0.1.6", "A 192.0.2.7", pipeline.Malformed, "the resolver", nil},
		{"the zone lists nothing", "198.51.100.1", "2.0.0.127 A 127.0.0.2", "", pipeline.Malformed, "its silence says nothing", nil},
		{"the zone is mute", "198.51.100.1", "-- dns://dbl", "-- host://zen.spamhaus.org --\ndns rcode SERVFAIL\n\n-- dns://dbl", pipeline.Unreachable, "SERVFAIL", nil},
		{"nobody's address", "10.0.0.1", "", "", pipeline.Skipped, "of this sort", nil},
		{"a hidden service", hiddenName, "", "", pipeline.Skipped, "hidden service", nil},
		{"a host of one", "www." + hiddenName, "", "", pipeline.Skipped, "hidden service", nil},
		{"a domain that is called the same", "onion.example", "", "", pipeline.OK, "", []string{"not listed-by map[for:spam list:Spamhaus DBL]"}},
	})
}

const dropWorld = `
-- dns://. --
www.spamhaus.org. A 203.0.113.200

-- https://www.spamhaus.org/drop/drop_v4.json --
Content-Type: text/plain

{"cidr":"198.51.100.64/28","sblid":"SBL1","rir":"x"}
{"type":"metadata","timestamp":1795600000,"records":1}

-- https://www.spamhaus.org/drop/asndrop.json --
Content-Type: text/plain

{"asn":64510,"asname":"X"}
{"type":"metadata","timestamp":1795600000,"records":1}
`

func TestDrop(t *testing.T) {
	hit, not := "listed-by map[code:SBL1 for:hijacked list:Spamhaus DROP]", "not listed-by map[for:hijacked list:Spamhaus DROP]"
	tryLists(t, "spamhaus-drop", dropWorld, []listCase{
		{"an address in it", "198.51.100.66", "", "", pipeline.OK, "", []string{hit}},
		{"an address beside it", "198.51.100.80", "", "", pipeline.OK, "", []string{not}},
		{"a network of which it is a part", "198.51.100.0/24", "", "", pipeline.OK, "", []string{"listed-by map[code:SBL1 (198.51.100.64/28) for:hijacked list:Spamhaus DROP]"}},
		{"a network's number", "AS64510", "", "", pipeline.OK, "", []string{"listed-by map[for:hijacked list:Spamhaus ASN-DROP]"}},
		{"another number", "AS6451", "", "", pipeline.OK, "", []string{"not listed-by map[for:hijacked list:Spamhaus ASN-DROP]"}},
		{"cut before its end", "198.51.100.80", "{\"type\":\"metadata\",\"timestamp\":1795600000,\"records\":1}", "", pipeline.Malformed, "no end", nil},
		{"shorter than it says", "198.51.100.80", `"records":1`, `"records":900`, pipeline.Malformed, "says that it has 900", nil},
		{"an entry of nothing", "198.51.100.66", `{"cidr":"198.51.100.64/28"`, `{"cidr":[]`, pipeline.Malformed, "entry of nothing", nil},
		{"an entry that is no network", "198.51.100.80", `{"cidr":"198.51.100.64/28"`, `{"cidr":"198.51.100.64-79"`, pipeline.Malformed, "entry of nothing", nil},
		{"a page", "198.51.100.80", "text/plain\n", "text/html\n", pipeline.Malformed, "a page came", nil},
		{"gone", "198.51.100.80", "Content-Type: text/plain\n", "status 404\n", pipeline.Malformed, "not where it was", nil},
		{"moved", "198.51.100.80", "Content-Type: text/plain\n", "redirect https://www.spamhaus.org/ 302\n", pipeline.Malformed, "302", nil},
		{"too often", "198.51.100.80", "Content-Type: text/plain\n", "status 429\nRetry-After: 600\n", pipeline.RateLimited, "", nil},
		{"forbidden", "198.51.100.80", "Content-Type: text/plain\n", "status 403\n", pipeline.Blocked, "", nil},
	})
}

const feodoWorld = `
-- dns://. --
feodotracker.abuse.ch. A 203.0.113.200

-- https://feodotracker.abuse.ch/downloads/ipblocklist.json --
Content-Type: application/json

[{"ip_address":"198.51.100.66","port":443,"status":"online","first_seen":"2026-10-02 03:04:05","last_online":"2026-11-25","malware":"Emotet"}]
`

func TestFeodo(t *testing.T) {
	tryLists(t, "feodo", feodoWorld, []listCase{
		{"on it", "198.51.100.66", "", "", pipeline.OK, "", []string{"listed-by map[code:online for:c2 last:2026-11-25T00:00:00Z list:Feodo Tracker malware:Emotet since:2026-10-02T03:04:05Z]"}},
		{"not on it", "198.51.100.6", "", "", pipeline.OK, "", []string{"not listed-by map[for:c2 list:Feodo Tracker]"}},
		{"IPv6, of which the list has none", "2001:db8::6", "", "", pipeline.Skipped, "IPv4 only", nil},
		{"nobody is", "198.51.100.66", `[{"ip_address":"198.51.100.66","port":443,"status":"online","first_seen":"2026-10-02 03:04:05","last_online":"2026-11-25","malware":"Emotet"}]`, "[]",
			pipeline.OK, "", []string{"not listed-by map[for:c2 list:Feodo Tracker]"}},
		{"no list", "198.51.100.66", "[{", `{"data":"x","a":{`, pipeline.Malformed, "", nil},
		{"an object", "198.51.100.6", `[{"ip_address":"198.51.100.66","port":443,"status":"online","first_seen":"2026-10-02 03:04:05","last_online":"2026-11-25","malware":"Emotet"}]`, `{"error":"login"}`,
			pipeline.Malformed, "no list", nil},
		{"an entry of nothing", "198.51.100.6", `"ip_address":"198.51.100.66"`, `"ip":"198.51.100.66"`, pipeline.Malformed, "entry of nothing", nil},
		{"forbidden", "198.51.100.6", "Content-Type: application/json\n", "status 403\n", pipeline.Blocked, "", nil},
	})
}

const fireholWorld = `
-- dns://. --
raw.githubusercontent.com. A 203.0.113.200

-- https://raw.githubusercontent.com/firehol/blocklist-ipsets/master/firehol_level1.netset --
Content-Type: text/plain

# Source File Date: Thu Nov 26 04:05:06 UTC 2026
# Entries         : 2 subnets, 17 unique IPs
198.51.100.64/28
203.0.113.9
`

func TestFirehol(t *testing.T) {
	not := "not listed-by map[for:suspicious list:FireHOL level 1]"
	tryLists(t, "firehol", fireholWorld, []listCase{
		{"in a network on it", "198.51.100.66", "", "", pipeline.OK, "", []string{"listed-by map[code:198.51.100.64/28 for:suspicious list:FireHOL level 1]"}},
		{"alone on it", "203.0.113.9", "", "", pipeline.OK, "", []string{"listed-by map[code:203.0.113.9/32 for:suspicious list:FireHOL level 1]"}},
		{"beside it", "198.51.100.80", "", "", pipeline.OK, "", []string{not}},
		{"IPv6, of which the list has none", "2001:db8::6", "", "", pipeline.Skipped, "IPv4 only", nil},
		{"a netblock of IPv6", "netblock:2001:db8::/32", "", "", pipeline.Skipped, "IPv4 only", nil},
		{"without a date", "198.51.100.80", "Thu Nov 26 04:05:06 UTC 2026", "long ago", pipeline.OK, "", []string{not}},
		{"shorter than it says", "198.51.100.80", "203.0.113.9\n", "", pipeline.Malformed, "says that it has 2", nil},
		{"a line that is none", "198.51.100.80", "203.0.113.9\n", "quota exceeded\n", pipeline.Malformed, "no network", nil},
		{"only a head", "198.51.100.80", "198.51.100.64/28\n203.0.113.9\n", "", pipeline.Malformed, "", nil},
		{"gone", "198.51.100.80", "Content-Type: text/plain\n", "status 404\n", pipeline.Malformed, "not where it was", nil},
	})
}
