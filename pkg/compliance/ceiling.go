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
	CostUSD    *float64       `yaml:"cost_usd" json:"cost_usd,omitempty"` // of one investigation
	Collectors Selection      `yaml:"collectors" json:"collectors,omitzero"`
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
	if c.CostUSD != nil && *c.CostUSD < 0 {
		return key("cost_usd", "can't be less than nothing: write 0 or more")
	}
	return nil
}

// and returns the ceiling of both: whatever either keeps from.
func (c Ceiling) and(d Ceiling) Ceiling {
	c.Freedoms.Passive = strictest(c.Freedoms.Passive, d.Freedoms.Passive, freedoms)
	c.Freedoms.Relayed = strictest(c.Freedoms.Relayed, d.Freedoms.Relayed, freedoms)
	c.Freedoms.Active = strictest(c.Freedoms.Active, d.Freedoms.Active, freedoms)
	both := maps.Clone(c.Categories)
	for k, h := range d.Categories {
		if both == nil {
			both = Categories{}
		}
		both[k] = strictest(both[k], h, handlings)
	}
	c.Categories = both
	c.Persons = strictest(c.Persons, d.Persons, personsWords)
	c.TLP.Widest = strictest(c.TLP.Widest, d.TLP.Widest, Labels())
	if c.CostUSD == nil || d.CostUSD != nil && *d.CostUSD < *c.CostUSD {
		c.CostUSD = d.CostUSD
	}
	c.Collectors.Exclude = union(c.Collectors.Exclude, d.Collectors.Exclude)
	return c
}

// What may be said, from the mildest to the strictest.
var (
	freedoms     = []Freedom{Always, OnRequest, Never}
	handlings    = []Handling{AllowIt, Seal, Redact, DenyIt}
	personsWords = []Persons{ByLaw, RefusePersons}
)

// strictest returns the stricter of two words of a list from the mildest to
// the strictest; "" is not said.
func strictest[T ~string](a, b T, words []T) T {
	if slices.Index(words, a) >= slices.Index(words, b) {
		return a
	}
	return b
}
