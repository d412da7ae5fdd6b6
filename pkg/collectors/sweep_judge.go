package collectors

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors/resolver"
)

const (
	maxSwept  = 10_000 // names kept
	maxPlaces = 2_000  // of which a picture is drawn
	maxProbes = 20_000 // in one sweep
)

// A judge tells names that exist from those that a wildcard makes up.
type judge struct {
	probes   map[resolver.Question]*picture // on their way, or ahead
	pictures map[place]*picture
	held     map[place][]SweptName // wait for a picture
	holding  int
	found    map[string]SweptName
}

// A place is where a wildcard may stand: below a name, for a type.
type place struct {
	below string
	qtype uint16
}

func newJudge() judge {
	return judge{probes: map[resolver.Question]*picture{}, pictures: map[place]*picture{},
		held: map[place][]SweptName{}, found: map[string]SweptName{}}
}

// consider judges a name that was answered, or holds it until the picture of
// its place is settled.
func (s *sweep) consider(at place, n SweptName) {
	if _, known := s.found[n.Name]; known {
		return
	}
	if s.madeUp(at, essence(n.Name, n.RRs())) {
		s.Wildcard++
		return
	}
	p := s.picture(at)
	if p == nil {
		s.Unclear++
		return
	}
	p.doubted = p.doubted || p.wild()
	switch {
	case p.settled():
		s.keep(n)
	case s.holding+len(s.found) >= maxSwept:
		s.Untold++
	default:
		s.held[at] = append(s.held[at], n)
		s.holding++
		s.probe(p, at)
	}
}

// madeUp reports whether a wildcard at a place, or at one above it in the
// zone, would answer so.
func (s *sweep) madeUp(at place, essence []string) bool {
	for up := at; strings.HasSuffix(up.below, s.Zone); up.below = parentOf(up.below) {
		if p := s.pictures[up]; p != nil && p.wild() && p.covers(essence) {
			return true
		}
	}
	return false
}

// keep takes a name as found. Of an alias it is asked, too, whether names that
// nobody gave are answered beside its target: then that it leads somewhere
// says little.
func (s *sweep) keep(n SweptName) {
	if len(s.found) >= maxSwept {
		s.Untold++
		return
	}
	s.found[n.Name] = n
	if rrs := n.RRs(); len(rrs) > 0 {
		if c, ok := rrs[0].(*dns.CNAME); ok {
			s.picture(place{parentOf(bareName(c.Target)), dns.TypeA})
		}
	}
}

// picture returns the picture of a place, and begins a new one; nil if there
// are too many already.
func (s *sweep) picture(at place) *picture {
	p := s.pictures[at]
	if p == nil && at.below != "" && len(s.pictures) < maxPlaces {
		p = newPicture()
		s.pictures[at] = p
		s.probe(p, at)
	}
	return p
}

// probe puts ahead what a picture needs.
func (s *sweep) probe(p *picture, at place) {
	for range min(p.due(), maxProbes-len(s.Probes)-len(s.probes)) {
		q := resolver.Question{Name: randomLabel() + "." + at.below, Type: at.qtype}
		s.probes[q] = p
		s.ahead = append(s.ahead, q)
		p.sent++
		p.out++
	}
}

// probed takes a probe's answer, and judges what waited for it.
func (s *sweep) probed(p *picture, q resolver.Question, chain []dns.RR, what string) {
	delete(s.probes, q)
	p.out--
	s.Probes = append(s.Probes, Probe{Name: q.Name, Type: dns.Type(q.Type).String(), Outcome: what, Records: present(chain)})
	switch what {
	case "answered", "nodata":
		p.saw(essence(q.Name, chain))
	case "nxdomain":
		p.saw(nil)
	}
	at := place{parentOf(q.Name), q.Type}
	if s.probe(p, at); !p.settled() {
		return
	}
	held := s.held[at]
	delete(s.held, at)
	s.holding -= len(held)
	for _, n := range held {
		s.consider(at, n)
	}
}

// settle ends the sweep: what still waits for a picture was never told from a
// wildcard.
func (s *sweep) settle() {
	for at, names := range s.held {
		for _, n := range names {
			if s.madeUp(at, essence(n.Name, n.RRs())) {
				s.Wildcard++
			} else {
				s.Unclear++
			}
		}
	}
	s.Found = slices.SortedFunc(maps.Values(s.found), func(a, b SweptName) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Probes, func(a, b Probe) int {
		return cmp.Or(cmp.Compare(parentOf(a.Name), parentOf(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	s.Unasked = max(0, s.List.Names-s.Tried-s.TooLong)
}

// randomLabel is a name that nobody gave.
func randomLabel() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 20)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return string(b)
}
