package compliance

import (
	"slices"

	"osint/pkg/pipeline"
)

// A question is everything a clause may look at.
type question struct {
	spec   *pipeline.Spec
	lead   *pipeline.Lead
	entity pipeline.Entity // in clear
	policy *Policy
	job    *Job
	label  Label
	spared bool   // the entity is left alone
	bench  *bench // nil: no law is asked
}

// A clause rules on one aspect of a question, or has nothing to say (false).
// It looks at the question alone.
type clause func(q *question) (pipeline.Ruling, bool)

// unite makes one ruling of several: the strictest verdict with its rule,
// citation and reason (of two alike the first), the strictest way of keeping,
// every redaction and every unknown fact.
func unite(rulings []pipeline.Ruling) pipeline.Ruling {
	var r pipeline.Ruling
	for i, x := range rulings {
		keep, redact, unknown, law := r.Keep, r.Redact, r.Unknown, r.Law
		if i == 0 || stricter(x.Verdict, r.Verdict) {
			r = x
		}
		r.Keep = strictestKeep(keep, x.Keep)
		r.Redact, r.Unknown = union(redact, x.Redact), union(unknown, x.Unknown)
		if r.Law == nil {
			r.Law = law
		}
		if r.Law == nil {
			r.Law = x.Law
		}
	}
	if r.Verdict == pipeline.Deny {
		r.Keep, r.Redact = pipeline.KeepNone, nil
	}
	return r
}

// stricter reports whether a is stricter than b. Later comes before a review:
// what is not settled yet may still become anything.
func stricter(a, b pipeline.Verdict) bool {
	if a.Strictness() == b.Strictness() {
		return a == pipeline.Later && b == pipeline.ReviewIt
	}
	return a.Strictness() > b.Strictness()
}

var keeps = []pipeline.Keep{"", pipeline.KeepRaw, pipeline.KeepSealed, pipeline.KeepDerived, pipeline.KeepNone}

func strictestKeep(a, b pipeline.Keep) pipeline.Keep {
	if slices.Index(keeps, a) >= slices.Index(keeps, b) {
		return a
	}
	return b
}

// union returns what is in a or b, sorted, each once; nil if nothing is.
func union(a, b []string) []string {
	if len(a)+len(b) == 0 {
		return nil
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
