package risk

import (
	"maps"
	"slices"

	"osint/pkg/pipeline"
)

// baseRates say how often a check that did not run would have failed.
var baseRates = map[pipeline.Severity]float64{pipeline.Low: .30, pipeline.Medium: .15, pipeline.High: .05, pipeline.Critical: .05}

// A tally counts what became of one rule on its subjects.
type tally struct{ failed, passed, unknown, not, barred, shut int }

func (t tally) judged() int { return t.failed + t.passed }

// state is the rule's as a whole. A rule that could not be judged everywhere
// did not pass.
func (t tally) state() state {
	switch {
	case t.failed > 0:
		return failed
	case t.unknown > 0:
		return unknown
	case t.passed > 0:
		return passed
	}
	return notApplicable
}

func count(vs []verdict) map[*Rule]tally {
	of := map[*Rule]tally{}
	for _, v := range vs {
		t := of[v.rule]
		switch v.state {
		case failed:
			t.failed++
		case passed:
			t.passed++
		case unknown:
			t.unknown++
			if v.barred {
				t.barred++
			}
			if v.shut {
				t.shut++
			}
		default:
			t.not++
		}
		of[v.rule] = t
	}
	return of
}

// coverage returns which share of the applicable checks ran, by vector and
// overall: a rule weighs by the hazard it might find, and counts by the share
// of its subjects it was judged on. The overall one is the mean of the
// vectors, weighted as the profile weights them. A vector of which nobody wanted
// anything to be checked, as one that only a visit can tell of, is no gap: it has
// no coverage, and widens the bounds only.
func coverage(vs []verdict, l *ledger) (byVector map[string]float64, overall float64) {
	closed := mostlyShut(vs)
	ran, all := map[string]float64{}, map[string]float64{}
	tallies, wanted := count(vs), map[string]bool{}
	for _, v := range vs {
		wanted[v.rule.Vector] = wanted[v.rule.Vector] || v.rule.worst() != pipeline.Info && v.state != notApplicable && !v.unasked
	}
	for _, r := range slices.SortedFunc(maps.Keys(tallies), func(a, b *Rule) int { return compareText(a.ID, b.ID) }) {
		t := tallies[r]
		if !wanted[r.Vector] {
			continue
		}
		n := t.judged() + t.unknown
		if !closed {
			n -= t.barred
		}
		if n > 0 {
			h := height(r.worst())
			all[r.Vector] += h
			ran[r.Vector] += h * float64(t.judged()) / float64(n)
		}
	}
	byVector = map[string]float64{}
	sum, weights := 0.0, 0.0
	for _, v := range slices.Sorted(maps.Keys(all)) {
		if all[v] == 0 { // nothing but information
			continue
		}
		byVector[v] = ran[v] / all[v]
		sum += l.weight(v) * byVector[v]
		weights += l.weight(v)
	}
	if weights == 0 {
		return byVector, 0
	}
	return byVector, sum / weights
}

// mostlyShut reports whether what a missing credential or terms kept from being
// checked weighs as much as what was judged.
func mostlyShut(vs []verdict) bool {
	var judged, shut float64
	for r, t := range count(vs) {
		if n := t.judged() + t.unknown; n > 0 {
			judged += height(r.worst()) * float64(t.judged()) / float64(n)
			shut += height(r.worst()) * float64(t.shut) / float64(n)
		}
	}
	return shut > 0 && shut >= judged
}

// checks says what became of each rule, in the rules' order.
func checks(rules []*Rule, vs []verdict) []pipeline.Check {
	tallies := count(vs)
	reasons, vain := map[*Rule]map[state]string{}, map[*Rule]bool{}
	for _, v := range vs {
		if reasons[v.rule] == nil {
			reasons[v.rule] = map[state]string{}
		}
		if reasons[v.rule][v.state] == "" {
			reasons[v.rule][v.state] = v.reason
		}
		vain[v.rule] = vain[v.rule] || v.vain
	}
	cs := make([]pipeline.Check, 0, len(rules))
	for _, r := range rules {
		t := tallies[r]
		c := pipeline.Check{Rule: r.ID, Vector: r.Vector, Severity: r.worst(), State: string(t.state()), Subjects: t.judged()}
		c.Reason = reasons[r][t.state()]
		c.Title, c.Remediation, c.References = r.general(), r.Remediation, r.References
		c.Unanswered = t.state() == unknown && vain[r]
		if t == (tally{}) {
			c.Reason = "nothing in scope that it is about"
		}
		cs = append(cs, c)
	}
	return cs
}

// missing returns the checks that did not run as flaws at a rate.
func missing(vs []verdict, rate func(*Rule) float64) (fs []flaw) {
	for _, v := range vs {
		if v.state == unknown {
			fs = append(fs, flaw{rule: v.rule.ID, vector: v.rule.Vector, family: v.rule.Family, asset: v.subject,
				severity: v.rule.worst(), rate: rate(v.rule)})
		}
	}
	return fs
}

func byBaseRate(r *Rule) float64 { return baseRates[r.worst()] }
func allTrue(*Rule) float64      { return 1 }
