package infrastructure

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strconv"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// A located name server is where the resolvers say that its name leads.
type located struct {
	name     string
	host     pipeline.Entity // zero if the name can be no host's
	addrs    []netip.Addr    // IPv4 first, at most mostAddresses of them
	replies  []*collectors.Reply
	absent   bool // the resolvers say that it has no address
	dangling bool // nor is there the domain that its name lies in
	err      error
}

// locateServer asks for a name server's addresses, and whether the domain that
// it lies in exists. One round trip.
func locateServer(ctx context.Context, ask lookup, name, zone string) *located {
	l := &located{name: name}
	host, err := pipeline.NewName(name)
	if err != nil {
		return l
	}
	l.host = host
	qs := at(name, dns.TypeA, dns.TypeAAAA)
	domain := host.Registrable().Value
	if domain != "" && domain != zone {
		qs = append(qs, at(domain, dns.TypeSOA)...)
	}
	replies, err := ask(ctx, qs...)
	told := 0
	for i, r := range replies {
		switch {
		case r == nil || r.Failed():
			continue
		case i == 2:
			l.dangling = r.Rcode == dns.RcodeNameError
		default:
			told++
			l.addrs = append(l.addrs, addressesIn(r.Records())...)
		}
		l.replies = append(l.replies, r)
	}
	slices.SortFunc(l.addrs, netip.Addr.Compare)
	l.addrs = slices.Compact(l.addrs)
	l.addrs = l.addrs[:min(len(l.addrs), mostAddresses)]
	l.absent = told == 2 && len(l.addrs) == 0
	if told < 2 {
		l.err = cmp.Or(err, error(pipeline.Fail(pipeline.Unreachable, "the resolvers could not tell its addresses")))
	}
	return l
}

// addressesIn returns the addresses in records.
func addressesIn(rrs []dns.RR) (addrs []netip.Addr) {
	for _, rr := range rrs {
		var a netip.Addr
		switch rr := rr.(type) {
		case *dns.A:
			a, _ = netip.AddrFromSlice(rr.A)
		case *dns.AAAA:
			a, _ = netip.AddrFromSlice(rr.AAAA)
		}
		if a.IsValid() {
			addrs = append(addrs, a.Unmap())
		}
	}
	return addrs
}

// tell reports a name that leads to no server: the delegation to it is lame.
func (l *located) tell(say collectors.Emit, s *survey) {
	switch {
	case l.host.IsZero():
		if proven := s.named(l.name); len(proven) > 0 {
			say(pipeline.Observation{Predicate: "serves-zone", Denies: true, Exchanges: proven,
				Value: lame("", strconv.QuoteToASCII(l.name)+" can't be the name of a server", false)})
		}
	case l.absent:
		reason := "has no address"
		if slices.ContainsFunc(l.replies, func(r *collectors.Reply) bool { return r.Rcode == dns.RcodeNameError }) {
			reason = "does not exist"
		}
		say(pipeline.Observation{Predicate: "serves-zone", Object: &l.host, Denies: true, Exchanges: proof(l.replies...),
			Value: lame("", reason, l.dangling)})
	case l.err != nil && !(s.delegation != nil && len(glue(s.delegation, l.name)) > 0):
		s.gaps = append(s.gaps, gap{l.name, l.err})
	}
}

// named returns the exchanges that name a server.
func (s *survey) named(server string) []pipeline.ExchangeID {
	var by []*collectors.Reply
	for _, r := range []*collectors.Reply{s.own, s.delegation} {
		if r != nil && slices.Contains(append(serversIn(r.Answer, s.zone), serversIn(r.Ns, s.zone)...), server) {
			by = append(by, r)
		}
	}
	return proof(by...)
}

// lame says why a server does not serve the zone that is delegated to it.
func lame(address, reason string, dangling bool) map[string]any {
	return map[string]any{"address": address, "reason": reason, "dangling": dangling}
}
