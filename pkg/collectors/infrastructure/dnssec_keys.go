package infrastructure

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors/dnssec"
	"osint/pkg/pipeline"
)

// keys tells the keys that the domain publishes.
func (t trust) keys() {
	r := t.reply(t.name, dns.TypeDNSKEY)
	if r == nil {
		return
	}
	for _, rr := range r.Records() {
		if k, ok := rr.(*dns.DNSKEY); ok {
			t.emit(pipeline.Observation{Predicate: "dnssec-key", Exchanges: proof(r), Value: map[string]any{
				"tag": float64(k.KeyTag()), "algorithm": float64(k.Algorithm), "name": algorithm(k.Algorithm),
				"bits": float64(dnssec.Bits(k)), "flags": float64(k.Flags)}})
		}
	}
}

func algorithm(a uint8) string {
	if name := dns.AlgorithmToString[a]; name != "" {
		return name
	}
	return strconv.Itoa(int(a))
}

// vouchers tells the DS records of the zone above, and whether the domain has
// the key that each names.
func (t trust) vouchers() {
	ds, keys := t.reply(t.name, dns.TypeDS), t.reply(t.name, dns.TypeDNSKEY)
	if ds == nil || keys == nil {
		return
	}
	for _, rr := range ds.Records() {
		d, ok := rr.(*dns.DS)
		if !ok {
			continue
		}
		has := slices.ContainsFunc(keys.Records(), func(rr dns.RR) bool {
			k, ok := rr.(*dns.DNSKEY)
			return ok && dnssec.Matches(d, k)
		})
		t.emit(pipeline.Observation{Predicate: "dnssec-ds", Exchanges: proof(ds, keys), Value: map[string]any{
			"tag": float64(d.KeyTag), "algorithm": float64(d.Algorithm), "digest": float64(d.DigestType), "matches": has}})
	}
}

// denial tells how the zone hashes the names that it denies.
func (t trust) denial() {
	r := t.reply(t.name, dns.TypeNSEC3PARAM)
	if r == nil {
		return
	}
	for _, rr := range r.Records() {
		if p, ok := rr.(*dns.NSEC3PARAM); ok && p.Flags == 0 { // others are in the making (RFC 5155, 4.1.2)
			t.emit(pipeline.Observation{Predicate: "dnssec-denial", Exchanges: proof(r), Value: map[string]any{
				"iterations": float64(p.Iterations), "salt": strings.ToLower(p.Salt)}})
		}
	}
}

// removal tells that the zone asks the one above to drop its DS record (RFC
// 8078, 4).
func (t trust) removal() {
	r := t.reply(t.name, dns.TypeCDS)
	if r == nil {
		return
	}
	for _, rr := range r.Records() {
		if c, ok := rr.(*dns.CDS); ok && c.Algorithm == 0 {
			t.emit(pipeline.Observation{Predicate: "dnssec-removal", Value: true, Exchanges: proof(r)})
			return
		}
	}
}

// expiry tells when the first of the domain's own sets is left without a
// valid signature.
func (t trust) expiry() {
	var first time.Time
	var shown []pipeline.ExchangeID
	for _, kind := range append([]uint16{dns.TypeDNSKEY}, held...) {
		r := t.reply(t.name, kind)
		if r == nil {
			continue
		}
		last := time.Time{} // of this set: it may be signed twice
		for _, rr := range r.Answer {
			if sig, ok := rr.(*dns.RRSIG); ok && sig.TypeCovered == kind && bare(sig.Hdr.Name) == r.Name {
				if ends := dnssec.Expires(sig); ends.After(last) {
					last = ends
				}
			}
		}
		if !last.IsZero() && (first.IsZero() || last.Before(first)) {
			first, shown = last, proof(r)
		}
	}
	if !first.IsZero() {
		t.emit(pipeline.Observation{Predicate: "dnssec-expires", Value: first, Exchanges: shown})
	}
}
