package infrastructure

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// originASN asks Team Cymru's zone which network announces an address, and
// what a network is called. Two round trips.
func originASN() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "asn-cymru", Title: "Network that announces an address (Team Cymru)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindIP, pipeline.KindASN},
			Produces: []pipeline.Predicate{"announced-by", "part-of", "registered-in", "network-name"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "routing", Grade: "A2",
			Source: pipeline.Source{
				Name: "cymru", Family: "ip-to-asn", Base: "asn.cymru.com", Country: "US",
				Terms: "https://www.team-cymru.com/ip-asn-mapping", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Slots: 8, TTL: 4 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindIP, pipeline.KindASN},
			Ceiling: pipeline.Ceiling{Requests: 1 + originLimit},
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			return readOrigin(ctx, net.Lookup, subject, emit)
		},
	}
}

// originLimit is how many networks of one prefix are asked for their names.
const originLimit = 4

func readOrigin(ctx context.Context, ask lookup, subject pipeline.Entity, emit collectors.Emit) error {
	z := newZone(ask)
	if subject.Kind == pipeline.KindASN {
		return readNetworks(ctx, z, []pipeline.Entity{subject}, emit)
	}
	addr, err := netip.ParseAddr(subject.Value)
	if err != nil {
		return err
	}
	if addr.IsPrivate() || addr.IsLoopback() || addr.IsLinkLocalUnicast() || addr.IsMulticast() || addr.IsUnspecified() {
		return pipeline.Fail(pipeline.Skipped, "no network announces an address of this sort")
	}
	name := originName(addr)
	if err := z.ask(ctx, at(name, dns.TypeTXT)...); err != nil {
		return err
	}
	reply := z.get(name, dns.TypeTXT)
	if reply == nil {
		return z.end()
	}
	if reply.Denied() {
		emit(pipeline.Observation{Predicate: "announced-by", Denies: true, Exchanges: proof(reply)})
		return nil
	}
	route, err := longest(addr, texts(reply))
	if err != nil {
		return pipeline.Fail(pipeline.Malformed, err.Error())
	}
	block, err := pipeline.NewEntity(pipeline.KindNetblock, route.prefix.String())
	if err != nil {
		return pipeline.Fail(pipeline.Malformed, err.Error())
	}
	emit(pipeline.Observation{Predicate: "part-of", Object: &block, Value: "route", Exchanges: proof(reply)})
	if route.country != "" {
		emit(pipeline.Observation{Subject: block, Predicate: "registered-in", Value: route.country, Exchanges: proof(reply)})
	}
	for _, as := range route.networks {
		emit(pipeline.Observation{Predicate: "announced-by", Object: &as, Exchanges: proof(reply)})
		emit(pipeline.Observation{Subject: block, Predicate: "announced-by", Object: &as, Exchanges: proof(reply)})
	}
	return readNetworks(ctx, z, route.networks[:min(len(route.networks), originLimit)], emit)
}

// readNetworks tells the name and country of networks.
func readNetworks(ctx context.Context, z *zone, networks []pipeline.Entity, emit collectors.Emit) error {
	var qs []collectors.Question
	for _, as := range networks {
		qs = append(qs, at(bare(as.Value)+".asn.cymru.com", dns.TypeTXT)...)
	}
	if err := z.ask(ctx, qs...); err != nil {
		return err
	}
	for i, as := range networks {
		reply := z.get(qs[i].Name, dns.TypeTXT)
		for _, text := range texts(reply) {
			country, name, err := parseNetwork(text)
			if err != nil {
				return pipeline.Fail(pipeline.Malformed, err.Error())
			}
			if name != "" {
				emit(pipeline.Observation{Subject: as, Predicate: "network-name", Value: name, Exchanges: proof(reply)})
			}
			if country != "" {
				emit(pipeline.Observation{Subject: as, Predicate: "registered-in", Value: country, Exchanges: proof(reply)})
			}
		}
	}
	return z.end()
}

// originName returns the name that answers for an address: its bytes, or an
// IPv6 address's nibbles, in reverse.
func originName(a netip.Addr) string {
	var labels []string
	suffix := ".origin.asn.cymru.com"
	if a.Is4() {
		for _, b := range a.AsSlice() {
			labels = append(labels, fmt.Sprint(b))
		}
	} else {
		suffix = ".origin6.asn.cymru.com"
		labels = strings.Split(hex.EncodeToString(a.AsSlice()), "")
	}
	slices.Reverse(labels)
	return strings.Join(labels, ".") + suffix
}

// A route is a prefix and the networks that announce it.
type route struct {
	networks []pipeline.Entity
	prefix   netip.Prefix
	country  string // of the registration: not where it is
}

// parseRoute reads "64500 64501 | 192.0.2.0/24 | US | arin | 2001-01-01".
func parseRoute(text string) (route, error) {
	f := fields(text)
	if len(f) < 3 {
		return route{}, fmt.Errorf("origin %.80q: want networks | prefix | country", text)
	}
	p, err := netip.ParsePrefix(f[1])
	if err != nil {
		return route{}, fmt.Errorf("origin %.80q: %q is not a prefix", text, f[1])
	}
	r := route{prefix: p.Masked(), country: country(f[2])}
	for _, n := range strings.Fields(f[0]) {
		as, err := pipeline.NewEntity(pipeline.KindASN, n)
		if err != nil {
			return route{}, fmt.Errorf("origin %.80q: %w", text, err)
		}
		if !slices.Contains(r.networks, as) {
			r.networks = append(r.networks, as)
		}
	}
	if len(r.networks) == 0 {
		return route{}, fmt.Errorf("origin %.80q names no network", text)
	}
	return r, nil
}

// longest returns the route with the longest prefix that holds the address;
// of several with that prefix, one with all their networks.
func longest(a netip.Addr, lines []string) (route, error) {
	var held []route
	for _, l := range lines {
		r, err := parseRoute(l)
		if err != nil {
			return route{}, err
		}
		if r.prefix.Contains(a) {
			held = append(held, r)
		}
	}
	if len(held) == 0 {
		return route{}, fmt.Errorf("no origin told of holds %s", a)
	}
	best := slices.MaxFunc(held, func(x, y route) int { return cmp.Compare(x.prefix.Bits(), y.prefix.Bits()) })
	var all []pipeline.Entity
	for _, r := range held {
		if r.prefix == best.prefix {
			all = append(all, r.networks...)
		}
	}
	slices.SortFunc(all, func(x, y pipeline.Entity) int { return cmp.Compare(x.Value, y.Value) })
	best.networks = slices.Compact(all)
	return best, nil
}

// parseNetwork reads "64500 | US | arin | 2001-01-01 | NAME - Holder, US".
func parseNetwork(text string) (country2, name string, err error) {
	f := fields(text)
	if len(f) < 5 {
		return "", "", fmt.Errorf("network %.80q: want number | country | registry | date | name", text)
	}
	return country(f[1]), strings.Join(f[4:], " | "), nil
}

func fields(text string) []string {
	f := strings.Split(text, "|")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	return f
}

// country returns a two-letter code in upper case, or "" if it is none.
func country(s string) string {
	s = strings.ToUpper(s)
	if len(s) != 2 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return s
}
