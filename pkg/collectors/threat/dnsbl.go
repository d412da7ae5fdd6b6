package threat

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// dnsbls returns a collector for each block list that is kept as a zone of DNS
// (RFC 5782), by the table of [dnsblLists].
func dnsbls() (entries []collectors.Entry) {
	for _, l := range dnsblLists {
		entries = append(entries, l.entry())
	}
	return entries
}

// A dnsbl is one list: where it is asked, what its answers mean, and on what
// terms it answers.
type dnsbl struct {
	id, name   string
	zone       string
	takes      pipeline.Kind // ip or domain
	v6         bool          // lists IPv6 addresses too
	what       string        // for which it lists, unless a code says otherwise
	codes      map[byte]string
	bits       map[byte]string // the last byte is a sum of these
	errors     []byte          // last bytes by which it turns the asker away
	on, off    string          // what it must list, and what it must not
	country    string
	terms      string
	commercial pipeline.Permission
	onRequest  bool // its operator answers only whom he knows
}

func (l dnsbl) entry() collectors.Entry {
	s := pipeline.Spec{
		Name: "dnsbl-" + l.id, Title: "Is it on the block list " + l.name, Domain: pipeline.Threat,
		Consumes: []pipeline.Kind{l.takes},
		Produces: []pipeline.Predicate{"listed-by"},
		Emits:    []pipeline.Category{pipeline.Technical},
		Mode:     pipeline.Passive, Origin: l.id, Grade: "B3",
		Source: pipeline.Source{
			Name: "dnsbl-" + l.id, Family: "dnsbl", Base: l.zone, Country: l.country,
			Terms: l.terms, Commercial: l.commercial, Verified: "2026-11-26",
			Slots: 4, Interval: 50 * time.Millisecond, TTL: time.Hour,
		},
		Sends:   []pipeline.Kind{l.takes},
		Ceiling: pipeline.Ceiling{Requests: 3},
	}
	if l.onRequest {
		s.OnRequest = "--with " + s.Name
	}
	return collectors.Entry{Spec: s, Collect: l.ask}
}

// ask puts the question beside two trials: of what the list must have, and of
// what it must not. Its word counts only where it passes both.
func (l dnsbl) ask(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	asked, err := l.label(subject)
	if err != nil {
		return err
	}
	replies, err := net.Lookup(ctx, l.question(asked), l.question(l.on), l.question(l.off))
	if err != nil {
		return wholeOr(err, l.name+": ")
	}
	for _, r := range replies {
		if r.Failed() {
			return pipeline.Fail(pipeline.Unreachable, fmt.Sprintf("%s answers %s", l.name, dns.RcodeToString[r.Rcode]))
		}
		if err := l.refuses(r); err != nil {
			return err
		}
	}
	word, on, off := replies[0], replies[1], replies[2]
	switch {
	case len(blockCodes(on)) == 0:
		return pipeline.Fail(pipeline.Unreachable, l.name+" does not list what it must list, so that its silence says nothing: it is gone, or answers nobody by this resolver")
	case len(blockCodes(off)) > 0:
		return pipeline.Fail(pipeline.Malformed, l.name+" lists what it must not list, so that its word says nothing: it is gone, or the resolver makes answers up")
	}
	proof := []pipeline.ExchangeID{word.Exchange, on.Exchange, off.Exchange}
	if word.Denied() {
		emit(pipeline.Observation{Predicate: "listed-by", Denies: true, Value: map[string]any{"list": l.name, "for": l.what}, Exchanges: proof})
		return nil
	}
	return l.tell(blockCodes(word), proof, emit)
}

func (l dnsbl) question(label string) collectors.Question {
	return collectors.Question{Name: label + "." + l.zone, Type: dns.TypeA}
}

// label is what a subject is called in the zone.
func (l dnsbl) label(e pipeline.Entity) (string, error) {
	if e.Kind == pipeline.KindIP && !l.v6 {
		if err := onlyIPv4(e, l.name); err != nil {
			return "", err
		}
	}
	return labelIn(l.zone, e)
}

// tell says what the codes of a listing stand for.
func (l dnsbl) tell(codes []string, proof []pipeline.ExchangeID, emit collectors.Emit) error {
	strange := 0
	for _, code := range codes {
		reasons := l.reasons(netip.MustParseAddr(code).As4()[3])
		if len(reasons) == 0 {
			strange++
		}
		for _, what := range reasons {
			emit(pipeline.Observation{Predicate: "listed-by", Value: map[string]any{"list": l.name, "for": what, "code": code}, Exchanges: proof})
		}
	}
	switch {
	case strange == len(codes):
		return pipeline.Fail(pipeline.Malformed, l.name+" answers with what is none of its codes")
	case strange > 0:
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("%s answers with %d codes of which nothing is known", l.name, strange))
	}
	return nil
}

// reasons returns for what a code lists, each once.
func (l dnsbl) reasons(code byte) (whats []string) {
	for bit := byte(2); bit != 0 && l.bits != nil; bit <<= 1 {
		if what := l.bits[bit]; code&bit != 0 && what != "" && !slices.Contains(whats, what) {
			whats = append(whats, what)
		}
	}
	if what := l.codes[code]; what != "" {
		whats = append(whats, what)
	}
	return whats
}

// refuses returns the failure that a list tells of by a code; nil if it tells
// of none.
func (l dnsbl) refuses(r *collectors.Reply) error {
	for _, rr := range r.Records() {
		a, ok := rr.(*dns.A)
		if !ok || len(a.A.To4()) != 4 {
			continue
		}
		switch code := a.A.To4(); {
		case code[0] != 127:
			return pipeline.Fail(pipeline.Malformed, "the answer is no code of "+l.name+": the resolver makes answers up, or the list's domain was given to others")
		case code[1] == 255 || code[1] == 0 && code[2] == 0 && slices.Contains(l.errors, code[3]):
			return pipeline.Fail(pipeline.Blocked, l.name+" answers nobody who asks through a public resolver, or too much; name one of your own with --resolver")
		}
	}
	return nil
}
