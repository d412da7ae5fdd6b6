package compliance

import (
	"slices"

	"osint/pkg/pipeline"
)

// A Gate rules on one job under one policy. It implements [pipeline.Gate] and
// [pipeline.Registrar]. Without law it keeps nothing between two questions and
// may be asked from several goroutines; under law ([Gate.Under]) it belongs to
// one case, whose events it hears, and to one goroutine.
type Gate struct {
	policy Policy
	job    Job
	label  Label
	left   func(pipeline.Entity) bool // what, in clear, is left alone; nil: nothing
	bench  *bench                     // nil: no law is asked
}

// New returns the gate of a job under a policy. A job that asks for more than
// the policy allows gets no more by it; tell the user with [Policy.Permits]
// first.
func New(p Policy, j Job) *Gate { return &Gate{policy: p, job: j, label: p.Label(j)} }

// Sparing returns a gate that leaves those entities alone, given in clear, of
// which listed reports true: nothing is asked about them, and of people nothing is
// kept.
func (g *Gate) Sparing(listed func(pipeline.Entity) bool) *Gate {
	sparing := *g
	sparing.left = listed
	return &sparing
}

// spares reports whether e is left alone: it is listed, or a page or a
// repository of somebody who is.
func (g *Gate) spares(e pipeline.Entity) bool { return g.left != nil && g.left(e) }

// sparesWhom reports whether e is, or names, a person who is left alone: of him
// nothing is kept either.
func (g *Gate) sparesWhom(e pipeline.Entity) bool {
	return (e.Personal() || len(e.Accounts()) > 0) && g.spares(e)
}

// Label returns the TLP label of the case.
func (g *Gate) Label() Label { return g.label }

// clauses are put every question, in this order.
var clauses = []clause{manifest, person, suppressed, selected, mode, scope, sharing, endpoint, terms, budget, handling, apart, alive, keyed}

// Ask implements [pipeline.Gate].
func (g *Gate) Ask(s pipeline.Spec, l pipeline.Lead) pipeline.Ruling {
	q := question{spec: &s, lead: &l, entity: l.Clear, policy: &g.policy, job: &g.job, label: g.label, bench: g.bench, spared: g.spares(l.Clear)}
	if q.entity.IsZero() {
		q.entity = l.Entity
	}
	rulings := make([]pipeline.Ruling, 0, len(clauses))
	for _, c := range clauses {
		if r, ok := c(&q); ok {
			rulings = append(rulings, r)
		}
	}
	r := unite(rulings)
	if r.Verdict == pipeline.Deny {
		return r // no law makes it milder
	}
	if more, ok := byLaw(&q); ok {
		r = unite([]pipeline.Ruling{more, r})
	}
	return whole(r, s.Emits)
}

// whole denies what would have to be redacted whole.
func whole(r pipeline.Ruling, emits []pipeline.Category) pipeline.Ruling {
	if r.Verdict == pipeline.Deny || len(r.Redact) == 0 || slices.ContainsFunc(emits, func(c pipeline.Category) bool { return !slices.Contains(r.Redact, string(c)) }) {
		return r
	}
	d, _ := deny(ruleNothing, r.Cite, "All that it could bring would have to be left out.")
	d.Law = r.Law
	return d
}

// Meet implements [pipeline.Registrar].
func (g *Gate) Meet(l pipeline.Lead) (pipeline.Ruling, bool) {
	q := question{lead: &l, entity: l.Clear, policy: &g.policy, bench: g.bench, spared: g.spares(l.Clear)}
	for _, c := range []clause{person, suppressed} {
		if r, ok := c(&q); ok {
			return r, true
		}
	}
	if g.bench == nil {
		return silent()
	}
	return g.bench.meets(l), true
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

// Event implements [pipeline.Sink].
func (gs several) Event(e *pipeline.Event) error {
	for _, g := range gs {
		if s, ok := g.(pipeline.Sink); ok {
			_ = s.Event(e) // a gate has no error
		}
	}
	return nil
}

// Sync implements [pipeline.Sink].
func (gs several) Sync() error { return nil }

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
