package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

const hackerTargetWorld = `
-- dns://. --
api.hackertarget.com. A 203.0.113.209

-- https://api.hackertarget.com/hostsearch/?q=acme.example --
Content-Type: text/plain

acme.example,192.0.2.10
A.acme.example,2001:db8::1
other.example,192.0.2.11

-- https://api.hackertarget.com/reverseiplookup/?q=192.0.2.10 --
Content-Type: text/plain

acme.example
neighbour.example
`

func TestHackerTarget(t *testing.T) {
	body := "acme.example,192.0.2.10\nA.acme.example,2001:db8::1\nother.example,192.0.2.11\n"
	own := []string{"has-name host:a.acme.example"}
	cases := append(statuses("?q=acme.example --\n"), []listCase{
		{"nothing known", body, "No records found\n", pipeline.Empty, "", nil},
		{"no addresses known", body, "No DNS A records found", pipeline.Empty, "", nil},
		{"the day's allowance", body, "API count exceeded - Increase Quota with Membership", pipeline.QuotaExceeded, "HACKERTARGET_API_KEY", nil},
		{"an error", body, "error check your search parameter", pipeline.Malformed, "an error", nil},
		{"nothing said", body, "", pipeline.Malformed, "sent nothing", nil},
		{"HTML", body, "<html>,<p>", pipeline.Malformed, "line 1", nil},
		{"a notice behind the names", "other.example,192.0.2.11", "and more for members", pipeline.Malformed, "line 3", nil},
		{"about others", "acme.example,192.0.2.10\nA.acme.example,2001:db8::1\n", "", pipeline.Malformed, "not one of them", nil},
	}...)
	tryList(t, "hackertarget", hackerTargetWorld, cases)
	got := trial.Tell(t, infrastructure.All(), "hackertarget", "acme.example", hackerTargetWorld)
	got.Ends(t, pipeline.OK, "")
	got.Says(t, "acme.example "+own[0], "acme.example resolved-to ip:192.0.2.10 map[type:A]", "a.acme.example resolved-to ip:2001:db8::1 map[type:AAAA]")
	if q := got.Asked("api.hackertarget.com"); len(q) != 1 || !strings.HasSuffix(q[0], "&apikey="+trial.Key) {
		t.Errorf("asked %q", q)
	}
	got = trial.Tell(t, infrastructure.All(), "hackertarget", "acme.example", strings.Replace(hackerTargetWorld, body, "errors.acme.example,192.0.2.12\n", 1))
	got.Ends(t, pipeline.OK, "")
	got.Says(t, "acme.example has-name host:errors.acme.example", "errors.acme.example resolved-to ip:192.0.2.12 map[type:A]")
	got = trial.Tell(t, infrastructure.All(), "hackertarget", "192.0.2.10", hackerTargetWorld, func(o *collectors.Options) { o.Keys = nil })
	got.Ends(t, pipeline.OK, "")
	got.Says(t, "acme.example resolved-to ip:192.0.2.10 map[type:A]", "neighbour.example resolved-to ip:192.0.2.10 map[type:A]")
	if q := got.Asked("api.hackertarget.com"); len(q) != 1 || strings.Contains(q[0], "apikey") {
		t.Errorf("without a key it asked %q", q)
	}
}

const rapidWorld = `
-- dns://. --
rapiddns.io. A 203.0.113.210

-- https://rapiddns.io/subdomain/acme.example?full=1&page=1 --
Content-Type: text/html

<table id="ad"><tr><td>ad.acme.example</td></tr></table><table id="table"><tbody>
<tr><th>1</th><td>A.acme.example</td><td><a href="/sameip/192.0.2.10?page=9">192.0.2.10</a></td><td>A</td></tr>
<tr><th>2</th><td>b.acme.example<td>a.acme.example</td><td>CNAME</td></tr>
<tr><th>3</th><td>other.example</td><td>192.0.2.11</td></tr></table>
<p>c.acme.example</p><a class="page-link" href="/subdomain/acme.example?page=2">2</a>

-- https://rapiddns.io/subdomain/acme.example?full=1&page=2 --
Content-Type: text/html

<table id="table"><tr><td>d.acme.example</td><td>2001:db8::1</td></tr></table>

-- https://rapiddns.io/sameip/192.0.2.10?full=1 --
Content-Type: text/html

<table id="table"><tr><td>acme.example</td><td>192.0.2.10</td></tr><tr><td>neighbour.example</td><td>192.0.2.10</td></tr><tr><td>x.example</td><td>192.0.2.99</td></tr></table>
`

func TestRapidDNS(t *testing.T) {
	world := strings.Replace(rapidWorld, "?page=9", "", 1) // a link of the other sort leads to no page of this one
	first := []string{"acme.example has-name host:a.acme.example", "acme.example has-name host:b.acme.example", "a.acme.example resolved-to ip:192.0.2.10 map[type:A]"}
	whole := append(first[:3:3], "acme.example has-name host:d.acme.example", "d.acme.example resolved-to ip:2001:db8::1 map[type:AAAA]")
	for _, c := range []struct {
		name, subject, from, to string
		ends                    pipeline.Outcome
		reason                  string
		says                    []string
	}{
		{"two pages", "acme.example", "", "", pipeline.OK, "", whole},
		{"an address", "192.0.2.10", "", "", pipeline.OK, "", []string{"acme.example resolved-to ip:192.0.2.10 map[type:A]", "neighbour.example resolved-to ip:192.0.2.10 map[type:A]"}},
		{"no table", "acme.example", `id="table"><tbody>`, `id="tables"><tbody>`, pipeline.Malformed, "a table of records", nil},
		{"a challenge", "acme.example", "page=1 --\n", "page=1 --\nCf-Mitigated: challenge\nstatus 403\n", pipeline.Blocked, "", nil},
		{"a table without rows", "acme.example", world[strings.Index(world, "<tr><th>1"):strings.Index(world, "<p>c.acme")], "</table>", pipeline.OK, "", []string{whole[3], whole[4]}},
		{"the second page is out of order", "acme.example", "page=2 --\n", "page=2 --\nstatus 503\n", pipeline.Partial, "page 2: unreachable", first},
		{"the second page has no table", "acme.example", `<table id="table"><tr><td>d.`, `<table><tr><td>d.`, pipeline.Partial, "page 2: malformed", first},
		{"too many pages", "acme.example", "?page=2\">2", "?page=70\">70", pipeline.Partial, "page 3", whole},
		{"led elsewhere", "acme.example", "page=1 --\n", "page=1 --\nredirect / 302\n", pipeline.Malformed, "302", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(world, c.from) {
				t.Fatal("the world has no such text")
			}
			got := trial.Tell(t, infrastructure.All(), "rapiddns", c.subject, strings.Replace(world, c.from, c.to, 1))
			got.Ends(t, c.ends, c.reason)
			got.Says(t, c.says...)
		})
	}
}

// A key is sent where it belongs, and only if there is one.
func TestCertspotterKey(t *testing.T) {
	world := ctZone + certspotterAt + " --\nContent-Type: application/json\n\n[]\n"
	for _, c := range []struct {
		lead func(*collectors.Options)
		want string
	}{{func(*collectors.Options) {}, "Bearer " + trial.Key}, {func(o *collectors.Options) { o.Keys = nil }, ""}} {
		got := trial.Tell(t, infrastructure.All(), "ct-certspotter", "acme.example", world, c.lead)
		got.Ends(t, pipeline.Empty, "")
		for _, r := range got.Lab.Log() {
			if r.Service == "https" && r.Host == "api.certspotter.com" && r.Header.Get("Authorization") != c.want {
				t.Errorf("sent %q, want %q", r.Header.Get("Authorization"), c.want)
			}
		}
	}
}
