package infrastructure

import (
	"net/netip"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// domainLines returns what a WHOIS answer says of acme.example.
func domainLines(t *testing.T, text string) []string {
	t.Helper()
	return lines(t, "acme.example", func(tell *telling) {
		if d := parseWhoisDomain(newWhoisReply(text, "x").record); d.evident() {
			tell.domain(d, "acme.example", "x")
		}
	})
}

func TestWhoisLayouts(t *testing.T) {
	for what, x := range map[string]struct{ text, want string }{
		"key and value": {`
   Domain Name: ACME.EXAMPLE
   Registry Domain ID: D1-LAB
   Registrar: Names Ltd
   Registrar IANA ID: 9001
   Creation Date:2020-01-02T03:04:05Z
   Domain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited
   Domain Status: ok
   Name Server: NS1.ACME.EXAMPLE
   DNSSEC: signedDelegation
   Registrar Abuse Contact Email: abuse@names.example
   Registrant Name: REDACTED FOR PRIVACY
   Registrant Organization: Acme Ltd
>>> Last update of WHOIS database: 2026-01-01T00:00:00Z <<<
NOTICE: the registrar of a domain not found here: see elsewhere.`, `
acme.example registration D1-LAB x
acme.example registered-at 2020-01-02T03:04:05Z x
acme.example registry-status client transfer prohibited x
acme.example registry-status active x
acme.example delegation-signed true x
acme.example delegated-to host:ns1.acme.example x
acme.example registered-by organization:Names Ltd 9001 x
acme.example registered-to organization:Acme Ltd x
acme.example has-contact email:abuse@names.example abuse x`},
		"values below their key": {`
    Domain name:
        acme.example

    Registrar:
        Names Ltd t/a Names [Tag = NAMES]
        URL: https://www.names.example

    Relevant dates:
        Registered on: 02-Jan-2020
        Expiry date:  02-Jan-2030

    Name servers:
        ns1.acme.example  192.0.2.1  2001:db8::1
        ns2.other.test`, `
acme.example registration acme.example x
acme.example registered-at 2020-01-02T00:00:00Z x
acme.example expires-at 2030-01-02T00:00:00Z x
acme.example delegated-to host:ns1.acme.example x
acme.example delegated-to domain:ns2.other.test x
acme.example registered-by organization:Names Ltd t/a Names x`},
		"brackets": {`
[Domain Name]                   ACME.EXAMPLE
[Name Server]                   ns1.acme.example
[Created on]                    2020/01/02
[Status]                        Active`, `
acme.example registration acme.example x
acme.example registered-at 2020-01-02T00:00:00Z x
acme.example registry-status active x
acme.example delegated-to host:ns1.acme.example x`},
		"an answer without a record":    {"Domain: acme.example\nStatus: free\n", ""},
		"only what anybody could write": {"Domain Name: acme.example\nRemarks: none\n", ""},
	} {
		want := strings.ReplaceAll(x.want, "domain:ns2.other.test", nameOf(t, "ns2.other.test"))
		t.Run(what, func(t *testing.T) { same(t, domainLines(t, x.text), want) })
	}
}

func nameOf(t *testing.T, s string) string {
	e, err := pipeline.NewName(s)
	if err != nil {
		t.Fatal(err)
	}
	return e.String()
}

func TestWhoisDenials(t *testing.T) {
	for _, s := range []string{`No match for "ACME.EXAMPLE".`, "NOT FOUND", "No Data Found", "Domain not found.", "%% No entries found for the selected source(s).",
		"Domain: acme.example\nStatus: free", "Status: AVAILABLE", "acme.example is available for registration", "No Object Found", "Nothing found for this query.",
		"The queried object does not exist: unassigned", "The domain acme.example does not exist"} {
		if !whoisDenies(s, "acme.example") {
			t.Errorf("%q is not taken for a denial", s)
		}
	}
	for _, s := range []string{"", "hello", "Server not found", "Domain: acme.example\nStatus: connect", "The registry is closed",
		strings.Repeat("By querying this server you agree that ", 4) + "the domain does not exist"} {
		if whoisDenies(s, "acme.example") {
			t.Errorf("%q is taken for a denial", s)
		}
	}
}

func TestWhoisRefusals(t *testing.T) {
	for s, want := range map[string]pipeline.Outcome{
		"":                                    pipeline.RateLimited,
		" \r\n":                               pipeline.RateLimited,
		"Number of allowed queries exceeded.": pipeline.RateLimited,
		"WHOIS LIMIT EXCEEDED - SEE WWW.PIR.ORG/WHOIS FOR DETAILS": pipeline.RateLimited,
		"%ERROR:201: access denied for 192.0.2.1":                  pipeline.RateLimited,
		"No match: query rate limit exceeded":                      pipeline.RateLimited,
		"Access denied":                                            pipeline.Blocked,
		"No match for acme.example":                                pipeline.OK,
		"No match for acme.example\n" + strings.Repeat("% legal text\n", 8) + "% who asks too often hits a rate limit\n": pipeline.OK,
	} {
		got := pipeline.OK
		if f := whoisRefuses(s, "acme.example"); f != nil {
			got = f.Outcome
		}
		if got != want {
			t.Errorf("%q: %s; want %s", s, got, want)
		}
	}
}

func TestWhoisTimes(t *testing.T) {
	for s, want := range map[string]string{
		"2020-01-02T03:04:05Z":        "2020-01-02T03:04:05Z",
		"2020-01-02T03:04:05.678Z":    "2020-01-02T03:04:05Z",
		"2020-01-02T03:04:05+01:00":   "2020-01-02T02:04:05Z",
		"2020-01-02 03:04:05":         "2020-01-02T03:04:05Z",
		"2020-01-02 03:04:05 UTC":     "2020-01-02T03:04:05Z",
		"2020-01-02 03:04:05 (UTC+8)": "2020-01-01T19:04:05Z",
		"2020/01/02 03:04:05 (JST)":   "2020-01-01T18:04:05Z",
		"2020-01-02 03:04:05 CLST":    "2020-01-02T00:00:00Z",
		"2020-01-02":                  "2020-01-02T00:00:00Z",
		"2020. 01. 02.":               "2020-01-02T00:00:00Z",
		"20200102":                    "2020-01-02T00:00:00Z",
		"02-Jan-2020":                 "2020-01-02T00:00:00Z",
		"02.01.2020":                  "2020-01-02T00:00:00Z",
		"January 2 2020":              "2020-01-02T00:00:00Z",
		"Thu Jan 2 03:04:05 GMT 2020": "2020-01-02T03:04:05Z",
		"02/01/2020":                  "", // which of the two is the month?
		"before Aug-1996":             "",
		"0000-00-00":                  "",
		"":                            "",
		"1970-01-01":                  "",
	} {
		if got := moment(whoisTime(s)); got != want {
			t.Errorf("%q: %q; want %q", s, got, want)
		}
	}
}

func TestWhoisNetworks(t *testing.T) {
	for what, x := range map[string]struct{ text, want string }{
		"the smallest of two": {`
NetRange:       192.0.0.0 - 192.0.255.255
CIDR:           192.0.0.0/16
NetName:        BIG
OrgName:        Big Ltd
Country:        US

NetRange:       192.0.2.0 - 192.0.2.255
NetName:        ACME-NET
NetHandle:      NET-192-0-2-0-1
Organization:   Acme Ltd (ACME-1)
OrgAbuseEmail:  abuse@acme.example`, `
192.0.2.10 registration NET-192-0-2-0-1 x
192.0.2.10 part-of netblock:192.0.2.0/24 registry x
192.0.2.0/24 network-name ACME-NET x
192.0.2.0/24 held-by organization:Acme Ltd x
192.0.2.0/24 has-contact email:abuse@acme.example abuse x`},
		"without people": {`
% Abuse contact for '192.0.2.0 - 192.0.2.255' is 'abuse@acme.example'

inetnum:        192.0.2.0 - 192.0.2.255
netname:        ACME-NET
country:        GB
org:            ORG-A1-LAB
organisation:   ORG-A1-LAB

route:          192.0.2.0/25
netname:        NOT-THIS`, `
192.0.2.10 registration ACME-NET x
192.0.2.10 part-of netblock:192.0.2.0/24 registry x
192.0.2.0/24 network-name ACME-NET x
192.0.2.0/24 registered-in GB x
192.0.2.0/24 has-contact email:abuse@acme.example abuse x`},
		"a short prefix": {"inetnum: 192.0.2/24\nowner: Acme Ltd\n", `
192.0.2.10 part-of netblock:192.0.2.0/24 registry x
192.0.2.0/24 held-by organization:Acme Ltd x`},
		"another network": {"inetnum: 198.51.100.0 - 198.51.100.255\nnetname: OTHER\n", ""},
	} {
		t.Run(what, func(t *testing.T) {
			r := newWhoisReply(x.text, "x")
			same(t, lines(t, "192.0.2.10", func(tell *telling) {
				if a, ok := parseWhoisNetwork(r.text, r.fields, netip.MustParseAddr("192.0.2.10")); ok {
					tell.allocation(a, "x")
				}
			}), x.want)
		})
	}
}

func TestReferrals(t *testing.T) {
	for text, want := range map[string]string{
		"refer:        whois.nic.example":                         "whois.nic.example",
		"whois: whois.nic.example":                                "whois.nic.example",
		"refer: a.nic.example\nwhois: b.nic.example":              "a.nic.example",
		"Registrar WHOIS Server: https://whois.names.example/":    "whois.names.example",
		"ReferralServer: whois://whois.rir.example:4343":          "whois.rir.example:4343",
		"ReferralServer:  rwhois://rwhois.net.example":            "rwhois.net.example:4321",
		"ReferralServer: rwhois://rwhois.net.example:4321/auth=.": "rwhois.net.example:4321",
		"Registrar WHOIS Server: whois.names.example":             "whois.names.example",
		"Registrar WHOIS Server:":                                 "",
		"refer: 127.0.0.1":                                        "",
		"refer: localhost":                                        "",
		"refer: whois.nic.example:port":                           "",
		"refer: two words.example":                                "",
	} {
		if got := referral(newWhoisReply(text, "x").record); got != want {
			t.Errorf("%q: %q; want %q", text, got, want)
		}
	}
	for server, want := range map[string]string{"whois.denic.de": "-T dn,ace q", "whois.jprs.jp": "q/e", "whois.verisign-grs.com": "domain q", "whois.ripe.net": "-r q", "whois.nic.example": "q"} {
		if got := whoisQuery(server, "q"); got != want {
			t.Errorf("%s is asked %q; want %q", server, got, want)
		}
	}
}

func FuzzWhois(f *testing.F) {
	for _, s := range []string{"Domain Name: ACME.EXAMPLE\nCreation Date: 2020-01-02\nRegistrant Name: Ada\n", "[Name] x\n  y\n", "inetnum: 192.0.2/24\norg-name: Acme (A)\n",
		"Status: ok http\nnserver: é.example", "refer: whois.nic.example", "No match for x", "Registrar:\n  Names [Tag = X]\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := newWhoisReply(strings.ToValidUTF8(s, "?"), "x")
		domainLines(t, r.text)
		if a, ok := parseWhoisNetwork(r.text, r.fields, netip.MustParseAddr("192.0.2.10")); ok {
			lines(t, "192.0.2.10", func(t *telling) { t.allocation(a, "x") })
		}
		whoisDenies(r.text, "acme.example")
		whoisRefuses(r.text, "acme.example")
		referral(r.record)
		whoisTime(s)
	})
}
