package risk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// cover computes coverage: of the checks that apply, the share that ran,
// weighed by what they could add.
func (a *assessor) cover(out *pipeline.Assessment, s scored, vs []verdict) {
	ran, all, found := map[string]float64{}, map[string]float64{}, map[string]int{}
	type share struct{ judged, open float64 }
	by := map[string]share{}
	for _, v := range vs {
		x := by[v.rule.ID]
		switch v.state {
		case failed:
			found[v.rule.Vector]++
			x.judged++
		case passed:
			x.judged++
		case unknown:
			x.open++
		}
		by[v.rule.ID] = x
	}
	for _, r := range a.m.rules {
		if x := by[r.ID]; x.judged+x.open > 0 {
			h := height(severityRank(r.Severity))
			all[r.Vector] += h
			ran[r.Vector] += h * x.judged / (x.judged + x.open)
		}
	}
	var sum, of float64
	for _, v := range sorted(all) {
		w := weight(a.o.Weights, v)
		sum, of = sum+w*ran[v], of+w*all[v]
		out.Vectors = append(out.Vectors, pipeline.VectorScore{Vector: v, Title: Vectors[v], Hazard: round(s.vectors[v], 6),
			Score: round(score(s.vectors[v]), 2), Coverage: share01(ran[v], all[v]), Weight: w, Findings: found[v]})
	}
	slices.SortStableFunc(out.Vectors, func(x, y pipeline.VectorScore) int { return cmp.Compare(y.Hazard, x.Hazard) })
	out.Coverage = share01(sum, of)
	out.Insufficient = out.Coverage < a.o.MinimumCoverage
}

func share01(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return round(part/whole, 4)
}

// base is how often a check that did not run would have failed.
var base = [5]float64{0, .30, .15, .05, .05}

// bound computes the score with the checks that did not run left out, at
// their base rates, and true.
func (a *assessor) bound(out *pipeline.Assessment, fs []weighed, vs []verdict) {
	expected, worst := slices.Clone(fs), slices.Clone(fs)
	for _, m := range missing(vs) {
		m.c = base[m.severity]
		expected = append(expected, m)
		m.c = 1
		worst = append(worst, m)
	}
	out.Bounds = pipeline.Bounds{Known: out.Score,
		Expected: max(out.Score, round(score(tally(expected, a.o.Weights).hazard), 2)),
		Max:      round(score(tally(worst, a.o.Weights).hazard), 2)}
	out.Bounds.Max = max(out.Bounds.Max, out.Bounds.Expected)
}

// missing are the rules that could not be judged somewhere, each once, on an
// asset of its own.
func missing(vs []verdict) []weighed {
	var out []weighed
	seen := map[string]bool{}
	for _, v := range vs {
		if v.state == unknown && !seen[v.rule.ID] && severityRank(v.rule.Severity) > 0 {
			seen[v.rule.ID] = true
			out = append(out, weighed{v.rule.ID, v.rule.Family, v.rule.Vector, "not judged", severityRank(v.rule.Severity), 0})
		}
	}
	return out
}

// explain says what makes the score and what would change it.
func (a *assessor) explain(out *pipeline.Assessment, s scored, fs []weighed, found []pipeline.Finding) {
	for _, p := range s.parts {
		k := pipeline.Contribution{Family: p.family, Vector: p.vector, Hazard: round(p.hazard, 6), Share: share01(p.hazard, s.hazard)}
		for _, f := range found {
			if f.Family == p.family && f.Vector == p.vector {
				k.Findings = append(k.Findings, f.ID)
			}
		}
		out.Contributions = append(out.Contributions, k)
	}
	for _, id := range ruleIDs(fs) {
		left := round(score(tally(without(fs, id), a.o.Weights).hazard), 2)
		out.Sensitivity = append(out.Sensitivity, pipeline.Sensitivity{Rule: id, Delta: round(left-out.Score, 2), Score: left, Level: level(left)})
	}
	slices.SortStableFunc(out.Sensitivity, func(x, y pipeline.Sensitivity) int { return cmp.Compare(x.Delta, y.Delta) })
	for _, l := range levels[1:] {
		out.Thresholds = append(out.Thresholds, pipeline.Threshold{Level: l.name, Nats: round(s.hazard-nats(l.score), 6)})
	}
	out.Fixes, out.LevelAfter = a.fixes(fs, out.Level)
}

// fixes is a small set of rules whose cure drops the level: the one that
// helps most, and so on until it does.
func (a *assessor) fixes(fs []weighed, now string) (rules []string, after string) {
	if now == levels[0].name {
		return nil, ""
	}
	for len(fs) > 0 {
		best, least := "", 101.0
		for _, id := range ruleIDs(fs) {
			if left := score(tally(without(fs, id), a.o.Weights).hazard); left < least-1e-9 {
				best, least = id, left
			}
		}
		rules, fs = append(rules, best), without(fs, best)
		if l := level(round(least, 2)); l != now {
			return rules, l
		}
	}
	return rules, levels[0].name
}

// ruleIDs returns the rules of some findings, each once, sorted.
func ruleIDs(fs []weighed) []string {
	ids := map[string]bool{}
	for _, f := range fs {
		ids[f.rule] = true
	}
	return sorted(ids)
}

func without(fs []weighed, rule string) []weighed {
	return slices.DeleteFunc(slices.Clone(fs), func(f weighed) bool { return f.rule == rule })
}

// meanConfidence is the mean confidence, weighed by what each finding could
// add; 1 if there is none.
func meanConfidence(fs []weighed) float64 {
	var sum, of float64
	for _, f := range fs {
		h := height(f.severity)
		sum, of = sum+h*f.c, of+h
	}
	if of == 0 {
		return 1
	}
	return sum / of
}

// maxNext is how many next steps are named.
const maxNext = 5

// next names what evidence would change the score most: checks that did not
// run, and grave findings that are not sure.
func (a *assessor) next(fs []weighed, vs []verdict) []string {
	type step struct {
		gain float64
		text string
	}
	now := score(tally(fs, a.o.Weights).hazard)
	var steps []step
	seen := map[string]bool{}
	for _, v := range vs {
		if v.state == unknown && !seen[v.rule.ID] && severityRank(v.rule.Severity) > 0 {
			seen[v.rule.ID] = true
			w := weighed{v.rule.ID, v.rule.Family, v.rule.Vector, "not judged", severityRank(v.rule.Severity), 1}
			gain := score(tally(append(slices.Clone(fs), w), a.o.Weights).hazard) - now
			steps = append(steps, step{gain, fmt.Sprintf("judge %s (%s), which could not be: %s", v.rule.ID, title(v.rule), v.reason)})
		}
		if v.state == failed && severityRank(v.severity) >= 3 && v.c < .75 {
			sure := slices.Clone(fs)
			for i := range sure {
				if sure[i].rule == v.rule.ID && sure[i].asset == v.node.Entity.String() {
					sure[i].c = own
				}
			}
			steps = append(steps, step{score(tally(sure, a.o.Weights).hazard) - now,
				fmt.Sprintf("confirm %s on %s, which rests on weak evidence", v.rule.ID, v.node.Entity.Value)})
		}
	}
	slices.SortStableFunc(steps, func(x, y step) int { return cmp.Compare(y.gain, x.gain) })
	var out []string
	for _, s := range steps[:min(maxNext, len(steps))] {
		out = append(out, s.text)
	}
	return out
}

// title is a rule's title without its place for a subject.
func title(r *Rule) string { return strings.ReplaceAll(r.Title, "{subject}", "a name") }
