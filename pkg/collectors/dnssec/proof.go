package dnssec

import (
	"slices"

	"github.com/miekg/dns"
)

// A proof is what the signed NSEC or NSEC3 records of one answer show of one
// zone. Names are canonical and lie in the zone.
type proof interface {
	// cut says what an answer without DS record means for a name, and why.
	cut(name string) (cut, string)
	// noData reports that the name, or the wildcard that stands for it, has no
	// record of the type.
	noData(name string, t uint16) bool
	// noName reports that there is neither the name nor a wildcard for it.
	noName(name string) bool
	// covers reports that there is no such name, wildcards left aside.
	covers(name string) bool
}

// A cut is what becomes of the chain of trust at a name without DS record.
type cut int

const (
	unproven cut = iota // it may have one
	noCut               // no zone begins there
	unsigned            // a zone may begin there, which need not be signed
)

// proof gathers what proves something in an answer's authority section. Every
// set of it must be signed by the zone.
func (v *Validator) proof(z *Zone, a *Answer) (proof, Verdict) {
	n, n3 := nsecs{zone: z.Name}, nsec3s{zone: z.Name}
	for _, s := range sets(a.Ns) {
		if s.kind != dns.TypeNSEC && s.kind != dns.TypeNSEC3 {
			continue
		}
		if bad := v.signed(z, s); bad.State != Secure {
			return nil, bad
		}
		if grown(s) {
			return nil, bogus(z.Name, "%s of %s is made from a wildcard", dns.Type(s.kind), s.name)
		}
		for _, rr := range s.records {
			switch rr := rr.(type) {
			case *dns.NSEC:
				n.records = append(n.records, rr)
			case *dns.NSEC3:
				n3.add(rr)
			}
		}
	}
	switch {
	case len(n3.records) > 0:
		return &n3, secure(z.Name)
	case len(n.records) > 0:
		return n, secure(z.Name)
	case len(a.Ns) == 0: // some servers leave out all that was not asked
		return nil, unseen(z.Name, "the resolver hands over no proof that there is no %s of %s", dns.Type(a.Type), a.Name)
	case n3.strange:
		return nil, insecure(z.Name, "its NSEC3 records are of a kind that is not known here, or take more than %d iterations", maxIterations)
	}
	return nil, bogus(z.Name, "nothing proves that there is no %s of %s", dns.Type(a.Type), a.Name)
}

// grown reports whether a set was made from a wildcard.
func grown(s set) bool {
	own := dns.CountLabel(s.name)
	if len(s.name) > 1 && s.name[:2] == "*." {
		own--
	}
	return slices.ContainsFunc(s.sigs, func(sig *dns.RRSIG) bool { return int(sig.Labels) < own })
}

// at reads what a type bitmap says of a name that has no DS record.
func at(types []uint16, name string) (cut, string) {
	switch {
	case slices.Contains(types, dns.TypeDS):
		return unproven, "it says that there is one"
	case slices.Contains(types, dns.TypeSOA) && name != ".":
		return unproven, "it comes from the zone itself, not from the one above"
	case slices.Contains(types, dns.TypeNS):
		return unsigned, "delegates it and proves that it has no DS record"
	}
	return noCut, ""
}

// lacks reports whether a bitmap denies a type. One of a delegation, which is
// the parent's, denies the DS type only (RFC 6840, 4.1).
func lacks(types []uint16, t uint16) bool {
	if slices.Contains(types, t) || slices.Contains(types, dns.TypeCNAME) {
		return false
	}
	return t == dns.TypeDS || !delegates(types)
}

func delegates(types []uint16) bool {
	return slices.Contains(types, dns.TypeNS) && !slices.Contains(types, dns.TypeSOA)
}
