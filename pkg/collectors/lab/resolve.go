package lab

import "github.com/miekg/dns"

// maxAliases is how far an alias is followed; a longer chain, or a ring, is
// the server's failure.
const maxAliases = 16

// resolve answers a question into m as a recursive resolver would that knows
// all zones: aliases followed, wildcards filled in, an SOA record where there
// is nothing. It returns the name at which the aliases end.
func (t *tree) resolve(m *dns.Msg, q dns.Question) (end string) {
	if q.Qtype == dns.TypeANY { // RFC 8482
		m.Answer = append(m.Answer, &dns.HINFO{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeHINFO, Class: dns.ClassINET, Ttl: 300}, Cpu: "RFC8482"})
		return q.Name
	}
	name := q.Name
	for range maxAliases {
		set, exists := t.find(dns.CanonicalName(name))
		if rrs := set[q.Qtype]; len(rrs) > 0 {
			m.Answer = append(m.Answer, owned(name, rrs)...)
			return name
		}
		alias := set[dns.TypeCNAME]
		if len(alias) == 0 {
			if !exists {
				m.Rcode = dns.RcodeNameError
			}
			m.Ns = append(m.Ns, t.denial(name, q.Qtype))
			return name
		}
		m.Answer = append(m.Answer, owned(name, alias)...)
		name = alias[0].(*dns.CNAME).Target
	}
	m.Answer, m.Rcode = nil, dns.RcodeServerFailure
	return name
}

// find returns the records of a name, from a wildcard if need be, and whether
// there is such a name at all.
func (t *tree) find(name string) (map[uint16][]dns.RR, bool) {
	if t.exists[name] {
		return t.records[name], true
	}
	encloser, _ := t.encloser(name)
	set, ok := t.records[below(encloser)]
	return set, ok
}

// denial returns the SOA record of the zone that would have a record, with the
// time to live of a negative answer.
func (t *tree) denial(name string, kind uint16) dns.RR {
	soa := dns.Copy(t.starts[t.apex(name, kind)]).(*dns.SOA)
	soa.Hdr.Ttl = min(soa.Hdr.Ttl, soa.Minttl)
	return soa
}

// owned returns copies of records that belong to a name, written as asked.
func owned(name string, rrs []dns.RR) []dns.RR {
	out := make([]dns.RR, len(rrs))
	for i, rr := range rrs {
		out[i] = dns.Copy(rr)
		out[i].Header().Name = name
	}
	return out
}
