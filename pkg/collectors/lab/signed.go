package lab

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors/dnssec"
)

// signedZone is a zone with keys. Its signatures are made when they are first
// asked for.
type signedZone struct {
	signing
	origin   string
	tree     *tree
	ksk, zsk *zoneKey
	day      time.Time
	names    []string // of its NSEC or NSEC3 chain: names in their order, or hashes
	of       map[string]string

	mu   sync.Mutex
	made map[string]*dns.RRSIG // by owner and type
}

// sign gives zones their keys, and their parents the DS records. The root is
// signed in every world, so that every chain has a beginning.
func (t *tree) sign(signings map[string]signing, day time.Time) error {
	if _, said := signings["."]; !said {
		signings = maps.Clone(signings)
		signings["."] = wellKept()
	}
	t.signed = map[string]*signedZone{}
	for _, origin := range slices.Sorted(maps.Keys(signings)) {
		z := &signedZone{signing: signings[origin], origin: origin, tree: t, day: day, made: map[string]*dns.RRSIG{}}
		var err error
		if z.ksk, err = newZoneKey(origin, ksk, z.signing, "ksk"); err != nil {
			return err
		}
		if z.zsk, err = newZoneKey(origin, zsk, z.signing, "zsk"); err != nil {
			return err
		}
		t.signed[origin] = z
		if err := z.publish(); err != nil {
			return err
		}
	}
	for _, z := range t.signed { // once all DS records are there
		z.link()
	}
	return nil
}

// publish puts what signing adds into the tree: keys, the parameters of NSEC3,
// the zone's head if it has none, and the DS record beside them.
func (z *signedZone) publish() error {
	set := z.tree.records[z.origin]
	if set == nil {
		set = map[uint16][]dns.RR{}
		z.tree.records[z.origin] = set
	}
	set[dns.TypeSOA] = []dns.RR{z.tree.starts[z.origin]}
	header := func(t uint16) dns.RR_Header {
		return dns.RR_Header{Name: z.origin, Rrtype: t, Class: dns.ClassINET, Ttl: 3600}
	}
	if !z.noKeys {
		set[dns.TypeDNSKEY] = []dns.RR{z.ksk.record, z.zsk.record}
	}
	if z.nsec3 && !z.noKeys {
		set[dns.TypeNSEC3PARAM] = []dns.RR{&dns.NSEC3PARAM{Hdr: header(dns.TypeNSEC3PARAM), Hash: dns.SHA1,
			Iterations: z.iterations, SaltLength: uint8(len(z.salt) / 2), Salt: z.salt}}
	}
	if z.origin == "." || z.noDS {
		return nil
	}
	key := z.ksk
	if z.staleDS {
		var err error
		if key, err = newZoneKey(z.origin, ksk, z.signing, "ksk that is gone"); err != nil {
			return err
		}
	}
	ds := key.record.ToDS(z.digest)
	if ds == nil {
		return fmt.Errorf("make the DS record of %s", z.origin)
	}
	set[dns.TypeDS] = []dns.RR{ds}
	return nil
}

// anchor returns the root's DS record as a line of a master file.
func (t *tree) anchor() string { return t.signed["."].ksk.record.ToDS(dns.SHA256).String() + "\n" }

// apex returns the zone that answers for a type at a name: of DS, the one
// above.
func (t *tree) apex(name string, kind uint16) string {
	name = dns.CanonicalName(name)
	if kind == dns.TypeDS && name != "." && t.starts[name] != nil {
		name = parent(name)
	}
	for t.starts[name] == nil {
		name = parent(name)
	}
	return name
}

// signer returns the zone that signs a type at a name, or nil.
func (t *tree) signer(name string, kind uint16) *signedZone {
	if z := t.signed[t.apex(name, kind)]; z != nil && !z.noKeys {
		return z
	}
	return nil
}

// signature returns the one over a set of the zone, made once.
func (z *signedZone) signature(rrs []dns.RR) *dns.RRSIG {
	h := rrs[0].Header()
	key := dns.CanonicalName(h.Name) + " " + dns.Type(h.Rrtype).String()
	z.mu.Lock()
	defer z.mu.Unlock()
	if sig := z.made[key]; sig != nil {
		return sig
	}
	by := z.zsk
	if h.Rrtype == dns.TypeDNSKEY {
		by = z.ksk
	}
	sig := &dns.RRSIG{Hdr: dns.RR_Header{Ttl: h.Ttl}, Algorithm: z.algorithm, KeyTag: by.record.KeyTag(), SignerName: z.origin,
		Inception: uint32(z.day.Add(z.from).Unix()), Expiration: uint32(z.day.Add(z.to).Unix())}
	if err := sig.Sign(by.signer, rrs); err != nil {
		return nil // a set that can't be signed is served without, as a broken zone would
	}
	if h.Rrtype == z.forged {
		sig.OrigTtl++ // which is signed too
	}
	z.made[key] = sig
	return sig
}

// refusal returns why a validating resolver would not hand over what stands at
// a name: the first fault on the way down, unless a zone before it need not be
// signed.
func (t *tree) refusal(name string, kind uint16) (code uint16) {
	for _, n := range dnssec.Path(t.apex(name, kind)) {
		if t.starts[n] == nil {
			continue
		}
		z := t.signed[n]
		if z == nil || z.noDS {
			return 0
		}
		if code := z.fault(); code != 0 {
			return code
		}
		if n == t.apex(name, kind) && z.forged != 0 && kind == z.forged {
			return dns.ExtendedErrorCodeDNSBogus
		}
	}
	return 0
}
