package threat_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors/lab/trial"
	"osint/pkg/collectors/threat"
	"osint/pkg/pipeline"
)

// A list's word counts only where it passes its own trial; that it turns us
// away is never that it lists nothing.
func TestDNSBL(t *testing.T) {
	const trials = "-- dns://bl.spamcop.net --\n2.0.0.127 A 127.0.0.2\n"
	const surbl = "-- dns://multi.surbl.org --\nsurbl-org-permanent-test-point.com A 127.0.0.254\n"
	const drone = "-- dns://dnsbl.dronebl.org --\n2.0.0.127 A 127.0.0.2\n"
	for _, c := range []struct {
		name, collector, subject, world string
		ends                            pipeline.Outcome
		reason                          string
		says                            []string
	}{
		{"listed", "dnsbl-spamcop", "192.0.2.7", trials + "7.2.0.192 A 127.0.0.2\n", pipeline.OK, "", []string{"192.0.2.7 listed-by map[code:127.0.0.2 for:spam list:SpamCop]"}},
		{"not listed", "dnsbl-spamcop", "192.0.2.7", trials, pipeline.OK, "", []string{"192.0.2.7 not listed-by map[for:spam list:SpamCop]"}},
		{"an empty zone", "dnsbl-spamcop", "192.0.2.7", "-- dns://bl.spamcop.net --\nx A 127.0.0.2\n", pipeline.Unreachable, "SpamCop does not list what it must list", nil},
		{"a listing in a zone without its trial", "dnsbl-spamcop", "192.0.2.7", "-- dns://bl.spamcop.net --\n7.2.0.192 A 127.0.0.2\n", pipeline.Unreachable, "does not list what it must list", nil},
		{"a list that lists the world", "dnsbl-spamcop", "192.0.2.7", "-- dns://bl.spamcop.net --\n*.127 A 127.0.0.2\n* A 127.0.0.2\n", pipeline.Malformed, "lists what it must not list", nil},
		{"a domain that was given to others", "dnsbl-spamcop", "192.0.2.7", "-- dns://bl.spamcop.net --\n* A 203.0.113.9\n", pipeline.Malformed, "no code of SpamCop", nil},
		{"through a public resolver", "dnsbl-spamcop", "192.0.2.7", trials + "7.2.0.192 A 127.255.255.254\n", pipeline.Blocked, "public resolver", nil},
		{"a resolver that fails", "dnsbl-spamcop", "192.0.2.7", trials + "\n-- host://bl.spamcop.net --\ndns rcode SERVFAIL\n", pipeline.Unreachable, "SpamCop answers SERVFAIL", nil},
		{"a resolver that refuses", "dnsbl-spamcop", "192.0.2.7", trials + "\n-- host://7.2.0.192.bl.spamcop.net --\ndns rcode REFUSED\n", pipeline.Unreachable, "SpamCop answers REFUSED", nil},
		{"a code that nobody knows", "dnsbl-spamcop", "192.0.2.7", trials + "7.2.0.192 A 127.0.0.77\n", pipeline.Malformed, "none of its codes", nil},
		{"one that is known beside one that is not", "dnsbl-spamcop", "192.0.2.7", trials + "7.2.0.192 A 127.0.0.77\n7.2.0.192 A 127.0.0.2\n", pipeline.Partial, "1 codes", []string{"192.0.2.7 listed-by map[code:127.0.0.2 for:spam list:SpamCop]"}},
		{"IPv6 where there is none", "dnsbl-spamcop", "2001:db8::7", trials, pipeline.Skipped, "IPv4 only", nil},
		{"IPv6 by nibbles", "dnsbl-dronebl", "2001:db8::7", drone + "7." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2 A 127.0.0.13\n", pipeline.OK, "", []string{"2001:db8::7 listed-by map[code:127.0.0.13 for:scanner list:DroneBL]"}},
		{"two reasons", "dnsbl-surbl", "acme.example", surbl + "acme.example A 127.0.0.24\n", pipeline.OK, "", []string{
			"acme.example listed-by map[code:127.0.0.24 for:malware list:SURBL]", "acme.example listed-by map[code:127.0.0.24 for:phishing list:SURBL]"}},
		{"a hidden service", "dnsbl-surbl", hiddenName, surbl, pipeline.Skipped, "hidden service", nil},
		{"a hidden service, of another list", "dnsbl-uribl", hiddenName, "-- dns://multi.uribl.com --\ntest.uribl.com A 127.0.0.14\n", pipeline.Skipped, "hidden service", nil},
		{"an address that nobody has", "dnsbl-dronebl", "ff02::1", drone, pipeline.Skipped, "of this sort", nil},
		{"turned away by a code of the list's own", "dnsbl-surbl", "acme.example", surbl + "acme.example A 127.0.0.1\n", pipeline.Blocked, "public resolver", nil},
		{"turned away by another", "dnsbl-uribl", "acme.example", "-- dns://multi.uribl.com --\ntest.uribl.com A 127.0.0.255\n", pipeline.Blocked, "public resolver", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := trial.Tell(t, threat.All(), c.collector, c.subject, c.world)
			o.Ends(t, c.ends, c.reason)
			o.Says(t, c.says...)
		})
	}
}
