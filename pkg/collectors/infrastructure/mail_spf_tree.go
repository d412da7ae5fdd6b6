package infrastructure

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
)

const (
	spfDepth     = 3  // how deep includes are followed: each level is a round trip
	spfQuestions = 64 // how many questions are put for it: a valid policy needs at most ten terms
	spfLookups   = 10 // RFC 7208, 4.6.4: more is a permanent error
	spfVoid      = 2  // the same for lookups that find nothing
	spfMX        = 10 // the same for mail hosts of one mx
	spfCount     = 99 // counting stops here
)

// An spfTree is a domain's SPF record with those that it includes, as far as
// they are known. Levels are asked for one after the other, each at once.
type spfTree struct {
	zone   *zone
	domain string
	level  []string // names whose records are known and whose terms were not yet asked
	asked  map[collectors.Question]bool
}

func newSPF(z *zone, domain string) *spfTree {
	return &spfTree{zone: z, domain: domain, level: []string{domain}, asked: map[collectors.Question]bool{}}
}

// questions returns what the newest level's terms ask, and makes the names
// they include the newest level.
func (s *spfTree) questions() []collectors.Question {
	var qs []collectors.Question
	put := func(name string, types ...uint16) bool {
		ok := true
		for _, q := range at(name, types...) {
			if s.asked[q] {
				continue
			}
			if len(s.asked) >= spfQuestions {
				ok = false
				continue
			}
			s.asked[q] = true
			qs = append(qs, q)
		}
		return ok
	}
	var below []string
	for _, name := range s.level {
		rec, err := s.record(name)
		if err != nil {
			continue
		}
		for _, t := range append(slices.Clone(rec.terms), rec.redirect) {
			where, types := t.where(name)
			if len(types) == 0 {
				continue
			}
			if put(where, types...) && types[0] == dns.TypeTXT {
				below = append(below, where)
			}
		}
	}
	s.level = below
	return qs
}

// where returns the name a term looks up in the record of a domain, and the
// types; none if it needs no lookup or one that depends on the message.
func (t spfTerm) where(domain string) (string, []uint16) {
	name := t.domain
	if name == "" {
		name = domain
	}
	switch {
	case t.macro:
		return "", nil
	case t.name == "include", t.name == "redirect":
		return name, []uint16{dns.TypeTXT}
	case t.name == "a":
		return name, []uint16{dns.TypeA, dns.TypeAAAA}
	case t.name == "mx":
		return name, []uint16{dns.TypeMX}
	case t.name == "exists":
		return name, []uint16{dns.TypeA}
	}
	return "", nil
}

// record returns the one SPF record of a name; nil if it is not known.
func (s *spfTree) record(name string) (*spfRecord, error) {
	reply := s.zone.get(name, dns.TypeTXT)
	if reply == nil {
		return nil, errUnknown
	}
	found := spfRecords(texts(reply))
	switch {
	case len(found) == 0:
		return nil, fmt.Errorf("%s has no SPF record", name)
	case len(found) > 1:
		return nil, fmt.Errorf("%s has %d SPF records, one is allowed", name, len(found))
	}
	rec, err := parseSPF(found[0])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &rec, nil
}

// unknown stands for the end of a record that is not known.
const unknown = "unknown"

var errUnknown = errors.New("not known")

// An spfPolicy is what a domain's SPF record comes to, whatever the message:
// every term is counted, as for a message that matches none.
type spfPolicy struct {
	all        string // of the record, or of where it redirects to; "unknown" if that is not known
	redirect   string
	lookups    int
	void       int
	ptr        bool
	err        string   // the first permanent error
	unfollowed int      // terms whose lookup was not put or not answered: counts are lower bounds
	senders    []string // names that the record lets send
	used       []*collectors.Reply
}

// policy evaluates what is known.
func (s *spfTree) policy() spfPolicy {
	p := &spfPolicy{}
	if reply := s.zone.get(s.domain, dns.TypeTXT); reply != nil {
		p.use(reply)
	}
	rec, err := s.record(s.domain)
	if err != nil {
		p.fail(err.Error())
		return *p
	}
	for _, t := range append(slices.Clone(rec.terms), rec.redirect) {
		if !t.macro && t.domain != "" && t.name != "ptr" && t.name != "exists" && !slices.Contains(p.senders, t.domain) {
			p.senders = append(p.senders, t.domain)
		}
	}
	p.redirect = rec.redirect.domain
	p.all = s.walk(p, rec, []string{s.domain}, true)
	return *p
}

// walk counts the terms of a record and of what it includes, and returns the
// qualifier that stands at its end. own is set while the record decides for
// the domain itself.
func (s *spfTree) walk(p *spfPolicy, rec *spfRecord, path []string, own bool) string {
	domain := path[len(path)-1]
	for _, t := range rec.terms {
		switch t.name {
		case "all", "ip4", "ip6":
			continue
		case "ptr":
			p.ptr = p.ptr || own
		}
		if p.lookup(); p.lookups >= spfCount {
			return rec.all
		}
		switch where, types := t.where(domain); {
		case len(types) == 0:
		case t.name == "include":
			s.follow(p, where, path, false)
		default:
			s.find(p, t.name, where, types)
		}
	}
	if rec.redirect.name == "" {
		return rec.all
	}
	p.lookup()
	if rec.redirect.macro {
		return unknown
	}
	return s.follow(p, rec.redirect.domain, path, own)
}

// follow walks the record that a term names.
func (s *spfTree) follow(p *spfPolicy, name string, path []string, own bool) string {
	if slices.Contains(path, name) {
		p.fail("included in a circle: " + strings.Join(append(slices.Clone(path), name), " → "))
		return unknown
	}
	reply := s.zone.get(name, dns.TypeTXT)
	if reply == nil {
		p.unfollowed++
		return unknown
	}
	p.use(reply)
	if reply.Denied() {
		p.nothing()
	}
	rec, err := s.record(name)
	if err != nil {
		p.fail(err.Error())
		return unknown
	}
	return s.walk(p, rec, append(slices.Clone(path), name), own)
}

// find counts a lookup that finds nothing.
func (s *spfTree) find(p *spfPolicy, term, name string, types []uint16) {
	void, known := true, true
	for _, t := range types {
		reply := s.zone.get(name, t)
		if reply == nil {
			known = false
			continue
		}
		p.use(reply)
		void = void && reply.Denied()
		if n := len(reply.Records()); term == "mx" && n > spfMX {
			p.fail(fmt.Sprintf("mx of %s has %d mail hosts, %d are allowed", name, n, spfMX))
		}
	}
	switch {
	case !void: // something was found
	case !known:
		p.unfollowed++
	default:
		p.nothing()
	}
}

func (p *spfPolicy) lookup() {
	if p.lookups++; p.lookups == spfLookups+1 {
		p.fail(fmt.Sprintf("more than %d lookups", spfLookups))
	}
}

func (p *spfPolicy) nothing() {
	if p.void++; p.void == spfVoid+1 {
		p.fail(fmt.Sprintf("more than %d lookups that find nothing", spfVoid))
	}
}

func (p *spfPolicy) fail(why string) {
	if p.err == "" {
		p.err = why
	}
}

func (p *spfPolicy) use(r *collectors.Reply) {
	if !slices.Contains(p.used, r) {
		p.used = append(p.used, r)
	}
}
