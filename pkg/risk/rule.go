package risk

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// A Rule is one thing that can be wrong with one subject, as its file says
// it. The expressions are CEL over what is known of the subject: words.go is
// their vocabulary.
type Rule struct {
	ID       string            `yaml:"id"`
	Title    string            `yaml:"title"` // of the finding; {subject} and the names under with are filled in
	Vector   string            `yaml:"vector"`
	Family   string            `yaml:"family"` // variants of one weakness share it and count once on one asset
	Severity pipeline.Severity `yaml:"severity"`
	Raise    []Raise           `yaml:"raise"` // the worst that holds replaces the severity
	HalfLife string            `yaml:"half_life"`
	Subjects []pipeline.Kind   `yaml:"subjects"`

	// Feeds are the collectors that tell what the rule asks, and which
	// predicates it takes from each. Collectors with one predicate stand in
	// for each other.
	Feeds map[string][]pipeline.Predicate `yaml:"feeds"`

	// Absent says that the rule is about names that do not exist. Any other is
	// about names that do, and applies to none that [pipeline.Case.Absent] denies.
	Absent bool `yaml:"absent"`

	Applicable rule.Expr `yaml:"applicable"` // default true
	When       rule.Expr `yaml:"when"`       // it is wrong; default: there is evidence
	Evidence   rule.Expr `yaml:"evidence"`   // the list of facts that a finding stands on

	With          map[string]rule.Expr `yaml:"with"`   // what title and detail name in {braces}
	Detail        string               `yaml:"detail"` // what was seen, in one sentence
	Remediation   string               `yaml:"remediation"`
	References    []string             `yaml:"references"`
	FalsePositive string               `yaml:"false_positive"` // when the rule is wrong
	Tests         []Test               `yaml:"tests"`          // what it hits, and what it only just misses

	applicable, when, evidence *rule.Program
	raise                      []*rule.Program
	with                       map[string]*rule.Program
	asks                       []pipeline.Predicate // named in applicable, when and evidence
}

// A Raise is a worse severity and when it holds.
type Raise struct {
	To   pipeline.Severity `yaml:"to"`
	When rule.Expr         `yaml:"when"`
}

var ruleID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z]{3}-[0-9]{2}$`) })

// Check implements [rule.Checker].
func (r *Rule) Check() error {
	var errs []error
	bad := func(key, format string, args ...any) { errs = append(errs, rule.Key(key, fmt.Errorf(format, args...))) }
	for key, text := range map[string]string{"title": r.Title, "family": r.Family, "evidence": r.Evidence.Text,
		"detail": r.Detail, "remediation": r.Remediation, "false_positive": r.FalsePositive} {
		if strings.TrimSpace(text) == "" {
			bad(key, "is missing")
		}
	}
	if !ruleID().MatchString(r.ID) {
		bad("id", "want three capitals and two digits, such as EML-01, not %q", r.ID)
	}
	if !slices.ContainsFunc(Vectors(), func(v Vector) bool { return v.ID == r.Vector }) {
		bad("vector", "there is no vector %q", r.Vector)
	}
	if r.Severity.Rank() < 0 {
		bad("severity", "want info, low, medium, high or critical, not %q", r.Severity)
	}
	for _, x := range r.Raise {
		if x.To.Rank() <= r.Severity.Rank() || x.When.IsZero() {
			bad("raise", "want a worse severity than %s, and when it holds", r.Severity)
		}
	}
	if _, ok := decays[r.HalfLife]; !ok {
		bad("half_life", "there is no class %q: %s", r.HalfLife, rule.OneOf(r.HalfLife, classes()))
	}
	if len(r.Subjects) == 0 {
		bad("subjects", "is missing: name the kinds it judges")
	}
	for _, k := range r.Subjects {
		if !k.Valid() {
			bad("subjects", "there is no kind %q", k)
		}
	}
	if len(r.Feeds) == 0 {
		bad("feeds", "is missing: name the collectors that tell")
	}
	for collector, ps := range r.Feeds {
		for _, p := range ps {
			if _, ok := pipeline.Relate(p); !ok {
				bad("feeds", "%s: there is no predicate %q", collector, p)
			}
		}
	}
	return errors.Join(errs...)
}

// worst is the severity that a rule may reach.
func (r *Rule) worst() pipeline.Severity {
	s := r.Severity
	for _, x := range r.Raise {
		if x.To.Rank() > s.Rank() {
			s = x.To
		}
	}
	return s
}

// general returns the title of a rule, of no subject in particular.
func (r *Rule) general() string {
	t := fill(r.Title, map[string]string{"subject": "a target"})
	return strings.ToUpper(t[:1]) + t[1:]
}

// feeders returns the collectors that tell a predicate, sorted.
func (r *Rule) feeders(p pipeline.Predicate) []string {
	var names []string
	for c, ps := range r.Feeds {
		if slices.Contains(ps, p) {
			names = append(names, c)
		}
	}
	slices.Sort(names)
	return names
}
