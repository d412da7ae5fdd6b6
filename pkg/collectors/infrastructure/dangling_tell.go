package infrastructure

import (
	"slices"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// alias tells the service that the subject's aliases make use of, and whether
// they end at a name that does not exist.
func (d *dangling) alias() {
	a, aaaa := d.get(d.subject.Value, dns.TypeA), d.get(d.subject.Value, dns.TypeAAAA)
	links := aliasChain(d.subject.Value, a, aaaa)
	if len(links) == 0 {
		return
	}
	if by, where := serviceIn(links); by != nil {
		d.tell("uses-service", where.to, map[string]any{
			"service": by.name, "sign": by.signature(), "claim": string(by.claim), "as_of": servicesSeen}, where.shown)
	}
	end := links[len(links)-1]
	switch {
	case d.missing(end.to):
		value := d.gone(end.to)
		value["service"], value["claim"] = "", ""
		if by := serviceOf(end.to); by != nil {
			value["service"] = by.name
			if by.page == nil { // else a name that does not exist is no sign
				value["claim"] = string(by.claim)
			}
		}
		_, shown := d.free(end.to)
		d.tell("dangling-alias", end.to, value, append(proof(a, aaaa), shown...))
	case a != nil && a.Rcode == dns.RcodeSuccess, aaaa != nil && aaaa.Rcode == dns.RcodeSuccess:
		d.emit(pipeline.Observation{Predicate: "dangling-alias", Denies: true, Exchanges: proof(a, aaaa)})
	}
}

// serviceIn returns the first service that a chain of aliases passes, and the
// link that leads to it.
func serviceIn(links []link) (*service, link) {
	for _, l := range links {
		if s := serviceOf(l.to); s != nil {
			return s, l
		}
	}
	return nil, link{}
}

// gone says what is known of a name that does not exist: whether it is the
// subject's own, and the domain that does not exist either.
func (d *dangling) gone(name string) map[string]any {
	free, _ := d.free(name)
	return map[string]any{"own": d.own(name), "free": free}
}

// mail tells the mail hosts and the names in SPF that do not exist; or, if
// everything was answered, that there are none.
func (d *dangling) mail() {
	found, sure := false, true
	for _, name := range d.mailNames() {
		replies, all := d.about(name)
		sure = sure && all
		if !d.missing(name) {
			continue
		}
		value := d.gone(name)
		value["as"] = "spf"
		source := d.get(d.subject.Value, dns.TypeTXT)
		if slices.Contains(d.hosts, name) {
			value["as"], source = "mx", d.get(d.subject.Value, dns.TypeMX)
		}
		_, shown := d.free(name)
		d.tell("dangling-mail", name, value, append(append(proof(source), proof(replies...)...), shown...))
		found = true
	}
	mx, txt := d.get(d.subject.Value, dns.TypeMX), d.get(d.subject.Value, dns.TypeTXT)
	if !found && sure && mx != nil && txt != nil {
		d.emit(pipeline.Observation{Predicate: "dangling-mail", Denies: true, Exchanges: proof(mx, txt)})
	}
}

// mailNames returns the names that the subject's mail relies on, once each.
func (d *dangling) mailNames() []string {
	names := slices.Clone(d.hosts)
	for _, q := range d.terms {
		if q.Name != d.subject.Value && !slices.Contains(names, q.Name) {
			names = append(names, q.Name)
		}
	}
	return names
}

// about returns the replies about a name, and whether every question was
// answered.
func (d *dangling) about(name string) (replies []*collectors.Reply, all bool) {
	all = true
	for _, t := range []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeMX, dns.TypeTXT} {
		r, asked := d.replies[collectors.Question{Name: name, Type: t}]
		all = all && (!asked || r != nil)
		if r != nil {
			replies = append(replies, r)
		}
	}
	return replies, all
}

// tell emits an observation of the subject whose object is a name, if it is
// one.
func (d *dangling) tell(p pipeline.Predicate, name string, value map[string]any, shown []pipeline.ExchangeID) {
	if n, err := pipeline.NewName(name); err == nil {
		d.emit(pipeline.Observation{Predicate: p, Object: &n, Value: value, Exchanges: shown})
	}
}

// mxHosts returns the mail hosts that a reply names, as far as they are asked
// about.
func mxHosts(reply *collectors.Reply) (hosts []string) {
	if reply == nil {
		return nil
	}
	for _, rr := range reply.Records() {
		if mx, ok := rr.(*dns.MX); ok && bare(mx.Mx) != "" && !slices.Contains(hosts, bare(mx.Mx)) && len(hosts) < mailHosts {
			hosts = append(hosts, bare(mx.Mx))
		}
	}
	return hosts
}
