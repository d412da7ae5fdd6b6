package infrastructure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// zoneTransfer asks each name server of a zone for the zone as a whole. They
// can see it. Each is asked for the beginning only, to see whether it would;
// the first that would is then asked for the rest. Four round trips.
func zoneTransfer() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "zone-transfer", Title: "Whether name servers hand out the whole zone", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"zone-transfer", "has-name"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact}, // a zone's contact: in the answer, never emitted
			Mode:     pipeline.Active, Source: ownServers(), Origin: "zone", Grade: pipeline.Own,
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 128},
			Timeout: 60 * time.Second,
			Derive:  derived(deriveDNS),
		},
		Collect: askForZone,
	}
}

// beginning is how many records show that a zone is handed out.
const beginning = 2

// maxZoneNames is how many names of one zone are told.
const maxZoneNames = 5000

// An attempt is one name server's answer to the wish for the zone.
type attempt struct {
	server collectors.NameServer
	got    *collectors.Transfer // nil: see err
	err    error
}

func (a *attempt) String() string { return a.server.Name + " at " + a.server.String() }

func (a *attempt) allowed() bool { return a.got != nil && len(a.got.Records) >= beginning }

func askForZone(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	z := newZone(net.Lookup)
	if err := z.ask(ctx, at(subject.Value, dns.TypeNS)...); err != nil {
		return err
	}
	attempts, gaps := tryTransfers(ctx, net, nsNames(z.get(subject.Value, dns.TypeNS), subject.Value), subject.Value)
	said := 0
	say := func(o pipeline.Observation) { said++; emit(o) }
	whole := slices.IndexFunc(attempts, (*attempt).allowed)
	if whole >= 0 && attempts[whole].got.Cut {
		a := attempts[whole]
		if got, err := net.Transfer(ctx, a.server, subject.Value, 0); err != nil {
			gaps = append(gaps, fmt.Sprintf("the rest of the zone from %s: %v", a, err))
		} else if a.got = got; got.Cut {
			gaps = append(gaps, fmt.Sprintf("the zone of %s goes on after %d records", a, len(got.Records)))
		}
	}
	for _, a := range attempts {
		a.tell(say)
	}
	if whole >= 0 {
		gaps = append(gaps, tellNames(say, subject.Value, attempts[whole].got)...)
	}
	return ending(z, attempts, gaps, said > 0)
}

// tryTransfers asks every server at every address, all at once.
func tryTransfers(ctx context.Context, net *collectors.View, names []string, zone string) (attempts []*attempt, gaps []string) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	if len(names) > mostServers {
		gaps = append(gaps, fmt.Sprintf("%d name servers, of which %d were asked", len(names), mostServers))
		names = names[:mostServers]
	}
	for _, name := range names {
		wg.Go(func() {
			l := locateServer(ctx, net.Lookup, name, zone)
			mu.Lock()
			defer mu.Unlock()
			if l.err != nil {
				gaps = append(gaps, name+": "+l.err.Error())
			}
			for _, addr := range l.addrs {
				a := &attempt{server: collectors.NameServer{Name: name, Addr: addr}}
				attempts = append(attempts, a)
				wg.Go(func() { a.got, a.err = net.Transfer(ctx, a.server, zone, beginning) })
			}
		})
	}
	wg.Wait()
	slices.SortFunc(attempts, func(a, b *attempt) int {
		return cmp.Or(strings.Compare(a.server.Name, b.server.Name), a.server.Addr.Compare(b.server.Addr))
	})
	return attempts, gaps
}

// tell reports whether a server hands out the zone.
func (a *attempt) tell(say collectors.Emit) {
	host, err := pipeline.NewName(a.server.Name)
	if err != nil || a.got == nil {
		return
	}
	o := pipeline.Observation{Predicate: "zone-transfer", Object: &host, Exchanges: []pipeline.ExchangeID{a.got.Exchange}}
	addr := a.server.Addr.String()
	if a.allowed() {
		o.Value = map[string]any{"address": addr, "records": float64(len(a.got.Records)), "whole": !a.got.Cut}
	} else {
		reason := dns.RcodeToString[a.got.Rcode]
		if a.got.Rcode == dns.RcodeSuccess {
			reason = "no zone in the answer"
		}
		o.Denies, o.Value = true, map[string]any{"address": addr, "reason": reason}
	}
	say(o)
}

// tellNames reports the names of a zone, each once, in alphabetical order.
// Places in a zone that are no hosts, such as _dmarc, are left out.
func tellNames(say collectors.Emit, domain string, t *collectors.Transfer) (gaps []string) {
	seen := map[pipeline.Entity]bool{}
	for _, rr := range t.Records {
		name, ok := nameBelow(rr.Header().Name, domain)
		if ok && !strings.HasPrefix(name.Value, "_") && !strings.Contains(name.Value, "._") {
			seen[name] = true
		}
	}
	var names []pipeline.Entity
	for name := range seen {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b pipeline.Entity) int { return strings.Compare(a.Value, b.Value) })
	for _, name := range names[:min(len(names), maxZoneNames)] {
		say(pipeline.Observation{Predicate: "has-name", Object: &name, Exchanges: []pipeline.ExchangeID{t.Exchange}})
	}
	if len(names) > maxZoneNames {
		gaps = append(gaps, fmt.Sprintf("%d names in the zone, of which the first %d are told", len(names), maxZoneNames))
	}
	return gaps
}

// ending returns nil if every server answered or can't be asked: nobody
// listens there over TCP, or this machine has no way to the address.
func ending(z *zone, attempts []*attempt, gaps []string, said bool) error {
	var cause *pipeline.Failure
	for _, a := range attempts {
		var broken *pipeline.Broken
		switch {
		case errors.As(a.err, &broken):
			return a.err
		case a.err == nil, collectors.Absent(a.err), errors.Is(a.err, collectors.ErrNoRoute) && a.server.Addr.Is6():
		default:
			gaps = append(gaps, fmt.Sprintf("%s: %v", a, a.err))
			if cause == nil {
				errors.As(a.err, &cause)
			}
		}
	}
	slices.Sort(gaps)
	switch {
	case len(gaps) == 0:
		return z.end()
	case said:
		return pipeline.Fail(pipeline.Partial, listing(gaps))
	case cause != nil && cause.Outcome != pipeline.Partial:
		return pipeline.Fail(cause.Outcome, listing(gaps))
	}
	return pipeline.Fail(pipeline.Unreachable, listing(gaps))
}
