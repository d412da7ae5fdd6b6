package profiles

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

const (
	apiVersion = "osint.profile/v1"
	kind       = "Profile"
)

// A document is a profile as it is written.
type document struct {
	APIVersion        string   `yaml:"apiVersion" json:"apiVersion"`
	Kind              string   `yaml:"kind" json:"kind"`
	Metadata          metadata `yaml:"metadata" json:"metadata"`
	compliance.Policy `yaml:",inline"`
	Scope             scope  `yaml:"scope" json:"scope"`
	Limits            limits `yaml:"limits" json:"limits"`
	Report            Report `yaml:"report" json:"report"`
	Risk              Risk   `yaml:"risk" json:"risk"`
}

// A record is a profile as a case holds it.
type record struct {
	document `yaml:",inline"`
	Narrowed compliance.Narrowed `yaml:"narrowed" json:"narrowed,omitempty"` // by an organisation's ceiling
}

// defaults returns a document that holds what need not be written.
func defaults() document {
	var d document
	d.Commercial = true // what is not said is held for the stricter
	d.Scope.Admit = []admission{{Predicate: "resolves-to", Kind: pipeline.KindIP,
		Reason: "an address that a name of the subject points at"}}
	d.Limits = limits{Depth: 2, Workers: 64}
	d.Report.Personal = "omit"
	d.Risk.MinimumCoverage = 0.6
	return d
}

// Check implements [rule.Checker].
func (d document) Check() error {
	switch {
	case d.APIVersion != apiVersion:
		return rule.Key("apiVersion", fmt.Errorf("this is no profile that is understood here: write apiVersion: %s", apiVersion))
	case d.Kind != kind:
		return rule.Key("kind", fmt.Errorf("this is no profile: write kind: %s", kind))
	case d.Metadata == (metadata{}):
		return errors.New("metadata is missing: write metadata: {id: my-profile, title: What it is for, version: \"1\"}")
	}
	return d.Policy.Check()
}

type metadata struct {
	ID      string `yaml:"id" json:"id"`
	Title   string `yaml:"title" json:"title"`
	Version string `yaml:"version" json:"version"`
}

var isID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`) })

// Check implements [rule.Checker].
func (m metadata) Check() error {
	var errs []error
	switch {
	case m.ID == "":
		errs = append(errs, errors.New("id is missing: write id: my-profile"))
	case !isID().MatchString(m.ID):
		errs = append(errs, rule.Key("id", fmt.Errorf("%q is no id: write lower-case letters, digits and hyphens", m.ID)))
	}
	if m.Title == "" {
		errs = append(errs, errors.New("title is missing: say in a few words what the profile is for"))
	}
	if m.Version == "" {
		errs = append(errs, errors.New(`version is missing: write version: "1"`))
	}
	return errors.Join(errs...)
}

type scope struct {
	Admit []admission `yaml:"admit" json:"admit"`
}

type admission pipeline.Admission

// Check implements [rule.Checker]: an admission must be one that the table of
// relations can make.
func (a admission) Check() error {
	r, ok := pipeline.Relate(a.Predicate)
	switch {
	case !ok:
		return rule.Key("predicate", fmt.Errorf("there is no predicate %q: %s", string(a.Predicate), nearest(string(a.Predicate))))
	case len(r.Objects) == 0:
		return rule.Key("predicate", fmt.Errorf("%s leads to nothing that could be admitted: choose one that has an object, such as resolves-to", a.Predicate))
	case !slices.Contains(r.Objects, a.Kind):
		return rule.Key("kind", fmt.Errorf("%s leads to no %q: write one of %v", a.Predicate, string(a.Kind), r.Objects))
	case a.Reason == "":
		return errors.New("reason is missing: say why such a thing is the subject's")
	}
	return nil
}

// nearest says which predicate may have been meant; the list of all is too
// long to print.
func nearest(word string) string {
	var known []string
	for _, r := range pipeline.Relations() {
		known = append(known, string(r.Predicate))
	}
	if w, ok := rule.Nearest(word, known); ok {
		return "did you mean " + w + "?"
	}
	return "osint collectors --json names them"
}

type limits struct {
	Depth    int      `yaml:"depth" json:"depth"`
	Entities int      `yaml:"entities" json:"entities"`
	Workers  int      `yaml:"workers" json:"workers"`
	Timeout  duration `yaml:"timeout" json:"timeout"`
	CostUSD  float64  `yaml:"cost_usd" json:"cost_usd"`

	CostUSDDay *float64 `yaml:"cost_usd_day" json:"cost_usd_day,omitempty"`
}

// Check implements [rule.Checker].
func (l limits) Check() error {
	var errs []error
	for _, x := range []struct {
		key   string
		value float64
	}{{"depth", float64(l.Depth)}, {"entities", float64(l.Entities)}, {"workers", float64(l.Workers)},
		{"timeout", float64(l.Timeout)}, {"cost_usd", l.CostUSD}, {"cost_usd_day", orNone(l.CostUSDDay)}} {
		if x.value < 0 {
			errs = append(errs, rule.Key(x.key, errors.New("can't be less than nothing: write 0 or more")))
		}
	}
	return errors.Join(errs...)
}

// orNone is a number that may be left out.
func orNone(x *float64) float64 {
	if x == nil {
		return 0
	}
	return *x
}

// A duration is written as text: "90s".
type duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *duration) UnmarshalText(text []byte) error {
	t, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("want a time such as 90s or 5m, not %q", text)
	}
	*d = duration(t)
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Check implements [rule.Checker].
func (r Report) Check() error {
	if words := []string{"omit", "token", "show"}; r.Personal != "" && !slices.Contains(words, r.Personal) {
		return rule.Key("personal", fmt.Errorf("there is no way %q to show people: %s", r.Personal, rule.OneOf(r.Personal, words)))
	}
	return nil
}

// vectors are the parts of the risk that may be weighed.
var vectors = []string{"INF", "EML", "EXP", "REP", "BRE", "SOC", "BRA", "SUP", "FIN"}

// Check implements [rule.Checker].
func (r Risk) Check() error {
	var errs []error
	for k, w := range r.Weights {
		switch {
		case !slices.Contains(vectors, k):
			errs = append(errs, rule.Key("weights", rule.Key(k, fmt.Errorf("there is no such vector: %s", rule.OneOf(k, vectors)))))
		case w < 0 || w > 1:
			errs = append(errs, rule.Key("weights", rule.Key(k, fmt.Errorf("%g is no weight: write a number from 0 to 1", w))))
		}
	}
	if c := r.MinimumCoverage; c < 0 || c > 1 {
		errs = append(errs, rule.Key("minimum_coverage", fmt.Errorf("%g is no share: write a number from 0 to 1", c)))
	}
	return errors.Join(errs...)
}
