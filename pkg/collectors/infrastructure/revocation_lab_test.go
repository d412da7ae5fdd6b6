package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

// What the authority says is told, by whichever way it is to be had; what
// nobody says, or says badly, is never "good".
func TestRevocation(t *testing.T) {
	const zone = "-- dns://acme.example --\n@ A 192.0.2.1\n\n-- dns://. --\nca.example. A 203.0.113.7\n\n-- https://acme.example/ --\n\n"
	const ocsp, crl = "certificate ocsp http://ca.example/ocsp\n", "certificate crl http://ca.example/crl\n"
	const says, lists = "-- POST http://ca.example/ocsp --\nauthority ocsp\n\n", "-- http://ca.example/crl --\nauthority crl\n\n"
	const busy = "-- POST http://ca.example/ocsp --\nstatus 503\n\nbusy\n"
	for _, c := range []struct {
		name, host, answers string
		state, by           string
		ends                pipeline.Outcome
		reason              string
	}{
		{"good by OCSP", ocsp, says, "good", "ocsp", pipeline.OK, ""},
		{"revoked by OCSP", ocsp + "certificate revoked\n", says, "revoked", "ocsp", pipeline.OK, ""},
		{"good by a list", crl, lists, "good", "crl", pipeline.OK, ""},
		{"revoked by a list", crl + "certificate revoked\n", lists, "revoked", "crl", pipeline.OK, ""},
		{"brought along", ocsp + "certificate stapled\n", busy, "good", "stapled", pipeline.OK, ""},
		{"revoked, and brought along", "certificate revoked\ncertificate stapled\n", "", "revoked", "stapled", pipeline.OK, ""},
		{"the list where the responder is silent", ocsp + crl + "certificate revoked\n", busy + lists, "revoked", "crl", pipeline.OK, ""},
		{"nobody to ask", "", "", "", "", pipeline.OK, ""},
		{"nobody answers", ocsp, busy, "", "", pipeline.Partial, "OCSP"},
		{"no such responder", ocsp, "-- http://ca.example/other --\n\nx\n", "", "", pipeline.Partial, "OCSP: it answers 404"},
		{"a page for a word", ocsp, "-- POST http://ca.example/ocsp --\nContent-Type: text/html\n\n<html>busy</html>\n", "", "", pipeline.Partial, "the ocsp word of OCSP"},
		{"a page for a list", crl, "-- http://ca.example/crl --\nContent-Type: text/html\n\n<html>busy</html>\n", "", "", pipeline.Partial, "the CRL"},
		{"a list for a word", ocsp, "-- POST http://ca.example/ocsp --\nauthority crl\n\n", "", "", pipeline.Partial, "the ocsp word of OCSP"},
		{"half a list", crl, "-- http://ca.example/crl --\nauthority crl\ncut 100\n\n", "", "", pipeline.Partial, "CRL"},
		{"the list elsewhere", crl, "-- http://ca.example/crl --\nredirect http://ca.example/busy\n\n", "", "", pipeline.Partial, "CRL: it answers 404"},
		{"expired, and not on the list", crl + "certificate from -90d to -1d\n", lists, "", "", pipeline.Partial, "has expired"},
		{"without the authority", ocsp + "certificate incomplete\n", says, "", "", pipeline.Partial, "does not bring the certificate of the authority"},
		{"of another authority", ocsp + "certificate untrusted\n", says, "", "", pipeline.Partial, "does not bring the certificate of the authority"},
		{"its own", "certificate self-signed\n", "", "", "", pipeline.OK, ""},
		{"an inward list", "certificate crl http://10.0.0.1/crl\n", "", "", "", pipeline.Partial, "not a public address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := trial.Tell(t, infrastructure.All(), "revocation", "acme.example", zone+c.answers+"-- host://acme.example --\n# a host\ntls 1.2 1.3\n"+c.host)
			o.Ends(t, c.ends, c.reason)
			told := ""
			for _, l := range o.Lines {
				if strings.Contains(l, " revocation ") {
					told = l
				}
			}
			if (c.state == "") != (told == "") || told != "" && (!strings.Contains(told, "state:"+c.state) || !strings.Contains(told, "by:"+c.by) ||
				c.state == "revoked" && !strings.Contains(told, "reason:key compromise")) {
				t.Errorf("said %q", o.Lines)
			}
			if !strings.Contains(strings.Join(o.Lines, "\n"), "acme.example presents-certificate ") {
				t.Errorf("the certificate is not told: %q", o.Lines)
			}
		})
	}
	o := trial.Tell(t, infrastructure.All(), "revocation", "acme.example", zone+says+"-- host://acme.example --\n"+ocsp+"certificate must-staple\n")
	if !strings.Contains(strings.Join(o.Lines, "\n"), "must_staple:true") || !strings.Contains(strings.Join(o.Lines, "\n"), "stapled:false") {
		t.Errorf("a broken promise is not told: %q", o.Lines)
	}
}
