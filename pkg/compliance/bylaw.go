package compliance

import (
	"slices"
	"strings"

	"osint/pkg/compliance/law"
	"osint/pkg/pipeline"
)

const ruleByLaw = "law.allow"

// byLaw rules on a question that concerns people: nothing else is law's
// business. Until everything else has settled it is put off, since what is
// learned may still change it.
func byLaw(q *question) (pipeline.Ruling, bool) {
	b := q.bench
	if b == nil {
		return silent()
	}
	if !q.entity.Personal() && !slices.ContainsFunc(q.spec.Emits, pipeline.Category.Personal) {
		return silent()
	}
	if !q.lead.Settled {
		return pipeline.Ruling{Verdict: pipeline.Later, Rule: ruleByLaw, Keep: pipeline.KeepSealed}, true
	}
	b.asks(q.spec, q.entity)
	t := b.about(q.entity, q.lead.Entity)
	b.criteria(q.spec, t)
	r := b.decide(q.lead.Entity, t, q.spec.Name, q.spec.Emits, law.Plan, law.Collect, law.Store)
	leaveOutWords(&r, q.spec.Emits)
	if stops(r.Verdict) && t.Kind != naturalPerson && len(personalOf(q.spec.Emits)) < len(q.spec.Emits) {
		r = withoutPeople(r, q.spec.Emits)
	}
	return r, true
}

// leaveOutWords takes free text out where special categories are: it is where
// they stand.
func leaveOutWords(r *pipeline.Ruling, emits []pipeline.Category) {
	if r.Law == nil || !slices.Contains(emits, pipeline.Content) || !slices.Contains(emits, pipeline.Special) {
		return
	}
	for i, f := range r.Law.Fired {
		if slices.Contains(f.Redact, string(pipeline.Special)) {
			r.Law.Fired[i].Redact = union(f.Redact, []string{string(pipeline.Content)})
			r.Redact = union(r.Redact, r.Law.Fired[i].Redact)
		}
	}
}

// stops reports whether a verdict keeps a question from being put.
func stops(v pipeline.Verdict) bool { return v.Strictness() >= pipeline.ReviewIt.Strictness() }

// withoutPeople lets a question pass that is about nobody, where law stops only
// what its answer may tell of people besides: that is left out of it before
// anything is kept. A company can be looked into without a mandate to look into
// people.
func withoutPeople(r pipeline.Ruling, emits []pipeline.Category) pipeline.Ruling {
	r.Verdict, r.Keep = pipeline.Redact, pipeline.KeepDerived
	r.Reason = "What it may tell of people is left out: " + lower(r.Reason)
	r.Redact = names(personalOf(emits))
	return r
}

func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// meets rules on a person who was met, whether or not a collector asks about
// him.
func (b *bench) meets(l pipeline.Lead) pipeline.Ruling {
	b.asksNobody(true)
	t := b.about(l.Clear, l.Entity)
	b.criteria(nil, t)
	return b.decide(l.Entity, t, "", nil, law.Plan, law.Store)
}

// decide asks the book and makes a ruling of what it says. What somebody
// approved does not count any more: a review that was waived is none.
func (b *bench) decide(subject pipeline.Entity, t pipeline.TargetFacts, collector string, emits []pipeline.Category, phases ...law.Phase) pipeline.Ruling {
	waived := func(rule string, unknown []string) string {
		if b.Approvals == nil {
			return ""
		}
		return b.Approvals.Waives(subject, collector, rule, unknown)
	}
	b.facts.Set("job.approver", waived("", nil))
	d := b.Book.Decide(b.facts, emits, phases...)
	r := pipeline.Ruling{Verdict: pipeline.Allow, Rule: ruleByLaw, Keep: pipeline.KeepSealed, Reason: "No rule of the frameworks that apply stands against it.",
		Cite: strings.Join(d.Applied, ", "), Law: &pipeline.ByLaw{Applied: d.Applied, Target: t}}
	if len(d.Applied) == 0 {
		r.Reason = "No framework of law applies to it."
	}
	for _, f := range d.Fired {
		x := pipeline.FiredRule{Framework: f.Framework, Rule: f.Rule, Cite: f.Cite, Outcome: f.Outcome, Unknown: f.Unknown, Redact: names(f.Redact), Remedy: f.Remedy}
		if f.Outcome == pipeline.ReviewIt {
			x.Waived = waived(f.Rule, f.Unknown)
		}
		r.Law.Fired = append(r.Law.Fired, x)
		r.Redact = union(r.Redact, x.Redact)
		if x.Waived != "" {
			continue
		}
		r.Unknown = union(r.Unknown, x.Unknown)
		if stricter(f.Outcome, r.Verdict) {
			r.Verdict, r.Rule, r.Cite, r.Reason = f.Outcome, f.Rule, f.Framework+", "+f.Cite, reasonOf(f)
		}
	}
	if r.Verdict == pipeline.Allow && len(r.Redact) > 0 { // a review that was waived redacts all the same
		i := slices.IndexFunc(d.Fired, func(f law.Fired) bool { return len(f.Redact) > 0 })
		f := d.Fired[i]
		r.Verdict, r.Rule, r.Cite, r.Reason = pipeline.Redact, f.Rule, f.Framework+", "+f.Cite, f.Remedy
	}
	if r.Verdict == pipeline.Redact {
		r.Keep = pipeline.KeepDerived
	}
	return r
}

// reasonOf says why a rule fired: what it wants, and which facts it lacks.
func reasonOf(f law.Fired) string {
	if len(f.Unknown) > 0 {
		return "It is not known: " + strings.Join(f.Unknown, ", ") + ". " + f.Remedy
	}
	return f.Remedy
}

func names(cs []pipeline.Category) []string {
	var out []string
	for _, c := range cs {
		out = append(out, string(c))
	}
	return out
}

// denies returns the ruling by which a person whom an observation names beside
// the one who was asked about may not stand in the case.
func (b *bench) denies(o *pipeline.Observation) (pipeline.Ruling, bool) {
	if b == nil {
		return silent()
	}
	people := []pipeline.Entity{o.Subject}
	if o.Object != nil && !o.Denies {
		people = append(people, *o.Object)
	}
	for _, e := range people {
		if e.Personal() && !e.Sealed() {
			if r := b.meets(pipeline.Lead{Entity: e, Clear: e}); r.Verdict == pipeline.Deny {
				return r, true
			}
		}
	}
	return silent()
}

// redacted returns by which rule an observation is left out of the answer to
// the question that brought it, and which category of it; "" if it is not.
func (b *bench) redacted(collector string, o *pipeline.Observation) (rule, cite string, left pipeline.Category) {
	if b == nil {
		return "", "", ""
	}
	r := b.rulings[pipeline.TaskKey{Collector: collector, Subject: o.Asked}]
	if r.Law == nil {
		return "", "", ""
	}
	for _, c := range categoriesOf(o) {
		for _, f := range r.Law.Fired {
			// What stops a question that passed stopped what it tells of people.
			if slices.Contains(f.Redact, string(c)) || stops(f.Outcome) && f.Waived == "" && c.Personal() {
				return f.Rule, f.Framework + ", " + f.Cite, c
			}
		}
	}
	return "", "", ""
}
