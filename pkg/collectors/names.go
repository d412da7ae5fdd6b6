package collectors

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors/resolver"
	"osint/pkg/pipeline"
)

const (
	nameTTL  = time.Minute // the longest that a name resolved for dialling is remembered
	maxNames = 10_000      // of them
)

// resolved is what a name pointed at.
type resolved struct {
	addrs []netip.Addr
	until time.Time
}

// resolvers returns the DNS engine, which is opened when it is first needed. A
// machine without a resolver is Unreachable from all that needs one; the rest
// goes on.
func (n *Net) resolvers() (*resolver.Resolver, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ctx.Err() != nil {
		return nil, pipeline.Fail(pipeline.Cancelled, "the way out is closed")
	}
	if n.dns != nil {
		return n.dns, nil
	}
	servers := n.o.Resolvers
	var err error
	if len(servers) == 0 {
		if servers, err = resolver.System(); err != nil {
			return nil, pipeline.Fail(pipeline.Unreachable, err.Error())
		}
	}
	if n.dns, err = resolver.New(resolver.Options{Servers: servers}); err != nil {
		return nil, pipeline.Fail(pipeline.Unreachable, err.Error())
	}
	return n.dns, nil
}

// addresses returns what a host points at, IPv4 before IPv6 and ascending, so
// that the same answer always leads to the same server. An address is its own.
// Errors hold a Failure.
func (n *Net) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") { // never asked of a resolver: RFC 6761
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	n.mu.Lock()
	known, ok := n.found[host]
	n.mu.Unlock()
	if ok && time.Now().Before(known.until) {
		return known.addrs, nil
	}
	engine, err := n.resolvers()
	if err != nil {
		return nil, err
	}
	addrs, ttl, err := gather(engine.Ask(ctx, []resolver.Question{{Name: host, Type: dns.TypeA}, {Name: host, Type: dns.TypeAAAA}}))
	if err != nil {
		return nil, failure(ctx, fmt.Errorf("resolve %s: %w", host, err))
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.found) >= maxNames {
		clear(n.found)
	}
	n.found[host] = resolved{addrs, time.Now().Add(ttl)}
	return addrs, nil
}

// errNoAddress is the resolvers' word that a name has no address.
var errNoAddress = errors.New("no such name, or no address")

// gather reads the addresses out of the answers, and how long they hold. That
// there is none is certain only if neither answer failed.
func gather(answers []resolver.Result) (addrs []netip.Addr, ttl time.Duration, err error) {
	ttl, err = nameTTL, errNoAddress
	for _, r := range answers {
		if r.Err != nil {
			err = r.Err
			continue
		}
		if r.Msg.Rcode != dns.RcodeSuccess && r.Msg.Rcode != dns.RcodeNameError {
			err = errors.New(dns.RcodeToString[r.Msg.Rcode])
		}
		for _, rr := range r.Msg.Answer {
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
			ttl = min(ttl, time.Duration(rr.Header().Ttl)*time.Second)
		}
	}
	if len(addrs) == 0 {
		return nil, 0, err
	}
	slices.SortFunc(addrs, netip.Addr.Compare) // which puts IPv4 first
	return slices.Compact(addrs), max(ttl, time.Second), nil
}
