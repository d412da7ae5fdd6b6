package infrastructure

import (
	"cmp"
	"context"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// nameServers asks a zone's name servers themselves whether they serve it, and
// its parent whom it delegates to. They can see it. Every name goes its own
// way, so that a slow one keeps no other waiting; no way is longer than four
// exchanges: who is named, what the parent says, where that leads, the server.
func nameServers() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "name-servers", Title: "Health of a zone's own name servers", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"serves-zone", "parent-delegation", "open-recursion"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact}, // a zone's contact: in the answer, never emitted
			Mode:     pipeline.Active, Source: ownServers(), Origin: "subject", Grade: pipeline.Own,
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 256},
			Timeout: 60 * time.Second,
			Derive:  derived(deriveDNS),
		},
		Collect: surveyServers,
	}
}

// parentServers is how many of the parent's servers are asked.
const parentServers = 2

func surveyServers(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	z, above := newZone(net.Lookup), append(parents(subject.Value), ".")
	qs := at(subject.Value, dns.TypeNS)
	for _, up := range above {
		qs = append(qs, at(up, dns.TypeNS)...)
	}
	if err := z.ask(ctx, qs...); err != nil {
		return err
	}
	s := &survey{net: net, zone: subject.Value, referred: make(chan struct{}), visited: map[string]bool{},
		asked: map[collectors.NameServer]bool{}, own: z.get(subject.Value, dns.TypeNS)}
	var servers []string
	s.parent, servers = nearestZone(z, above)
	s.visit(ctx, nsNames(s.own, subject.Value)...)
	if s.parent == "" {
		s.gap("the parent of "+subject.Value, cmp.Or(z.end(), error(pipeline.Fail(pipeline.Unreachable, "no zone above it tells its name servers"))))
	} else {
		s.askParent(ctx, servers[:min(len(servers), parentServers)])
	}
	close(s.referred)
	s.wg.Wait()
	return s.tell(emit)
}

// nearestZone returns the nearest zone above and its servers; "" if none tells
// them.
func nearestZone(z *zone, above []string) (string, []string) {
	for _, up := range above {
		if names := nsNames(z.get(up, dns.TypeNS), up); len(names) > 0 {
			return up, names
		}
	}
	return "", nil
}

// nsNames returns the name servers that a reply names for a zone.
func nsNames(r *collectors.Reply, zone string) []string {
	if r == nil {
		return nil
	}
	return serversIn(r.Answer, zone)
}

// serversIn returns the targets of a zone's NS records, in order.
func serversIn(rrs []dns.RR, zone string) (names []string) {
	for _, rr := range rrs {
		if ns, ok := rr.(*dns.NS); ok && bare(ns.Hdr.Name) == bare(zone) {
			names = append(names, bare(ns.Ns))
		}
	}
	return names
}
