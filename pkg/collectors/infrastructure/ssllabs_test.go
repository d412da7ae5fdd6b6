package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

// A test is begun, waited for and told; what is no result is none. Nothing is
// published, and the address is told to SSL Labs alone.
func TestSSLLabs(t *testing.T) {
	const at = "-- dns://. --\napi.ssllabs.com. A 203.0.113.6\n\n-- https://api.ssllabs.com/api/v4/analyze --\nContent-Type: application/json\n"
	ready := func(endpoints string) string {
		return at + "\n{\"host\":\"acme.example\",\"status\":\"READY\",\"testTime\":1795600000000,\"endpoints\":[" + endpoints + "]}\n"
	}
	const graded = `{"ipAddress":"192.0.2.1","grade":"A+","hasWarnings":false,"details":{"ticketbleed":2,"freak":true}}`
	const says = "acme.example tls-grade map[at:2026-11-25T09:46:40Z grade:A+ host:192.0.2.1 issues:FREAK, Ticketbleed warnings:false]"
	for _, c := range []struct {
		name, world string
		ends        pipeline.Outcome
		reason      string
		says        []string
	}{
		{"graded", ready(graded), pipeline.OK, "", []string{says}},
		{"one of two", ready(graded + `,{"ipAddress":"2001:db8::1","statusMessage":"Unable to connect to the server"}`), pipeline.Partial, "1 of 2 addresses: Unable to connect", []string{says}},
		{"none", ready(`{"ipAddress":"192.0.2.1","statusMessage":"No secure protocols supported"}`), pipeline.Unreachable, "No secure protocols", nil},
		{"no address", ready(""), pipeline.Unreachable, "graded no address", nil},
		{"a grade that is none", ready(`{"ipAddress":"192.0.2.1","grade":"Z"}`), pipeline.Unreachable, "graded no address", nil},
		{"about another", strings.Replace(ready(graded), "acme.example", "other.test", 1), pipeline.Malformed, "not about the host", nil},
		{"an error of the test", at + "\n{\"host\":\"acme.example\",\"status\":\"ERROR\",\"statusMessage\":\"Unable to resolve domain name\"}\n", pipeline.Unreachable, "Unable to resolve", nil},
		{"never done", at + "\n{\"host\":\"acme.example\",\"status\":\"IN_PROGRESS\"}\n", pipeline.Timeout, "not done in time", nil},
		{"no status", at + "\n{\"host\":\"acme.example\"}\n", pipeline.Malformed, "how far", nil},
		{"an address that is not registered", at + "status 441\n\n{\"errors\":[]}\n", pipeline.Unauthorized, "register it", nil},
		{"too fast", at + "status 429\n\n{}\n", pipeline.RateLimited, "too much", nil},
		{"overloaded", at + "status 529\n\n{}\n", pipeline.Unreachable, "half an hour", nil},
		{"a page", strings.Replace(at, "application/json", "text/html", 1) + "\n<html>\n", pipeline.Malformed, "", nil},
		{"a text", at + "\nquota exceeded\n", pipeline.Malformed, "", nil},
		{"front page", at + "redirect https://www.ssllabs.com/ 302\n\n", pipeline.Malformed, "302", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := trial.Tell(t, infrastructure.All(), "ssllabs", "acme.example", c.world)
			o.Says(t, c.says...)
			o.Ends(t, c.ends, c.reason)
			for _, q := range o.Asked("api.ssllabs.com") {
				if !strings.Contains(q, "publish=off") || strings.Contains(q, trial.Key) {
					t.Errorf("asked %s", q)
				}
			}
			if got := o.Lab.Log(); len(got) == 0 || o.Err != nil && strings.Contains(o.Err.Error(), trial.Key) {
				t.Errorf("the address stands in %v", o.Err)
			}
		})
	}
}
