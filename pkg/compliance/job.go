package compliance

import (
	"errors"
	"fmt"
	"slices"

	"osint/pkg/pipeline"
)

// A Job is what one investigation wants, as its flags say.
type Job struct {
	Purpose      string
	LawfulBasis  string
	Reference    string
	Investigator string
	TLP          string            // as typed; "" is the policy's default
	Active       bool              // the freedom to be seen was asked for
	Collectors   []string          // only these; empty is all
	Exclude      []string          // not these
	Requested    []string          // collectors that run on request only, asked for by their flags
	Types        []pipeline.Domain // only these; empty is all
	BudgetUSD    float64           // what may be spent; zero is nothing
}

// Permits says how a job asks for more than the policy allows; nil if it does
// not. Each error names the flag, the clause and the rule, and what to do.
func (p Policy) Permits(j Job) error {
	var errs []error
	if j.Active && p.Freedoms.Active == Never {
		errs = append(errs, fmt.Errorf("--active: profile %s never lets the subject see us (freedoms.active: never, rule %s); leave the flag out or choose another profile",
			p.Profile, ruleActiveNever))
	}
	for _, name := range j.Collectors {
		if slices.Contains(p.Collectors.Exclude, name) {
			errs = append(errs, fmt.Errorf("--collector %s: profile %s never uses it (collectors.exclude, rule %s); leave it out or choose another profile",
				name, p.Profile, ruleProfileExcludes))
		}
		if slices.Contains(j.Exclude, name) {
			errs = append(errs, fmt.Errorf("--collector %s and --exclude %s: take one of them out", name, name))
		}
	}
	for _, name := range j.Requested {
		switch {
		case slices.Contains(p.Collectors.Exclude, name):
			errs = append(errs, fmt.Errorf("%s is asked for, and profile %s never uses it (collectors.exclude, rule %s); do not ask for it or choose another profile",
				name, p.Profile, ruleProfileExcludes))
		case slices.Contains(j.Exclude, name):
			errs = append(errs, fmt.Errorf("%s is asked for, and --exclude %s leaves it out: take one of them out", name, name))
		case len(j.Collectors) > 0 && !slices.Contains(j.Collectors, name):
			errs = append(errs, fmt.Errorf("%s is asked for, and --collector names others only: add %s there, or do not ask for it", name, name))
		}
	}
	if j.TLP != "" {
		switch l, err := ParseLabel(j.TLP); {
		case err != nil:
			errs = append(errs, fmt.Errorf("--tlp: %w", err))
		case l.strictness() < p.TLP.Widest.strictness():
			errs = append(errs, fmt.Errorf("--tlp %s: profile %s shares no wider than %s (tlp.widest, rule %s); choose that, a stricter label or another profile",
				l, p.Profile, p.TLP.Widest, ruleLabelWidest))
		}
	}
	return errors.Join(errs...)
}

// Label returns the label that a job's case has under the policy. A label
// that can't be read is the strictest.
func (p Policy) Label(j Job) Label {
	if j.TLP == "" {
		return p.TLP.Default
	}
	l, err := ParseLabel(j.TLP)
	if err != nil {
		return Red
	}
	return l
}
