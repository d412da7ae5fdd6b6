package threat

import (
	"context"
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// torExits looks an address up among those from which Tor lets its users out.
func torExits() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "tor-exits", Title: "Does Tor let its users out at the address", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindIP},
			Produces: []pipeline.Predicate{"listed-by"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "tor-project", Grade: "A1",
			Source: pipeline.Source{
				Name: "tor-exits", Family: "tor", Base: "https://check.torproject.org", Country: "DE",
				Terms: "https://www.torproject.org/about/trademark/", Commercial: pipeline.Yes, Verified: "2026-11-23",
				TTL: time.Hour,
			},
			Ceiling: pipeline.Ceiling{Requests: 3},
		},
		Collect: readTorExits,
	}
}

func readTorExits(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if err := onlyIPv4(subject, "tor's list of exits"); err != nil {
		return err
	}
	a, err := callRoll(ctx, net, collectors.Request{Operation: "list", URL: "/torbulkexitlist"})
	if err != nil {
		return err
	}
	addrs, err := parseExits(a.Body)
	if err != nil {
		return err
	}
	r, at := roll{"Tor exits", "tor-exit", a, emit}, netip.MustParseAddr(subject.Value)
	for _, x := range addrs {
		if x == at {
			r.lists(nil)
			return nil
		}
	}
	r.omits()
	return nil
}

// parseExits reads addresses, one a line. Tor is never without an exit.
func parseExits(body []byte) (addrs []netip.Addr, err error) {
	for _, line := range rollLines(body, "#") {
		a, err := netip.ParseAddr(line)
		if err != nil {
			return nil, pipeline.Fail(pipeline.Malformed, "the list has a line that is no address")
		}
		addrs = append(addrs, a.WithZone(""))
	}
	if len(addrs) == 0 {
		return nil, pipeline.Fail(pipeline.Malformed, "the list has no address on it")
	}
	return addrs, nil
}

// torRelay asks Onionoo which relays of Tor an address has. Contacts of those
// who run them are not asked for.
func torRelay() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "tor-relay", Title: "Relays of Tor at an address (Onionoo)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindIP},
			Produces: []pipeline.Predicate{"tor-relay"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "tor-project", Grade: "A1",
			Source: pipeline.Source{
				Name: "onionoo", Family: "tor-relays", Base: "https://onionoo.torproject.org", Country: "DE",
				Terms: "https://metrics.torproject.org/onionoo.html", Commercial: pipeline.Yes, Verified: "2026-11-23",
				Slots: 2, Interval: 500 * time.Millisecond, TTL: time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindIP},
			Ceiling: pipeline.Ceiling{Requests: 3},
		},
		Collect: readTorRelay,
	}
}

// torRelays is what Onionoo says of an address, and of those that begin as it
// does.
type torRelays struct {
	Published loose.Time   `json:"relays_published"`
	Cut       loose.Number `json:"relays_truncated"`
	Relays    *[]struct {
		Nickname    loose.Text
		Fingerprint loose.Text
		First       loose.Time `json:"first_seen"`
		Last        loose.Time `json:"last_seen"`
		Running     loose.Truth
		Flags       loose.Texts
		Or          loose.Texts `json:"or_addresses"`   // with ports
		Exit        loose.Texts `json:"exit_addresses"` // those that differ
	}
}

// torFields are what is asked for.
const torFields = "nickname,fingerprint,first_seen,last_seen,running,flags,or_addresses,exit_addresses"

func readTorRelay(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	p, err := prefixOf(subject)
	if err != nil {
		return err
	}
	search := subject.Value
	if p.Addr().Is6() {
		search = "[" + search + "]"
	}
	query := url.Values{"search": {search}, "limit": {"100"}, "fields": {torFields}}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "details", URL: "/details?" + query.Encode(), Accept: "json", NoFollow: true})
	if err != nil {
		return err
	}
	var t torRelays
	if a.Status != 200 || json.Unmarshal(a.Body, &t) != nil || t.Relays == nil {
		return pipeline.Fail(pipeline.Malformed, "onionoo answered with something that is no list of relays")
	}
	found := false
	for _, r := range *t.Relays {
		or, exit := torHolds(r.Or, p.Addr()), torHolds(r.Exit, p.Addr())
		if !or && !exit {
			continue // an address that begins the same
		}
		found = true
		value := map[string]any{"exit": exit || slices.Contains(r.Flags, "Exit"), "running": bool(r.Running)}
		for key, text := range map[string]string{"fingerprint": fingerprintOf(r.Fingerprint.String()), "nickname": word(r.Nickname.String(), 19), "first": r.First.RFC3339(), "last": r.Last.RFC3339()} {
			if text != "" {
				value[key] = text
			}
		}
		emit(pipeline.Observation{Predicate: "tor-relay", Value: value, At: r.Last.Time, Exchanges: a.Exchanges()})
	}
	switch {
	case found && t.Cut.Int() > 0:
		return pipeline.Fail(pipeline.Partial, "more relays begin with the address than are read")
	case t.Cut.Int() > 0:
		return pipeline.Fail(pipeline.Malformed, "the relays that begin with the address are more than are read, and none of those is at it")
	case !found:
		emit(pipeline.Observation{Predicate: "tor-relay", Denies: true, Exchanges: a.Exchanges()})
	}
	return nil
}

// torHolds reports whether an address is among texts, each with a port or
// without.
func torHolds(texts []string, at netip.Addr) bool {
	for _, s := range texts {
		if ap, err := netip.ParseAddrPort(s); err == nil && ap.Addr() == at {
			return true
		}
		if a, err := netip.ParseAddr(s); err == nil && a == at {
			return true
		}
	}
	return false
}
