package infrastructure

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// A sighting is what a name server answered at one address. A reply is nil
// where there was none.
type sighting struct {
	server collectors.NameServer
	soa    *collectors.Reply // the zone's SOA, over UDP
	tcp    *collectors.Reply // the same, over TCP
	ns     *collectors.Reply // the zone's NS set
	open   *collectors.Reply // the parent's SOA, of somebody who wants it found out
	errs   [4]error          // why there is none, in the order of the constants
}

const (
	askedSOA = iota
	askedTCP
	askedNS
	askedOpen
)

// sight puts all questions to a server at once.
//
// Whether it resolves for strangers is shown by the SOA of the parent zone: it
// is public and small, and its servers are asked for the delegation in any
// case, so nobody else is troubled; and a server of the zone has no business
// to know it. One that is the parent's too answers with AA, which shows
// nothing.
func (s *survey) sight(ctx context.Context, server collectors.NameServer) *sighting {
	x := &sighting{server: server}
	ask := func(name string, t uint16, recurse, tcp bool) collectors.Inquiry {
		return collectors.Inquiry{Question: collectors.Question{Name: name, Type: t}, Recurse: recurse, TCP: tcp}
	}
	var wg sync.WaitGroup
	put := func(i int, to **collectors.Reply, q collectors.Inquiry) {
		wg.Go(func() { *to, x.errs[i] = s.net.Inquire(ctx, server, q) })
	}
	if s.net.UDP() {
		put(askedSOA, &x.soa, ask(s.zone, dns.TypeSOA, false, false))
	}
	put(askedTCP, &x.tcp, ask(s.zone, dns.TypeSOA, false, true))
	put(askedNS, &x.ns, ask(s.zone, dns.TypeNS, false, false))
	if s.parent != "" {
		put(askedOpen, &x.open, ask(s.parent, dns.TypeSOA, true, false))
	}
	wg.Wait()
	return x
}

// tell reports what the server is to the zone. Silence makes it a gap.
func (x *sighting) tell(say collectors.Emit, s *survey) {
	host, err := pipeline.NewName(x.server.Name)
	if err != nil {
		return
	}
	addr := x.server.Addr.String()
	soa, over := x.start(s.zone)
	switch reason := x.lameness(s.zone); {
	case soa != nil:
		say(pipeline.Observation{Predicate: "serves-zone", Object: &host, Exchanges: proof(x.soa, x.tcp, x.ns), Value: map[string]any{
			"address": addr, "over": over, "serial": float64(soa.Serial), "set": nameSet(nsNames(x.ns, s.zone))}})
		x.missing(s, askedNS, x.ns)
	case reason != "":
		say(pipeline.Observation{Predicate: "serves-zone", Object: &host, Denies: true, Exchanges: proof(x.soa, x.tcp, x.ns), Value: lame(addr, reason, false)})
	default:
		x.untold(s)
	}
	x.missing(s, askedOpen, x.open)
	if open, told := recursion(x.open, s.parent); told {
		say(pipeline.Observation{Predicate: "open-recursion", Object: &host, Denies: !open, Exchanges: proof(x.open), Value: map[string]any{"address": addr}})
	}
}

// start returns the zone's SOA as the server has it, if it answers with
// authority, and over what.
func (x *sighting) start(zone string) (soa *dns.SOA, over string) {
	var by []string
	for _, r := range []struct {
		reply *collectors.Reply
		over  string
	}{{x.soa, "udp"}, {x.tcp, "tcp"}} {
		if r.reply == nil || !r.reply.AA {
			continue
		}
		for _, rr := range r.reply.Records() {
			if s, ok := rr.(*dns.SOA); ok && bare(s.Hdr.Name) == zone {
				soa, by = s, append(by, r.over)
			}
		}
	}
	return soa, strings.Join(by, " ")
}

// lameness says why the server's answers show that it does not serve the zone
// (RFC 1912, 2.8; RFC 8499, "lame delegation"); "" if they don't. One failure
// may pass; a server that fails every question does not serve.
func (x *sighting) lameness(zone string) string {
	var reasons []string
	for _, r := range []*collectors.Reply{x.soa, x.tcp, x.ns} {
		switch {
		case r == nil:
		case r.Rcode == dns.RcodeRefused, r.Rcode == dns.RcodeNotAuth, r.Rcode == dns.RcodeNameError, r.Rcode == dns.RcodeServerFailure:
			reasons = append(reasons, dns.RcodeToString[r.Rcode])
		case r.Rcode != dns.RcodeSuccess, r.AA && len(nsNames(r, zone)) > 0:
			return ""
		case r.AA:
			reasons = append(reasons, "has no such zone")
		default:
			reasons = append(reasons, "is not authoritative")
		}
	}
	failures := 0
	for _, r := range reasons {
		if r != dns.RcodeToString[dns.RcodeServerFailure] {
			return r
		}
		failures++
	}
	if failures > 1 {
		return reasons[0]
	}
	return ""
}

// recursion reports whether a reply to a stranger was found out for him, and
// whether the reply shows either.
func recursion(r *collectors.Reply, parent string) (open, told bool) {
	switch {
	case r == nil:
		return false, false
	case !r.RA, r.Rcode == dns.RcodeRefused:
		return false, true
	case r.AA:
		return false, false
	}
	for _, rr := range r.Records() {
		if bare(rr.Header().Name) == bare(parent) {
			return true, true
		}
	}
	return false, false
}

// untold notes that nothing shows whether the server serves the zone.
func (x *sighting) untold(s *survey) {
	x.gap(s, cmp.Or(x.errs[askedSOA], x.errs[askedTCP], x.errs[askedNS], error(pipeline.Fail(pipeline.Malformed, "its answers don't show whether it serves the zone"))))
}

// missing notes that a question has no reply.
func (x *sighting) missing(s *survey, question int, reply *collectors.Reply) {
	if err := x.errs[question]; reply == nil && err != nil {
		x.gap(s, err)
	}
}

// gap notes what is not known of the server. That this machine has no way to
// an IPv6 address is no gap: it says nothing of the server.
func (x *sighting) gap(s *survey, why error) {
	if !errors.Is(why, collectors.ErrNoRoute) || !x.server.Addr.Is6() {
		s.gaps = append(s.gaps, gap{x.server.Name + " at " + x.server.Addr.String(), why})
	}
}
