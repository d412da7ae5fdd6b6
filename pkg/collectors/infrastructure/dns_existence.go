package infrastructure

import (
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// existence tells that there is no such domain: every question about the name
// itself was denied with NXDOMAIN, and at least two were put. One that got no
// answer tells nothing; one that was answered otherwise shows that the name is
// there, whatever a broken server says beside it.
func (r records) existence() {
	var denied []*collectors.Reply
	for _, t := range []uint16{dns.TypeSOA, dns.TypeNS, dns.TypeA, dns.TypeAAAA, dns.TypeMX, dns.TypeTXT} {
		reply := r.get(r.subject.Value, t)
		switch {
		case reply == nil:
		case !deniesName(reply):
			return
		default:
			denied = append(denied, reply)
		}
	}
	if len(denied) > 1 {
		r.emit(pipeline.Observation{Predicate: "in-dns", Denies: true, Exchanges: proof(denied[:2]...)})
	}
}

// deniesName reports whether a reply says, in the words of the zone above,
// that its name does not exist (RFC 2308, 2.1): a filter that makes answers up
// leaves out that zone's head. Behind an alias it speaks of where that leads.
func deniesName(r *collectors.Reply) bool {
	if r.Rcode != dns.RcodeNameError || len(r.Answer) > 0 {
		return false
	}
	for _, rr := range r.Ns {
		zone := bare(rr.Header().Name)
		if rr.Header().Rrtype == dns.TypeSOA && (zone == "" || strings.HasSuffix(r.Name, "."+zone)) {
			return true
		}
	}
	return false
}
