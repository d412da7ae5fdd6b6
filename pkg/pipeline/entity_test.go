package pipeline

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What a person types, and what it means.
func TestParseEntity(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"example.com", "domain:example.com"},
		{" EXAMPLE.com. ", "domain:example.com"},
		{"www.example.com", "host:www.example.com"},
		{"host:example.com", "domain:example.com"}, // the suffix list knows
		{"domain:www.example.co.uk", "host:www.example.co.uk"},
		{"example.co.uk", "domain:example.co.uk"},
		{"bücher.example", "domain:xn--bcher-kva.example"},
		{"BÜCHER.example", "domain:xn--bcher-kva.example"},
		{"_dmarc.example.com", "host:_dmarc.example.com"},
		{"192.0.2.1", "ip:192.0.2.1"},
		{"::ffff:192.0.2.1", "ip:192.0.2.1"},
		{"2001:DB8::0:1", "ip:2001:db8::1"},
		{"[2001:db8::1]", "ip:2001:db8::1"},
		{"192.0.2.77/24", "netblock:192.0.2.0/24"},
		{"2001:db8:1::/32", "netblock:2001:db8::/32"},
		{"as64500", "asn:AS64500"},
		{"asn:64500", "asn:AS64500"},
		{"HTTP://Example.com:80", "url:http://example.com/"},
		{"https://bücher.example:8443/a?b#c", "url:https://xn--bcher-kva.example:8443/a?b"},
		{"https://[2001:db8::1]/", "url:https://[2001:db8::1]/"},
		{"Ada@Example.COM", "email:ada@example.com"},
		{"email:mailto:info@example.com", "email:info@example.com"},
		{"+44 20 7946 0000", "phone:+442079460000"},
		{"phone:0044 (0)20 7946-0000", "phone:+442079460000"},
		{"account:GitHub.com/Octocat", "account:github.com/octocat"},
		{"account:funken.example/@Ada", "account:funken.example/ada"},
		{`"ada"@example.com`, "email:ada@example.com"},
		{"person:Ada  Lovelace", "person:Ada Lovelace"},
		{"organization:Acme Ltd", "organization:Acme Ltd"},
		{"cve-2021-44228", "vulnerability:CVE-2021-44228"},
		{"D41D8CD98F00B204E9800998ECF8427E", "filehash:d41d8cd98f00b204e9800998ecf8427e"},
		{"certificate:" + strings.Repeat("AB:", 31) + "AB", "certificate:" + strings.Repeat("ab", 32)},
		{"service:192.0.2.1:443", "service:192.0.2.1:443/tcp"},
		{"service:[2001:db8::1]:53/UDP", "service:[2001:db8::1]:53/udp"},
		{"technology:Nginx/1.25.3", "technology:nginx/1.25.3"},
		{"technology:NuGet:Newtonsoft.Json/13.0.3", "technology:nuget:Newtonsoft.Json/13.0.3"},
		{"technology:PyPI:Flask", "technology:pypi:flask"},
		{"technology:Go: The Language", "technology:go: the language"},
		{"repository:github.com/Miekg/DNS.git", "repository:github.com/miekg/dns"},
		{"filing:GB-companies-house:01234567", "filing:gb-companies-house:01234567"},
		{"breach:Adobe", "breach:adobe"},
		{"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "wallet:ethereum:0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359"},
		{"wallet:bitcoin:BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "wallet:bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
	} {
		e, err := ParseEntity(c.typed)
		if err != nil {
			t.Errorf("%q: %v", c.typed, err)
		} else if e.String() != c.want {
			t.Errorf("%q: got %s, want %s", c.typed, e, c.want)
		}
	}
}

// Rubbish gets an error that says what to type.
func TestParseEntityRefuses(t *testing.T) {
	for _, c := range []struct{ typed, says string }{
		{"", "type a domain"},
		{"localhost", "top-level name"},
		{"exa mple.com", "type a domain"},
		{"example..com", "bad label"},
		{"-example.com", "internationalised"},
		{"example.com:443", "type example.com"},
		{"example.com/path", "https://example.com/path"},
		{"192.0.2.256", "neither a name nor an IP"},
		{"192.0.2.1:80", "service:IP:PORT"},
		{"fe80::1%eth0", "zone"},
		{"https://user:secret@example.com/", "password"},
		{"https://user@example.com/", "user name"},
		{"ftp+x://example.com", "http, https or ftp"},
		{"https://example.com:99999/", "port"},
		{"phone:020 7946 0000", "international"},
		{"asn:ASX", "AS64500"},
		{"certificate:abcd", "hexadecimal"},
		{"domain:", "empty"},
		{"sealed:12:34", "token"},
		{strings.Repeat("a", 64) + ".example", "bad label"},
		{"xn--\u202e.example", "name"},
		{"email:a b@example.com", "plain"},
		{`email:"a b"@example.com`, "plain"},
		{"account:funken.example/@", "github.com/octocat"},
	} {
		e, err := ParseEntity(c.typed)
		if err == nil {
			t.Errorf("%q: taken as %s", c.typed, e)
		} else if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %q does not say %q", c.typed, err, c.says)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error repeats the password", c.typed)
		}
	}
}

// Canonical is canonical: parsing what was parsed changes nothing, whatever
// the kind.
func TestCanonicalIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(Kinds()).Draw(t, "kind")
		v := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Z0-9.@:/+-]{1,40}`)).Draw(t, "value")
		e, err := NewEntity(k, v)
		if err != nil {
			return
		}
		if again, err := NewEntity(k, e.Value); err != nil || again != e {
			t.Fatalf("%s: again %s, %v", e, again, err)
		}
		back, err := ParseEntity(e.String())
		if err != nil || back != e {
			t.Fatalf("%s: parsed back as %s, %v", e, back, err)
		}
	})
}

func FuzzParseEntity(f *testing.F) {
	for _, s := range []string{"example.com", "https://a.example/?q=%", "[::1]", "ip:1", "a@b.example", "+1", "AS1", "person:x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if e, err := ParseEntity(s); err == nil {
			if again, err := ParseEntity(e.String()); err != nil || again != e {
				t.Fatalf("%q: %s reads back as %s, %v", s, e, again, err)
			}
		}
	})
}

func TestPersonal(t *testing.T) {
	for typed, want := range map[string]bool{
		"ada@example.com": true, "info@example.com": false, "abuse+x@example.com": false,
		"hostmaster-eu@example.com": false, "information@example.com": true,
		"person:Ada Lovelace": true, "+442079460000": true, "example.com": false, "organization:Ada Ltd": false,
	} {
		e, err := ParseEntity(typed)
		if err != nil {
			t.Fatal(err)
		}
		if e.Personal() != want {
			t.Errorf("%s: personal is %v", typed, e.Personal())
		}
	}
}

func TestScope(t *testing.T) {
	parse := func(s string) Entity {
		e, err := ParseEntity(s)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	s := Scope{Seeds: []Entity{parse("acme.example")}, Declared: []Entity{parse("198.51.100.0/24"), parse("www.partner.example")},
		Excluded: []Entity{parse("legacy.acme.example")}}
	for typed, want := range map[string]bool{
		"acme.example": true, "a.b.acme.example": true, "notacme.example": false, "ada@acme.example": true,
		"https://acme.example/x": true, "legacy.acme.example": false, "x.legacy.acme.example": false,
		"198.51.100.7": true, "203.0.113.1": false, "198.51.100.128/25": true, "198.51.0.0/16": false,
		"service:198.51.100.7:443": true, "partner.example": false, "www.partner.example": true, "AS64500": false,
	} {
		if reason, ok := s.Covers(parse(typed)); ok != want {
			t.Errorf("%s: covered is %v (%s)", typed, ok, reason)
		}
	}
}

// A URL among the seeds stands for its site, unless that was excluded; a URL
// that is only met stands for itself.
func TestSeedSite(t *testing.T) {
	parse := func(s string) Entity {
		e, err := ParseEntity(s)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	for typed, site := range map[string]string{"https://www.acme.example:8443/a?b": "host:www.acme.example", "http://acme.example/": "domain:acme.example",
		"https://192.0.2.7/x": "ip:192.0.2.7", "https://[2001:db8::1]:8443/": "ip:2001:db8::1"} {
		s := Scope{Seeds: []Entity{parse(typed)}}
		leads := s.Leads()
		if len(leads) != 2 || leads[1].String() != site {
			t.Errorf("%s leads to %v, want %s", typed, leads, site)
			continue
		}
		if reason, ok := s.Covers(leads[1]); !ok {
			t.Errorf("%s: %s", leads[1], reason)
		}
		s.Excluded = leads[1:]
		if reason, ok := s.Covers(leads[1]); ok {
			t.Errorf("%s was excluded, and is covered: %s", leads[1], reason)
		}
	}
	s := Scope{Seeds: []Entity{parse("https://www.acme.example/a"), parse("www.acme.example")}}
	if n := len(s.Leads()); n != 2 {
		t.Errorf("a site that is a seed too is asked about once: %d leads", n)
	}
	for typed, want := range map[string]bool{"https://www.acme.example/other": true, "acme.example": false, "shop.acme.example": false} {
		if reason, ok := s.Covers(parse(typed)); ok != want {
			t.Errorf("%s: covered is %v (%s)", typed, ok, reason)
		}
	}
	if !parse("acme.example").Site().IsZero() {
		t.Error("a domain is no URL")
	}
}
