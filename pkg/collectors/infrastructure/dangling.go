package infrastructure

import (
	"context"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// danglingNames looks for what a name relies on and is not there: the end of
// its chain of aliases, and, of a domain, its mail hosts and what its SPF
// policy names, two includes deep. Whoever gets hold of such a name answers,
// receives or sends in the subject's. At most four round trips.
func danglingNames() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "dangling-names", Title: "Aliases, mail hosts and SPF terms that lead to names which do not exist", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"dangling-alias", "dangling-mail", "uses-service"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Relayed, Source: dnsSource(), Origin: "zone", Grade: pipeline.Own,
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Ceiling: pipeline.Ceiling{Requests: 4 + 2*mailHosts + spfQuestions + mostHolders},
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			return readDangling(ctx, net.Lookup, subject, emit)
		},
	}
}

// mostHolders is of how many domains it is asked whether they exist.
const mostHolders = 20

func readDangling(ctx context.Context, ask lookup, subject pipeline.Entity, emit collectors.Emit) error {
	z, name := newZone(ask), subject.Value
	qs := at(name, dns.TypeA, dns.TypeAAAA)
	if subject.Kind == pipeline.KindDomain {
		qs = append(qs, at(name, dns.TypeMX, dns.TypeTXT)...)
	}
	if err := z.ask(ctx, qs...); err != nil {
		return err
	}
	d := dangling{zone: z, subject: subject, emit: z.hear(emit), spf: newSPF(z, name)}
	if subject.Kind == pipeline.KindDomain {
		d.hosts = mxHosts(z.get(name, dns.TypeMX))
	}
	qs = d.holders()
	for _, h := range d.hosts {
		qs = append(qs, at(h, dns.TypeA, dns.TypeAAAA)...)
	}
	for range 2 { // what SPF names, and what that includes
		if subject.Kind == pipeline.KindDomain {
			qs = append(qs, d.follow()...)
		}
		if err := z.ask(ctx, qs...); err != nil {
			return err
		}
		qs = d.holders()
	}
	if err := z.ask(ctx, qs...); err != nil {
		return err
	}
	d.alias()
	d.mail()
	return z.end()
}

// dangling turns the replies about one name, and what it relies on, into
// observations.
type dangling struct {
	*zone
	subject pipeline.Entity
	emit    collectors.Emit
	hosts   []string // mail hosts
	spf     *spfTree
	terms   []collectors.Question // that SPF has put
	asked   int                   // how many holders were asked for
}

// follow returns the questions of the next level of SPF.
func (d *dangling) follow() []collectors.Question {
	qs := d.spf.questions()
	d.terms = append(d.terms, qs...)
	return qs
}

// holders asks for the domains in which names that do not exist lie, where
// they are another's: does the domain itself exist?
func (d *dangling) holders() (qs []collectors.Question) {
	for _, name := range append(d.mailNames(), d.end()) {
		q := collectors.Question{Name: holder(name), Type: dns.TypeSOA}
		_, asked := d.replies[q]
		if q.Name == "" || asked || slices.Contains(qs, q) || d.own(name) || !d.missing(name) || d.asked == mostHolders {
			continue
		}
		qs = append(qs, q)
		d.asked++
	}
	return qs
}

// end returns where the subject's aliases end, or "" if it has none.
func (d *dangling) end() string {
	links := aliasChain(d.subject.Value, d.get(d.subject.Value, dns.TypeA), d.get(d.subject.Value, dns.TypeAAAA))
	if len(links) == 0 {
		return ""
	}
	return links[len(links)-1].to
}

// missing reports whether a name is known not to exist: every question put
// about it, or about the subject where it is the end of its aliases, was
// answered so. A server's failure and silence say nothing.
func (d *dangling) missing(name string) bool {
	if name == d.end() {
		name = d.subject.Value
	}
	replies, all := d.about(name)
	return all && len(replies) > 0 && !slices.ContainsFunc(replies, func(r *collectors.Reply) bool {
		return r.Rcode != dns.RcodeNameError // RFC 6604: the code is the last name's
	})
}

// own reports whether a name lies in the subject's own domain: nobody else can
// get hold of it.
func (d *dangling) own(name string) bool {
	domain := d.subject.Registrable().Value
	return name == domain || strings.HasSuffix(name, "."+domain)
}

// holder returns the domain that a registry would have to know for a name to
// exist; "" for a registry's own name.
func holder(name string) string {
	suffix, _ := registry(name)
	rest, below := strings.CutSuffix(name, "."+suffix)
	if !below {
		return ""
	}
	return rest[strings.LastIndexByte(rest, '.')+1:] + "." + suffix
}

// free returns the domain of a missing name if that does not exist either,
// and the exchange that says so.
func (d *dangling) free(name string) (domain string, shown []pipeline.ExchangeID) {
	up := holder(name)
	if r := d.get(up, dns.TypeSOA); r != nil && r.Rcode == dns.RcodeNameError {
		return up, proof(r)
	}
	return "", nil
}
