package lab

import (
	"maps"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors/dnssec"
)

// link orders the zone's names into the chain that proves what is not there:
// by name (RFC 4034, 4), or by hash (RFC 5155, 7.1), which counts names
// without records too, and with opt-out leaves out unsigned delegations.
func (z *signedZone) link() {
	z.of = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(z.tree.exists)) {
		cut := name != z.origin && z.tree.starts[name] != nil
		if cut && z.tree.apex(name, dns.TypeDS) != z.origin || !cut && z.tree.apex(name, dns.TypeA) != z.origin {
			continue
		}
		switch {
		case !z.nsec3 && (cut || len(z.tree.records[name]) > 0):
			z.of[name] = name
		case z.nsec3 && !(z.optOut && cut && len(z.tree.records[name][dns.TypeDS]) == 0):
			z.of[z.hash(name)] = name
		}
	}
	z.names = slices.Collect(maps.Keys(z.of))
	slices.SortFunc(z.names, dnssec.Compare) // hashes are single labels
}

func (z *signedZone) hash(name string) string {
	return strings.ToLower(dns.HashName(name, dns.SHA1, z.iterations, z.salt))
}

// place returns where a name stands in the chain, or whose gap it lies in.
func (z *signedZone) place(name string) (i int, there bool) {
	if z.nsec3 {
		name = z.hash(name)
	}
	i, there = slices.BinarySearchFunc(z.names, name, dnssec.Compare)
	if !there {
		i = (i + len(z.names) - 1) % len(z.names)
	}
	return i, there
}

// proof returns link i of the chain, signed.
func (z *signedZone) proof(i int) []dns.RR {
	here, next := z.names[i], z.names[(i+1)%len(z.names)]
	name := z.of[here]
	ttl := min(z.tree.starts[z.origin].Header().Ttl, z.tree.starts[z.origin].(*dns.SOA).Minttl)
	var rr dns.RR = &dns.NSEC{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeNSEC, Class: dns.ClassINET, Ttl: ttl},
		NextDomain: next, TypeBitMap: z.types(name)}
	if z.nsec3 {
		flags := uint8(0)
		if z.optOut {
			flags = 1
		}
		rr = &dns.NSEC3{Hdr: dns.RR_Header{Name: here + "." + strings.TrimPrefix(z.origin, "."), Rrtype: dns.TypeNSEC3, Class: dns.ClassINET, Ttl: ttl},
			Hash: dns.SHA1, Flags: flags, Iterations: z.iterations, SaltLength: uint8(len(z.salt) / 2), Salt: z.salt,
			HashLength: 20, NextDomain: strings.ToUpper(next), TypeBitMap: z.types(name)}
	}
	return withSignature(rr, z.signature([]dns.RR{rr}))
}

func withSignature(rr dns.RR, sig *dns.RRSIG) []dns.RR {
	if sig == nil {
		return []dns.RR{rr}
	}
	return []dns.RR{rr, sig}
}

// types is the bitmap of a name: of a delegation, only what is the parent's.
func (z *signedZone) types(name string) (types []uint16) {
	set := z.tree.records[name]
	if name != z.origin && z.tree.starts[name] != nil {
		types = append(types, dns.TypeNS)
		if len(set[dns.TypeDS]) > 0 {
			types = append(types, dns.TypeDS)
		}
	} else {
		types = slices.DeleteFunc(slices.Collect(maps.Keys(set)), func(t uint16) bool { return t == dns.TypeDS })
	}
	signed := !slices.Equal(types, []uint16{dns.TypeNS}) || name == z.origin
	if !z.nsec3 {
		types, signed = append(types, dns.TypeNSEC), true
	}
	if signed && len(types) > 0 {
		types = append(types, dns.TypeRRSIG)
	}
	slices.Sort(types)
	return types
}

// denials prove that a name has no record of the type asked, or is not there
// at all; or, for an answer made from a wildcard, that nothing nearer is.
func (z *signedZone) denials(name string, expanded bool) (rrs []dns.RR) {
	var links []int
	add := func(n string) {
		if i, _ := z.place(n); !slices.Contains(links, i) {
			links = append(links, i)
		}
	}
	encloser, next := z.tree.encloser(name)
	_, there := z.place(name)
	switch {
	case expanded && z.nsec3:
		add(next)
	case there || expanded || z.tree.exists[name] && !z.nsec3:
		add(name)
	case z.nsec3:
		add(encloser)
		add(next)
		add(below(encloser))
	default:
		add(name)
		add(below(encloser))
	}
	for _, i := range links {
		rrs = append(rrs, z.proof(i)...)
	}
	return rrs
}

// encloser returns the nearest name above one that exists, and the next below
// it on the way.
func (t *tree) encloser(name string) (encloser, next string) {
	for encloser, next = parent(name), name; !t.exists[encloser]; encloser, next = parent(encloser), encloser {
	}
	return encloser, next
}

// below returns the name of the wildcard below a name.
func below(name string) string { return "*." + strings.TrimPrefix(name, ".") }

// prove adds signatures and proofs to an answer whose aliases end at a name.
func (t *tree) prove(m *dns.Msg, end string, kind uint16) {
	var answer, proofs []dns.RR
	for i, rr := range m.Answer {
		answer = append(answer, rr)
		h := rr.Header()
		if i+1 < len(m.Answer) && m.Answer[i+1].Header().Rrtype == h.Rrtype && m.Answer[i+1].Header().Name == h.Name {
			continue // the set goes on
		}
		z := t.signer(h.Name, h.Rrtype)
		if z == nil {
			continue
		}
		name := dns.CanonicalName(h.Name)
		set, _ := t.find(name)
		sig := z.signature(set[h.Rrtype])
		if sig == nil {
			continue
		}
		sig = dns.Copy(sig).(*dns.RRSIG)
		sig.Hdr.Name = h.Name
		answer = append(answer, sig)
		if !t.exists[name] {
			proofs = append(proofs, z.denials(name, true)...)
		}
	}
	if len(m.Ns) > 0 { // the zone's head: there is no answer
		if z := t.signer(end, kind); z != nil {
			if sig := z.signature([]dns.RR{t.starts[z.origin]}); sig != nil {
				m.Ns = append(m.Ns, sig)
			}
			proofs = append(proofs, z.denials(dns.CanonicalName(end), false)...)
		}
	}
	m.Answer, m.Ns = answer, append(m.Ns, dns.Dedup(proofs, nil)...)
}
