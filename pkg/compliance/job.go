package compliance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
	Lacking      []string          // names of credentials that are not there
}

// Permits says how a job asks for more than the policy allows; nil if it does
// not. Each error names the flag, the document and its clause, the rule, and
// what to do.
func (p Policy) Permits(j Job) error {
	var errs []error
	refuse := func(asked, says, clause, rule, instead, inProfile string) {
		errs = append(errs, p.refusal(asked, says, clause, rule, instead, inProfile))
	}
	if j.Active && p.Freedoms.Active == Never {
		refuse("--active", "never lets the subject see us", "freedoms.active: never", ruleActiveNever, "leave the flag out", "leave the flag out or choose another profile")
	}
	for _, name := range j.Collectors {
		if slices.Contains(p.Collectors.Exclude, name) {
			refuse("--collector "+name, "never uses it", excludes+name, ruleProfileExcludes, "leave it out", "leave it out or choose another profile")
		}
		if slices.Contains(j.Exclude, name) {
			errs = append(errs, fmt.Errorf("--collector %s and --exclude %s: take one of them out", name, name))
		}
	}
	for _, name := range j.Requested {
		switch {
		case slices.Contains(p.Collectors.Exclude, name):
			refuse(name+" is asked for, and", "never uses it", excludes+name, ruleProfileExcludes, "do not ask for it", "do not ask for it or choose another profile")
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
			refuse("--tlp "+string(l), "shares no wider than "+string(p.TLP.Widest), "tlp.widest", ruleLabelWidest,
				"choose that or a stricter label", "choose that, a stricter label or another profile")
		}
	}
	return errors.Join(errs...)
}

// OverBudget is the error of a job that would spend more than most, in
// dollars, which is what the profile allows under the organisation's ceiling.
func (p Policy) OverBudget(usd, most float64) error {
	return p.refusal(fmt.Sprintf("budget $%.2f", usd), fmt.Sprintf("spends at most $%.2f", most), CostClause, ruleBudget,
		"choose less", "choose less or another profile")
}

// refusal says which document says what to something that was asked, and what
// to do: instead, or inProfile where another profile would allow it.
func (p Policy) refusal(asked, says, clause, rule, instead, inProfile string) error {
	clause, value, said := strings.Cut(clause, ": ")
	document, as := p.by(clause)
	if said {
		as += ": " + value
	}
	if _, narrowed := p.Narrowed[clause]; !narrowed {
		instead = inProfile
	}
	if !strings.HasSuffix(asked, " and") {
		asked += ":"
	}
	return fmt.Errorf("%s %s %s (%s, rule %s); %s", asked, document, says, as, rule, instead)
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
