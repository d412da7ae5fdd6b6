package lab

import (
	"slices"

	"github.com/miekg/dns"
)

// cut returns the name at which a zone delegates what a name lies in: the
// topmost, if there are several; "" if the zone keeps it.
func (t *tree) cut(zone, name string) (cut string) {
	for n := name; n != zone && n != "."; n = parent(n) {
		if t.starts[n] != nil || t.delegated[n] != nil {
			cut = n
		}
	}
	return cut
}

// delegation returns the NS records of a zone as its parent has them: those
// that a zone above states for it, else the zone's own.
func (t *tree) delegation(zone string) []dns.RR {
	if rrs := t.delegated[zone]; rrs != nil {
		return slices.Clone(rrs)
	}
	return slices.Clone(t.records[zone][dns.TypeNS])
}

// contents returns the records of a zone but for its SOA, in the order of
// names, with its delegations and their glue.
func (t *tree) contents(zone string) (rrs []dns.RR) {
	var names []string
	for name := range t.records {
		if dns.IsSubDomain(zone, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		switch cut := t.cut(zone, name); cut {
		case "":
			for _, kind := range kinds(t.records[name]) {
				rrs = append(rrs, t.records[name][kind]...)
			}
		case name:
			rrs = append(rrs, t.delegation(name)...)
			rrs = append(rrs, t.records[name][dns.TypeDS]...)
		default:
			if slices.ContainsFunc(t.delegation(cut), func(rr dns.RR) bool { return dns.CanonicalName(rr.(*dns.NS).Ns) == name }) {
				rrs = append(rrs, t.records[name][dns.TypeA]...)
				rrs = append(rrs, t.records[name][dns.TypeAAAA]...)
			}
		}
	}
	return rrs
}

// kinds returns the types of a set of records but for SOA, sorted.
func kinds(set map[uint16][]dns.RR) (out []uint16) {
	for k := range set {
		if k != dns.TypeSOA {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}
