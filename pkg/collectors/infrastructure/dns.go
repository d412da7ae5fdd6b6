package infrastructure

import (
	"context"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// dnsRecords reads a zone's records of a name: of a domain everything it may
// hold, of a host below only where it leads. One round trip.
func dnsRecords() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "dns", Title: "Records of a name in DNS", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"in-dns", "resolves-to", "alias-of", "delegated-to", "mail-handled-by", "refuses-mail",
				"zone-primary", "zone-contact", "zone-serial", "txt-record", "verification-token", "caa-record",
				"srv-record", "served-by", "https-record", "dnssec-signed"},
			Emits: []pipeline.Category{pipeline.Technical, pipeline.Contact},
			Mode:  pipeline.Relayed, Source: dnsSource(), Origin: "zone", Grade: pipeline.Own,
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Ceiling: pipeline.Ceiling{Requests: 96},
			Derive:  derived(deriveDNS),
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			return readRecords(ctx, net.Lookup, subject, emit)
		},
	}
}

// services are the SRV names asked for at a domain.
var services = strings.Fields(`_autodiscover._tcp _caldavs._tcp _carddavs._tcp _gc._tcp _h323cs._tcp
	_imap._tcp _imaps._tcp _jmap._tcp _kerberos._udp _kpasswd._udp _ldap._tcp _matrix-fed._tcp
	_matrix._tcp _minecraft._tcp _pop3s._tcp _sip._tcp _sip._tls _sip._udp _sipfederationtls._tcp _sips._tcp _stun._udp
	_submission._tcp _submissions._tcp _turn._udp _xmpp-client._tcp _xmpp-server._tcp`)

func readRecords(ctx context.Context, ask lookup, subject pipeline.Entity, emit collectors.Emit) error {
	z, name := newZone(ask), subject.Value
	qs := at(name, dns.TypeA, dns.TypeAAAA, dns.TypeCNAME, dns.TypeHTTPS)
	if subject.Kind == pipeline.KindDomain {
		qs = append(qs, at(name, dns.TypeNS, dns.TypeSOA, dns.TypeMX, dns.TypeTXT, dns.TypeCAA, dns.TypeDS)...)
		for _, up := range parents(name) { // where CAA is looked for next
			qs = append(qs, at(up, dns.TypeCAA)...)
		}
		for _, s := range services {
			qs = append(qs, at(s+"."+name, dns.TypeSRV)...)
		}
	}
	if err := z.ask(ctx, qs...); err != nil {
		return err
	}
	r := records{z, subject, emit}
	r.addresses()
	r.https()
	if subject.Kind == pipeline.KindDomain {
		r.existence()
		r.delegation()
		r.texts()
		r.caa()
		r.services()
		r.mail()
	}
	return z.end()
}

// records turns the replies about one name into observations.
type records struct {
	*zone
	subject pipeline.Entity
	emit    collectors.Emit
}

// addresses tells where the name leads. That it leads nowhere is said once
// both address types are denied.
func (r records) addresses() {
	a, aaaa := r.get(r.subject.Value, dns.TypeA), r.get(r.subject.Value, dns.TypeAAAA)
	for _, reply := range []*collectors.Reply{a, aaaa} {
		if reply == nil {
			continue
		}
		for _, rr := range reply.Records() {
			text := ""
			switch rr := rr.(type) {
			case *dns.A:
				text = rr.A.String()
			case *dns.AAAA:
				text = rr.AAAA.String()
			}
			if ip, err := pipeline.NewEntity(pipeline.KindIP, text); err == nil {
				r.emit(pipeline.Observation{Predicate: "resolves-to", Object: &ip, Exchanges: proof(reply)})
			}
		}
	}
	if a != nil && aaaa != nil && a.Denied() && aaaa.Denied() {
		r.emit(pipeline.Observation{Predicate: "resolves-to", Denies: true, Exchanges: proof(a, aaaa)})
	}
	r.aliases(a, aaaa, r.get(r.subject.Value, dns.TypeCNAME))
}

// aliases tells each link of the chain that begins at the name.
func (r records) aliases(replies ...*collectors.Reply) {
	for _, l := range aliasChain(r.subject.Value, replies...) {
		subject, err := pipeline.NewName(l.from)
		object, err2 := pipeline.NewName(l.to)
		if err == nil && err2 == nil {
			r.emit(pipeline.Observation{Subject: subject, Predicate: "alias-of", Object: &object, Exchanges: l.shown})
		}
	}
}

// A link is one alias of a chain, and the exchanges that showed it.
type link struct {
	from, to string
	shown    []pipeline.ExchangeID
}

// aliasChain returns the aliases that lead on from a name, in their order; a
// circle once. Replies may be nil.
func aliasChain(name string, replies ...*collectors.Reply) (links []link) {
	next, shown := map[string]string{}, map[string][]pipeline.ExchangeID{}
	for _, reply := range replies {
		if reply == nil {
			continue
		}
		for _, rr := range reply.Answer {
			if c, ok := rr.(*dns.CNAME); ok {
				from := bare(c.Hdr.Name)
				next[from] = bare(c.Target)
				shown[from] = append(shown[from], reply.Exchange)
			}
		}
	}
	for from := name; next[from] != ""; {
		to := next[from]
		delete(next, from) // so a loop ends
		links = append(links, link{from, to, shown[from]})
		from = to
	}
	return links
}

func (r records) https() {
	reply := r.get(r.subject.Value, dns.TypeHTTPS)
	if reply == nil {
		return
	}
	for _, rr := range reply.Records() {
		h, ok := rr.(*dns.HTTPS)
		if !ok {
			continue
		}
		var params []string
		for _, p := range h.Value {
			params = append(params, p.Key().String()+"="+p.String())
		}
		target := bare(h.Target)
		if target == "" { // "." stands for the owner
			target = bare(h.Hdr.Name)
		}
		r.emit(pipeline.Observation{Predicate: "https-record", Exchanges: proof(reply), Value: map[string]any{
			"priority": float64(h.Priority), "target": target, "params": strings.Join(params, " ")}})
	}
}

// delegation tells the name servers, the zone's head and whether the parent
// vouches for its keys.
func (r records) delegation() {
	if ns := r.get(r.subject.Value, dns.TypeNS); ns != nil {
		for _, rr := range ns.Records() {
			if n, ok := rr.(*dns.NS); ok {
				r.name("delegated-to", n.Ns, nil, ns)
			}
		}
	}
	if soa := r.get(r.subject.Value, dns.TypeSOA); soa != nil {
		for _, rr := range soa.Records() {
			s, ok := rr.(*dns.SOA)
			if !ok {
				continue
			}
			r.name("zone-primary", s.Ns, nil, soa)
			r.emit(pipeline.Observation{Predicate: "zone-serial", Value: float64(s.Serial), Exchanges: proof(soa)})
			if m, err := pipeline.NewEntity(pipeline.KindEmail, mailbox(s.Mbox)); err == nil {
				r.emit(pipeline.Observation{Predicate: "zone-contact", Object: &m, Exchanges: proof(soa)})
			}
		}
	}
	if ds := r.get(r.subject.Value, dns.TypeDS); ds != nil {
		r.emit(pipeline.Observation{Predicate: "dnssec-signed", Value: !ds.Denied(), Exchanges: proof(ds)})
	}
}

// mailbox returns the address that an SOA's RNAME stands for: its first
// label is the local part, dots within it escaped. "" if it is none.
func mailbox(rname string) string {
	for i := 0; i < len(rname); i++ {
		switch rname[i] {
		case '\\':
			i++
		case '.':
			local, domain := unescape(rname[:i]), bare(rname[i+1:])
			if local == "" || domain == "" || strings.Contains(local, "@") {
				return ""
			}
			return local + "@" + domain
		}
	}
	return ""
}

// name emits an observation whose object is a name, if it is one.
func (r records) name(p pipeline.Predicate, target string, value any, reply *collectors.Reply) {
	if n, err := pipeline.NewName(bare(target)); err == nil {
		r.emit(pipeline.Observation{Predicate: p, Object: &n, Value: value, Exchanges: proof(reply)})
	}
}
