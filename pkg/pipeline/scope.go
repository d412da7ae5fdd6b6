package pipeline

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Scope is what belongs to the subject. It is declared, not guessed: the
// seeds, of a URL the site that it lies at, what was declared beside them, less
// what was excluded, plus what an [Admission] lets in with a stated reason.
// Everything else is context: recorded, never probed, never scored, never
// pivoted from.
type Scope struct {
	Seeds    []Entity
	Declared []Entity
	Excluded []Entity
	Admit    []Admission
}

// An Admission lets in the object of a relation whose subject is in scope:
// {resolves-to, ip, "an address that a name of the subject points at"}.
type Admission struct {
	Predicate Predicate `yaml:"predicate" json:"predicate"`
	Kind      Kind      `yaml:"kind" json:"kind"`
	Reason    string    `yaml:"reason" json:"reason"`
}

// Leads returns what is asked about first: the seeds, and the sites of those
// that are URLs, each once.
func (s *Scope) Leads() []Entity {
	leads := slices.Clone(s.Seeds)
	for _, x := range s.Seeds {
		if site := x.Site(); !site.IsZero() && !slices.Contains(leads, site) {
			leads = append(leads, site)
		}
	}
	return leads
}

// Covers reports whether e is declared as the subject's, and why. It does not
// know of admissions, which need the observation that leads to e.
func (s *Scope) Covers(e Entity) (reason string, ok bool) {
	for _, x := range s.Excluded {
		if covers(x, e) {
			return "excluded: " + x.String(), false
		}
	}
	for _, x := range s.Seeds {
		if x == e {
			return "seed", true
		}
	}
	for _, x := range append(s.Declared[:len(s.Declared):len(s.Declared)], s.Seeds...) {
		if x == e {
			return "declared", true
		}
		if covers(x, e) {
			return fmt.Sprintf("within %s", x), true
		}
	}
	for _, x := range s.Seeds {
		if site := x.Site(); !site.IsZero() && covers(site, e) {
			return fmt.Sprintf("of the site of %s", x), true
		}
	}
	return "not declared as the subject's", false
}

// excluded reports whether e was taken out by name.
func (s *Scope) excluded(e Entity) bool {
	for _, x := range s.Excluded {
		if covers(x, e) {
			return true
		}
	}
	return false
}

// admits says why o lets its object in, given that its subject is in scope.
func (s *Scope) admits(o *Observation) (reason string, ok bool) {
	if o.Object == nil || o.Denies || s.excluded(*o.Object) {
		return "", false
	}
	for _, a := range s.Admit {
		if a.Predicate == o.Predicate && a.Kind == o.Object.Kind {
			return a.Reason, true
		}
	}
	return "", false
}

// covers reports whether whoever holds x holds e: a domain its names, URLs
// and mailboxes; a netblock its addresses; an entity itself.
func covers(x, e Entity) bool {
	if x == e {
		return true
	}
	switch x.Kind {
	case KindDomain, KindHost:
		if h := e.Hostname(); h != "" {
			return h == x.Value || strings.HasSuffix(h, "."+x.Value)
		}
	case KindNetblock:
		outer, err := netip.ParsePrefix(x.Value)
		if err != nil {
			return false
		}
		switch e.Kind {
		case KindIP:
			a, err := netip.ParseAddr(e.Value)
			return err == nil && outer.Contains(a)
		case KindNetblock:
			p, err := netip.ParsePrefix(e.Value)
			return err == nil && outer.Bits() <= p.Bits() && outer.Contains(p.Addr())
		case KindService:
			addr, _, _ := strings.Cut(e.Value, "/")
			a, err := netip.ParseAddrPort(addr)
			return err == nil && outer.Contains(a.Addr())
		}
	case KindIP:
		if e.Kind == KindService {
			addr, _, _ := strings.Cut(e.Value, "/")
			a, err := netip.ParseAddrPort(addr)
			return err == nil && a.Addr().String() == x.Value
		}
	case KindURL:
		return e.Kind == KindURL && strings.HasPrefix(e.Value, x.Value)
	case KindOrganization, KindPerson, KindRepository:
		return false
	}
	return false
}
