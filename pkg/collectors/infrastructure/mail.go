package infrastructure

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// mailPolicy reads what a domain's zone says of mail in its name: SPF, DMARC,
// DKIM keys under usual selectors, TLS-RPT, MTA-STS. At most four round
// trips: the fourth only for SPF records included three deep.
func mailPolicy() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "mail-policy", Title: "Mail policy in DNS: SPF, DMARC, DKIM, TLS-RPT, MTA-STS", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"spf-record", "spf-policy", "authorises-sender", "dmarc-record", "dmarc-policy",
				"dmarc-reports-to", "dkim-key", "tls-rpt-record", "mta-sts-record"},
			Emits: []pipeline.Category{pipeline.Technical, pipeline.Contact},
			Mode:  pipeline.Relayed, Source: dnsSource(), Origin: "zone", Grade: pipeline.Own,
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 16 + len(selectors) + spfQuestions + reportHosts},
			Derive:  derived(deriveDNS),
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			return readMailPolicy(ctx, net.Lookup, subject, emit)
		},
	}
}

func readMailPolicy(ctx context.Context, ask lookup, subject pipeline.Entity, emit collectors.Emit) error {
	z, name := newZone(ask), subject.Value
	emit = z.hear(emit)
	var qs []collectors.Question
	for _, n := range []string{name, "_domainkey." + name, "_smtp._tls." + name, "_mta-sts." + name} {
		qs = append(qs, at(n, dns.TypeTXT)...)
	}
	for _, n := range dmarcWalk(name) {
		qs = append(qs, at("_dmarc."+n, dns.TypeTXT)...)
	}
	if err := z.ask(ctx, qs...); err != nil {
		return err
	}
	m := mail{z, name, emit}
	policy, external := m.dmarc()
	next := append(m.selectors(), external...)
	spf := newSPF(z, name)
	for range spfDepth {
		if err := z.ask(ctx, append(next, spf.questions()...)...); err != nil {
			return err
		}
		next = nil
	}
	m.dmarcPolicy(policy)
	m.dkim()
	m.single("tls-rpt-record", "_smtp._tls.", "v=TLSRPTv1")
	m.single("mta-sts-record", "_mta-sts.", "v=STSv1")
	deeper := m.spf(spf)
	if err := z.end(); err != nil || deeper == 0 {
		return err
	}
	return pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d SPF terms that are included more than %d deep were not followed", deeper, spfDepth))
}

// mail turns the replies about one domain into observations.
type mail struct {
	*zone
	domain string
	emit   collectors.Emit
}

// single tells the records below a label that begin with a version, or that
// there is none.
func (m mail) single(p pipeline.Predicate, label, version string) {
	reply := m.get(label+m.domain, dns.TypeTXT)
	if reply == nil {
		return
	}
	found := versioned(reply, version)
	for _, t := range found {
		m.emit(pipeline.Observation{Predicate: p, Value: t, Exchanges: proof(reply)})
	}
	if len(found) == 0 {
		m.emit(pipeline.Observation{Predicate: p, Denies: true, Exchanges: proof(reply)})
	}
}

// versioned returns the TXT records that begin with a version.
func versioned(reply *collectors.Reply, version string) []string {
	return slices.DeleteFunc(texts(reply), func(t string) bool {
		v, _, _ := strings.Cut(t, ";")
		return strings.TrimSpace(v) != version
	})
}

// spf tells the SPF records, what they come to and who may send; it returns
// how many terms lie too deep to know.
func (m mail) spf(s *spfTree) (deeper int) {
	reply := m.get(m.domain, dns.TypeTXT)
	if reply == nil {
		return 0
	}
	found := spfRecords(texts(reply))
	for _, t := range found {
		m.emit(pipeline.Observation{Predicate: "spf-record", Value: t, Exchanges: proof(reply)})
	}
	if len(found) == 0 {
		m.emit(pipeline.Observation{Predicate: "spf-record", Denies: true, Exchanges: proof(reply)})
		return 0
	}
	p := s.policy()
	m.emit(pipeline.Observation{Predicate: "spf-policy", Exchanges: proof(p.used...), Value: map[string]any{
		"all": p.all, "lookups": float64(p.lookups), "void": float64(p.void), "records": float64(len(found)),
		"ptr": p.ptr, "redirect": p.redirect, "error": p.err, "unfollowed": float64(p.unfollowed)}})
	for _, sender := range p.senders {
		if n, err := pipeline.NewName(sender); err == nil && n.Value != m.domain {
			m.emit(pipeline.Observation{Predicate: "authorises-sender", Object: &n, Exchanges: proof(reply)})
		}
	}
	if p.err != "" { // void whatever lies deeper
		return 0
	}
	return p.unfollowed
}
