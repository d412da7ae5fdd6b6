package risk

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// A Rule is one thing that can be wrong with one subject.
type Rule struct {
	ID          string            `yaml:"id"`
	Title       string            `yaml:"title"` // of the finding
	Severity    pipeline.Severity `yaml:"severity"`
	Raise       []Raise           `yaml:"raise"`     // the last that holds replaces the severity
	Family      string            `yaml:"family"`    // variants of one weakness share it; default the id
	HalfLife    string            `yaml:"half_life"` // how its evidence ages
	Subjects    []pipeline.Kind   `yaml:"subjects"`
	Feeds       []Feed            `yaml:"feeds"`    // all are needed to say "passed"
	Applies     rule.Expr         `yaml:"applies"`  // default true
	When        rule.Expr         `yaml:"when"`     // something is wrong
	Evidence    []Evidence        `yaml:"evidence"` // what a finding stands on
	Detail      rule.Expr         `yaml:"detail"`   // yields a sentence
	Remediation string            `yaml:"remediation"`
	References  []string          `yaml:"references"`
	Mistaken    string            `yaml:"mistaken"` // when it is a false alarm
	Vector      string            `yaml:"-"`

	applies, when, detail *rule.Program
}

// Raise is another severity under a condition.
type Raise struct {
	When     rule.Expr         `yaml:"when"`
	Severity pipeline.Severity `yaml:"severity"`

	when *rule.Program
}

// A Feed is what a rule needs to know: a predicate, from any of the
// collectors.
type Feed struct {
	Collectors []string           `yaml:"collectors"`
	Predicate  pipeline.Predicate `yaml:"predicate"`
}

// Evidence picks the observations that a finding stands on.
type Evidence struct {
	Predicate pipeline.Predicate `yaml:"predicate"`
	Denies    bool               `yaml:"denies"`
	Values    []string           `yaml:"values"` // any, if empty
}

// Vectors are the ways in which an organisation can be hurt.
var Vectors = map[string]string{
	"INF": "infrastructure weakness", "EML": "e-mail spoofing", "EXP": "exposure", "REP": "malware and abuse reputation",
	"BRE": "breach exposure", "SOC": "social-engineering surface", "BRA": "impersonation", "SUP": "supply chain and technical debt",
	"FIN": "financial and legal",
}

// file is one rule file.
type file struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Model      string `yaml:"model"`
	Vector     string `yaml:"vector"`
	Rules      []Rule `yaml:"rules"`
}

// A Model is a set of rules, compiled.
type Model struct {
	rules  []Rule
	digest string
}

// Load compiles rule files. Every fault in them is reported, with file and
// line; nothing runs on a half-loaded set.
func Load(files map[string][]byte) (*Model, error) {
	env, err := vocabulary.Env(ext.Strings())
	if err != nil {
		return nil, err
	}
	m := new(Model)
	h := sha256.New()
	var faults []error
	for _, name := range sorted(files) {
		h.Write(files[name])
		var f file
		if err := rule.Decode(name, files[name], &f); err != nil {
			faults = append(faults, err)
			continue
		}
		if Vectors[f.Vector] == "" || f.Model != Name || f.Kind != "Rules" {
			faults = append(faults, fmt.Errorf("%s: want kind: Rules, model: %s and a vector of %v", name, Name, sorted(Vectors)))
		}
		for _, r := range f.Rules {
			r.Vector = f.Vector
			faults = append(faults, r.compile(env, name)...)
			m.rules = append(m.rules, r)
		}
	}
	m.digest = hex.EncodeToString(h.Sum(nil))
	slices.SortFunc(m.rules, func(a, b Rule) int { return compareID(a.ID, b.ID) })
	for i := 1; i < len(m.rules); i++ {
		if m.rules[i].ID == m.rules[i-1].ID {
			faults = append(faults, fmt.Errorf("rule %s stands twice", m.rules[i].ID))
		}
	}
	return m, errors.Join(faults...)
}

// Rules returns the rules, sorted by id.
func (m *Model) Rules() []Rule { return m.rules }

func (r *Rule) compile(env *cel.Env, name string) (faults []error) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: rule %s: %s", name, r.ID, fmt.Sprintf(format, args...)))
	}
	if r.Family == "" {
		r.Family = r.ID
	}
	if r.ID == "" || r.Title == "" || r.Remediation == "" || len(r.Subjects) == 0 || len(r.Feeds) == 0 || len(r.Evidence) == 0 {
		fault("wants id, title, remediation, subjects, feeds and evidence")
	}
	if r.Severity.Rank() < 0 {
		fault("severity %q is none of info, low, medium, high, critical", r.Severity)
	}
	if _, ok := classes[r.HalfLife]; !ok {
		fault("half_life %q is none of %v", r.HalfLife, sorted(classes))
	}
	for _, f := range r.Feeds {
		if _, ok := pipeline.Relate(f.Predicate); !ok {
			fault("feeds on the unknown predicate %q", f.Predicate)
		}
	}
	for _, e := range r.Evidence {
		if _, ok := pipeline.Relate(e.Predicate); !ok {
			fault("stands on the unknown predicate %q", e.Predicate)
		}
	}
	program := func(e rule.Expr, options ...rule.Option) *rule.Program {
		if e.IsZero() {
			return nil
		}
		p, err := rule.Compile(env, name, e, options...)
		if err != nil {
			faults = append(faults, err)
		}
		return p
	}
	r.applies, r.when = program(r.Applies), program(r.When)
	r.detail = program(r.Detail, rule.Yields(cel.StringType), rule.CostLimit(math.MaxUint64)) // it runs once for a finding
	for i := range r.Raise {
		r.Raise[i].when = program(r.Raise[i].When)
	}
	if r.When.IsZero() {
		fault("wants a condition: when")
	}
	return faults
}

// CheckFeeds says which rules name a collector that does not exist, or a
// predicate that it does not produce. Collectors that are not given at all
// are allowed as long as one of a feed's is there.
func (m *Model) CheckFeeds(specs []pipeline.Spec) error {
	var faults []error
	produces := map[string][]pipeline.Predicate{}
	for _, s := range specs {
		produces[s.Name] = s.Produces
	}
	for _, r := range m.rules {
		for _, f := range r.Feeds {
			for _, c := range f.Collectors {
				if ps, ok := produces[c]; !ok || !slices.Contains(ps, f.Predicate) {
					faults = append(faults, fmt.Errorf("rule %s: collector %q does not produce %s", r.ID, c, f.Predicate))
				}
			}
		}
	}
	return errors.Join(faults...)
}
