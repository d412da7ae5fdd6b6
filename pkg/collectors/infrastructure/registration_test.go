package infrastructure

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// lines returns what a telling says, one line for each observation.
func lines(t *testing.T, subject string, tell func(*telling)) []string {
	t.Helper()
	e, err := pipeline.ParseEntity(subject)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	tell(newTelling(func(o pipeline.Observation) {
		if o.Subject.IsZero() {
			o.Subject = e
		}
		if o.Value, err = pipeline.Normal(o.Value); err != nil {
			t.Error(err)
		}
		if err := pipeline.CheckRelation(&o); err != nil {
			t.Errorf("%s: %v", o.Predicate, err)
		}
		line := fmt.Sprint(o.Subject.Value, " ", o.Predicate)
		if o.Object != nil {
			line += " " + o.Object.String()
		}
		if o.Value != nil {
			line += fmt.Sprint(" ", o.Value)
		}
		out = append(out, line+" "+string(o.Exchanges[0]))
	}))
	return out
}

func same(t *testing.T, got []string, want string) {
	t.Helper()
	if g := strings.Join(got, "\n"); g != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", g, strings.TrimSpace(want))
	}
}

// What the registry says is not said again by the registrar, which adds what
// the registry leaves out.
func TestTwoRecordsOfOneDomain(t *testing.T) {
	registry := &registration{handle: "D1", registered: whoisTime("2020-01-02"), status: []string{"active"}, registrar: "Names Ltd", registrarID: "9001",
		contacts: []contact{{role: "registrant", organization: "REDACTED FOR PRIVACY", person: "Redacted", emails: []string{"https://names.example/form"}}}}
	registrar := &registration{registered: whoisTime("2020-01-03"), expires: whoisTime("2030-01-02"), status: []string{"inactive"}, registrar: "Others Ltd", signed: new(false),
		contacts: []contact{{role: "registrant", organization: "Acme Ltd", person: "Ada Example", emails: []string{"ada@acme.example"}}, {role: "abuse", phones: []string{"tel:+44.2079460199"}}}}
	got := lines(t, "acme.example", func(t *telling) { t.domain(registry, "acme.example", "x1"); t.domain(registrar, "acme.example", "x2") })
	same(t, got, `
acme.example registration D1 x1
acme.example registered-at 2020-01-02T00:00:00Z x1
acme.example registry-status active x1
acme.example registered-by organization:Names Ltd 9001 x1
acme.example expires-at 2030-01-02T00:00:00Z x2
acme.example delegation-signed false x2
acme.example registered-to organization:Acme Ltd x2
acme.example has-contact person:Ada Example registrant x2
acme.example has-contact email:ada@acme.example registrant x2
acme.example has-contact phone:+442079460199 abuse x2`)
}

func TestAllocationIsSaidOfItsBlock(t *testing.T) {
	a := &allocation{handle: "NET-1", name: "ACME-NET", country: "gb", block: netip.MustParsePrefix("192.0.2.0/24"),
		contacts: []contact{{role: "registrant", organization: "Acme Ltd"}, {role: "abuse", emails: []string{"abuse@acme.example"}}}}
	same(t, lines(t, "192.0.2.10", func(t *telling) { t.allocation(a, "x") }), `
192.0.2.10 registration NET-1 x
192.0.2.10 part-of netblock:192.0.2.0/24 registry x
192.0.2.0/24 network-name ACME-NET x
192.0.2.0/24 registered-in GB x
192.0.2.0/24 held-by organization:Acme Ltd x
192.0.2.0/24 has-contact email:abuse@acme.example abuse x`)
	a.block = netip.MustParsePrefix("0.0.0.0/0")
	same(t, lines(t, "192.0.2.10", func(t *telling) { t.allocation(a, "x") }), "")
}

func TestWithheld(t *testing.T) {
	for _, s := range []string{"REDACTED FOR PRIVACY", "Redacted for GDPR", "GDPR Masked", "Statutory Masking Enabled", "Data Protected", "Not Disclosed",
		"Data Redacted", "Registration Private", "Domains By Proxy, LLC", "Withheld for Privacy ehf", "Contact Privacy Inc. Customer 0123", "WhoisGuard, Inc.",
		"PERFECT PRIVACY, LLC", "Identity Protection Service", "Super Privacy Service LTD c/o Dynadot", "See PrivacyGuardian.org",
		"Please query the RDDS service of the Registrar of Record", "Select Request Email Form at https://names.example/", "https://names.example/contact",
		"x1@withheldforprivacy.com", "", "-", "N/A"} {
		if !withheld(s) {
			t.Errorf("%q passes for somebody", s)
		}
	}
	for _, s := range []string{"Acme Ltd", "Ada Example", "abuse@acme.example", "+44.2079460199", "Nona Example"} {
		if withheld(s) {
			t.Errorf("%q passes for nobody", s)
		}
	}
}

func TestNamesThatARegistryKnows(t *testing.T) {
	for name, asked := range map[string]bool{"acme.example": true, "example.com": true, "example.co.uk": true, "co.uk": false,
		"github.io": true, "acme.github.io": false, "s3.amazonaws.com": false} {
		if err := registeredName(name); (err == nil) != asked || err != nil && outcome(err) != pipeline.Skipped {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBlockAround(t *testing.T) {
	for _, x := range []struct{ addr, first, last, want string }{
		{"192.0.2.10", "192.0.2.0", "192.0.2.255", "192.0.2.0/24"},
		{"192.0.2.10", "192.0.2.8", "192.0.2.20", "192.0.2.8/29"},
		{"192.0.2.20", "192.0.2.8", "192.0.2.20", "192.0.2.20/32"},
		{"192.0.2.10", "0.0.0.0", "255.255.255.255", "0.0.0.0/0"},
		{"192.0.2.10", "192.0.2.11", "192.0.2.255", ""},
		{"2001:db8::1", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/32"},
		{"2001:db8::1", "192.0.2.0", "192.0.2.255", ""},
	} {
		p, ok := blockAround(netip.MustParseAddr(x.addr), netip.MustParseAddr(x.first), netip.MustParseAddr(x.last))
		if ok != (x.want != "") || ok && p.String() != x.want {
			t.Errorf("%s in %s-%s: %s, %t; want %q", x.addr, x.first, x.last, p, ok, x.want)
		}
	}
}

func TestBootstrap(t *testing.T) {
	b, err := parseBootstrap([]byte(`{"version":"1.0","services":[
		[["example"],["http://old.example/","https://rdap.nic.example"]], [["co.example"],["https://rdap.co.example/v1/"]], [["plain"],["http://rdap.plain.example/"]],
		[["192.0.2.0/24"],["https://a.example/"]], [["192.0.0.0/16"],["https://b.example/"]], [["64496-64500","64505"],["https://n.example/"]],
		[["mail"],["mailto:x@y.example"]], [["short"]], [["contact"],["tag"],["https://tags.example/"]]]}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"acme.example": "https://rdap.nic.example/", "acme.co.example": "https://rdap.co.example/v1/", "acme.plain": "http://rdap.plain.example/",
		"notexample": "", "acme.test": "", "acme.mail": "", "acme.short": ""} {
		if got := b.domain(name); got != want {
			t.Errorf("%s: %q; want %q", name, got, want)
		}
	}
	for addr, want := range map[string]string{"192.0.2.1": "https://a.example/", "192.0.3.1": "https://b.example/", "198.51.100.1": "", "2001:db8::1": ""} {
		if got := b.address(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %q; want %q", addr, got, want)
		}
	}
	for n, want := range map[uint32]string{64496: "https://n.example/", 64500: "https://n.example/", 64501: "", 64505: "https://n.example/"} {
		if got := b.network(n); got != want {
			t.Errorf("AS%d: %q; want %q", n, got, want)
		}
	}
	for _, bad := range []string{"", "<html>", "{}", `{"services":[]}`, `{"services":"x"}`, `{"services":[[["a"],[]]]}`} {
		if _, err := parseBootstrap([]byte(bad)); err == nil {
			t.Errorf("%q is taken for a list of servers", bad)
		}
	}
}

func TestCard(t *testing.T) {
	c := parseCard([]byte(`["vcard",[["version",{},"text","4.0"],["fn",{},"text","Ada Example"],["org",{},"text",["Acme Ltd","Works"]],["email",{},"text","ada@acme.example"],
		["tel",{"type":["work","voice"]},"uri","tel:+44.2079460199;ext=12"],["tel",{"type":"fax"},"uri","tel:+44.2079460198"],["tel",[],"text",4420],["x"],"junk"]]`))
	if c.name != "" { // one property that is no list spoils the card
		t.Errorf("%+v", c)
	}
	c = parseCard([]byte(`["vcard",[["fn",{},"text","Ada Example"],["org",{},"text",["Acme Ltd","Works"]],["email",{},"text","ada@acme.example"],
		["tel",{"type":["work","voice"]},"uri","tel:+44.2079460199;ext=12"],["tel",{"type":"fax"},"uri","tel:+44.2079460198"],["x"]]]`))
	if c.name != "Ada Example" || c.organization != "Acme Ltd" || !slices.Equal(c.phones, []string{"tel:+44.2079460199"}) || len(c.emails) != 1 {
		t.Errorf("%+v", c)
	}
	if p := c.contact("technical"); p.person != "Ada Example" || p.organization != "Acme Ltd" {
		t.Errorf("%+v", p)
	}
	if p := (card{name: "Abuse Desk"}).contact("abuse"); p.person != "" || p.organization != "Abuse Desk" {
		t.Errorf("%+v", p)
	}
	if p := (card{name: "Acme Ltd"}).contact("registrant"); p.person != "Acme Ltd" {
		t.Errorf("a holder of no known sort is not held as a person: %+v", p)
	}
	if p := (card{kind: "org", name: "Acme Ltd"}).contact("registrant"); p.person != "" || p.organization != "Acme Ltd" {
		t.Errorf("%+v", p)
	}
}

func TestRecordAboutSomethingElse(t *testing.T) {
	for _, x := range []struct {
		subject, body string
		fits          bool
	}{
		{"acme.example", `{"objectClassName":"domain","ldhName":"ACME.EXAMPLE"}`, true},
		{"acme.example", `{"objectClassName":"domain"}`, true},
		{"acme.example", `{"objectClassName":"domain","ldhName":"other.example"}`, false},
		{"acme.example", `{"objectClassName":"entity"}`, false},
		{"acme.example", `{"data":"x"}`, false},
		{"acme.example", `<html>`, false},
		{"192.0.2.1", `{"objectClassName":"ip network","startAddress":"192.0.2.0","endAddress":"192.0.2.255"}`, true},
		{"192.0.2.1", `{"objectClassName":"ip network","startAddress":"198.51.100.0","endAddress":"198.51.100.255"}`, false},
		{"192.0.2.1", `{"objectClassName":"ip network"}`, false},
		{"AS64500", `{"objectClassName":"autnum","startAutnum":"64496","endAutnum":64511}`, true},
		{"AS64500", `{"objectClassName":"autnum","startAutnum":64501}`, false},
	} {
		e, _ := pipeline.ParseEntity(x.subject)
		if _, err := parseRDAP([]byte(x.body), e); (err == nil) != x.fits {
			t.Errorf("%s %s: %v", x.subject, x.body, err)
		}
	}
}

func TestReplacedAddressIsNobodys(t *testing.T) {
	o, err := parseRDAP([]byte(`{"objectClassName":"domain","entities":[{"roles":"registrant","vcardArray":["vcard",[["email",{},"text","k7@relay.example"]]]}],
		"redacted":[{"name":{"description":"Registrant Email"},"method":"replacementValue"}]}`), pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"})
	if err != nil {
		t.Fatal(err)
	}
	if c := o.registration().contacts; len(c) != 1 || len(c[0].emails) != 0 {
		t.Errorf("%+v", c)
	}
}

func FuzzRDAP(f *testing.F) {
	f.Add([]byte(`{"objectClassName":"domain","ldhName":"acme.example","events":[{"eventAction":"registration","eventDate":"2020-01-01T00:00:00Z"}],"secureDNS":{"delegationSigned":true},"entities":[{"roles":["registrar"],"publicIds":[{"type":"IANA Registrar ID","identifier":9001}],"vcardArray":["vcard",[["fn",{},"text","Names"]]]}]}`))
	f.Add([]byte(`{"objectClassName":"ip network","startAddress":"192.0.2.0","endAddress":"192.0.2.255","name":"NET","entities":[{"roles":["registrant"],"vcardArray":["vcard",[["kind",{},"text","org"],["fn",{},"text","Acme"]]]}]}`))
	f.Add([]byte(`{"objectClassName":"autnum","startAutnum":64496,"services":[[["a"],["https://b"]]]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, subject := range []string{"acme.example", "192.0.2.1", "AS64500"} {
			e, _ := pipeline.ParseEntity(subject)
			if o, err := parseRDAP(body, e); err == nil && o.ErrorCode == "" {
				lines(t, subject, func(t *telling) {
					if e.Kind == pipeline.KindDomain {
						t.domain(o.registration(), subject, "x")
					} else {
						t.allocation(o.allocation(e), "x")
					}
				})
			}
		}
		if b, err := parseBootstrap(body); err == nil {
			b.domain("acme.example")
			b.address(netip.MustParseAddr("192.0.2.1"))
			b.network(64500)
		}
	})
}
