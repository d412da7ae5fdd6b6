package infrastructure

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// dnsWords tries the names of a word list below a domain. It runs on request
// only: to be found where others look first is one thing, to be asked ten
// thousand questions another. One exchange, whatever the list.
func dnsWords() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "dns-words", Title: "Names below a domain that a word list finds", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-name", "resolves-to", "alias-of", "answers-any-name", "words-tried"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Relayed, Source: dnsSource(), Origin: "zone", Grade: pipeline.Own,
			Sends:     []pipeline.Kind{pipeline.KindDomain},
			Ceiling:   pipeline.Ceiling{Requests: 1, Names: 1_000_000},
			Timeout:   10 * time.Minute,
			OnRequest: "--wordlist",
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			swept, err := net.Sweep(ctx, subject.Value)
			if swept != nil {
				tellSwept(swept, emit)
			}
			return err
		},
	}
}

// tellSwept tells what was tried, which wildcards were met, and each name with
// where it leads.
func tellSwept(s *collectors.Swept, emit collectors.Emit) {
	proof := []pipeline.ExchangeID{s.Exchange}
	emit(pipeline.Observation{Predicate: "words-tried", Exchanges: proof, Value: map[string]any{
		"list": s.List.Name, "sha256": s.List.SHA256, "tried": float64(s.Tried), "found": float64(len(s.Found)),
		"absent": float64(s.Outcomes["nxdomain"]), "wildcard": float64(s.Wildcard), "lost": float64(s.Lost()),
		"unclear": float64(s.Unclear), "unasked": float64(s.Unasked), "untold": float64(s.Untold)}})
	for _, w := range wildcards(s.Probes) {
		if n, err := pipeline.NewName(w.below); err == nil {
			emit(pipeline.Observation{Subject: n, Predicate: "answers-any-name", Exchanges: proof,
				Value: map[string]any{"type": w.qtype, "with": strings.Join(w.with[:min(len(w.with), 20)], " ")}})
		}
	}
	for _, found := range s.Found {
		name, err := pipeline.NewName(found.Name)
		if err != nil {
			continue
		}
		emit(pipeline.Observation{Predicate: "has-name", Object: &name, Exchanges: proof})
		tellChain(name, found.RRs(), proof, emit)
	}
}

// tellChain tells each alias on the way of a name, and the addresses at the
// end.
func tellChain(name pipeline.Entity, chain []dns.RR, proof []pipeline.ExchangeID, emit collectors.Emit) {
	for at, rrs := name, chain; len(rrs) > 0; rrs = rrs[1:] {
		if c, ok := rrs[0].(*dns.CNAME); ok {
			target, err := pipeline.NewName(bare(c.Target))
			if err != nil {
				return
			}
			emit(pipeline.Observation{Subject: at, Predicate: "alias-of", Object: &target, Exchanges: proof})
			at = target
		}
	}
	for _, rr := range chain {
		if ip, err := pipeline.NewEntity(pipeline.KindIP, addressOf(rr)); err == nil {
			emit(pipeline.Observation{Subject: name, Predicate: "resolves-to", Object: &ip, Exchanges: proof})
		}
	}
}

// addressOf returns the address in a record; "" if it holds none.
func addressOf(rr dns.RR) string {
	switch rr := rr.(type) {
	case *dns.A:
		return rr.A.String()
	case *dns.AAAA:
		return rr.AAAA.String()
	}
	return ""
}

// A wildcard is what any name right below another is answered with.
type wildcard struct {
	below, qtype string
	with         []string // addresses and targets of aliases, sorted
}

// wildcards returns those that probes met, by name and type.
func wildcards(probes []collectors.Probe) (ws []wildcard) {
	for _, p := range probes {
		if len(p.Records) == 0 {
			continue
		}
		label, below, _ := strings.Cut(p.Name, ".")
		i := slices.IndexFunc(ws, func(w wildcard) bool { return w.below == below && w.qtype == p.Type })
		if i < 0 {
			i = len(ws)
			ws = append(ws, wildcard{below: below, qtype: p.Type})
		}
		for _, rr := range (collectors.SweptName{Records: p.Records}).RRs() {
			what := addressOf(rr)
			if c, ok := rr.(*dns.CNAME); ok {
				what = strings.Replace(bare(c.Target), label+".", "*.", 1) // as a DNAME makes it
			}
			if at, known := slices.BinarySearch(ws[i].with, what); !known {
				ws[i].with = slices.Insert(ws[i].with, at, what)
			}
		}
	}
	return ws
}
