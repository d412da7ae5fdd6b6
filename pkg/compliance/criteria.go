package compliance

import (
	"slices"

	"osint/pkg/pipeline"
)

// The nine criteria of WP248 rev.01, by which an impact assessment is due: two
// that are met are enough.
const (
	Evaluation   = "evaluation"            // people are scored
	Automated    = "automated-decision"    // with an effect on them
	Monitoring   = "systematic-monitoring" // it is repeated
	Sensitive    = "sensitive-data"        // special, criminal, or highly personal
	LargeScale   = "large-scale"           //
	Matching     = "matching-datasets"     // several sources are joined on a person
	Vulnerable   = "vulnerable-subjects"   // a child
	Innovative   = "innovative-technology" // nothing that collects here uses any
	BlocksAccess = "blocks-access"         // to a service, a contract, work
)

// enoughCriteria is how many call for an assessment.
const enoughCriteria = 2

// Criteria returns the nine, in the order of WP248.
func Criteria() []string {
	return []string{Evaluation, Automated, Monitoring, Sensitive, LargeScale, Matching, Vulnerable, Innovative, BlocksAccess}
}

// sensitive are categories that weigh more than others.
var sensitive = []pipeline.Category{pipeline.Special, pipeline.Criminal, pipeline.Location, pipeline.Financial, pipeline.OfficialID, pipeline.Credential}

// criteria sets the facts of the nine, as far as they are met.
func (b *bench) criteria(s *pipeline.Spec, t pipeline.TargetFacts) {
	met := b.meetsOf(s, t)
	known := b.declared || len(met) >= enoughCriteria // of what nobody said, more may be
	b.known("dpia.criteria", len(met), known)
	b.known("dpia.met", met, known)
}

// Criteria returns which of the nine are met where collectors ask about targets,
// as far as is known; nil where no law is asked. It is for a gate that is asked
// before there is a case.
func (g *Gate) Criteria(targets []pipeline.Entity, asked []pipeline.Spec) *pipeline.Criteria {
	b := g.bench
	if b == nil {
		return nil
	}
	c := &pipeline.Criteria{Met: []string{}, Of: len(Criteria()), Known: b.declared}
	for _, e := range targets {
		t := b.about(e, e)
		for i := range asked {
			c.Met = union(c.Met, b.meetsOf(&asked[i], t))
		}
		c.Met = union(c.Met, b.meetsOf(nil, t))
	}
	if c.Met == nil {
		c.Met = []string{}
	}
	return c
}

// meetsOf returns which are met of a target, by one collector or none. A person
// who is looked into is looked into from several sources, unless one collector
// alone was chosen.
func (b *bench) meetsOf(s *pipeline.Spec, t pipeline.TargetFacts) (met []string) {
	m := &b.Mandate.Flags
	person := t.Kind == naturalPerson
	for _, c := range []struct {
		name string
		met  bool
	}{
		{Evaluation, Done(m.PersonScore)},
		{Automated, Done(m.AutomatedDecision)},
		{Monitoring, Done(m.Monitoring)},
		{Sensitive, person && s != nil && slices.ContainsFunc(s.Emits, func(c pipeline.Category) bool { return slices.Contains(sensitive, c) })},
		{LargeScale, b.large()},
		{Matching, person && len(b.job.Collectors) != 1},
		{Vulnerable, t.Minor == string(Child)},
		{BlocksAccess, Done(m.EligibilityUse)},
	} {
		if c.met {
			met = append(met, c.name)
		}
	}
	return met
}

// large reports whether more people were met than the organisation calls large.
func (b *bench) large() bool {
	return b.Organisation != nil && b.Organisation.Body.LargeScale > 0 && len(b.people) >= b.Organisation.Body.LargeScale
}
