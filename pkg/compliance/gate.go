package compliance

import "osint/pkg/pipeline"

// A Gate rules on one job under one policy. It implements [pipeline.Gate],
// keeps nothing between two questions, and may be asked from several
// goroutines.
type Gate struct {
	policy Policy
	job    Job
	label  Label
}

// New returns the gate of a job under a policy. A job that asks for more than
// the policy allows gets no more by it; tell the user with [Policy.Permits]
// first.
func New(p Policy, j Job) *Gate { return &Gate{policy: p, job: j, label: p.Label(j)} }

// Label returns the TLP label of the case.
func (g *Gate) Label() Label { return g.label }

// clauses are put every question, in this order.
var clauses = []clause{manifest, person, selected, mode, scope, sharing, terms, budget, handling}

// Ask implements [pipeline.Gate].
func (g *Gate) Ask(s pipeline.Spec, l pipeline.Lead) pipeline.Ruling {
	q := question{spec: &s, lead: &l, entity: l.Clear, policy: &g.policy, job: &g.job, label: g.label}
	if q.entity.IsZero() {
		q.entity = l.Entity
	}
	rulings := make([]pipeline.Ruling, 0, len(clauses))
	for _, c := range clauses {
		if r, ok := c(&q); ok {
			rulings = append(rulings, r)
		}
	}
	return unite(rulings)
}

// Meet implements [pipeline.Registrar].
func (g *Gate) Meet(l pipeline.Lead) (pipeline.Ruling, bool) {
	return person(&question{entity: l.Clear, policy: &g.policy})
}

// Strictest returns a gate that asks all of gates and rules as the strictest
// of them: a case is resumed under the profile it recorded and today's.
func Strictest(gates ...pipeline.Gate) pipeline.Gate { return several(gates) }

type several []pipeline.Gate

func (gs several) Ask(s pipeline.Spec, l pipeline.Lead) pipeline.Ruling {
	var rulings []pipeline.Ruling
	for _, g := range gs {
		rulings = append(rulings, g.Ask(s, l))
	}
	return unite(rulings)
}

// Meet implements [pipeline.Registrar].
func (gs several) Meet(l pipeline.Lead) (pipeline.Ruling, bool) {
	var rulings []pipeline.Ruling
	for _, g := range gs {
		if g, ok := g.(pipeline.Registrar); ok {
			if r, ok := g.Meet(l); ok {
				rulings = append(rulings, r)
			}
		}
	}
	return unite(rulings), len(rulings) > 0
}

// Keep hands what one gate kept to the next.
func (gs several) Keep(s pipeline.Spec, o pipeline.Observation) (pipeline.Observation, pipeline.Ruling) {
	var rulings []pipeline.Ruling
	for _, g := range gs {
		var r pipeline.Ruling
		o, r = g.Keep(s, o)
		rulings = append(rulings, r)
		if r.Verdict == pipeline.Deny {
			break
		}
	}
	return o, unite(rulings)
}
