package infrastructure

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"osint/pkg/pipeline"
)

const leavings = `
corp.example. A 192.0.2.10
corp.example. MX 10 mx1.corp.example.
corp.example. MX 20 mx.gonehoster.example.
corp.example. MX 30 mx.left.hoster.example.
corp.example. TXT "v=spf1 a:old.corp.example include:_spf.sender.example include:spf.lapsed.example -all"
mx1.corp.example. A 192.0.2.25
hoster.example. SOA ns.hoster.example. hostmaster.hoster.example. 1 1 1 1 1
_spf.sender.example. TXT "v=spf1 include:deep.bankrupt.example include:ok.sender.example -all"
ok.sender.example. TXT "v=spf1 ip4:192.0.2.1 -all"
www.corp.example. CNAME www2.corp.example.
www2.corp.example. A 192.0.2.11
shop.corp.example. CNAME edge.corp.example.
edge.corp.example. CNAME corp-shop.azurewebsites.net.
azurewebsites.net. SOA ns.azurewebsites.net. hostmaster.azurewebsites.net. 1 1 1 1 1
status.corp.example. CNAME corp.boards.hoster.example.
fair.corp.example. CNAME fair.lapsed.example.
old.corp.example. CNAME older.corp.example.
docs.corp.example. CNAME corp.github.io.
news.corp.example. CNAME corp.surge.sh.
surge.sh. SOA ns.surge.sh. hostmaster.surge.sh. 1 1 1 1 1
past.corp.example. CNAME past.azurewebsites.net.
past.azurewebsites.net. CNAME past.boards.hoster.example.
corp.github.io. A 198.51.100.1
`

func TestAliasesThatLeadNowhere(t *testing.T) {
	for subject, want := range map[string][]string{
		"www":    {"not www.corp.example dangling-alias"},
		"shop":   {`shop.corp.example dangling-alias domain:corp-shop.azurewebsites.net {"claim":"open","free":"","own":false,"service":"Azure"}`},
		"status": {`status.corp.example dangling-alias host:corp.boards.hoster.example {"claim":"","free":"","own":false,"service":""}`},
		"fair":   {`fair.corp.example dangling-alias host:fair.lapsed.example {"claim":"","free":"lapsed.example","own":false,"service":""}`},
		"old":    {`old.corp.example dangling-alias host:older.corp.example {"claim":"","free":"","own":true,"service":""}`},
		"news":   {`news.corp.example dangling-alias host:corp.surge.sh {"claim":"","free":"","own":false,"service":"Surge"}`},
		"past":   {`past.corp.example dangling-alias host:past.boards.hoster.example {"claim":"","free":"","own":false,"service":""}`},
		"docs":   {"not docs.corp.example dangling-alias"},
		"mx1":    {},
		"nobody": {},
	} {
		r := read(t, danglingNames(), readDangling, zoneOf(t, leavings), subject+".corp.example")
		r.only(t, "dangling-alias", want...)
		r.only(t, "dangling-mail")
		if r.err != nil {
			t.Errorf("%s: %v", subject, r.err)
		}
	}
}

func TestServicesThatAliasesUse(t *testing.T) {
	r := read(t, danglingNames(), readDangling, zoneOf(t, leavings), "docs.corp.example")
	r.only(t, "uses-service", `docs.corp.example uses-service domain:corp.github.io {"as_of":"2025-02-08","claim":"guarded","service":"GitHub Pages","sign":"page"}`)
	r = read(t, danglingNames(), readDangling, zoneOf(t, leavings), "shop.corp.example")
	r.only(t, "uses-service", `shop.corp.example uses-service domain:corp-shop.azurewebsites.net {"as_of":"2025-02-08","claim":"open","service":"Azure","sign":"name"}`)
	r = read(t, danglingNames(), readDangling, zoneOf(t, leavings), "status.corp.example")
	r.only(t, "uses-service")
}

func TestMailThatLeadsNowhere(t *testing.T) {
	r := read(t, danglingNames(), readDangling, zoneOf(t, leavings), "corp.example")
	r.only(t, "dangling-mail",
		`corp.example dangling-mail host:mx.gonehoster.example {"as":"mx","free":"gonehoster.example","own":false}`,
		`corp.example dangling-mail host:mx.left.hoster.example {"as":"mx","free":"","own":false}`,
		`corp.example dangling-mail host:spf.lapsed.example {"as":"spf","free":"lapsed.example","own":false}`,
		`corp.example dangling-mail host:deep.bankrupt.example {"as":"spf","free":"bankrupt.example","own":false}`,
		`corp.example dangling-mail host:old.corp.example {"as":"spf","free":"","own":true}`)
	if r.err != nil {
		t.Error(r.err)
	}
	for i, o := range r.seen {
		if o.Object != nil && o.Object.Value == "mx.gonehoster.example" {
			shown := strings.Join(texted(o.Exchanges), " ")
			for _, x := range []string{"x:corp.example MX", "x:mx.gonehoster.example A", "x:mx.gonehoster.example AAAA", "x:gonehoster.example SOA"} {
				if !strings.Contains(shown, x) {
					t.Errorf("%s rests on %s, want %s too", r.lines[i], shown, x)
				}
			}
		}
	}
	r = read(t, danglingNames(), readDangling, zoneOf(t, "corp.example. MX 0 mx.corp.example.\nmx.corp.example. A 192.0.2.1\ncorp.example. TXT \"v=spf1 mx -all\"\n"), "corp.example")
	r.only(t, "dangling-mail", "not corp.example dangling-mail")
}

func texted(ids []pipeline.ExchangeID) (out []string) {
	for _, x := range ids {
		out = append(out, string(x))
	}
	return out
}

// A server's failure and silence are no absence: neither of the name nor of
// the domain above it.
func TestDanglingNeedsAnAnswer(t *testing.T) {
	f := zoneOf(t, leavings)
	f.broken["status.corp.example A"], f.broken["status.corp.example AAAA"] = true, true
	r := read(t, danglingNames(), readDangling, f, "status.corp.example")
	if len(r.lines) > 0 || outcome(r.err) != pipeline.Unreachable {
		t.Errorf("%v, %v; want nothing, unreachable", r.lines, r.err)
	}
	f = zoneOf(t, leavings)
	f.silent["status.corp.example AAAA"] = true
	r = read(t, danglingNames(), readDangling, f, "status.corp.example")
	if len(r.lines) > 0 || outcome(r.err) != pipeline.Unreachable {
		t.Errorf("%v, %v; want nothing, unreachable", r.lines, r.err)
	}
	f = zoneOf(t, leavings)
	f.broken["lapsed.example SOA"] = true
	r = read(t, danglingNames(), readDangling, f, "fair.corp.example")
	r.only(t, "dangling-alias", `fair.corp.example dangling-alias host:fair.lapsed.example {"claim":"","free":"","own":false,"service":""}`)
	if outcome(r.err) != pipeline.Partial {
		t.Error(r.err)
	}
	f = zoneOf(t, "corp.example. MX 0 mx.corp.example.\nmx.corp.example. A 192.0.2.1\n")
	f.silent["corp.example TXT"] = true
	r = read(t, danglingNames(), readDangling, f, "corp.example")
	r.only(t, "dangling-mail") // that nothing dangles is not known
	f = zoneOf(t, "corp.example. MX 0 mx.corp.example.\nmx.corp.example. A 192.0.2.1\n")
	f.silent["mx.corp.example AAAA"] = true
	r = read(t, danglingNames(), readDangling, f, "corp.example")
	r.only(t, "dangling-mail")
}

// A name that lacks one type of record is there.
func TestANameWithoutAddressIsThere(t *testing.T) {
	r := read(t, danglingNames(), readDangling, zoneOf(t, "www.corp.example. CNAME mail.hoster.example.\nmail.hoster.example. TXT \"here\"\n"), "www.corp.example")
	r.only(t, "dangling-alias", "not www.corp.example dangling-alias")
}

// Every service is found by each of its names and by no other's, and says
// what it is known by.
func TestServices(t *testing.T) {
	for _, s := range hostedServices {
		if s.claim != open && s.claim != guarded || len(s.ends) == 0 {
			t.Errorf("%s: %q, %v", s.name, s.claim, s.ends)
		}
		if s.page != nil && (len(s.page.texts) == 0 || len(strings.Join(s.page.texts, "")) < 10) {
			t.Errorf("%s: a sign of %q", s.name, s.page.texts)
		}
		for _, end := range s.ends {
			name := "acme." + strings.ReplaceAll(end, "*", "eu-1")
			if got := serviceOf(name); got == nil || got.name != s.name {
				t.Errorf("%s is a name of %v, want %s", name, got, s.name)
			}
			if got := serviceOf("acme." + strings.ReplaceAll(end, "*", "eu-1") + ".corp.example"); got != nil {
				t.Errorf("a name of ours is one of %s", got.name)
			}
		}
	}
	for _, name := range []string{"notgithub.io", "amazonaws.com", "ec2-192-0-2-1.compute.amazonaws.com", "s3.eu.west.amazonaws.com.example"} {
		if s := serviceOf(name); s != nil {
			t.Errorf("%s is a name of %s", name, s.name)
		}
	}
}

func TestSigns(t *testing.T) {
	s := &sign{404, []string{"Tunnel ", " not found"}}
	if !s.shows(404, "<p>Tunnel acme not found</p>") || s.shows(200, "<p>Tunnel acme not found</p>") || s.shows(404, "<p>Tunnel acme is up</p>") {
		t.Error("a sign is its status and all of its texts")
	}
}

// What holds a name is the name's end, one label below a registry's suffix.
func TestHolder(t *testing.T) {
	for name, want := range map[string]string{
		"a.b.corp.example": "corp.example", "corp.example": "corp.example", "example": "", "a.corp.co.uk": "corp.co.uk", "co.uk": "",
		"acme.github.io": "github.io", "x.s3.amazonaws.com": "amazonaws.com",
	} {
		if got := holder(name); got != want {
			t.Errorf("%s is held by %q, want %q", name, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`([a-z]{1,3}\.){0,3}(com|uk|co\.uk|github\.io|example)`).Draw(t, "name")
		up := holder(name)
		if up != "" && up != name && !strings.HasSuffix(name, "."+up) || holder(up) != up {
			t.Errorf("%s is held by %q, that by %q", name, up, holder(up))
		}
	})
}
