package infrastructure

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"osint/pkg/pipeline"
)

const lively = `
corp.example. A 192.0.2.10
corp.example. AAAA 2001:db8::10
corp.example. NS ns1.corp.example.
corp.example. NS ns2.hoster.example.
corp.example. SOA ns1.corp.example. john\.doe.corp.example. 2026112301 3600 600 86400 300
corp.example. MX 10 mx1.corp.example.
corp.example. MX 20 mx.hoster.example.
corp.example. TXT "v=spf1 -all"
corp.example. TXT "google-site-verification=abcdef"
corp.example. TXT "MS=ms12345678"
corp.example. TXT "two " "strings \"quoted\" \010 and a newline"
corp.example. CAA 0 issue "ca.example; accounturi=https://ca.example/1"
corp.example. CAA 128 iodef "mailto:security@corp.example"
corp.example. DS 12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
corp.example. HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.10
_sip._tcp.corp.example. SRV 10 60 5060 sip.hoster.example.
_imap._tcp.corp.example. SRV 0 0 0 .
www.corp.example. CNAME lb.corp.example.
lb.corp.example. CNAME edge.cdn.example.
edge.cdn.example. A 198.51.100.7
gone.corp.example. CNAME nothing.cloud.example.
mx.hoster.example. A 203.0.113.5
`

func TestRecordsOfADomain(t *testing.T) {
	f := zoneOf(t, lively)
	r := read(t, dnsRecords(), readRecords, f, "corp.example")
	if r.err != nil || f.trips != 1 {
		t.Errorf("error %v, %d round trips; want none and 1", r.err, f.trips)
	}
	r.wants(t,
		"corp.example resolves-to ip:192.0.2.10",
		"corp.example resolves-to ip:2001:db8::10",
		"corp.example delegated-to host:ns1.corp.example",
		"corp.example delegated-to host:ns2.hoster.example",
		"corp.example zone-primary host:ns1.corp.example",
		"corp.example zone-contact email:john.doe@corp.example",
		"corp.example zone-serial 2.026112301e+09",
		"corp.example mail-handled-by host:mx1.corp.example 10",
		"corp.example mail-handled-by host:mx.hoster.example 20",
		"corp.example verification-token Google",
		"corp.example verification-token Microsoft",
		"corp.example txt-record two strings \"quoted\" \n and a newline",
		`corp.example caa-record {"flags":0,"tag":"issue","value":"ca.example; accounturi=https://ca.example/1"}`,
		`corp.example caa-record {"flags":128,"tag":"iodef","value":"mailto:security@corp.example"}`,
		"corp.example dnssec-signed true",
		`corp.example https-record {"params":"alpn=h2,h3 ipv4hint=192.0.2.10","priority":1,"target":"corp.example"}`,
		`corp.example srv-record {"port":5060,"priority":10,"service":"_sip._tcp","target":"sip.hoster.example","weight":60}`,
		"corp.example served-by host:sip.hoster.example _sip._tcp",
		`not corp.example srv-record {"service":"_imap._tcp"}`,
	)
	r.only(t, "txt-record", "corp.example txt-record v=spf1 -all", "corp.example txt-record two strings \"quoted\" \n and a newline")
	for _, l := range r.lines {
		if strings.Contains(l, "abcdef") && strings.Contains(l, "site-verification") {
			t.Errorf("a token is told: %s", l)
		}
	}
}

func TestRecordsOfAHost(t *testing.T) {
	f := zoneOf(t, lively)
	r := read(t, dnsRecords(), readRecords, f, "www.corp.example")
	r.only(t, "resolves-to", "www.corp.example resolves-to ip:198.51.100.7")
	r.only(t, "alias-of", "www.corp.example alias-of host:lb.corp.example", "lb.corp.example alias-of host:edge.cdn.example")
	if len(f.asked) != 4 || f.trips != 1 {
		t.Errorf("%d questions in %d round trips; want 4 in 1", len(f.asked), f.trips)
	}
	r = read(t, dnsRecords(), readRecords, zoneOf(t, lively), "gone.corp.example")
	r.wants(t, "not gone.corp.example resolves-to", "gone.corp.example alias-of host:nothing.cloud.example")
}

func TestAliasCircleEnds(t *testing.T) {
	r := read(t, dnsRecords(), readRecords, zoneOf(t, "a.corp.example. CNAME b.corp.example.\nb.corp.example. CNAME a.corp.example.\n"), "a.corp.example")
	r.only(t, "alias-of", "a.corp.example alias-of host:b.corp.example", "b.corp.example alias-of host:a.corp.example")
}

func TestWhatADomainLacksIsDenied(t *testing.T) {
	r := read(t, dnsRecords(), readRecords, zoneOf(t, "corp.example. SOA ns1.corp.example. hostmaster.corp.example. 1 1 1 1 1\n"), "corp.example")
	r.wants(t, "not corp.example caa-record", "not corp.example mail-handled-by", "not corp.example resolves-to", "corp.example dnssec-signed false")
	r.only(t, "refuses-mail")
	for i, o := range r.seen {
		if o.Predicate == "caa-record" && len(o.Exchanges) != 2 {
			t.Errorf("%s rests on %v, want the name and the one above", r.lines[i], o.Exchanges)
		}
	}
}

func TestNullMXRefusesMail(t *testing.T) {
	r := read(t, dnsRecords(), readRecords, zoneOf(t, "corp.example. MX 0 .\n"), "corp.example")
	r.only(t, "refuses-mail", "corp.example refuses-mail true")
	r.only(t, "mail-handled-by")
}

func TestCAAIsFoundFurtherUp(t *testing.T) {
	r := read(t, dnsRecords(), readRecords, zoneOf(t, "corp.example. A 192.0.2.1\nexample. CAA 0 issue \";\"\n"), "corp.example")
	r.only(t, "caa-record", `corp.example caa-record {"at":"example","flags":0,"tag":"issue","value":";"}`)
}

func TestFailuresDenyNothing(t *testing.T) {
	for _, broken := range []string{"corp.example CAA", "example CAA", "corp.example MX", "corp.example AAAA", "corp.example DS", "corp.example TXT"} {
		f := zoneOf(t, "corp.example. SOA ns1.corp.example. hostmaster.corp.example. 1 1 1 1 1\n")
		f.broken[broken] = true
		r := read(t, dnsRecords(), readRecords, f, "corp.example")
		silent := map[string]pipeline.Predicate{"CAA": "caa-record", "MX": "mail-handled-by", "AAAA": "resolves-to", "DS": "dnssec-signed", "TXT": "txt-record"}
		r.only(t, silent[strings.Fields(broken)[1]])
		if outcome(r.err) != pipeline.Partial || !strings.Contains(r.err.Error(), broken+": SERVFAIL") {
			t.Errorf("%s: %v; want partial, naming it", broken, r.err)
		}
	}
	f := zoneOf(t, "")
	for _, q := range []string{"www.corp.example A", "www.corp.example AAAA", "www.corp.example CNAME", "www.corp.example HTTPS"} {
		f.broken[q] = true
	}
	if r := read(t, dnsRecords(), readRecords, f, "www.corp.example"); len(r.lines) > 0 || outcome(r.err) != pipeline.Unreachable {
		t.Errorf("every question failed: %v, %v; want nothing and unreachable", r.lines, r.err)
	}
	f = zoneOf(t, lively)
	f.silent["corp.example NS"] = true
	r := read(t, dnsRecords(), readRecords, f, "corp.example")
	r.only(t, "delegated-to")
	r.wants(t, "corp.example resolves-to ip:192.0.2.10")
	if outcome(r.err) != pipeline.Partial {
		t.Errorf("one question was not answered: %v", r.err)
	}
}

func TestMailbox(t *testing.T) {
	for rname, want := range map[string]string{
		"hostmaster.corp.example.": "hostmaster@corp.example",
		`john\.doe.corp.example.`:  "john.doe@corp.example",
		`a\@b.corp.example.`:       "",
		`x\046y.corp.example.`:     "x.y@corp.example",
		".":                        "",
		"corp.":                    "",
		"":                         "",
		`\`:                        "",
		`a\`:                       "",
	} {
		if got := mailbox(rname); got != want {
			t.Errorf("%q: %q, want %q", rname, got, want)
		}
	}
}

func TestTokenOf(t *testing.T) {
	for text, want := range map[string]string{
		"google-site-verification=x":               "Google",
		"MS=ms1":                                   "Microsoft",
		"ms=MS1":                                   "Microsoft",
		"MS=1":                                     "",
		"anthropic-domain-verification-abc=d":      "Anthropic",
		"v=spf1 include:amazonses.com -all":        "",
		" apple-domain-verification=1":             "Apple",
		"see google-site-verification=":            "",
		"_globalsign-domain-verification=xyz":      "GlobalSign",
		"have-i-been-pwned-verification=dweb_0000": "Have I Been Pwned",
	} {
		if got := tokenOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestUnescapeUndoesEscaping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		var b strings.Builder
		for i := range len(s) {
			switch c := s[i]; {
			case c == '"' || c == '\\':
				b.WriteString(`\` + string(c))
			case c < ' ' || c > '~':
				b.WriteString(`\` + string('0'+c/100) + string('0'+c/10%10) + string('0'+c%10))
			default:
				b.WriteByte(c)
			}
		}
		if got := unescape(b.String()); got != strings.ToValidUTF8(s, "\ufffd") {
			t.Errorf("%q became %q", s, got)
		}
	})
}

func FuzzMailbox(f *testing.F) {
	for _, s := range []string{"hostmaster.corp.example.", `john\.doe.corp.example.`, `\`, ".", `\046.a`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if m := mailbox(s); m != "" && strings.Count(m, "@") < 1 {
			t.Errorf("%q gives %q", s, m)
		}
	})
}
