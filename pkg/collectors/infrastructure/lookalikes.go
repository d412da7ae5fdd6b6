package infrastructure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// lookalikes tries the domains that are easily taken for one: which of them
// are there, which take mail, which have a server. It asks the resolvers and
// nobody else; who keeps such a domain is not asked. Two round trips.
func lookalikes() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "lookalikes", Title: "Domains that are easily taken for the subject's", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"looks-like", "lookalikes-tried"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Relayed, Source: dnsSource(), Origin: "zone", Grade: pipeline.Own,
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 3 + maxLookalikes + len(endings) + 1 + 3*maxLookalikesLooked},
			Timeout: time.Minute,
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			return tryLookalikes(ctx, net.Lookup, subject, emit)
		},
	}
}

// maxLookalikesLooked is of how many that are there it is asked where they
// lead.
const maxLookalikesLooked = 60

func tryLookalikes(ctx context.Context, ask lookup, subject pipeline.Entity, emit collectors.Emit) error {
	l := alikes{subject: subject, made: lookalikesOf(subject.Value), replies: map[collectors.Question]*collectors.Reply{}}
	if len(l.made) == 0 {
		return pipeline.Fail(pipeline.Skipped, "nobody else can register a name like this one")
	}
	if err := l.ask(ctx, ask, l.first()); err != nil {
		return err
	}
	l.sort()
	if err := l.ask(ctx, ask, l.second()); err != nil {
		return err
	}
	return l.tell(emit)
}

// alikes is what is learned of the names that look like one.
type alikes struct {
	subject pipeline.Entity
	made    []lookalike
	replies map[collectors.Question]*collectors.Reply

	found                       []lookalike
	absent, unclear, lost, over int // over: there, and not looked at
	proof                       []pipeline.ExchangeID
}

// ask puts questions at once. Those that come to nothing have no reply; the
// error is that none was answered, or that the run ended.
func (l *alikes) ask(ctx context.Context, ask lookup, qs []collectors.Question) error {
	if len(qs) == 0 {
		return nil
	}
	replies, err := ask(ctx, qs...)
	answered := 0
	for i, r := range replies {
		if r != nil {
			l.replies[qs[i]] = r
			answered++
		}
	}
	if err != nil && (answered == 0 || ctx.Err() != nil) {
		return err
	}
	return nil
}

func (l *alikes) get(name string, t uint16) *collectors.Reply {
	return l.replies[collectors.Question{Name: name, Type: t}]
}

// first asks for the name servers of all, and whether the endings make names
// up; and how the subject itself is served.
func (l *alikes) first() []collectors.Question {
	qs := at(l.subject.Value, dns.TypeNS, dns.TypeA, dns.TypeMX)
	var under []string
	for _, m := range l.made {
		qs = append(qs, at(m.name, dns.TypeNS)...)
		if suffix := parents(m.name)[0]; !slices.Contains(under, suffix) {
			under = append(under, suffix)
			qs = append(qs, at(l.nobody(suffix), dns.TypeNS)...)
		}
	}
	return qs
}

// nobody returns a name that nobody has registered below a suffix; the same
// each time, so that the answer can be read back.
func (l *alikes) nobody(suffix string) string {
	sum := sha256.Sum256([]byte(l.subject.Value + " " + suffix))
	return "x" + hex.EncodeToString(sum[:10]) + "." + suffix
}

// sort tells those that are there from those that are not, and from those of
// which that can't be told.
func (l *alikes) sort() {
	for _, m := range l.made {
		r, made := l.get(m.name, dns.TypeNS), l.get(l.nobody(parents(m.name)[0]), dns.TypeNS)
		switch {
		case r == nil || made == nil:
			l.lost++
			continue
		case r.Failed() || made.Failed() || len(made.Records()) > 0:
			l.unclear++
		case len(r.Records()) == 0: // NXDOMAIN, or an ending that answers for all: nobody was given it
			l.absent++
		case len(l.found) == maxLookalikesLooked:
			l.over++
		default:
			l.found = append(l.found, m)
		}
		l.proof = append(l.proof, r.Exchange)
	}
}

// second asks where those lead that are there.
func (l *alikes) second() (qs []collectors.Question) {
	for _, m := range l.found {
		qs = append(qs, at(m.name, dns.TypeA, dns.TypeAAAA, dns.TypeMX)...)
	}
	return qs
}

// tell tells each that is there, and how many were tried.
func (l *alikes) tell(emit collectors.Emit) error {
	silent := 0
	for _, m := range l.found {
		object := pipeline.Entity{Kind: pipeline.KindDomain, Value: m.name}
		ns, a, aaaa, mx := l.get(m.name, dns.TypeNS), l.get(m.name, dns.TypeA), l.get(m.name, dns.TypeAAAA), l.get(m.name, dns.TypeMX)
		value := map[string]any{"by": m.by, "distance": float64(m.distance), "own": l.own(m.name), "parked": parked(ns)}
		if told(mx) {
			value["mail"] = len(mxHosts(mx)) > 0
		}
		if web := has(a) || has(aaaa); web || told(a) && told(aaaa) {
			value["web"] = web
		}
		if len(value) < 6 {
			silent++
		}
		emit(pipeline.Observation{Predicate: "looks-like", Object: &object, Value: value, Exchanges: proof(ns, a, aaaa, mx)})
	}
	if len(l.proof) == 0 {
		return pipeline.Fail(pipeline.Unreachable, "no name that looks like it got an answer")
	}
	emit(pipeline.Observation{Predicate: "lookalikes-tried", Exchanges: l.proof, Value: map[string]any{"tried": float64(len(l.made)),
		"found": float64(len(l.found) + l.over), "absent": float64(l.absent), "unclear": float64(l.unclear + l.lost)}})
	if l.lost+l.over+silent > 0 {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("of %d names %d got no answer, %d are there and were not looked at, %d do not say where they lead", len(l.made), l.lost, l.over, silent))
	}
	return nil
}

func told(r *collectors.Reply) bool { return r != nil && !r.Failed() }
func has(r *collectors.Reply) bool  { return told(r) && len(r.Records()) > 0 }

// own reports whether a name is served as the subject is: by the same name
// servers, where those are the subject's own, or it leads where the subject
// does. Two customers of one host may have the same name servers.
func (l *alikes) own(name string) bool {
	set := func(n string, t uint16) []string {
		if r := l.get(n, t); told(r) {
			return dataOf(r)
		}
		return nil
	}
	same := func(t uint16) bool {
		mine := set(l.subject.Value, t)
		return len(mine) > 0 && slices.Equal(mine, set(name, t))
	}
	vanity := slices.ContainsFunc(set(name, dns.TypeNS), func(ns string) bool { return strings.HasSuffix(ns, "."+l.subject.Value) })
	return vanity || same(dns.TypeNS) && (same(dns.TypeA) || same(dns.TypeMX))
}

// dataOf returns what the records of a reply hold, sorted.
func dataOf(r *collectors.Reply) (out []string) {
	for _, rr := range r.Records() {
		switch rr := rr.(type) {
		case *dns.NS:
			out = append(out, bare(rr.Ns))
		case *dns.MX:
			out = append(out, bare(rr.Mx))
		default:
			out = append(out, addressOf(rr))
		}
	}
	slices.Sort(out)
	return out
}

// parkers are the name servers of who shows advertisements, or an offer, where
// nobody uses a name.
var parkers = strings.Fields("sedoparking.com parkingcrew.net bodis.com above.com afternic.com dan.com parklogic.com undeveloped.com namebrightdns.com uniregistrymarket.link smartname.com dsredirection.com hugedomains.com")

func parked(ns *collectors.Reply) bool {
	return told(ns) && slices.ContainsFunc(dataOf(ns), func(host string) bool {
		return slices.ContainsFunc(parkers, func(p string) bool { return strings.HasSuffix(host, "."+p) })
	})
}
