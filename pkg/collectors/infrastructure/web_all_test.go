package infrastructure_test

import (
	"testing"

	"osint/pkg/pipeline"
)

// Every host is accounted for: what it serves, or that nobody is there, or why
// it could not be seen, by each of the collectors that visit it.
func TestEveryHostIsAccountedFor(t *testing.T) {
	const hello = "Content-Type: text/html\n\n<title>Hello</title>\n"
	for _, c := range []struct {
		name, world string
		outcome     pipeline.Outcome // of web
		reason      string
		robots      pipeline.Outcome
	}{
		{"whole", "-- http(s)://acme.example/ --\n" + hello, pipeline.OK, "", pipeline.OK},
		{"nobody", "-- https://www.acme.example/ --\n" + hello, pipeline.Empty, "", pipeline.Empty},
		{"no name", "-- host://acme.example --\ndns rcode NXDOMAIN\ntls 1.2\n", pipeline.Empty, "", pipeline.Empty},
		{"name server fails", "-- https://acme.example/ --\n" + hello + "-- host://acme.example --\ndns rcode SERVFAIL\n", pipeline.Unreachable, "SERVFAIL", pipeline.Unreachable},
		{"hangs up on TLS, serves HTTP", "-- http://acme.example/* --\n" + hello + "-- host://acme.example --\ntls close\n", pipeline.Partial, "https://acme.example/: unreachable: read: connection reset by peer", pipeline.Unreachable},
		{"hangs up", "-- http(s)://acme.example/* --\nclose\n", pipeline.Unreachable, "EOF", pipeline.Unreachable},
		{"breaks off", "-- https://acme.example/* --\ncut 5\n\n<title>Hello</title>\n", pipeline.Unreachable, "unexpected EOF", pipeline.Unreachable},
		{"not HTTP", "-- https://acme.example/* --\nContent-Encoding: br\n\nx\n", pipeline.Malformed, "packed in a way", pipeline.Malformed},
		{"in a ring", "-- http(s)://acme.example/* --\nredirect https://acme.example/\n", pipeline.Malformed, "more than 10 redirects", pipeline.Malformed},
		{"inward", "-- http(s)://acme.example/* --\nredirect http://10.0.0.1/\n", pipeline.Blocked, "10.0.0.1", pipeline.Skipped},
	} {
		t.Run(c.name, func(t *testing.T) {
			tell(t, "web", "acme.example", siteZone+c.world).ends(t, c.outcome, c.reason)
			tell(t, "robots", "acme.example", siteZone+c.world).ends(t, c.robots, "")
		})
	}
}
