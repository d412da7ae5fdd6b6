package report

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

// The sample: a case as a run writes it, line by line, with something of
// everything a report shows.

var epoch = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)

type scribe struct {
	t     testing.TB
	c     *pipeline.Case
	lines [][]byte
	seq   uint64
	at    time.Time
}

func newScribe(t testing.TB) *scribe {
	return &scribe{t: t, c: pipeline.NewCase(), at: epoch}
}

// write folds one event as a replay would: from its line.
func (s *scribe) write(e pipeline.Event) {
	s.t.Helper()
	s.seq++
	s.at = s.at.Add(37 * time.Millisecond)
	e.Seq, e.Time = s.seq, s.at
	line := append([]byte(nil), e.Line()...)
	s.lines = append(s.lines, line)
	back, err := pipeline.ParseEvent(line)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.c.Event(back); err != nil {
		s.t.Fatal(err)
	}
}

func ent(k pipeline.Kind, v string) pipeline.Entity { return pipeline.Entity{Kind: k, Value: v} }

func sealed(k pipeline.Kind, n int) pipeline.Entity {
	return ent(k, fmt.Sprintf("sealed:%016x:%064x", n, 7*n+1))
}

var (
	acme  = ent(pipeline.KindDomain, "acme.example")
	www   = ent(pipeline.KindHost, "www.acme.example")
	mail  = ent(pipeline.KindHost, "mail.acme.example")
	shop  = ent(pipeline.KindHost, "shop.acme.example")
	vpn   = ent(pipeline.KindHost, "old-vpn-gateway-frankfurt.acme.example")
	ip10  = ent(pipeline.KindIP, "192.0.2.10")
	ip20  = ent(pipeline.KindIP, "198.51.100.20")
	ip6   = ent(pipeline.KindIP, "2001:db8::10")
	netbk = ent(pipeline.KindNetblock, "192.0.2.0/24")
	as    = ent(pipeline.KindASN, "AS64500")
	cert  = ent(pipeline.KindCertificate, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
	regr  = ent(pipeline.KindOrganization, "Registrar Nord ApS")
	host  = ent(pipeline.KindOrganization, "Хостинг Пример ООО")
	ada   = sealed(pipeline.KindPerson, 1)
	adaAt = sealed(pipeline.KindEmail, 2)
	cdn   = ent(pipeline.KindHost, "edge.cdn.test")
)

// hostile texts try what a page or a terminal would obey.
var hostile = []string{
	"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "\x1b]0;owned\x07\x1b[2J\x1b[31mred", "line\r\nbreak\ttab\x00null\x7f",
	"\u202egnp.exe\u202c", "a\u200bb\u200dc\ufeff", "C1 \u0085\u009b31m", "bad \xff\xfe utf8", "漢字 and \U0001f600 and \U000e0041", "z" + "\u0300\u0301\u0302\u0303\u0304\u0305\u0306",
	"{{.}} {{template}} ${x} %s %d", "\\) Tj ET Q (", "javascript:alert(1)", "http://192.0.2.10/a?b=<c>&d='e'", "--></style><style>*{display:none}", "\u2028\u2029\u00ad\u3164",
}

func collector(name, title, source string, mode pipeline.Mode) pipeline.CollectorRef {
	return pipeline.CollectorRef{Name: name, Title: title, Domain: pipeline.Infrastructure, Mode: mode, Source: source, Family: source, Produces: []pipeline.Predicate{"resolves-to"}}
}

func (s *scribe) open() {
	spotter := collector("ct-certspotter", "Certificate transparency", "certspotter", pipeline.Passive)
	spotter.StandsInFor = "ct-crtsh"
	s.write(pipeline.Event{Opened: &pipeline.Opened{
		Schema: 1, Case: "c-5f1d2a90b7c34e18", Seeds: []pipeline.Entity{acme}, Scope: []pipeline.Entity{netbk}, Excluded: []pipeline.Entity{ent(pipeline.KindHost, "lab.acme.example")},
		Types: []pipeline.Domain{pipeline.Infrastructure}, Priority: "normal", Purpose: "supplier due diligence", LawfulBasis: "legitimate interests",
		Reference: "DD-2026-114", Investigator: "J. Müller", TLP: "TLP:AMBER", Profile: pipeline.ProfileRef{Name: "default", SHA256: "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"},
		Resolved: json.RawMessage(`{"name":"default"}`), Limits: pipeline.Limits{Depth: 2, Entities: 200, Workers: 64, Timeout: 5 * time.Minute},
		Plan: &pipeline.Plan{Sources: 5, Target: true, Countries: []string{"GB", "US"}, Sends: []pipeline.Kind{pipeline.KindDomain}, Requests: 120,
			Criteria: &pipeline.Criteria{Met: []string{"systematic-monitoring"}, Of: 9, Known: true}, NotAsked: []pipeline.Unasked{{Why: "no key", Collectors: 22}, {Why: "terms", Collectors: 9}}},
		Collectors: []pipeline.CollectorRef{
			collector("dns", "DNS records", "dns", pipeline.Relayed), collector("mail-policy", "Mail policy", "dns", pipeline.Relayed),
			collector("rdap", "Registration data", "rdap", pipeline.Relayed), collector("whois", "WHOIS", "whois", pipeline.Relayed),
			collector("ct-crtsh", "Certificate transparency", "crt.sh", pipeline.Passive), spotter,
			collector("tls", "TLS", "target", pipeline.Active), collector("web", "Web", "target", pipeline.Active),
		},
		Tool: pipeline.Tool{Name: "osint", Version: "0.1.0", Commit: "4dd8b81", Lab: "acme"},
	}})
}

func (s *scribe) rule(e pipeline.Entity, depth int, scope, reason, skip string, groups ...pipeline.Group) {
	s.write(pipeline.Event{Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: e, Depth: depth}, Scope: scope, Reason: reason, Skip: skip, Groups: groups}})
}

func allow(rule string, keep pipeline.Keep, collectors ...string) pipeline.Group {
	return pipeline.Group{Ruling: pipeline.Ruling{Verdict: pipeline.Allow, Rule: rule, Cite: "profile default, modes", Reason: "relayed and passive questions about names in scope are allowed", Keep: keep}, Collectors: collectors}
}

// task writes one whole task: a question for each observation, its end.
func (s *scribe) task(collector, source string, subject pipeline.Entity, outcome pipeline.Outcome, reason string, seen ...pipeline.Observation) []string {
	k := pipeline.TaskKey{Collector: collector, Subject: subject}
	s.write(pipeline.Event{Started: &pipeline.Started{Task: k, Attempt: 1}})
	var ids []string
	n := max(1, len(seen))
	for i := range n {
		question := fmt.Sprintf("%s %d", k, i)
		x := &pipeline.Exchange{ID: pipeline.NewExchangeID(k, question, 0), Task: k, Source: source, Operation: "query", Locator: subject.Value + "/" + collector,
			Question: "q", Outcome: pipeline.OK, Status: 200, At: s.at, Elapsed: time.Duration(40+9*i) * time.Millisecond, Bytes: 412 + 31*i,
			Kept: pipeline.KeepRaw, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(question))), Cached: i == 3}
		if x.Cached {
			x.At = s.at.Add(-5 * time.Hour)
		}
		if !outcome.Answered() {
			x.Outcome, x.Status, x.Error, x.SHA256, x.Kept, x.Bytes = outcome, 0, reason, "", pipeline.KeepNone, 0
		}
		s.write(pipeline.Event{Exchanged: x})
		if i < len(seen) {
			o := seen[i]
			o.Collector, o.Source, o.Asked, o.Exchanges = collector, source, subject, []pipeline.ExchangeID{x.ID}
			if o.Subject.IsZero() {
				o.Subject = subject
			}
			if o.Origin == "" {
				o.Origin = "zone"
			}
			o.Category, o.Grade, o.At = pipeline.Technical, "B2", s.at
			if o.Object != nil {
				o.Category = o.Object.Category()
			}
			v, err := pipeline.Normal(o.Value)
			if err != nil {
				s.t.Fatal(err)
			}
			o.Value = v
			o.ID = o.Digest()
			ids = append(ids, o.ID)
			s.write(pipeline.Event{Observed: &o})
		}
	}
	s.write(pipeline.Event{Finished: &pipeline.Finished{Task: k, Outcome: outcome, Reason: reason, Elapsed: time.Duration(120+len(s.lines)) * time.Millisecond, Exchanges: n, Observations: len(seen)}})
	return ids
}

func to(p pipeline.Predicate, e pipeline.Entity) pipeline.Observation {
	return pipeline.Observation{Predicate: p, Object: &e}
}

func val(p pipeline.Predicate, v any) pipeline.Observation {
	return pipeline.Observation{Predicate: p, Value: v}
}
