package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

var benchTime = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// A writer of a made-up case, line by line, as a run would write it.
type scribe struct {
	c   *pipeline.Case
	seq uint64
}

func open() *scribe {
	s := &scribe{c: pipeline.NewCase()}
	o := &pipeline.Opened{Schema: pipeline.SchemaVersion, Case: "c-0000000000000001", Seeds: []pipeline.Entity{{Kind: pipeline.KindDomain, Value: "corp.example"}},
		TLP: "TLP:AMBER", Types: pipeline.Domains(), Priority: "normal", Profile: pipeline.ProfileRef{Name: "default"}, Tool: pipeline.Tool{Name: "osint", Version: "bench"}}
	for _, name := range []string{"ct-crtsh", "dns", "tls", "web"} {
		o.Collectors = append(o.Collectors, pipeline.CollectorRef{Name: name, Title: name, Domain: pipeline.Infrastructure, Mode: pipeline.Active, Source: name, Family: name})
	}
	s.write(&pipeline.Event{Opened: o})
	return s
}

func (s *scribe) write(e *pipeline.Event) {
	s.seq++
	e.Seq, e.Time = s.seq, benchTime.Add(time.Duration(s.seq)*time.Millisecond)
	_ = s.c.Event(e) // a fold has no error
}

// fold adds one line to a case.
func fold(c *pipeline.Case, e *pipeline.Event) {
	e.Seq, e.Time = c.Seq+1, benchTime
	_ = c.Event(e)
}

// task writes one task: an exchange, what was observed, and its end.
func (s *scribe) task(collector string, subject pipeline.Entity, seen ...pipeline.Observation) {
	key := pipeline.TaskKey{Collector: collector, Subject: subject}
	s.write(&pipeline.Event{Started: &pipeline.Started{Task: key, Attempt: 1}})
	x := &pipeline.Exchange{ID: pipeline.NewExchangeID(key, "q", 0), Task: key, Source: collector, Operation: "query", Locator: collector + ":" + subject.Value,
		Question: "q", Outcome: pipeline.OK, Status: 200, At: benchTime, Elapsed: 40 * time.Millisecond, Bytes: 512, Kept: pipeline.KeepRaw,
		SHA256: strings.Repeat("9f86d081884c7d65", 4)}
	s.write(&pipeline.Event{Exchanged: x})
	for i := range seen {
		o := &seen[i]
		o.Collector, o.Source, o.Origin, o.Subject, o.Asked = collector, collector, "subject", subject, subject
		o.Category, o.Grade, o.At, o.Exchanges = pipeline.Technical, pipeline.Own, benchTime, []pipeline.ExchangeID{x.ID}
		o.ID = o.Digest()
		s.write(&pipeline.Event{Observed: o})
	}
	s.write(&pipeline.Event{Finished: &pipeline.Finished{Task: key, Outcome: pipeline.OK, Elapsed: 50 * time.Millisecond, Exchanges: 1, Observations: len(seen)}})
}

// company returns a case of n observations, ten for each host, of which a
// tenth of the hosts have something wrong.
func company(n int) *pipeline.Case {
	s := open()
	for i := range max(1, n/10) {
		host := pipeline.Entity{Kind: pipeline.KindHost, Value: fmt.Sprintf("h%05d.corp.example", i)}
		s.write(&pipeline.Event{Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: host, Depth: 1}, Scope: "subject", Reason: "within domain:corp.example",
			Groups: []pipeline.Group{{Ruling: pipeline.Ruling{Verdict: pipeline.Allow, Rule: "mode", Keep: pipeline.KeepRaw}, Collectors: []string{"dns", "tls", "web"}}}}})
		bad := i%10 == 0
		s.task("dns", host, to("resolves-to", pipeline.KindIP, fmt.Sprintf("2001:db8:%x::%x", i/1000, i)), says("txt-record", "v=example"))
		s.task("tls", host, to("listens-on", pipeline.KindService, fmt.Sprintf("192.0.2.%d:443/tcp", i%250+1)),
			says("certificate-check", map[string]any{"trusted": !bad, "name_match": true, "self_signed": false, "expired": bad, "not_after": "2027-01-01T00:00:00Z",
				"not_before": "2026-11-01T00:00:00Z", "chain": 2.0, "reason": "", "key_type": "ecdsa", "key_bits": 256.0, "signature": "ECDSA-SHA256", "weak_chain": false}),
			says("tls-version", "TLS 1.2"), says("tls-version", "TLS 1.3"))
		s.task("web", host, says("https-redirect", !bad), says("page-title", fmt.Sprintf("Host %d", i)),
			says("http-header", map[string]any{"name": "strict-transport-security", "value": "max-age=31536000"}), says("lacks-header", "content-security-policy"))
	}
	return s.c
}

// crowd returns a case of n observations about one domain: names below it, of
// which every tenth gives something away.
func crowd(n int) *pipeline.Case {
	s := open()
	domain := s.c.Opened.Seeds[0]
	s.write(&pipeline.Event{Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: domain}, Scope: "subject", Reason: "seed",
		Groups: []pipeline.Group{{Ruling: pipeline.Ruling{Verdict: pipeline.Allow, Rule: "mode", Keep: pipeline.KeepRaw}, Collectors: []string{"ct-crtsh", "dns"}}}}})
	var seen []pipeline.Observation
	for i := range n {
		name := fmt.Sprintf("n%06d", i)
		if i%10 == 0 {
			name = "vpn-" + name
		}
		o := to("has-name", pipeline.KindHost, name+".corp.example")
		o.Value = map[string]any{"issuer": "Lab", "not_before": "2026-11-01T00:00:00Z"}
		seen = append(seen, o)
	}
	s.task("ct-crtsh", domain, seen...)
	return s.c
}

// wordy returns a case of so many observations, each with a text of a thousand
// characters.
func wordy(n int) *pipeline.Case {
	s := open()
	domain := s.c.Opened.Seeds[0]
	var seen []pipeline.Observation
	for i := range n {
		seen = append(seen, says("txt-record", fmt.Sprintf("%06d %s", i, strings.Repeat("Straße, дом и улица: v=spf1 include:_spf.corp.example ", 19))))
	}
	s.task("dns", domain, seen...)
	return s.c
}

func to(p pipeline.Predicate, k pipeline.Kind, v string) pipeline.Observation {
	return pipeline.Observation{Predicate: p, Object: &pipeline.Entity{Kind: k, Value: v}}
}

func says(p pipeline.Predicate, v any) pipeline.Observation {
	return pipeline.Observation{Predicate: p, Value: v}
}

// A counter counts the pages of a PDF file as it is written.
type counter struct{ pages int }

func (c *counter) Write(b []byte) (int, error) {
	c.pages += bytes.Count(b, []byte("/Type /Page\n"))
	return len(b), nil
}
