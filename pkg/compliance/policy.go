package compliance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// A Policy is what a profile allows. It is a ceiling: flags choose within it
// ([Policy.Permits]). What it does not name it does not allow.
type Policy struct {
	Profile    string     `yaml:"-" json:"-"`                             // id of the profile, for citations
	Narrowed   Narrowed   `yaml:"-" json:"-"`                             // what [Policy.Under] made stricter
	Commercial bool       `yaml:"commercial" json:"commercial"`           // the work is commercial: keep off sources that forbid that
	Contracts  []string   `yaml:"contracts" json:"contracts,omitempty"`   // sources with which a paid plan exists
	Freedoms   Freedoms   `yaml:"freedoms" json:"freedoms"`               //
	Categories Categories `yaml:"categories" json:"categories"`           //
	Persons    Persons    `yaml:"persons" json:"persons"`                 //
	Frameworks []string   `yaml:"frameworks" json:"frameworks,omitempty"` // of law that are asked at the least; the organisation's are asked too
	Endpoints  Endpoints  `yaml:"endpoints" json:"endpoints,omitzero"`    //
	Collectors Selection  `yaml:"collectors" json:"collectors,omitempty"` //
	TLP        Marking    `yaml:"tlp" json:"tlp"`                         //
}

// Freedoms says for each mode who may notice that we ask.
type Freedoms struct {
	Passive Freedom `yaml:"passive" json:"passive"`
	Relayed Freedom `yaml:"relayed" json:"relayed"`
	Active  Freedom `yaml:"active" json:"active"`
}

// A Freedom is never, on-request (the job must ask for it) or always.
type Freedom string

// The freedoms.
const (
	Never     Freedom = "never"
	OnRequest Freedom = "on-request"
	Always    Freedom = "always"
)

// Check implements [rule.Checker].
func (f Freedom) Check() error { return oneOf("freedom", f, Never, OnRequest, Always) }

// Check implements [rule.Checker].
func (f Freedoms) Check() error {
	var errs []error
	for _, m := range []struct {
		mode string
		says Freedom
	}{{"passive", f.Passive}, {"relayed", f.Relayed}, {"active", f.Active}} {
		switch {
		case m.says == "":
			errs = append(errs, fmt.Errorf("nothing is said of %s: write %s: never, or always", m.mode, m.mode))
		case m.says == OnRequest && m.mode != "active":
			errs = append(errs, rule.Key(m.mode,
				errors.New("on-request needs a flag to ask by, and only active has one (--active): write never or always")))
		}
	}
	return errors.Join(errs...)
}

// of returns what is said of a mode; Never of one that is not known.
func (f Freedoms) of(m pipeline.Mode) Freedom {
	switch m {
	case pipeline.Passive:
		return f.Passive
	case pipeline.Relayed:
		return f.Relayed
	case pipeline.Active:
		return f.Active
	}
	return Never
}

// Categories says how data of each category is handled; a category that is
// not named is denied.
type Categories map[pipeline.Category]Handling

// Handling says what becomes of data of one category.
type Handling string

// The ways of handling data, from the mildest to the strictest.
const (
	AllowIt Handling = "allow"  // asked for and kept as received
	Seal    Handling = "seal"   // asked for and kept under a key of its own that can be destroyed
	Redact  Handling = "redact" // may stand in an answer, is not kept
	DenyIt  Handling = "deny"   // a source that may answer with it is not asked
)

// Check implements [rule.Checker].
func (h Handling) Check() error { return oneOf("handling", h, AllowIt, Seal, Redact, DenyIt) }

// Check implements [rule.Checker].
func (c Categories) Check() error {
	var known []string
	for _, k := range pipeline.Categories() {
		known = append(known, string(k))
	}
	var errs []error
	for k, h := range c {
		switch {
		case !slices.Contains(known, string(k)):
			errs = append(errs, rule.Key(string(k), fmt.Errorf("there is no such category: %s", rule.OneOf(string(k), known))))
		case k == pipeline.Credential && (h == AllowIt || h == Seal):
			errs = append(errs, rule.Key(string(k), errors.New("a secret is counted and never stored: write redact or deny")))
		case k.Personal() && h == AllowIt:
			errs = append(errs, rule.Key(string(k), errors.New("this is data about people: write seal, redact or deny")))
		}
	}
	return errors.Join(errs...)
}

// of returns how a category is handled.
func (c Categories) of(k pipeline.Category) Handling {
	if h, ok := c[k]; ok {
		return h
	}
	return DenyIt
}

// seals reports whether no data about people is kept in the open.
func (p *Policy) seals() bool {
	return !slices.ContainsFunc(pipeline.Categories(), func(c pipeline.Category) bool {
		return c.Personal() && p.Categories.of(c) == AllowIt
	})
}

// Persons says what becomes of a natural person as a target.
type Persons string

// What may become of them.
const (
	RefusePersons Persons = "refuse" // nothing is asked about a person
	ByLaw         Persons = "by-law" // the frameworks of law decide of each
)

// Check implements [rule.Checker].
func (p Persons) Check() error { return oneOf("way with persons", p, RefusePersons, ByLaw) }

// Endpoints says in which countries a source may stand that is asked.
type Endpoints struct {
	Countries []Country `yaml:"countries" json:"countries,omitzero"` // nil: any; none: no country
}

// Selection says which collectors are never used.
type Selection struct {
	Exclude []string `yaml:"exclude" json:"exclude,omitempty"`
}

// Check implements [rule.Checker]; it wants everything said that has no safe
// default.
func (p Policy) Check() error {
	var errs []error
	if p.Freedoms == (Freedoms{}) {
		errs = append(errs, errors.New("freedoms are missing: write freedoms: {passive: always, relayed: always, active: never}"))
	}
	if len(p.Categories) == 0 {
		errs = append(errs, errors.New("categories are missing: write at least categories: {technical: allow}"))
	}
	if p.Persons == "" {
		errs = append(errs, errors.New("persons is missing: write persons: refuse, or persons: by-law"))
	}
	for _, f := range p.Frameworks {
		if !isKebab().MatchString(f) {
			errs = append(errs, key("frameworks", "%q is no id of a framework: write such as gdpr", f))
		}
	}
	if p.TLP == (Marking{}) {
		errs = append(errs, errors.New("tlp is missing: write tlp: {default: TLP:AMBER, widest: TLP:CLEAR}"))
	}
	return errors.Join(errs...)
}

func oneOf[T ~string](what string, got T, want ...T) error {
	if got == "" || slices.Contains(want, got) {
		return nil // an absent one is missed by whoever needs it
	}
	var words []string
	for _, w := range want {
		words = append(words, string(w))
	}
	return fmt.Errorf("there is no %s %q: write one of %s", what, string(got), strings.Join(words, ", "))
}
