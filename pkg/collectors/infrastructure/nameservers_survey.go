package infrastructure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// A survey is what one task learns of a zone's name servers, by many ways at
// once.
type survey struct {
	net    *collectors.View
	zone   string
	parent string // the zone above; "" if not known

	referred chan struct{} // closed once the parent has spoken, or will not

	wg         sync.WaitGroup
	mu         sync.Mutex
	visited    map[string]bool
	asked      map[collectors.NameServer]bool
	servers    []*located
	sightings  []*sighting
	own        *collectors.Reply // the zone's NS set, as the resolvers have it
	delegation *collectors.Reply // the parent's referral
	gaps       []gap
}

// A gap is a question that came to nothing, and why.
type gap struct {
	what string
	why  error
}

func (s *survey) gap(what string, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gaps = append(s.gaps, gap{what, why})
}

// How many name servers are looked at, and at how many addresses each. A zone
// that has more is looked at in part.
const (
	mostServers   = 16
	mostAddresses = 4
)

// visit looks at name servers, each once, on ways of their own.
func (s *survey) visit(ctx context.Context, names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		switch {
		case s.visited[name]:
			continue
		case len(s.visited) == mostServers:
			s.gaps = append(s.gaps, gap{"further name servers", pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d were looked at", mostServers))})
			return
		}
		s.visited[name] = true
		s.wg.Go(func() { s.look(ctx, name) })
	}
}

// look finds a server's addresses, and asks at each of them once the parent
// has spoken: so no server is asked a round later than the others because the
// parent alone names it.
func (s *survey) look(ctx context.Context, name string) {
	l := locateServer(ctx, s.net.Lookup, name, s.zone)
	s.mu.Lock()
	s.servers = append(s.servers, l)
	s.mu.Unlock()
	<-s.referred
	s.question(ctx, name, l.addrs)
}

// question asks a server at addresses where it was not asked yet.
func (s *survey) question(ctx context.Context, name string, addrs []netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range addrs {
		server := collectors.NameServer{Name: name, Addr: a}
		if s.asked[server] || !s.visited[name] {
			continue
		}
		s.asked[server] = true
		s.wg.Go(func() {
			x := s.sight(ctx, server)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.sightings = append(s.sightings, x)
		})
	}
}

// askParent asks servers of the parent for the delegation, and visits whom it
// names: also at the addresses that the parent has for them (glue), which are
// all that is known of servers within a zone that nobody serves.
func (s *survey) askParent(ctx context.Context, servers []string) {
	replies, errs := make([]*collectors.Reply, len(servers)), make([]error, len(servers))
	var asked sync.WaitGroup
	for i, name := range servers {
		asked.Go(func() {
			q := collectors.Inquiry{Question: collectors.Question{Name: s.zone, Type: dns.TypeNS}}
			replies[i], errs[i] = s.net.Inquire(ctx, collectors.NameServer{Name: name}, q)
		})
	}
	asked.Wait()
	none := false
	for _, r := range replies {
		if r == nil {
			continue
		}
		if names := serversIn(r.Ns, s.zone); !r.AA && len(names) > 0 {
			s.delegation = r
			s.visit(ctx, names...)
			for _, name := range names {
				s.question(ctx, name, glue(r, name))
			}
			return
		}
		none = none || r.AA && r.Denied()
	}
	if none { // the parent says that it delegates to nobody
		return
	}
	s.gap("the delegation by "+s.parent, cmp.Or(errors.Join(errs...), error(pipeline.Fail(pipeline.Unreachable, "its servers show none: they may serve the zone too"))))
}

// glue returns the addresses that a referral has for a name server.
func glue(r *collectors.Reply, server string) []netip.Addr {
	var addrs []netip.Addr
	for _, rr := range r.Extra {
		if bare(rr.Header().Name) == server {
			addrs = append(addrs, addressesIn([]dns.RR{rr})...)
		}
	}
	return addrs[:min(len(addrs), mostAddresses)]
}

// tell reports what was learned, in a settled order, and returns the outcome.
func (s *survey) tell(emit collectors.Emit) error {
	said := 0
	say := func(o pipeline.Observation) { said++; emit(o) }
	if s.delegation != nil {
		say(pipeline.Observation{Predicate: "parent-delegation", Origin: "parent-zone", Exchanges: proof(s.delegation),
			Value: map[string]any{"by": s.parent, "set": nameSet(serversIn(s.delegation.Ns, s.zone))}})
	}
	slices.SortFunc(s.servers, func(a, b *located) int { return strings.Compare(a.name, b.name) })
	for _, l := range s.servers {
		l.tell(say, s)
	}
	slices.SortFunc(s.sightings, func(a, b *sighting) int {
		return cmp.Or(strings.Compare(a.server.Name, b.server.Name), a.server.Addr.Compare(b.server.Addr))
	})
	for _, x := range s.sightings {
		x.tell(say, s)
	}
	return s.end(said > 0)
}

// end returns nil if every question was answered, and else the outcome:
// Partial if something was said all the same.
func (s *survey) end(said bool) error {
	if len(s.gaps) == 0 {
		return nil
	}
	var lines []string
	for _, g := range s.gaps {
		var broken *pipeline.Broken
		if errors.As(g.why, &broken) {
			return g.why
		}
		lines = append(lines, g.what+": "+g.why.Error())
	}
	slices.Sort(lines)
	outcome := pipeline.Partial
	if !said {
		outcome = pipeline.Unreachable
		var f *pipeline.Failure
		if errors.As(s.gaps[0].why, &f) && f.Outcome != pipeline.Partial {
			outcome = f.Outcome
		}
	}
	return pipeline.Fail(outcome, listing(lines))
}

// mostNamed is how many names of a set are written; a server may name
// thousands.
const mostNamed = 40

// nameSet writes a set of names in its one form: sorted, once each.
func nameSet(names []string) string {
	names = slices.Clone(names)
	slices.Sort(names)
	names = slices.Compact(names)
	if n := len(names) - mostNamed; n > 0 {
		names = append(names[:mostNamed], fmt.Sprintf("and %d more", n))
	}
	return strings.Join(names, " ")
}
