package risk

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// A state is what became of a rule on a subject.
type state string

const (
	failed        state = "failed"
	passed        state = "passed"
	unknown       state = "unknown"
	notApplicable state = "not-applicable"
)

// A verdict is one rule on one subject.
type verdict struct {
	rule     *Rule
	subject  pipeline.Entity
	state    state
	reason   string   // of unknown and not-applicable
	deaf     bool     // of not-applicable: nobody who took part could have told
	vain     bool     // of unknown: somebody was asked in vain
	unasked  bool     // of unknown: nobody but those who are asked on request could tell, and there was none
	barred   bool     // of unknown: all who could tell want a credential that is not there, are kept from us by terms, or are asked by name only
	shut     bool     // of barred: and at least one of them by a credential or terms
	silent   []string // collectors that could have told and did not
	severity pipeline.Severity
	evidence []*pipeline.Observation // of failed, sorted by id
	against  []*pipeline.Observation
	title    string
	detail   string
}

// judge says what becomes of a rule on the subject in sight.
func (r *Rule) judge(s *sight) verdict {
	s.rule = r
	v := verdict{rule: r, subject: s.subject, severity: r.Severity}
	if absent := len(s.nowhere) > 0; absent != r.Absent && !(absent && r.ofRegistry()) {
		v.state, v.reason = notApplicable, absence(s.subject, s.nowhere)
		return v
	}
	if !slices.ContainsFunc(r.asks, s.fed) {
		v.state, v.reason, v.deaf = notApplicable, "no collector that tells it took part", true
		return v
	}
	given := s.activation()
	applies := rule.True
	if r.applicable != nil {
		applies, _ = r.applicable.Test(given)
	}
	if applies == rule.False {
		v.state, v.reason = notApplicable, "what it is about is not there"
		return v
	}
	ids := r.proof(s)
	wrong := r.wrong(s, len(ids) > 0)
	switch {
	case applies == rule.True && wrong == rule.True && len(ids) > 0:
		r.find(&v, s, ids)
	case wrong == rule.False: // whether it applies or not
		v.state = passed
	default:
		r.doubt(&v, s)
	}
	return v
}

// wrong says whether the rule's condition holds.
func (r *Rule) wrong(s *sight, proof bool) rule.Truth {
	switch {
	case r.when != nil:
		t, _ := r.when.Test(s.activation())
		return t
	case proof:
		return rule.True
	}
	for _, p := range r.asks {
		if s.answered(p, s.subject) != inFull {
			return rule.Unknown
		}
	}
	return rule.False
}

// proof returns the ids of the observations that a finding would stand on.
func (r *Rule) proof(s *sight) (ids []string) {
	facts, err := r.evidence.Value(s.heard().activation())
	list, _ := facts.([]any)
	if err != nil {
		return nil
	}
	for _, f := range list {
		if m, ok := f.(map[string]any); ok {
			if id, ok := m["id"].(string); ok {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// doubt fills in a verdict that can't be given. If all that is missing could
// not be told by anybody who took part, the rule does not apply here.
func (r *Rule) doubt(v *verdict, s *sight) {
	v.state, v.unasked, v.barred = unknown, true, true
	var nobody []string
	var whys []string
	able := false // somebody could tell: one that skipped the subject could not
	for _, p := range r.asks {
		if s.answered(p, s.subject) == inFull {
			continue
		}
		if !s.fed(p) {
			nobody = append(nobody, string(p))
			continue
		}
		for _, c := range r.feeders(p) {
			why := c + ": " + s.why(c, s.subject)
			if s.present[c] && !slices.Contains(whys, why) {
				whys, v.silent = append(whys, why), append(v.silent, c)
				v.vain = v.vain || s.asked(c, s.subject)
				if s.skipped(c, s.subject) {
					continue
				}
				able = true
				barred := s.barred(c, s.subject)
				v.unasked = v.unasked && (barred || s.unrequested(c, s.subject))
				v.barred, v.shut = v.barred && barred, v.shut || s.shut(c, s.subject)
			}
		}
	}
	v.unasked, v.barred = v.unasked && able, v.barred && able
	v.shut = v.shut && v.barred
	switch {
	case len(whys) > 0:
		v.reason = strings.Join(whys, "; ")
	case len(nobody) > 0:
		v.state, v.reason, v.deaf = notApplicable, "no collector that took part tells "+strings.Join(nobody, ", "), true
	default:
		v.reason = "what was answered does not say"
	}
}

// find fills in a verdict that is a finding.
func (r *Rule) find(v *verdict, s *sight, ids []string) {
	v.state = failed
	for i, x := range r.raise {
		if t, _ := x.Test(s.activation()); t == rule.True && r.Raise[i].To.Rank() > v.severity.Rank() {
			v.severity = r.Raise[i].To
		}
	}
	for _, id := range ids {
		v.evidence = append(v.evidence, s.c.Observation(id))
	}
	for _, e := range v.evidence {
		for _, o := range s.contrary(e) {
			if !slices.Contains(v.evidence, o) && !slices.Contains(v.against, o) {
				v.against = append(v.against, o)
			}
		}
	}
	words := map[string]string{"subject": s.subject.Value}
	for name, p := range r.with {
		if x, err := p.Value(s.heard().activation()); err == nil {
			words[name] = phrase(x)
		}
	}
	v.title, v.detail = fill(r.Title, words), fill(r.Detail, words)
}

// contrary returns what was said against an observation: that there is no
// such thing, or, where only one thing can be true, another thing by another
// origin.
func (s *sight) contrary(e *pipeline.Observation) (os []*pipeline.Observation) {
	n := s.c.Entities[e.Subject]
	if e.Subject == s.subject && !e.Denies {
		x := s.of(e.Predicate)
		os = slices.DeleteFunc(slices.Clone(x.deny), func(o *pipeline.Observation) bool { return !blanket(o) && !same(o, e) })
		if r, _ := pipeline.Relate(e.Predicate); r.Single {
			for _, o := range x.support {
				if o.Origin != e.Origin && !same(o, e) {
					os = append(os, o)
				}
			}
		}
		return os
	}
	for _, o := range n.Out {
		if o.Predicate == e.Predicate && o.Denies != e.Denies && (blanket(o) && o.Denies || blanket(e) && e.Denies || same(o, e)) {
			os = append(os, o)
		}
	}
	return os
}

// same reports whether two observations speak of the same thing.
func same(a, b *pipeline.Observation) bool {
	if a.Object != nil && b.Object != nil {
		return *a.Object == *b.Object
	}
	return a.Object == b.Object && reflect.DeepEqual(a.Value, b.Value)
}

// witnesses returns what is said for and against a finding.
func (v *verdict) witnesses(s *scene) (ws []witness) {
	d := decays[v.rule.HalfLife]
	for i, o := range append(slices.Clone(v.evidence), v.against...) {
		ws = append(ws, witness{o.Origin, quality(o.Grade) * d.left(s.now.Sub(o.At)), i >= len(v.evidence)})
	}
	return ws
}

// String returns "EML-01 domain:corp.example failed".
func (v verdict) String() string { return fmt.Sprintf("%s %s %s", v.rule.ID, v.subject, v.state) }
