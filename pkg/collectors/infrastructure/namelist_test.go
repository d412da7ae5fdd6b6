package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

// A listCase is one answer to a collector of names below acme.example, and
// what is made of it.
type listCase struct {
	name, from, to string // in the world
	ends           pipeline.Outcome
	reason         string
	says           []string // without their subject
}

// tryList puts a collector to acme.example in variants of a world.
func tryList(t *testing.T, collector, world string, cases []listCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(world, c.from) {
				t.Fatalf("the world has no %q", c.from)
			}
			got := trial.Tell(t, infrastructure.All(), collector, "acme.example", strings.Replace(world, c.from, c.to, 1))
			var says []string
			for _, s := range c.says {
				says = append(says, "acme.example "+s)
			}
			got.Ends(t, c.ends, c.reason)
			got.Says(t, says...)
			if got.Err != nil && strings.Contains(got.Err.Error(), trial.Key) {
				t.Errorf("its credential stands in its error: %v", got.Err)
			}
		})
	}
}

// statuses are what every source means by a status that is no answer.
func statuses(at string) []listCase {
	var cases []listCase
	for _, s := range []struct {
		head   string
		ends   pipeline.Outcome
		reason string
	}{
		{"status 401", pipeline.Unauthorized, "401"}, {"status 403", pipeline.Blocked, "403"}, {"status 404", pipeline.Malformed, "404"},
		{"status 429\nRetry-After: 3600", pipeline.RateLimited, "429"}, {"status 503", pipeline.Unreachable, "503"}, {"redirect /login 302", pipeline.Malformed, ""},
	} {
		cases = append(cases, listCase{s.head, at, at + s.head + "\n", s.ends, s.reason, nil})
	}
	return cases
}

const shodanCTWorld = `
-- dns://. --
ctl.shodan.io. A 203.0.113.201

-- https://ctl.shodan.io/api/v1/domain/acme.example/hostnames --
Content-Type: application/json

["WWW.acme.example.","*.dev.acme.example","acme.example","acme.example.evil.example","jane@acme.example",7,null,""]
`

func TestShodanCT(t *testing.T) {
	tryList(t, "ct-shodan", shodanCTWorld, append(statuses("hostnames --\n"), []listCase{
		{"names below it", "[", "[", pipeline.OK, "", []string{"has-name host:www.acme.example", "has-name host:dev.acme.example"}},
		{"nothing known", `["WWW.acme.example.","*.dev.acme.example","acme.example","acme.example.evil.example","jane@acme.example",7,null,""]`, "[]", pipeline.Empty, "", nil},
		{"only the domain itself", `"WWW.acme.example.","*.dev.acme.example",`, "", pipeline.Empty, "", nil},
		{"names of others only", `"WWW.acme.example.","*.dev.acme.example","acme.example",`, "", pipeline.Malformed, "not one of them", nil},
		{"an object for a list", `["WWW`, `{"detail":"x"}` + "\n-- https://ctl.shodan.io/x --\n\n" + `["WWW`, pipeline.Malformed, "a list of names", nil},
		{"HTML", `["WWW`, `<html>["WWW`, pipeline.Malformed, "HTML", nil},
	}...))
}

const anubisWorld = `
-- dns://. --
anubisdb.com. A 203.0.113.203

-- https://anubisdb.com/anubis/subdomains/acme.example --
Content-Type: application/json

["a.acme.example","*.acme.example"]
`

func TestAnubis(t *testing.T) {
	tryList(t, "anubis", anubisWorld, append(statuses("subdomains/acme.example --\n"), []listCase{
		{"names below it", "[", "[", pipeline.OK, "", []string{"has-name host:a.acme.example"}},
		{"nothing known", `["a.acme.example","*.acme.example"]`, "[]", pipeline.Empty, "", nil},
		{"a text that says so", `["a.acme.example","*.acme.example"]`, "no subdomains", pipeline.Malformed, "text where JSON", nil},
		{"300, as it once said nothing", "subdomains/acme.example --\n", "subdomains/acme.example --\nstatus 300\n", pipeline.Malformed, "", nil},
	}...))
}

const crtNameWorld = `
-- dns://. --
crt.name. A 203.0.113.202

-- https://crt.name/v1/search?apex=acme.example&format=json&dates=1 --
Content-Type: application/json

[{"sub":"acme.example","first_seen":null},{"sub":"a.acme.example","first_seen":"2024-02-23T14:31:16Z"},{"sub":"*.b.acme.example","first_seen":null},"c.acme.example",{"x":1}]
`

func TestCrtName(t *testing.T) {
	list := crtNameWorld[strings.Index(crtNameWorld, "[{"):]
	a := "has-name host:a.acme.example map[first:2024-02-23T14:31:16Z]"
	tryList(t, "ct-crtname", crtNameWorld, append(statuses("dates=1 --\n"), []listCase{
		{"names with days", "[", "[", pipeline.OK, "", []string{a, "has-name host:b.acme.example", "has-name host:c.acme.example"}},
		{"lines with days", list, "a.acme.example\t2024-02-23T14:31:16Z\n\n*.b.acme.example\n", pipeline.OK, "", []string{a, "has-name host:b.acme.example"}},
		{"lines of JSON", list, `{"sub":"a.acme.example","first_seen":"2024-02-23T14:31:16Z"}` + "\n", pipeline.OK, "", []string{a}},
		{"nothing known", list, "[]", pipeline.Empty, "", nil},
		{"nothing said", list, "", pipeline.Malformed, "sent nothing", nil},
		{"a notice", list, "Daily allowance used up.\n", pipeline.Malformed, "no list of names", nil},
		{"a list that breaks off", `,{"x":1}]`, `,{"x"`, pipeline.Malformed, "breaks off", nil},
		{"more than it gives out", "dates=1 --\n", "dates=1 --\nstatus 413\n", pipeline.QuotaExceeded, "more names", nil},
	}...))
}

const thcWorld = `
-- dns://. --
ip.thc.org. A 203.0.113.204

-- POST https://ip.thc.org/api/v1/lookup/subdomains --
Content-Type: application/json

{"domains":[{"domain":"a.acme.example","last_seen_on":"2026-01-02"},{"domain":"acme.example"},{"domain":"b.other.example"}],"next_page_state":"more","matching_records":"4"}

-- https://ip.thc.org/api/v1/subdomains/download?domain=acme.example&limit=5001&hide_header=true --
Content-Type: text/csv

a.acme.example
B.acme.example.
c.other.example
`

func TestTHC(t *testing.T) {
	a, b := "has-name host:a.acme.example map[last:2026-01-02T00:00:00Z]", "has-name host:b.acme.example"
	tryList(t, "thc", thcWorld, append(statuses("lookup/subdomains --\n"), []listCase{
		{"a page and the rest", "[", "[", pipeline.OK, "", []string{a, b}},
		{"a page is all", `"more"`, `""`, pipeline.OK, "", []string{a}},
		{"nothing known", `[{"domain":"a.acme.example","last_seen_on":"2026-01-02"},{"domain":"acme.example"},{"domain":"b.other.example"}],"next_page_state":"more"`, `[]`, pipeline.Empty, "", nil},
		{"an error", `{"domains"`, `{"status":"error","error":"bad","domain"`, pipeline.Malformed, "a page of names", nil},
		{"a text for a list", `[{"domain":"a.acme.example","last_seen_on":"2026-01-02"},{"domain":"acme.example"},{"domain":"b.other.example"}]`, `"none"`, pipeline.Malformed, "a page of names", nil},
		{"the rest is out of order", "hide_header=true --\n", "hide_header=true --\nstatus 429\nRetry-After: 3600\n", pipeline.Partial, "the rest: rate-limited", []string{a}},
		{"the rest is a page", "a.acme.example\nB.acme.example.\n", "<html>", pipeline.Partial, "the rest: malformed", []string{a}},
		{"the rest is too long", "c.other", strings.Repeat("b.acme.example\n", 5000) + "c.other", pipeline.Partial, "more names than are read", []string{a, b}},
	}...))
}
