package law

import (
	"slices"
	"strings"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// NothingLeft is the rule that denies what would have to be redacted whole.
const NothingLeft = "law.nothing-left"

// A Decision is what the law says of one set of facts.
type Decision struct {
	Verdict pipeline.Verdict
	Applied []string            // ids of the frameworks that apply
	Fired   []Fired             // the strictest first; alike, by framework and place in it
	Unknown []string            // facts that, known, might have changed it; sorted
	Redact  []pipeline.Category // to be left out, sorted
}

// Fired is a rule that changed something.
type Fired struct {
	Framework string
	Rule      string
	Cite      string
	Phase     Phase
	Outcome   pipeline.Verdict    // review where a fact was missing
	Unknown   []string            // the facts that were, of the rule or of whether the framework applies
	Redact    []pipeline.Category //
	Remedy    string
}

// Decide judges facts by the rules of the given phases, of all phases if none
// is given. emits are the categories that are at stake: what the collector
// may bring, or what is to be kept or disclosed; none if that is not the
// question. The facts must not change meanwhile.
func (b *Book) Decide(f *rule.Facts, emits []pipeline.Category, phases ...Phase) Decision {
	s := b.sit(f)
	defer b.rise(s)
	d := Decision{Verdict: pipeline.Allow, Fired: s.fired[:0]}
	asked := mask(phases)
	for _, fw := range b.frameworks {
		applies, unsure := s.judge(b.conditions, fw.applies)
		if applies == rule.False {
			continue
		}
		d.Applied = append(d.Applied, fw.ID)
		for _, r := range fw.Rules {
			if r.phase&asked == 0 {
				continue
			}
			if outcome, missing := r.judge(b, s); outcome != pipeline.Allow {
				gone, known, more := r.redactions(f)
				if !known && outcome == pipeline.Redact {
					outcome = pipeline.ReviewIt
				}
				d.add(Fired{fw.ID, r.ID, r.Cite, r.Phase, outcome, union(unsure, union(missing, more)), gone, r.Remedy})
			}
		}
	}
	d.settle(emits)
	s.fired, d.Fired = d.Fired, append([]Fired(nil), d.Fired...)
	return d
}

// judge returns what a rule says, and the facts it lacks: allow if it does
// not fire.
func (r *Rule) judge(b *Book, s *sitting) (pipeline.Verdict, []string) {
	when, missing := s.judge(b.conditions, r.when)
	if when == rule.False {
		return pipeline.Allow, nil
	}
	require, more := s.judge(b.conditions, r.require)
	switch {
	case require == rule.True:
		return pipeline.Allow, nil
	case when == rule.True && require == rule.False:
		return r.Outcome, nil
	}
	return pipeline.ReviewIt, union(missing, more)
}

// redactions returns what a rule that fired takes away: what it names, and
// what its redact_by gives. Where that is not known, missing names the facts.
func (r *Rule) redactions(f *rule.Facts) (gone []pipeline.Category, known bool, missing []string) {
	if r.by == nil {
		return r.Redact, true, nil
	}
	list, known, missing := r.by.Texts(f)
	for _, c := range list {
		gone = append(gone, pipeline.Category(c))
	}
	slices.Sort(gone)
	return union(r.Redact, slices.Compact(gone)), known, missing
}

// add takes a rule that fired into the decision.
func (d *Decision) add(f Fired) {
	if f.Outcome.Strictness() > d.Verdict.Strictness() {
		d.Verdict = f.Outcome
	}
	d.Fired = append(d.Fired, f)
	d.Redact = union(d.Redact, f.Redact)
	d.Unknown = union(d.Unknown, f.Unknown)
}

// settle denies what is left with nothing, and puts the strictest first.
func (d *Decision) settle(emits []pipeline.Category) {
	if len(emits) > 0 && len(d.Redact) > 0 {
		d.nothingLeft(emits)
	}
	slices.SortStableFunc(d.Fired, func(a, b Fired) int { return b.Outcome.Strictness() - a.Outcome.Strictness() })
}

// nothingLeft denies where the rules that are certain redact all of emits.
func (d *Decision) nothingLeft(emits []pipeline.Category) {
	var gone []pipeline.Category
	var cites []string
	for _, f := range d.Fired {
		if f.Outcome == pipeline.Redact {
			gone, cites = union(gone, f.Redact), append(cites, f.Cite)
		}
	}
	if !within(emits, gone) {
		return
	}
	d.add(Fired{Framework: "law", Rule: NothingLeft, Cite: strings.Join(cites, "; "), Outcome: pipeline.Deny,
		Remedy: "Leave this source out: all that it may bring would have to be redacted."})
}

// union returns what is in a or b, sorted, each once, given that both are so.
func union[T ~string](a, b []T) []T {
	switch {
	case within(b, a):
		return a
	case within(a, b):
		return b
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// within reports whether all of a is in b.
func within[T ~string](a, b []T) bool {
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}
