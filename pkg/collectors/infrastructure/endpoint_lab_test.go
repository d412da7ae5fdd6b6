package infrastructure_test

import (
	"testing"

	"osint/pkg/pipeline"
)

// Where the operator names a source's base, nobody else is asked: not who
// would say whom to ask, nor whom the answer refers to.
func TestEndpointsTakeThePlaceOfIANA(t *testing.T) {
	world := registryRDAP + `
-- https://rdap.names.example/base/domain/acme.example --

{"objectClassName":"domain","ldhName":"acme.example","status":["active"]}
`
	rdap := tell(t, "rdap", "acme.example", world, "rdap=https://rdap.names.example/base")
	rdap.ends(t, pipeline.OK, "")
	rdap.says(t, "acme.example registry-status active")
	if asked := rdap.asked("https", "data.iana.org"); len(asked) > 0 {
		t.Errorf("asked IANA %q", asked)
	}
	whois := tell(t, "whois", "acme.example", registryRecord, "whois=whois.nic.example:43")
	whois.ends(t, pipeline.OK, "")
	whois.says(t, "acme.example registered-by Names Ltd")
	if len(whois.exchanges) != 1 {
		t.Errorf("%d exchanges; want the one server's", len(whois.exchanges))
	}
}

// IANA learns whose a name is, not which name is asked about.
func TestIANAIsNotToldTheName(t *testing.T) {
	got := tell(t, "whois", "acme.example", registryRecord)
	for _, q := range got.asked("whois", "whois.iana.org") {
		if q != "example" {
			t.Errorf("IANA was asked %q", q)
		}
	}
}

// What a registry refers to may lie inward: it is not asked, and what the
// registry said stands.
func TestReferralsInward(t *testing.T) {
	rdap := tell(t, "rdap", "acme.example", registryRDAP+`
-- https://rdap.nic.example/v1/domain/acme.example --

{"objectClassName":"domain","ldhName":"acme.example","status":["active"],"links":[{"rel":"related","href":"http://127.0.0.1/domain/acme.example"}]}
`)
	rdap.ends(t, pipeline.Partial, "not a public address")
	rdap.says(t, "acme.example registry-status active")
	whois := tell(t, "whois", "acme.example", registryWhois+`
-- dns://inward.example --
whois A 127.0.0.1
-- whois://whois.nic.example/acme.example --
Registrar: Names Ltd
Registrar WHOIS Server: whois.inward.example{{end}}
`)
	whois.ends(t, pipeline.Partial, "not a public address")
	whois.says(t, "acme.example registered-by Names Ltd")
}

// A server that answers in Latin-1 is read; one that answers nothing is asked
// too often.
func TestWhoisBytes(t *testing.T) {
	got := tell(t, "whois", "acme.example", registryWhois+`
-- whois://whois.nic.example/acme.example --
Registrar: Caf{{hex e9}} Names
Creation Date: 2020-01-02
`)
	got.ends(t, pipeline.OK, "")
	got.says(t, "acme.example registered-by Café Names")
	tell(t, "whois", "acme.example", registryWhois+"\n-- whois://whois.nic.example/acme.example --\n{{end}}\n").ends(t, pipeline.RateLimited, "answered nothing")
}

// An answer longer than is read is not taken for a whole one.
func TestOversizeAnswers(t *testing.T) {
	endless := tell(t, "whois", "acme.example", registryWhois+"\n-- whois://whois.nic.example/* --\nRegistrar: Names Ltd\n-- host://whois.nic.example --\nendless\n")
	endless.ends(t, pipeline.Malformed, "more than")
	rdap := tell(t, "rdap", "acme.example", registryRDAP+"\n-- https://rdap.nic.example/v1/domain/acme.example --\n\n{\"objectClassName\":\"domain\",\"status\":[\"active\"],\"remarks\":[\"{{repeat 3000000 a}}\"]}\n")
	rdap.ends(t, pipeline.Malformed, "not an RDAP record")
}

// Three servers are asked, and no fourth to which the third refers.
func TestWhoisChainEnds(t *testing.T) {
	got := tell(t, "whois", "acme.example", registryRecord+`
-- dns://reseller.example --
whois A 203.0.113.7
-- whois://whois.names.example/acme.example --
Domain Name: acme.example
Registrar WHOIS Server: whois.reseller.example
Registrant Organization: Acme Ltd
Name Server: ns1.acme.example
-- whois://whois.reseller.example/acme.example --
Registrar: Reseller
`)
	got.ends(t, pipeline.OK, "")
	if asked := got.asked("whois", "whois.reseller.example"); len(got.exchanges) != 3 || len(asked) > 0 {
		t.Errorf("%d exchanges, the fourth server was asked %q", len(got.exchanges), asked)
	}
}
