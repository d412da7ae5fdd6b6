package compliance

import (
	"errors"
	"maps"
	"slices"

	"osint/pkg/pipeline/rule"
)

// A Ceiling is what an organisation allows at most. What it does not name it
// leaves to the profile.
type Ceiling struct {
	Freedoms   FreedomCeiling `yaml:"freedoms" json:"freedoms,omitzero"`
	Categories Categories     `yaml:"categories" json:"categories,omitempty"`
	Persons    Persons        `yaml:"persons" json:"persons,omitempty"`
	TLP        LabelCeiling   `yaml:"tlp" json:"tlp,omitzero"`
	CostUSD    *float64       `yaml:"cost_usd" json:"cost_usd,omitempty"`         // of one investigation
	CostUSDDay *float64       `yaml:"cost_usd_day" json:"cost_usd_day,omitempty"` // of all on one machine, on one day
	Collectors Selection      `yaml:"collectors" json:"collectors,omitzero"`
	Endpoints  Endpoints      `yaml:"endpoints" json:"endpoints,omitzero"`

	// From names the document for citations: "policy /etc/osint/policy.yaml".
	From string `yaml:"-" json:"-"`
}

// FreedomCeiling says for some modes who may notice at most.
type FreedomCeiling struct {
	Passive Freedom `yaml:"passive" json:"passive,omitempty"`
	Relayed Freedom `yaml:"relayed" json:"relayed,omitempty"`
	Active  Freedom `yaml:"active" json:"active,omitempty"`
}

// LabelCeiling is the most open label that a case may have.
type LabelCeiling struct {
	Widest Label `yaml:"widest" json:"widest,omitempty"`
}

// Check implements [rule.Checker].
func (f FreedomCeiling) Check() error {
	var errs []error
	for mode, says := range map[string]Freedom{"passive": f.Passive, "relayed": f.Relayed} {
		if says == OnRequest {
			errs = append(errs, rule.Key(mode, errors.New("on-request needs a flag to ask by, and only active has one (--active): write never or always")))
		}
	}
	return errors.Join(errs...)
}

// Check implements [rule.Checker].
func (c Ceiling) Check() error {
	var errs []error
	for name, usd := range map[string]*float64{"cost_usd": c.CostUSD, "cost_usd_day": c.CostUSDDay} {
		if usd != nil && *usd < 0 {
			errs = append(errs, key(name, "can't be less than nothing: write 0 or more"))
		}
	}
	return errors.Join(errs...)
}

// Under returns the policy with whatever the ceiling keeps from taken away. It
// is never wider, and remembers which document it was that each clause is
// stricter by.
func (p Policy) Under(c Ceiling) Policy {
	n := narrower{p: p, from: c.From}
	n.p.Narrowed = maps.Clone(p.Narrowed)
	narrow(&n, "freedoms.passive", &n.p.Freedoms.Passive, c.Freedoms.Passive, freedoms)
	narrow(&n, "freedoms.relayed", &n.p.Freedoms.Relayed, c.Freedoms.Relayed, freedoms)
	narrow(&n, "freedoms.active", &n.p.Freedoms.Active, c.Freedoms.Active, freedoms)
	narrow(&n, "persons", &n.p.Persons, c.Persons, personsWords)
	narrow(&n, "tlp.widest", &n.p.TLP.Widest, c.TLP.Widest, Labels())
	narrow(&n, "tlp.default", &n.p.TLP.Default, c.TLP.Widest, Labels())
	n.p.Categories = maps.Clone(p.Categories)
	for k, h := range c.Categories {
		says := p.Categories.of(k)
		narrow(&n, "categories."+string(k), &says, h, handlings)
		if says != p.Categories.of(k) {
			n.p.Categories[k] = says
		}
	}
	n.p.Collectors.Exclude = slices.Clone(p.Collectors.Exclude)
	for _, name := range c.Collectors.Exclude {
		if !slices.Contains(n.p.Collectors.Exclude, name) {
			n.p.Collectors.Exclude = append(n.p.Collectors.Exclude, name)
			n.note(excludes + name)
		}
	}
	if here := c.Endpoints.Countries; here != nil {
		both := both(p.Endpoints.Countries, here)
		if p.Endpoints.Countries == nil || len(both) < len(p.Endpoints.Countries) {
			n.p.Endpoints.Countries = both
			n.note("endpoints.countries")
		}
	}
	return n.p
}

// both returns what stands in both lists; nil takes in everything.
func both(a, b []Country) []Country {
	out := []Country{}
	for _, c := range b {
		if a == nil || slices.Contains(a, c) {
			out = append(out, c)
		}
	}
	return out
}

// A narrower makes a policy stricter.
type narrower struct {
	p    Policy
	from string
}

func (n *narrower) note(clause string) {
	if n.p.Narrowed == nil {
		n.p.Narrowed = Narrowed{}
	}
	n.p.Narrowed[clause] = n.from
}

// narrow gives a clause the word of the ceiling if that is stricter. words are
// all that there are, from the mildest to the strictest.
func narrow[T ~string](n *narrower, clause string, says *T, most T, words []T) {
	if most != "" && slices.Index(words, most) > slices.Index(words, *says) {
		*says = most
		n.note(clause)
	}
}

// Narrow notes that a clause is stricter by the ceiling than the profile has
// it. [Policy.Under] does so of its own clauses.
func (p *Policy) Narrow(clause string, by Ceiling) {
	n := narrower{p: *p, from: by.From}
	n.p.Narrowed = maps.Clone(p.Narrowed)
	n.note(clause)
	p.Narrowed = n.p.Narrowed
}

// CostUnder returns what may be spent under the ceiling of what a profile
// allows, in dollars.
func (c Ceiling) CostUnder(usd float64) float64 {
	if c.CostUSD != nil {
		usd = min(usd, *c.CostUSD)
	}
	return usd
}

// Least returns the lower of limits that may be left out: nil is none. It
// returns a itself unless b is lower.
func Least(a, b *float64) *float64 {
	if b != nil && (a == nil || *b < *a) {
		return b
	}
	return a
}

// What may be said, from the mildest to the strictest.
var (
	freedoms     = []Freedom{Always, OnRequest, Never}
	handlings    = []Handling{AllowIt, Seal, Redact, DenyIt}
	personsWords = []Persons{ByLaw, RefusePersons}
)
