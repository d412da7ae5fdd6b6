package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

const robtexWorld = `
-- dns://. --
freeapi.robtex.com. A 203.0.113.205

-- https://freeapi.robtex.com/* --

-- https://freeapi.robtex.com/pdns/forward/iana.org --

{"rrname":"iana.org","rrdata":"192.0.2.43","rrtype":"A"}

-- https://freeapi.robtex.com/pdns/forward/acme.example --

{"rrname":"acme.example","rrdata":"192.0.2.10","rrtype":"A","time_first":1441242410,"time_last":"1767312000","count":"21"}
{"rrname":"a.acme.example.","rrdata":"2001:db8::1","rrtype":"AAAA","new":1}
{"rrname":"acme.example","rrdata":"mail.acme.example","rrtype":"MX"}
{"rrname":"other.example","rrdata":"192.0.2.11","rrtype":"A"}

-- https://freeapi.robtex.com/pdns/reverse/192.0.2.10 --

{"rrname":"acme.example","rrdata":"192.0.2.10","rrtype":"A","count":1}
{"rrname":"neighbour.example","rrdata":"192.0.2.10","rrtype":"A"}
{"rrname":"acme.example","rrdata":"192.0.2.11","rrtype":"A"}
`

func TestRobtex(t *testing.T) {
	at := "forward/acme.example --\n"
	for _, c := range []struct {
		name, subject, from, to string
		ends                    pipeline.Outcome
		reason                  string
		says                    []string
	}{
		{"a domain", "acme.example", "", "", pipeline.OK, "", []string{"acme.example resolved-to ip:192.0.2.10 map[count:21 first:2015-09-03T01:06:50Z last:2026-01-02T00:00:00Z type:A]",
			"acme.example has-name host:a.acme.example", "a.acme.example resolved-to ip:2001:db8::1 map[type:AAAA]"}},
		{"an address", "192.0.2.10", "", "", pipeline.OK, "", []string{"acme.example resolved-to ip:192.0.2.10 map[count:1 type:A]", "neighbour.example resolved-to ip:192.0.2.10 map[type:A]"}},
		{"nothing known", "quiet.example", "", "", pipeline.Empty, "", nil},
		{"nothing said, of anything", "quiet.example", `{"rrname":"iana.org","rrdata":"192.0.2.43","rrtype":"A"}`, "", pipeline.Malformed, "says nothing", nil},
		{"out of order when asked again", "quiet.example", "iana.org --\n", "iana.org --\nstatus 503\n", pipeline.Unreachable, "503", nil},
		{"too fast", "acme.example", at, at + "status 429\nRetry-After: 3600\n", pipeline.RateLimited, "429", nil},
		{"forbidden", "acme.example", at, at + "status 403\n", pipeline.Blocked, "403", nil},
		{"not there", "acme.example", at, at + "status 404\n", pipeline.Malformed, "404", nil},
		{"HTML", "acme.example", at + "\n", at + "\n<html>\n", pipeline.Malformed, "records of DNS", nil},
		{"led elsewhere", "acme.example", at, at + "redirect / 302\n", pipeline.Malformed, "302", nil},
		{"about others", "acme.example", `"acme.example","rrdata":"192.0.2.10","rrtype":"A","time_first":1441242410,"time_last":"1767312000","count":"21"}
{"rrname":"a.acme.example.","rrdata":"2001:db8::1","rrtype":"AAAA","new":1}
{"rrname":"acme.example"`, `"notacme.example"`, pipeline.Malformed, "about others", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(robtexWorld, c.from) {
				t.Fatal("the world has no such text")
			}
			got := trial.Tell(t, infrastructure.All(), "robtex", c.subject, strings.Replace(robtexWorld, c.from, c.to, 1))
			got.Ends(t, c.ends, c.reason)
			got.Says(t, c.says...)
		})
	}
}
