package profiles

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// A Profile is one that was read, with its defaults filled in.
type Profile struct {
	ID      string
	Title   string
	Version string
	Policy  compliance.Policy    // what may be asked and kept
	Admit   []pipeline.Admission // what belongs to the subject beside what is declared
	Limits  pipeline.Limits      // where a run stops; CostUSD and CostUSDDay are ceilings
	Report  Report
	Risk    Risk
}

// Report says what a report shows.
type Report struct {
	Personal string `yaml:"personal" json:"personal"` // of values about people: omit, token or show
}

// Risk says how risk is weighed.
type Risk struct {
	Weights         map[string]float64 `yaml:"weights" json:"weights,omitempty"`         // 0..1 by vector; 1 if absent
	MinimumCoverage float64            `yaml:"minimum_coverage" json:"minimum_coverage"` // 0..1; below it no level is judged
}

// Parse reads a profile. file names it in errors.
func Parse(file string, text []byte) (*Profile, error) {
	d := defaults()
	if err := rule.Decode(file, text, &d); err != nil {
		return nil, err
	}
	return d.profile(), nil
}

// FromJSON reads a profile back from [Profile.JSON], as a case holds it: with
// what an organisation's ceiling took from it.
func FromJSON(text []byte) (*Profile, error) {
	r := record{document: defaults()}
	if err := rule.Decode("resolved profile", text, &r); err != nil {
		return nil, err
	}
	p := r.profile()
	p.Policy.Narrowed = r.Narrowed
	return p, nil
}

func (d document) profile() *Profile {
	p := &Profile{ID: d.Metadata.ID, Title: d.Metadata.Title, Version: d.Metadata.Version,
		Policy: d.Policy, Report: d.Report, Risk: d.Risk,
		Limits: pipeline.Limits{Depth: d.Limits.Depth, Entities: d.Limits.Entities, Workers: d.Limits.Workers,
			Timeout: time.Duration(d.Limits.Timeout), CostUSD: d.Limits.CostUSD, CostUSDDay: d.Limits.CostUSDDay}}
	p.Policy.Profile = p.ID
	for _, a := range d.Scope.Admit {
		p.Admit = append(p.Admit, pipeline.Admission(a))
	}
	return p
}

// JSON returns the whole profile, defaults filled in, in the keys of the
// YAML; it is byte-equal for an equal profile. [FromJSON] reads it back.
func (p *Profile) JSON() []byte {
	d := document{APIVersion: apiVersion, Kind: kind, Metadata: metadata{p.ID, p.Title, p.Version},
		Policy: p.Policy, Report: p.Report, Risk: p.Risk,
		Limits: limits{p.Limits.Depth, p.Limits.Entities, p.Limits.Workers, duration(p.Limits.Timeout), p.Limits.CostUSD, p.Limits.CostUSDDay}}
	d.Scope.Admit = []admission{}
	for _, a := range p.Admit {
		d.Scope.Admit = append(d.Scope.Admit, admission(a))
	}
	b, err := json.Marshal(record{d, p.Policy.Narrowed})
	if err != nil { // every type in a document encodes
		panic(err)
	}
	return b
}

// SHA256 returns the digest of [Profile.JSON] in hexadecimal.
func (p *Profile) SHA256() string {
	sum := sha256.Sum256(p.JSON())
	return hex.EncodeToString(sum[:])
}

// Under returns the profile below an organisation's ceiling: never wider.
func (p *Profile) Under(c compliance.Ceiling) *Profile {
	n := *p
	n.Policy = p.Policy.Under(c)
	if most := c.CostUnder(p.Limits.CostUSD); most < p.Limits.CostUSD {
		n.Limits.CostUSD = most
		n.Policy.Narrow(compliance.CostClause, c)
	}
	if most := compliance.Least(p.Limits.CostUSDDay, c.CostUSDDay); most != p.Limits.CostUSDDay {
		n.Limits.CostUSDDay = most
		n.Policy.Narrow(compliance.DayClause, c)
	}
	return &n
}

// Permits says how a job asks for more than the profile allows: see
// [compliance.Policy.Permits]. Nil means it doesn't.
func (p *Profile) Permits(j compliance.Job) error {
	err := p.Policy.Permits(j)
	if j.BudgetUSD > p.Limits.CostUSD {
		err = errors.Join(err, p.Policy.OverBudget(j.BudgetUSD, p.Limits.CostUSD))
	}
	return err
}
