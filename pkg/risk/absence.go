package risk

import (
	"slices"

	"osint/pkg/pipeline"
)

// registryTells are what a registry says of a domain whether or not the name is
// in DNS: a name on hold is in no zone, and may be about to be lost.
var registryTells = []pipeline.Predicate{"registration", "registered-at", "expires-at", "changed-at", "registry-status"}

// ofRegistry reports whether all that a rule asks is in a registry's record.
func (r *Rule) ofRegistry() bool {
	return !slices.ContainsFunc(r.asks, func(p pipeline.Predicate) bool { return !slices.Contains(registryTells, p) })
}

// absent is [pipeline.Case.Absent] of an entity, looked up once for each domain:
// a domain may have a hundred thousand names below it.
func (s *scene) absent(e pipeline.Entity) []*pipeline.Observation {
	d := e.Registrable()
	denied, known := s.missing[d]
	if !known {
		denied = s.c.Absent(d)
		s.missing[d] = denied
	}
	return denied
}

// absence says why a rule does not apply to a subject: its domain does not
// exist, or does.
func absence(subject pipeline.Entity, denied []*pipeline.Observation) string {
	if len(denied) == 0 {
		return "nobody says that the name does not exist"
	}
	name := subject.Registrable().Value
	switch by := denied[0].Predicate; {
	case by != "registration":
		return name + " does not exist, says DNS"
	case len(denied) > 1:
		return name + " does not exist, say its registry and DNS"
	}
	return name + " does not exist, says its registry"
}
