package compliance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

const (
	apiVersion  = "osint.compliance/v1"
	kindMandate = "Mandate"
)

// A Mandate says what one investigation may rest on: why, for whom, and about
// whom. It holds the people it names in clear: [Mandate.Replace] before it
// goes into a case.
type Mandate struct {
	APIVersion string      `yaml:"apiVersion" json:"apiVersion"`
	Kind       string      `yaml:"kind" json:"kind"`
	Metadata   MandateData `yaml:"metadata" json:"metadata,omitzero"`
	Terms      `yaml:",inline"`
	Target     Target `yaml:"target" json:"target,omitzero"`
}

// MandateData says which order it is.
type MandateData struct {
	Reference string `yaml:"reference" json:"reference,omitempty"` // the engagement letter, ticket or order
	Date      Date   `yaml:"date" json:"date,omitzero"`            // of it
}

// A Target is what the mandate says of those whom it is about.
type Target struct {
	Jurisdictions []Country `yaml:"jurisdictions" json:"jurisdictions,omitempty"` // whose law protects them
	Minor         Minor     `yaml:"minor" json:"minor,omitempty"`
	People        []Person  `yaml:"people" json:"people,omitempty"` // those of whom something else is to be said
}

// Minor says whether a person is a child; "" is not known.
type Minor string

// The answers.
const (
	Adult Minor = "no"
	Child Minor = "yes"
)

// UnmarshalText reads yes or no, which YAML may take for true and false.
func (m *Minor) UnmarshalText(text []byte) error {
	switch *m = Minor(text); *m {
	case Adult, Child:
		return nil
	case "unknown":
		return errors.New("what is not known is not written: leave the key out")
	}
	return fmt.Errorf("want yes or no, not %q", text)
}

// A Person is one of the targets.
type Person struct {
	Entity        Who       `yaml:"entity" json:"entity"`
	Jurisdictions []Country `yaml:"jurisdictions" json:"jurisdictions,omitempty"` // none: the target's
	Minor         Minor     `yaml:"minor" json:"minor,omitempty"`                 // "": the target's
}

// Who is an entity as a document names it: kind:value, or as it is typed on
// the command line.
type Who struct{ pipeline.Entity }

// UnmarshalText implements encoding.TextUnmarshaler. A token is one only in a
// case: [ParseMandate] refuses it.
func (w *Who) UnmarshalText(text []byte) (err error) {
	kind, value, _ := strings.Cut(string(text), ":")
	if pipeline.IsToken(value) && pipeline.Kind(kind).Valid() {
		w.Entity = pipeline.Entity{Kind: pipeline.Kind(kind), Value: value}
		return nil
	}
	w.Entity, err = pipeline.ParseEntity(string(text))
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (w Who) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// Check implements [rule.Checker].
func (m Mandate) Check() error {
	if err := document("mandate", kindMandate, m.APIVersion, m.Kind); err != nil {
		return err
	}
	errs := []error{m.Terms.Check()}
	var met []pipeline.Entity
	for _, p := range m.Target.People {
		switch {
		case p.Entity.IsZero():
			errs = append(errs, key("target", "one of people has no entity: write entity: and whom it is about"))
		case slices.Contains(met, p.Entity.Entity): // whom it is, is not said: an error may be logged
			errs = append(errs, key("target", "one %s stands twice among people: write all of it in one entry", p.Entity.Kind))
		case len(p.Jurisdictions) == 0 && p.Minor == "":
			errs = append(errs, key("target", "nothing is said of one %s among people: write jurisdictions or minor, or take it out", p.Entity.Kind))
		}
		met = append(met, p.Entity.Entity)
	}
	return errors.Join(errs...)
}

// document says what a file is, if it is not what was wanted.
func document(what, kind, saysVersion, saysKind string) error {
	switch {
	case saysVersion != apiVersion:
		return key("apiVersion", "this is no %s that is understood here: write apiVersion: %s", what, apiVersion)
	case saysKind != kind:
		return key("kind", "this is no %s: write kind: %s", what, kind)
	}
	return nil
}

// ParseMandate reads a mandate. file names it in errors, which have every line
// that is wrong and what to write instead.
func ParseMandate(file string, text []byte) (*Mandate, error) {
	m, err := MandateFromJSON(text)
	if err != nil {
		return nil, rule.Renamed(err, file)
	}
	for _, p := range m.Target.People {
		if p.Entity.Sealed() {
			return nil, rule.Problems{{File: file, What: "target.people: a sealed token names nobody outside of its case: write whom it is about"}}
		}
	}
	return m, nil
}

// MandateFromJSON reads a mandate back from [Mandate.JSON], as a case holds
// it: with tokens in place of people.
func MandateFromJSON(text []byte) (*Mandate, error) {
	var m Mandate
	if err := rule.Decode(resolved, text, &m); err != nil {
		return nil, err
	}
	m.Target.Jurisdictions, m.StorageCountries = set(m.Target.Jurisdictions), set(m.StorageCountries)
	for i, p := range m.Target.People {
		m.Target.People[i].Jurisdictions = set(p.Jurisdictions)
	}
	return &m, nil
}

// resolved names a document that a case holds, in errors.
const resolved = "the case's record"

// JSON returns the mandate in the keys of the YAML; it is byte-equal for equal
// mandates. [MandateFromJSON] reads it back.
func (m *Mandate) JSON() []byte { return encode(m) }

// SHA256 returns the digest of [Mandate.JSON] in hexadecimal.
func (m *Mandate) SHA256() string { return digest(m.JSON()) }

func encode(document any) []byte {
	b, err := json.Marshal(document)
	if err != nil { // every type in a document encodes
		panic(err)
	}
	return b
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// set returns a list of which the order says nothing: sorted, each once.
func set[T ~string](list []T) []T {
	if list == nil {
		return nil
	}
	s := slices.Clone(list)
	slices.Sort(s)
	return slices.Compact(s)
}

// Replace returns the mandate with every entity in it replaced: by a token
// before it goes into a case, by what the token stands for when it is read
// back.
func (m *Mandate) Replace(by func(pipeline.Entity) pipeline.Entity) *Mandate {
	n := *m
	n.Target.People = slices.Clone(m.Target.People)
	for i, p := range n.Target.People {
		n.Target.People[i].Entity = Who{by(p.Entity.Entity)}
	}
	return &n
}

// About returns what the mandate says of one of its targets: the countries
// whose law protects it, and whether it is a child ("" is not said).
func (m *Mandate) About(e pipeline.Entity) (jurisdictions []string, minor Minor) {
	jurisdictions, minor = codes(m.Target.Jurisdictions), m.Target.Minor
	for _, p := range m.Target.People {
		if p.Entity.Entity == e {
			if len(p.Jurisdictions) > 0 {
				jurisdictions = codes(p.Jurisdictions)
			}
			if p.Minor != "" {
				minor = p.Minor
			}
		}
	}
	return jurisdictions, minor
}

// With returns the mandate, and what was typed for it where it says nothing. A
// text that is no word of the mandate's is left out: it stands on record as it
// was typed.
func (m *Mandate) With(purpose, basis, reference string) *Mandate {
	n := *m
	if Word(purpose).Check() == nil {
		fill(&n.Purpose, Word(purpose))
	}
	if Basis(basis).Check() == nil {
		fill(&n.Basis, Basis(basis))
	}
	fill(&n.Metadata.Reference, reference)
	return &n
}

// Names reports whether the mandate says something of this target by itself.
func (m *Mandate) Names(e pipeline.Entity) bool {
	return slices.ContainsFunc(m.Target.People, func(p Person) bool { return p.Entity.Entity == e })
}

// Over returns the mandate, and what the organisation has for all of its own
// ([Organisation.Terms]) where the mandate says nothing.
func (m *Mandate) Over(defaults Terms) *Mandate {
	n := *m
	n.Terms = m.Terms.over(defaults)
	return &n
}

// NewMandate returns the mandate that says nothing, for a job without one.
func NewMandate() *Mandate { return &Mandate{APIVersion: apiVersion, Kind: kindMandate} }

// Facts sets the facts about the job that rules of law ask after.
//
// A mandate is all that there is to go by, so what it does not name there is
// not: every reference is "" then, every flag false, and retention_days 0.
// These are known, and a rule that wants them has its outcome. Three things it
// leaves unknown, so that a rule asks for them by a review: purpose and basis,
// which every investigation has whether somebody wrote them down or not, and
// the countries where it is stored. approver is "": an approval sets it.
func (m *Mandate) Facts(set func(name string, v any)) {
	m.Terms.facts(set)
	set("job.authority_ref", m.Metadata.Reference)
	set("job.approver", "")
}
