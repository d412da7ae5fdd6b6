package law

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

const apiVersion = "osint.compliance/v1"

// A Framework is one law as its file says it. Nobody changes it once it is
// loaded.
type Framework struct {
	ID       string    // "gdpr"
	Title    string    //
	Version  string    //
	Reviewed time.Time // when it was last held against the law
	ReviewBy time.Time // when that must be done again
	Reviewer string    // who did it; "" if nobody with a name
	Source   string    // where the law stands
	SHA256   string    // of the file, in hex
	Applies  string    // CEL; "" is always
	Rules    []*Rule   // in the order of the file

	applies int // number of the condition
}

// A Rule is one demand of a framework.
type Rule struct {
	ID      string              `yaml:"-"` // begins with the framework's and a hyphen; permanent
	Name    rule.Text           `yaml:"id"`
	Cite    string              `yaml:"cite"`
	Phase   Phase               `yaml:"phase"`
	When    rule.Expr           `yaml:"when"`
	Require rule.Expr           `yaml:"require"`
	Outcome pipeline.Verdict    `yaml:"outcome"`
	Redact  []pipeline.Category `yaml:"redact"`
	By      rule.Expr           `yaml:"redact_by"` // CEL that gives categories to redact beside Redact
	Remedy  string              `yaml:"remedy"`    // what to do instead, one or two sentences

	when, require int // numbers of the conditions
	by            *rule.Program
	phase         uint8
}

type frameworkDoc struct {
	APIVersion string        `yaml:"apiVersion"`
	Kind       string        `yaml:"kind"`
	Metadata   frameworkMeta `yaml:"metadata"`
	Applies    rule.Expr     `yaml:"applies"`
	Rules      []*Rule       `yaml:"rules"`
}

type frameworkMeta struct {
	ID       rule.Text `yaml:"id"`
	Title    string    `yaml:"title"`
	Version  string    `yaml:"version"`
	Reviewed time.Time `yaml:"reviewed"`
	ReviewBy time.Time `yaml:"review_by"`
	Reviewer string    `yaml:"reviewer"`
	Source   string    `yaml:"source"`
}

// Check implements [rule.Checker].
func (d *frameworkDoc) Check() error {
	errs := []error{heading(d.APIVersion, d.Kind, "Framework")}
	if d.Metadata == (frameworkMeta{}) {
		errs = append(errs, errors.New("metadata is missing: write metadata: {id: my-law, title: Its name, version: \"1\", reviewed: 2026-11-23, review_by: 2027-02-23}"))
	}
	if d.Applies.IsZero() {
		errs = append(errs, errors.New("applies is missing: say by which facts this law applies, such as applies: 'data.personal', or applies: true"))
	}
	if len(d.Rules) == 0 {
		errs = append(errs, errors.New("rules are missing: a law without any says nothing"))
	}
	return errors.Join(errs...)
}

// heading checks the first two lines of a document.
func heading(version, kind, want string) error {
	switch {
	case version != apiVersion:
		return rule.Key("apiVersion", fmt.Errorf("this is nothing that is understood here: write apiVersion: %s", apiVersion))
	case kind != want:
		return rule.Key("kind", fmt.Errorf("this is no %s: write kind: %s", want, want))
	}
	return nil
}

var isID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`) })

// checkID says what is wrong with an id.
func checkID(id string) error {
	switch {
	case id == "":
		return errors.New("id is missing: write lower-case letters, digits and hyphens")
	case !isID().MatchString(id):
		return rule.Key("id", fmt.Errorf("%q is no id: write lower-case letters, digits and hyphens", id))
	}
	return nil
}

// Check implements [rule.Checker].
func (m frameworkMeta) Check() error {
	errs := []error{checkID(m.ID.Value)}
	for _, k := range []struct{ key, text, write string }{
		{"title", m.Title, "the name of the law"},
		{"version", m.Version, `write version: "2026.11.0", and a higher one with every change`},
	} {
		if strings.TrimSpace(k.text) == "" {
			errs = append(errs, fmt.Errorf("%s is missing: %s", k.key, k.write))
		}
	}
	switch {
	case m.Reviewed.IsZero():
		errs = append(errs, errors.New("reviewed is missing: write the day on which it was held against the law, such as reviewed: 2026-11-23"))
	case m.ReviewBy.IsZero():
		errs = append(errs, errors.New("review_by is missing: write the day by which that must be done again, such as review_by: 2027-02-23"))
	case m.ReviewBy.Before(m.Reviewed):
		errs = append(errs, rule.Key("review_by", fmt.Errorf("is before reviewed, %s: write a later day", m.Reviewed.Format(time.DateOnly))))
	}
	return errors.Join(errs...)
}

// outcomes are those that a rule may have.
var outcomes = []pipeline.Verdict{pipeline.Redact, pipeline.ReviewIt, pipeline.Deny}

// Check implements [rule.Checker].
func (r *Rule) Check() error {
	errs := []error{checkID(r.Name.Value)}
	if strings.TrimSpace(r.Cite) == "" {
		errs = append(errs, errors.New(`cite is missing: name the provision, such as cite: "Art. 6(1)"`))
	}
	if r.Phase == "" {
		errs = append(errs, fmt.Errorf("phase is missing: write one of %s", strings.Join(words(Phases()), ", ")))
	}
	if strings.TrimSpace(r.Remedy) == "" {
		errs = append(errs, errors.New("remedy is missing: say what to do instead"))
	}
	switch {
	case r.Outcome == "":
		errs = append(errs, fmt.Errorf("outcome is missing: write one of %s", strings.Join(words(outcomes), ", ")))
	case r.Outcome == pipeline.Allow:
		errs = append(errs, rule.Key("outcome", errors.New("a rule that allows changes nothing: leave it out, or write what happens when require is not met")))
	case !slices.Contains(outcomes, r.Outcome):
		errs = append(errs, rule.Key("outcome", fmt.Errorf("there is no outcome %q: %s", string(r.Outcome), rule.OneOf(string(r.Outcome), words(outcomes)))))
	case r.Outcome == pipeline.Redact && len(r.Redact) == 0 && r.By.IsZero():
		errs = append(errs, errors.New("redact is missing: outcome allow-with-redaction needs the categories to leave out, such as redact: [special], or redact_by with an expression that gives them"))
	case r.Outcome != pipeline.Redact && !r.By.IsZero():
		errs = append(errs, rule.Key("redact_by", fmt.Errorf("goes with outcome: allow-with-redaction only: leave it out, or write that instead of %s", r.Outcome)))
	case r.Outcome != pipeline.Redact && len(r.Redact) > 0:
		errs = append(errs, rule.Key("redact", fmt.Errorf("goes with outcome: allow-with-redaction only: leave it out, or write that instead of %s", r.Outcome)))
	}
	return errors.Join(append(errs, rule.Key("redact", categories(r.Redact)))...)
}

// categories says which of several is none.
func categories(cs []pipeline.Category) error {
	var errs []error
	for _, c := range cs {
		if !slices.Contains(pipeline.Categories(), c) {
			errs = append(errs, fmt.Errorf("there is no category %q: %s", string(c), rule.OneOf(string(c), words(pipeline.Categories()))))
		}
	}
	return errors.Join(errs...)
}
