package infrastructure

import (
	"context"
	"fmt"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/collectors/dnssec"
	"osint/pkg/pipeline"
)

// dane reads the certificates that a name pins for HTTPS and mail (RFC 6698,
// 7671, 7672): of a domain its own, those of www and of its mail hosts; of a
// host below its own. Three round trips, the third for what is pinned.
func dane() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "dane", Title: "Certificates pinned in DNS (DANE)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"tlsa-record"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Relayed, Source: dnsSource(), Origin: "zone", Grade: pipeline.Own,
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Ceiling: pipeline.Ceiling{Requests: 240},
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			return readPins(ctx, newChain(net.Lookup, net.TrustAnchors(), net.Now()), subject, emit)
		},
	}
}

const (
	portHTTPS = 443
	portMail  = 25
	mailHosts = 20 // of a domain that are asked for pins
)

// A pinned is a TCP port of a host that may have pins.
type pinned struct {
	host pipeline.Entity
	port int
	mail bool // of a mail host, where it matters too that there are none
}

// name is where its TLSA records stand.
func (p pinned) name() string { return fmt.Sprintf("_%d._tcp.%s", p.port, p.host.Value) }

func readPins(ctx context.Context, c *chain, subject pipeline.Entity, emit collectors.Emit) error {
	ports := []pinned{{host: subject, port: portHTTPS}, {host: subject, port: portMail}}
	var qs []collectors.Question
	if subject.Kind == pipeline.KindDomain {
		qs = signed(subject.Value, dns.TypeMX)
		if www, err := pipeline.NewName("www." + subject.Value); err == nil {
			ports = append(ports, pinned{host: www, port: portHTTPS})
		}
	}
	if err := c.pins(ctx, ports, qs...); err != nil {
		return err
	}
	hosts := c.mailHosts(subject)
	if err := c.pins(ctx, hosts); err != nil {
		return err
	}
	ports = append(hosts, ports...)
	var owners []string
	for _, p := range ports {
		if r := c.reply(p.name(), dns.TypeTLSA); r != nil && len(r.Records()) > 0 {
			owners = append(owners, dnssec.Owners(c.answer(p.name(), dns.TypeTLSA))...)
		}
	}
	if err := c.ask(ctx, links(owners...)...); err != nil {
		return err
	}
	emit, seen := c.hear(emit), map[string]bool{}
	for _, p := range ports {
		if !seen[p.name()] {
			c.pin(p, emit)
		}
		seen[p.name()] = true
	}
	return c.end()
}

// pins asks for the pins of ports, and whatever else, in one round trip.
func (c *chain) pins(ctx context.Context, ports []pinned, qs ...collectors.Question) error {
	for _, p := range ports {
		qs = append(qs, signed(p.name(), dns.TypeTLSA)...)
	}
	return c.ask(ctx, qs...)
}

// mailHosts returns the mail ports of a domain's mail hosts.
func (c *chain) mailHosts(domain pipeline.Entity) (ports []pinned) {
	r := c.reply(domain.Value, dns.TypeMX)
	if r == nil {
		return nil
	}
	for _, rr := range r.Records() {
		mx, ok := rr.(*dns.MX)
		if !ok {
			continue
		}
		if h, err := pipeline.NewName(bare(mx.Mx)); err == nil && len(ports) < mailHosts {
			ports = append(ports, pinned{host: h, port: portMail, mail: true})
		}
	}
	return ports
}

// pin tells what one port pins: whether each record can be used, and whether
// anybody may believe it, which is so in a secure zone only.
func (c *chain) pin(p pinned, emit collectors.Emit) {
	r := c.reply(p.name(), dns.TypeTLSA)
	if r == nil {
		return
	}
	if len(r.Records()) == 0 {
		if p.mail {
			emit(pipeline.Observation{Subject: p.host, Predicate: "tlsa-record", Denies: true, Exchanges: proof(r),
				Value: map[string]any{"port": float64(p.port)}})
		}
		return
	}
	verdict, rests := c.weigh(r)
	for _, rr := range r.Records() {
		t, ok := rr.(*dns.TLSA)
		if !ok {
			continue
		}
		why := unusable(t, p.port)
		emit(pipeline.Observation{Subject: p.host, Predicate: "tlsa-record", Exchanges: rests, Value: map[string]any{
			"host": p.host.Value, "port": float64(p.port), "usage": float64(t.Usage), "selector": float64(t.Selector),
			"matching": float64(t.MatchingType), "data": strings.ToLower(t.Certificate),
			"usable": why == "", "why": why, "state": string(verdict.State)}})
	}
}

// unusable says why a client must leave a TLSA record aside; "" if it need
// not.
func unusable(t *dns.TLSA, port int) string {
	lengths := map[uint8]int{1: 64, 2: 128} // of SHA-256 and SHA-512 in hex
	switch {
	case t.Usage > 3 || t.Selector > 1 || t.MatchingType > 2:
		return "its parameters are not known"
	case t.Usage < 2 && port == portMail: // RFC 7672, 3.1.3
		return "mail servers leave the usages PKIX-TA and PKIX-EE aside"
	case t.MatchingType > 0 && len(t.Certificate) != lengths[t.MatchingType], t.Certificate == "":
		return "its data has the wrong length"
	}
	return ""
}
