package dnssec

import (
	"slices"

	"github.com/miekg/dns"
)

// nsecs are the NSEC records of one zone (RFC 4034, 4; RFC 4035, 5.4).
type nsecs struct {
	zone    string
	records []*dns.NSEC
}

// at returns the record of a name, or nil.
func (p nsecs) at(name string) *dns.NSEC {
	i := slices.IndexFunc(p.records, func(n *dns.NSEC) bool { return dns.CanonicalName(n.Hdr.Name) == name })
	if i < 0 {
		return nil
	}
	return p.records[i]
}

// gap returns the record that shows that no record stands at a name, or nil.
// One of a delegation or of a DNAME says nothing of what lies below it.
func (p nsecs) gap(name string) *dns.NSEC {
	for _, n := range p.records {
		owner := dns.CanonicalName(n.Hdr.Name)
		if !between(name, owner, n.NextDomain) || !dns.IsSubDomain(p.zone, name) {
			continue
		}
		if dns.IsSubDomain(owner, name) && (delegates(n.TypeBitMap) || slices.Contains(n.TypeBitMap, dns.TypeDNAME)) {
			continue
		}
		return n
	}
	return nil
}

// empty reports whether a name has no records and names below it that do.
func (p nsecs) empty(name string) bool {
	n := p.gap(name)
	return n != nil && dns.IsSubDomain(name, dns.CanonicalName(n.NextDomain))
}

func (p nsecs) covers(name string) bool { return p.gap(name) != nil && !p.empty(name) }

func (p nsecs) cut(name string) (cut, string) {
	if n := p.at(name); n != nil {
		return at(n.TypeBitMap, name)
	}
	if p.gap(name) != nil {
		return noCut, ""
	}
	return unproven, "no NSEC record is of it or spans it"
}

func (p nsecs) noData(name string, t uint16) bool {
	if n := p.at(name); n != nil {
		return lacks(n.TypeBitMap, t) && (t != dns.TypeDS || !slices.Contains(n.TypeBitMap, dns.TypeSOA) || name == ".")
	}
	if p.empty(name) {
		return true
	}
	gap := p.gap(name)
	if gap == nil {
		return false
	}
	wild := p.at(wildcard(p.encloser(name, gap)))
	return wild != nil && lacks(wild.TypeBitMap, t)
}

func (p nsecs) noName(name string) bool {
	return p.covers(name) && p.covers(wildcard(p.encloser(name, p.gap(name))))
}

// encloser returns the nearest name above one that exists: what it shares with
// either end of the gap it lies in.
func (p nsecs) encloser(name string, gap *dns.NSEC) string {
	shared := max(dns.CompareDomainName(name, gap.Hdr.Name), dns.CompareDomainName(name, gap.NextDomain))
	return suffix(name, shared)
}
