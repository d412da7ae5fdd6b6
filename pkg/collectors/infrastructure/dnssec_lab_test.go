package infrastructure_test

import (
	"strings"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

const above = `
-- dns://example --
@ NS ns
ns A 203.0.113.20

-- dnssec://example --

`

const corp = above + `
-- dns://corp.example --
@ NS ns1
@ A 192.0.2.1
@ MX 10 mx
@ MX 20 mx.plain.example.
ns1 A 192.0.2.53
mx A 192.0.2.25
www A 192.0.2.1
`

func TestChainOfTrust(t *testing.T) {
	for _, c := range []struct {
		name  string
		world string
		says  []string
	}{
		{"secure", corp + "\n-- dnssec://corp.example --\n", []string{
			"corp.example dnssec-state secure",
			`corp.example dnssec-key {"algorithm":13,"bits":256,"flags":257,"name":"ECDSAP256SHA256","tag":`,
			`corp.example dnssec-key {"algorithm":13,"bits":256,"flags":256,"name":"ECDSAP256SHA256","tag":`,
			`corp.example dnssec-ds {"algorithm":13,"digest":2,"matches":true,"tag":`,
			"corp.example dnssec-expires " + time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 21).Format(time.RFC3339),
			"!corp.example dnssec-denial", "!corp.example dnssec-end", "!corp.example dnssec-removal"}},
		{"not signed", corp, []string{
			"corp.example dnssec-state insecure", `corp.example dnssec-end {"reason":"example. delegates it and proves that it has no DS record","zone":"corp.example"}`,
			"!corp.example dnssec-key", "!corp.example dnssec-ds", "!corp.example dnssec-expires"}},
		{"keys and no DS record", corp + "\n-- dnssec://corp.example --\nds none\n", []string{
			"corp.example dnssec-state insecure", "corp.example dnssec-key ", "!corp.example dnssec-ds"}},
		{"a key that is gone", corp + "\n-- dnssec://corp.example --\nds stale\n", []string{
			"corp.example dnssec-state bogus",
			`corp.example dnssec-end {"reason":"none of its keys is the one that its DS records name","resolver":"9 dnskey missing","zone":"corp.example"}`,
			`corp.example dnssec-ds {"algorithm":13,"digest":2,"matches":false,`, "!corp.example dnssec-expires"}},
		{"expired", corp + "\n-- dnssec://corp.example --\nsignatures from -40d to -1d\n", []string{
			"corp.example dnssec-state bogus",
			`corp.example dnssec-end {"reason":"the signature of DNSKEY of corp.example. expired at`}},
		{"good keys and forged data", corp + "\n-- dnssec://corp.example --\nforged MX\n", []string{
			"corp.example dnssec-state bogus", `corp.example dnssec-end {"reason":"the signature of MX of corp.example. is not of its data","zone":"corp.example"}`,
			"corp.example dnssec-ds ", "!corp.example dnssec-expires"}},
		{"broken above", strings.Replace(corp, "-- dnssec://example --\n", "-- dnssec://example --\nkeys none\n", 1) + "\n-- dnssec://corp.example --\n", []string{
			"corp.example dnssec-state bogus", `corp.example dnssec-end {"reason":"it has a DS record and no keys","resolver":"9 dnskey missing","zone":"example"}`}},
		{"old", corp + "@ CDS 0 0 0 00\n\n-- dnssec://corp.example --\nalgorithm RSASHA1-NSEC3-SHA1\nbits 1024\ndigest 1\nnsec3 7 AB\n", []string{
			"corp.example dnssec-state secure",
			`corp.example dnssec-key {"algorithm":7,"bits":1024,"flags":257,"name":"RSASHA1-NSEC3-SHA1","tag":`,
			`corp.example dnssec-ds {"algorithm":7,"digest":1,"matches":true,`,
			`corp.example dnssec-denial {"iterations":7,"salt":"ab"}`, "corp.example dnssec-removal true"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := tell(t, "dnssec", "corp.example", c.world)
			o.says(t, c.says...)
			o.ends(t, pipeline.OK, "")
			if len(o.exchanges) > 48 {
				t.Errorf("%d exchanges", len(o.exchanges))
			}
		})
	}
}

// What was not seen is an outcome, not a finding.
func TestChainThatCanNotBeSeen(t *testing.T) {
	o := tell(t, "dnssec", "corp.example", corp+"\n-- dnssec://corp.example --\n\n-- host://corp.example --\ndns rcode REFUSED\n")
	o.says(t, "!corp.example dnssec")
	o.ends(t, pipeline.Unreachable, "corp.example")
	o = tell(t, "dnssec", "corp.example", corp+"\n-- dnssec://corp.example --\n\n-- host://example --\ndns rcode SERVFAIL\n")
	o.says(t, "!corp.example dnssec")
	o.ends(t, pipeline.Unreachable, "example")
}

func TestPins(t *testing.T) {
	const pin = "3f1f4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a3928170"
	const plain = "\n-- dns://plain.example --\n@ NS ns\nns A 192.0.2.54\nmx A 198.51.100.25\n"
	o := tell(t, "dane", "corp.example", corp+"_25._tcp.mx TLSA 3 1 1 "+pin+"\n_25._tcp.mx TLSA 1 1 1 "+pin+"\n_443._tcp.www CNAME _dane\n_dane TLSA 2 0 1 "+pin+
		"\n_443._tcp TLSA 3 1 2 "+pin+"\n\n-- dnssec://corp.example --\n"+plain+"_25._tcp.mx TLSA 3 1 1 "+pin+"\n")
	o.ends(t, pipeline.OK, "")
	o.says(t,
		`mx.corp.example tlsa-record {"data":"`+pin+`","host":"mx.corp.example","matching":1,"port":25,"selector":1,"state":"secure","usable":true,"usage":3,"why":""}`,
		`mx.corp.example tlsa-record {"data":"`+pin+`","host":"mx.corp.example","matching":1,"port":25,"selector":1,"state":"secure","usable":false,"usage":1,"why":"mail servers leave`,
		`mx.plain.example tlsa-record {"data":"`+pin+`","host":"mx.plain.example","matching":1,"port":25,"selector":1,"state":"insecure","usable":true,"usage":3,"why":""}`,
		`www.corp.example tlsa-record {"data":"`+pin+`","host":"www.corp.example","matching":1,"port":443,"selector":0,"state":"secure","usable":true,"usage":2,"why":""}`,
		`corp.example tlsa-record {"data":"`+pin+`","host":"corp.example","matching":2,"port":443,"selector":1,"state":"secure","usable":false,"usage":3,"why":"its data has the wrong length"}`,
		"!not ")
	o = tell(t, "dane", "corp.example", corp+"\n-- dnssec://corp.example --\nds stale\n"+plain)
	o.says(t, `not mx.corp.example tlsa-record {"port":25}`, `not mx.plain.example tlsa-record {"port":25}`, "!corp.example", "!www.corp.example")
	o = tell(t, "dane", "corp.example", corp+"_25._tcp.mx TLSA 3 1 1 "+pin+"\n\n-- dnssec://corp.example --\nds stale\n"+plain)
	o.says(t, `mx.corp.example tlsa-record {"data":"`+pin+`","host":"mx.corp.example","matching":1,"port":25,"selector":1,"state":"bogus"`)
}

func TestPinsAreMatched(t *testing.T) {
	const wrong = "\n_25._tcp.mx TLSA 3 1 1 3f1f4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a3928170\n"
	for _, c := range []struct {
		name, subject, world string
		says                 []string
		ends                 pipeline.Outcome
	}{
		{"the key", "mx.corp.example", "\n-- host://mx.corp.example --\nsmtp\ntlsa 25 3 1 1\n", []string{
			`mx.corp.example dane-match {"host":"mx.corp.example","matches":true,"port":25,"reason":"","records":1}`}, pipeline.OK},
		{"the certificate", "mx.corp.example", "\n-- host://mx.corp.example --\nsmtp\ncertificate self-signed\ncertificate from -90d to -1d\ntlsa 25 3 0 2\n", []string{
			`mx.corp.example dane-match {"host":"mx.corp.example","matches":true`}, pipeline.OK},
		{"the authority", "mx.corp.example", "\n-- host://mx.corp.example --\nsmtp\ntlsa 25 2 1 1\n", []string{
			`mx.corp.example dane-match {"host":"mx.corp.example","matches":true`}, pipeline.OK},
		{"the authority, and another name", "mx.corp.example", "\n-- host://mx.corp.example --\nsmtp\ncertificate names other.example\ntlsa 25 2 1 1\n", []string{
			`mx.corp.example dane-match {"host":"mx.corp.example","matches":false,"port":25,"reason":"the server's certificate is not valid for its name`}, pipeline.OK},
		{"another key", "mx.corp.example", wrong + "\n-- host://mx.corp.example --\nsmtp\n", []string{
			`mx.corp.example dane-match {"host":"mx.corp.example","matches":false,"port":25,"reason":"the server's certificate is another one than is pinned","records":1}`}, pipeline.OK},
		{"another key beside the right one", "mx.corp.example", wrong + "\n-- host://mx.corp.example --\nsmtp\ntlsa 25 3 1 1\n", []string{
			`mx.corp.example dane-match {"host":"mx.corp.example","matches":true,"port":25,"reason":"","records":2}`}, pipeline.OK},
		{"no TLS", "mx.corp.example", wrong + "\n-- host://mx.corp.example --\nsmtp clear\n", []string{
			`mx.corp.example dane-match {"host":"mx.corp.example","matches":false,"port":25,"reason":"no certificate is presented"`}, pipeline.OK},
		{"not for us", "mx.corp.example", wrong + "\n-- host://mx.corp.example --\nsmtp refuse\n", []string{"!mx.corp.example"}, pipeline.Blocked},
		{"a closed port", "mx.corp.example", wrong, []string{"!mx.corp.example"}, pipeline.Unreachable},
		{"nothing pinned", "mx.corp.example", "\n-- host://mx.corp.example --\nsmtp\n", []string{"!mx.corp.example"}, pipeline.Empty},
		{"a web server", "www.corp.example", "\n-- host://www.corp.example --\ncertificate untrusted\ntlsa 443 3 1 1\n", []string{
			`www.corp.example dane-match {"host":"www.corp.example","matches":true,"port":443`}, pipeline.OK},
		{"a web server and its authority", "www.corp.example", "\n-- host://www.corp.example --\ntls 1.2\ntlsa 443 0 0 1\n", []string{
			`www.corp.example dane-match {"host":"www.corp.example","matches":true,"port":443`}, pipeline.OK},
		{"a web server that browsers trust", "www.corp.example", "\n-- host://www.corp.example --\ntls 1.2\ntlsa 443 1 1 1\n", []string{
			`www.corp.example dane-match {"host":"www.corp.example","matches":true,"port":443`}, pipeline.OK},
		{"a web server and another authority", "www.corp.example", "_443._tcp.www TLSA 0 0 1 3f1f4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a3928170\n\n-- host://www.corp.example --\ntls 1.2\n", []string{
			`www.corp.example dane-match {"host":"www.corp.example","matches":false,"port":443,"reason":"no authority that vouches`}, pipeline.OK},
		{"a web server that hangs up", "www.corp.example", "\n-- host://www.corp.example --\ntls close\ntlsa 443 3 1 1\n", []string{"!www.corp.example"}, pipeline.Blocked},
		{"one that they do not", "www.corp.example", "\n-- host://www.corp.example --\ncertificate untrusted\ntlsa 443 1 1 1\n", []string{
			`www.corp.example dane-match {"host":"www.corp.example","matches":false,"port":443`}, pipeline.OK},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := tell(t, "dane-match", c.subject, corp+c.world)
			o.says(t, c.says...)
			o.ends(t, c.ends, "")
			if asked := o.asked("smtp", "mx.corp.example"); c.name == "nothing pinned" && len(asked) > 0 {
				t.Errorf("nothing is pinned, and yet: %v", asked)
			}
		})
	}
}
