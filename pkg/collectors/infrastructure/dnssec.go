package infrastructure

import (
	"context"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/collectors/dnssec"
	"osint/pkg/pipeline"
)

// chainOfTrust judges a domain by DNSSEC from the root down, and reads what
// its zone is signed with. One round trip; a second where the chain breaks.
func chainOfTrust() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "dnssec", Title: "Chain of trust of a zone: signatures, keys, proofs", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"dnssec-state", "dnssec-end", "dnssec-key", "dnssec-ds", "dnssec-denial", "dnssec-expires", "dnssec-removal"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Relayed, Source: dnsSource(), Origin: "zone", Grade: pipeline.Own,
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 48},
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			return readChain(ctx, net.Lookup, net.TrustAnchors(), net.Now(), subject, emit)
		},
	}
}

// held are the types whose signatures are judged at a domain: what every zone
// has and what most publish.
var held = []uint16{dns.TypeSOA, dns.TypeNS, dns.TypeA, dns.TypeAAAA, dns.TypeMX, dns.TypeTXT, dns.TypeCDS, dns.TypeNSEC3PARAM}

func readChain(ctx context.Context, ask lookup, anchors dnssec.Anchors, now time.Time, subject pipeline.Entity, emit collectors.Emit) error {
	c := newChain(ask, anchors, now)
	if err := c.ask(ctx, append(links(subject.Value), signed(subject.Value, held...)...)...); err != nil {
		return err
	}
	emit = c.hear(emit)
	t := trust{c, dns.Fqdn(subject.Value), emit}
	verdict := t.state()
	if verdict.State == dnssec.Indeterminate {
		return c.unseen(verdict)
	}
	rests := c.used
	emit(pipeline.Observation{Predicate: "dnssec-state", Value: string(verdict.State), Exchanges: rests})
	t.keys()
	t.vouchers()
	t.denial()
	t.removal()
	if verdict.State == dnssec.Secure {
		t.expiry()
		return c.end()
	}
	end := map[string]any{"zone": plain(verdict.Zone), "reason": verdict.Reason}
	if verdict.State == dnssec.Bogus {
		said, err := opinion(ctx, ask, subject.Value)
		if err != nil {
			return err
		}
		if said != "" {
			end["resolver"] = said
		}
	}
	emit(pipeline.Observation{Predicate: "dnssec-end", Value: end, Exchanges: rests})
	return c.end()
}

// opinion returns what the resolver says of a zone when it may judge for
// itself: the extended errors of its refusal (RFC 8914), or "". That it does
// not answer is no fault of the task. The error is the run's.
func opinion(ctx context.Context, ask lookup, name string) (string, error) {
	q := at(name, dns.TypeSOA)
	q[0].DO = true
	replies, err := ask(ctx, q...)
	if ctx.Err() != nil {
		return "", err
	}
	if len(replies) == 0 || replies[0] == nil || len(replies[0].Extended) == 0 {
		return "", nil
	}
	return replies[0].Extended[0], nil
}

// trust turns what was answered about one domain into observations.
type trust struct {
	*chain
	name string // with its trailing dot
	emit collectors.Emit
}

// state judges the zone that the domain lies in, and what the domain holds
// there. An answer that is lacking says nothing, and is told by the outcome.
func (t trust) state() dnssec.Verdict {
	judge := t.judge()
	verdict := judge.Zone(t.name).Verdict
	if verdict.State != dnssec.Secure {
		return verdict
	}
	for _, kind := range held {
		a := t.answer(t.name, kind)
		if a == nil || len(dnssec.Owners(a)) > 1 { // an alias: another zone's business
			continue
		}
		if v := judge.Judge(a); v.State == dnssec.Bogus {
			return v
		}
	}
	return verdict
}
