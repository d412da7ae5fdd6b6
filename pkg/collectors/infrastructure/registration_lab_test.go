package infrastructure_test

import (
	"testing"

	"osint/pkg/pipeline"
)

const registryZones = `
-- dns://iana.org --
data A 203.0.113.1
whois A 203.0.113.2
-- dns://example --
rdap.nic A 203.0.113.3
whois.nic A 203.0.113.4
rdap.names A 203.0.113.5
whois.names A 203.0.113.6
`

const registryRDAP = registryZones + `
-- https://data.iana.org/rdap/dns.json --

{"services":[[["example"],["https://rdap.nic.example/v1/"]]]}
-- https://data.iana.org/rdap/ipv4.json --

{"services":[[["192.0.2.0/24"],["https://rdap.nic.example/v1/"]]]}
-- https://data.iana.org/rdap/asn.json --

{"services":[[["64496-64511"],["https://rdap.nic.example/v1/"]]]}
`

const registryDomain = `
-- https://rdap.nic.example/v1/domain/acme.example --
Content-Type: application/rdap+json

{"objectClassName":"domain","handle":"D1","ldhName":"ACME.EXAMPLE","status":["client hold"],
"events":[{"eventAction":"registration","eventDate":"2020-01-02T00:00:00Z"},{"eventAction":"expiration","eventDate":"2030-01-02T00:00:00Z"}],
"nameservers":[{"ldhName":"NS1.ACME.EXAMPLE"}],"secureDNS":{"delegationSigned":true},
"entities":[{"roles":["registrar"],"publicIds":[{"type":"IANA Registrar ID","identifier":9001}],"vcardArray":["vcard",[["fn",{},"text","Names Ltd"]]],
"entities":[{"roles":["abuse"],"vcardArray":["vcard",[["fn",{},"text",""],["email",{},"text","abuse@names.example"]]]}]},
{"roles":["registrant"],"vcardArray":["vcard",[["fn",{},"text","REDACTED FOR PRIVACY"]]]}],
"links":[{"rel":"related","href":"https://rdap.names.example/domain/ACME.EXAMPLE","type":"application/rdap+json"}]}
`

func TestRDAPOfADomain(t *testing.T) {
	got := tell(t, "rdap", "acme.example", registryRDAP+registryDomain+`
-- https://rdap.names.example/domain/ACME.EXAMPLE --

{"objectClassName":"domain","ldhName":"acme.example","events":[{"eventAction":"registration","eventDate":"2020-01-02T00:00:07Z"}],
"entities":[{"roles":["registrant"],"vcardArray":["vcard",[["kind",{},"text","org"],["fn",{},"text","Acme Ltd"]]]}]}
`)
	got.ends(t, pipeline.OK, "")
	got.says(t, "acme.example registration D1", "acme.example registered-at 2020-01-02T00:00:00Z", "!acme.example registered-at 2020-01-02T00:00:07Z",
		"acme.example expires-at 2030-01-02T00:00:00Z", "acme.example registry-status client hold", "acme.example delegation-signed true",
		"acme.example delegated-to ns1.acme.example", "acme.example registered-by Names Ltd 9001", "acme.example has-contact abuse@names.example abuse",
		"acme.example registered-to Acme Ltd", "!acme.example registered-to REDACTED", "!acme.example has-contact REDACTED")
	if len(got.exchanges) != 3 {
		t.Errorf("%d exchanges; want IANA's, the registry's and the registrar's", len(got.exchanges))
	}
}

func TestRDAPOfNumbers(t *testing.T) {
	world := registryRDAP + `
-- https://rdap.nic.example/v1/ip/192.0.2.10 --

{"objectClassName":"ip network","handle":"NET-1","startAddress":"192.0.2.0","endAddress":"192.0.2.127","name":"ACME-NET","country":"GB",
"entities":[{"roles":["registrant"],"vcardArray":["vcard",[["kind",{},"text","org"],["fn",{},"text","Acme Ltd"]]],"entities":[{"roles":["abuse"],"vcardArray":["vcard",[["email",{},"text","abuse@acme.example"]]]}]}]}
-- https://rdap.nic.example/v1/autnum/64500 --

{"objectClassName":"autnum","handle":"AS64500","startAutnum":64500,"endAutnum":64500,"name":"ACME-AS","country":"GB"}
`
	tell(t, "rdap", "192.0.2.10", world).says(t, "192.0.2.10 registration NET-1", "192.0.2.10 part-of 192.0.2.0/25 registry", "192.0.2.0/25 network-name ACME-NET",
		"192.0.2.0/25 registered-in GB", "192.0.2.0/25 held-by Acme Ltd", "192.0.2.0/25 has-contact abuse@acme.example abuse")
	tell(t, "rdap", "AS64500", world).says(t, "AS64500 registration AS64500", "AS64500 network-name ACME-AS", "AS64500 registered-in GB")
	tell(t, "rdap", "198.51.100.1", world).ends(t, pipeline.Unreachable, "no RDAP server for 198.51.100.1")
}

func TestRDAPThatFails(t *testing.T) {
	answer := func(a string) string {
		return registryRDAP + "\n-- https://rdap.nic.example/v1/domain/acme.example --\n" + a + "\n"
	}
	for _, x := range []struct {
		what, world string
		outcome     pipeline.Outcome
		reason      string
	}{
		{"refused", answer("status 403\n\nno"), pipeline.Blocked, "403"},
		{"too often", answer("status 429\nRetry-After: 3600\n\nslow"), pipeline.RateLimited, "429"},
		{"HTML", answer("\n<html>Welcome</html>"), pipeline.Malformed, "not an RDAP record"},
		{"another name", answer("\n" + `{"objectClassName":"domain","ldhName":"other.example"}`), pipeline.Malformed, "not about acme.example"},
		{"an error in a page that says OK", answer("\n" + `{"errorCode":500,"title":"x"}`), pipeline.Malformed, "error 500"},
		{"no such suffix", registryZones + "\n-- https://data.iana.org/rdap/dns.json --\n\n" + `{"services":[[["test"],["https://rdap.nic.example/"]]]}` + "\n", pipeline.Unreachable, "no RDAP server for .example"},
		{"no list of servers", registryZones + "\n-- https://data.iana.org/rdap/dns.json --\nstatus 404\n\nno\n", pipeline.Unreachable, "list of RDAP servers"},
	} {
		t.Run(x.what, func(t *testing.T) {
			got := tell(t, "rdap", "acme.example", x.world)
			got.ends(t, x.outcome, x.reason)
			if len(got.lines) > 0 {
				t.Errorf("says %v", got.lines)
			}
		})
	}
	t.Run("not registered", func(t *testing.T) {
		got := tell(t, "rdap", "acme.example", answer("status 404\n\n"+`{"errorCode":404}`))
		got.ends(t, pipeline.OK, "")
		got.says(t, "not acme.example registration")
	})
	t.Run("the registrar fails", func(t *testing.T) {
		got := tell(t, "rdap", "acme.example", registryRDAP+registryDomain+"\n-- https://rdap.names.example/domain/ACME.EXAMPLE --\nstatus 403\n\nno\n")
		got.ends(t, pipeline.Partial, "the registrar's record")
		got.says(t, "acme.example registered-by Names Ltd 9001")
	})
}

const registryWhois = registryZones + `
-- whois://whois.iana.org/example --
refer: whois.nic.example
status: ACTIVE
`

const registryRecord = registryWhois + `
-- whois://whois.nic.example/acme.example --
Domain Name: ACME.EXAMPLE
Registrar WHOIS Server: whois.names.example
Creation Date: 2020-01-02T00:00:00Z
Registrar: Names Ltd
`

func TestWhoisChain(t *testing.T) {
	got := tell(t, "whois", "acme.example", registryRecord+`
-- whois://whois.names.example/acme.example --
Domain Name: acme.example
Registrar WHOIS Server: whois.nic.example
Creation Date: 2020-01-02T00:00:09Z
Registrant Organization: Acme Ltd
`)
	got.ends(t, pipeline.OK, "")
	got.says(t, "acme.example registered-at 2020-01-02T00:00:00Z", "!acme.example registered-at 2020-01-02T00:00:09Z",
		"acme.example registered-by Names Ltd", "acme.example registered-to Acme Ltd")
	if len(got.exchanges) != 3 {
		t.Errorf("%d exchanges; the registrar refers back, which ends the chain", len(got.exchanges))
	}
}

func TestWhoisThatFails(t *testing.T) {
	answer := func(a string) string {
		return registryWhois + "\n-- whois://whois.nic.example/acme.example --\n" + a + "\n"
	}
	for _, x := range []struct {
		what, world string
		outcome     pipeline.Outcome
		reason      string
		says        string
	}{
		{"no such name", answer(`No match for "ACME.EXAMPLE".`), pipeline.OK, "", "not acme.example registration"},
		{"asked too often", answer("Number of allowed queries exceeded."), pipeline.RateLimited, "too often", ""},
		{"refused", answer("Access denied"), pipeline.Blocked, "refuses", ""},
		{"neither", answer("Welcome to the registry."), pipeline.Malformed, "neither", ""},
		{"another name", answer("Domain Name: other.example\nRegistrar: Names Ltd"), pipeline.Malformed, "not about acme.example", ""},
		{"no server", registryZones + "\n-- whois://whois.iana.org/example --\n% This query returned 0 objects.\n", pipeline.Unreachable, "no WHOIS server for .example", ""},
		{"the registrar refuses", registryRecord + "\n-- whois://whois.names.example/acme.example --\nAccess denied\n", pipeline.Partial, "refers to", "acme.example registered-by Names Ltd"},
		{"its own referral", answer("Registrar WHOIS Server: whois.nic.example\nRegistrar: Names Ltd"), pipeline.OK, "", "acme.example registered-by Names Ltd"},
	} {
		t.Run(x.what, func(t *testing.T) {
			got := tell(t, "whois", "acme.example", x.world)
			got.ends(t, x.outcome, x.reason)
			if x.says == "" && len(got.lines) > 0 {
				t.Errorf("says %v", got.lines)
			}
			if x.says != "" {
				got.says(t, x.says)
			}
		})
	}
}

// ARIN wants its own form of question, once.
func TestWhoisOfAnAddress(t *testing.T) {
	got := tell(t, "whois", "192.0.2.10", `
-- dns://. --
whois.iana.org. A 203.0.113.2
whois.arin.net. A 203.0.113.3
-- whois://whois.iana.org/192.0.2.10 --
refer: whois.arin.net
inetnum: 192.0.0.0 - 192.255.255.255
-- whois://whois.arin.net/192.0.2.10 --
NetRange: 192.0.2.0 - 192.0.2.255
NetName: ACME-NET
Organization: Acme Ltd (ACME-1)
`)
	got.ends(t, pipeline.OK, "")
	got.says(t, "192.0.2.10 part-of 192.0.2.0/24 registry", "192.0.2.0/24 held-by Acme Ltd", "192.0.2.0/24 network-name ACME-NET")
	if q := got.asked("whois", "whois.arin.net"); len(q) != 1 || q[0] != "n + 192.0.2.10" {
		t.Errorf("ARIN was asked %q", q)
	}
}

// A name below a suffix that a private party runs is in no registry: a
// registry asked would deny it.
func TestNamesInNoRegistry(t *testing.T) {
	for _, collector := range []string{"rdap", "whois"} {
		got := tell(t, collector, "acme.github.io", registryRDAP)
		got.ends(t, pipeline.Skipped, "below github.io")
		if len(got.exchanges) > 0 {
			t.Errorf("%s asked %v", collector, got.exchanges)
		}
	}
}
