package infrastructure

import (
	"net/netip"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const routes = `
10.2.0.192.origin.asn.cymru.com. TXT "64500 | 192.0.0.0/16 | US | arin | 2001-01-01"
10.2.0.192.origin.asn.cymru.com. TXT "64501 64502 | 192.0.2.0/24 | DE | ripencc | 2011-01-01"
as64500.asn.cymru.com. TXT "64500 | US | arin | 2001-01-01 | EXAMPLE-AS - Example Org, US"
as64501.asn.cymru.com. TXT "64501 | DE | ripencc | 2011-01-01 | ONE - One GmbH, DE"
as64502.asn.cymru.com. TXT "64502 |  | ripencc |  | TWO"
`

func TestOriginOfAnAddress(t *testing.T) {
	f := zoneOf(t, routes)
	r := read(t, originASN(), readOrigin, f, "192.0.2.10")
	if r.err != nil || f.trips != 2 {
		t.Errorf("error %v in %d round trips", r.err, f.trips)
	}
	r.only(t, "part-of", "192.0.2.10 part-of netblock:192.0.2.0/24 route")
	r.only(t, "announced-by", "192.0.2.10 announced-by asn:AS64501", "192.0.2.10 announced-by asn:AS64502",
		"192.0.2.0/24 announced-by asn:AS64501", "192.0.2.0/24 announced-by asn:AS64502")
	r.only(t, "network-name", "AS64501 network-name ONE - One GmbH, DE", "AS64502 network-name TWO")
	r.only(t, "registered-in", "192.0.2.0/24 registered-in DE", "AS64501 registered-in DE")
}

func TestOriginOfIPv6(t *testing.T) {
	name := "1." + strings.Repeat("0.", 23) + "8.b.d.0.1.0.0.2.origin6.asn.cymru.com"
	if got := originName(netip.MustParseAddr("2001:db8::1")); got != name {
		t.Errorf("asks %s", got)
	}
	r := read(t, originASN(), readOrigin, zoneOf(t, name+`. TXT "64500 | 2001:db8::/32 | US | arin | 2001-01-01"`+"\n"), "2001:db8::1")
	r.only(t, "part-of", "2001:db8::1 part-of netblock:2001:db8::/32 route")
}

func TestNameOfANetwork(t *testing.T) {
	r := read(t, originASN(), readOrigin, zoneOf(t, routes), "AS64500")
	r.only(t, "network-name", "AS64500 network-name EXAMPLE-AS - Example Org, US")
	r.only(t, "registered-in", "AS64500 registered-in US")
}

func TestAddressNobodyAnnounces(t *testing.T) {
	r := read(t, originASN(), readOrigin, zoneOf(t, routes), "198.51.100.1")
	r.only(t, "announced-by", "not 198.51.100.1 announced-by")
	if r.err != nil {
		t.Error(r.err)
	}
	f := zoneOf(t, routes)
	if r := read(t, originASN(), readOrigin, f, "10.0.0.1"); outcome(r.err) != pipeline.Skipped || len(f.asked) > 0 {
		t.Errorf("a private address: %v, asked %v", r.err, f.asked)
	}
}

func TestOriginThatIsNotAsPromised(t *testing.T) {
	for _, text := range []string{"hello", "64500 | 192.0.2.0 | US | arin | x", "x | 192.0.2.0/24 | US | arin | x", " | 192.0.2.0/24 | US | arin | x",
		"64500 | 203.0.113.0/24 | US | arin | 2001-01-01"} {
		r := read(t, originASN(), readOrigin, zoneOf(t, "10.2.0.192.origin.asn.cymru.com. TXT \""+text+"\"\n"), "192.0.2.10")
		if outcome(r.err) != pipeline.Malformed || len(r.lines) > 0 {
			t.Errorf("%q: %v, %v; want malformed and nothing", text, r.err, r.lines)
		}
	}
}

func TestNetworkNameFailing(t *testing.T) {
	f := zoneOf(t, routes)
	f.broken["as64501.asn.cymru.com TXT"] = true
	r := read(t, originASN(), readOrigin, f, "192.0.2.10")
	r.only(t, "network-name", "AS64502 network-name TWO")
	if outcome(r.err) != pipeline.Partial {
		t.Errorf("%v; want partial", r.err)
	}
}

func FuzzCymru(f *testing.F) {
	for _, s := range []string{"64500 64501 | 192.0.2.0/24 | US | arin | 2001-01-01", "64500 | US | arin | 2001-01-01 | EXAMPLE-AS - Example Org, US", "| | |", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := parseRoute(s); err == nil && (len(r.networks) == 0 || !r.prefix.IsValid() || r.prefix != r.prefix.Masked()) {
			t.Errorf("%q: %+v", s, r)
		}
		parseNetwork(s)
	})
}
