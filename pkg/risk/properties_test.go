package risk

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"osint/pkg/pipeline"
)

// The properties that the arithmetic promises, for any findings.

var severities = []pipeline.Severity{pipeline.Info, pipeline.Low, pipeline.Medium, pipeline.High, pipeline.Critical}

func anyWitness(t *rapid.T, against bool) witness {
	return witness{
		origin:  rapid.SampledFrom([]string{"zone", "registry", "routing", "subject"}).Draw(t, "origin"),
		weight:  rapid.Float64Range(0, .98).Draw(t, "weight"),
		against: against && rapid.Bool().Draw(t, "against"),
	}
}

func anyFlaw(t *rapid.T, against bool) flaw {
	f := flaw{
		rule:     rapid.SampledFrom([]string{"r1", "r2", "r3", "r4", "r5"}).Draw(t, "rule"),
		vector:   rapid.SampledFrom([]string{"EML", "INF", "SUP"}).Draw(t, "vector"),
		family:   rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "family"),
		asset:    at(pipeline.KindHost, rapid.SampledFrom([]string{"h1", "h2", "h3", "h4", "h5"}).Draw(t, "asset")),
		severity: rapid.SampledFrom(severities).Draw(t, "severity"),
	}
	for range rapid.IntRange(1, 4).Draw(t, "witnesses") {
		f.witnesses = append(f.witnesses, anyWitness(t, against))
	}
	f.witnesses[0].against = false
	return f
}

func anyFlaws(t *rapid.T) []flaw {
	var fs []flaw
	for range rapid.IntRange(1, 25).Draw(t, "flaws") {
		fs = append(fs, anyFlaw(t, true))
	}
	return fs
}

func anyWeights(t *rapid.T) map[string]float64 {
	return map[string]float64{"EML": rapid.Float64Range(0, 1).Draw(t, "ω EML"), "INF": rapid.Float64Range(0, 1).Draw(t, "ω INF")}
}

// exact is the total hazard before it is rounded.
func exact(fs []flaw, weights map[string]float64) float64 {
	l := newLedger(fs, weights)
	total := 0.0
	for v, share := range l.ranks() {
		total += share * l.sums[v].hazard
	}
	return total
}

const eps = 1e-9

// property checks a promise on random findings; change makes the second
// version of them and says how its hazard h2 may lie to the first's h1.
func property(t *testing.T, promise string, change func(t *rapid.T, fs []flaw, w map[string]float64) (fs2 []flaw, w2 map[string]float64, ok func(h1, h2 float64) bool)) {
	t.Run(promise, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			fs, w := anyFlaws(t), anyWeights(t)
			h1 := exact(fs, w)
			fs2, w2, ok := change(t, slices.Clone(fs), w)
			if h2 := exact(fs2, w2); !ok(h1, h2) {
				t.Fatalf("%s: %v became %v", promise, h1, h2)
			}
		})
	})
}

func notLower(h1, h2 float64) bool  { return h2 >= h1-eps }
func notHigher(h1, h2 float64) bool { return h2 <= h1+eps }
func unchanged(h1, h2 float64) bool { return math.Abs(h1-h2) < eps }

type judge = func(h1, h2 float64) bool

func TestPromisesOfTheModel(t *testing.T) {
	one := func(t *rapid.T, fs []flaw) int { return rapid.IntRange(0, len(fs)-1).Draw(t, "which") }
	property(t, "the score lies between 0 and 100", func(t *rapid.T, fs []flaw, w map[string]float64) ([]flaw, map[string]float64, judge) {
		return fs, w, func(h, _ float64) bool { s := score(h); return s >= 0 && s < 100 }
	})
	property(t, "order does not matter", func(t *rapid.T, fs []flaw, w map[string]float64) ([]flaw, map[string]float64, judge) {
		a := newLedger(fs, w)
		fs = rapid.Permutation(fs).Draw(t, "order")
		for i := range fs {
			fs[i].witnesses = rapid.Permutation(fs[i].witnesses).Draw(t, "witnesses")
		}
		same := newLedger(fs, w).hazard() == a.hazard()
		return fs, w, func(h1, h2 float64) bool { return same && unchanged(h1, h2) }
	})
	property(t, "the same evidence twice, or passed on by its origin, changes nothing", func(t *rapid.T, fs []flaw, w map[string]float64) ([]flaw, map[string]float64, judge) {
		i := one(t, fs)
		x := fs[i].witnesses[0]
		x.weight *= rapid.Float64Range(0, 1).Draw(t, "what is left of it")
		fs[i].witnesses = append(slices.Clone(fs[i].witnesses), fs[i].witnesses[0], x)
		return fs, w, unchanged
	})
	property(t, "further evidence never lowers", func(t *rapid.T, fs []flaw, w map[string]float64) ([]flaw, map[string]float64, judge) {
		i := one(t, fs)
		fs[i].witnesses = append(slices.Clone(fs[i].witnesses), anyWitness(t, false))
		return fs, w, notLower
	})
	property(t, "a new finding never lowers", func(t *rapid.T, fs []flaw, w map[string]float64) ([]flaw, map[string]float64, judge) {
		return append(fs, anyFlaw(t, false)), w, notLower
	})
	property(t, "contradicting evidence never raises", func(t *rapid.T, fs []flaw, w map[string]float64) ([]flaw, map[string]float64, judge) {
		i := one(t, fs)
		x := anyWitness(t, false)
		x.against = true
		fs[i].witnesses = append(slices.Clone(fs[i].witnesses), x)
		return fs, w, notHigher
	})
	property(t, "what supports never raises by ageing", func(t *rapid.T, fs []flaw, w map[string]float64) ([]flaw, map[string]float64, judge) {
		d := decays[rapid.SampledFrom(classes()).Draw(t, "class")]
		age := time.Duration(rapid.IntRange(0, 4000).Draw(t, "days")) * day
		for i := range fs {
			fs[i].witnesses = slices.Clone(fs[i].witnesses)
			for j := range fs[i].witnesses {
				if !fs[i].witnesses[j].against {
					fs[i].witnesses[j].weight *= d.left(age)
				}
			}
		}
		return fs, w, notHigher
	})
	property(t, "a worse severity never lowers", func(t *rapid.T, fs []flaw, w map[string]float64) ([]flaw, map[string]float64, judge) {
		i := one(t, fs)
		fs[i].severity = severities[min(len(severities)-1, fs[i].severity.Rank()+rapid.IntRange(1, 4).Draw(t, "up"))]
		return fs, w, notLower
	})
	property(t, "a heavier vector never lowers", func(t *rapid.T, fs []flaw, w map[string]float64) ([]flaw, map[string]float64, judge) {
		return fs, map[string]float64{"EML": w["EML"] + (1-w["EML"])*rapid.Float64Range(0, 1).Draw(t, "more"), "INF": w["INF"]}, notLower
	})
	property(t, "a rule cured never raises", func(t *rapid.T, fs []flaw, w map[string]float64) ([]flaw, map[string]float64, judge) {
		r := fs[one(t, fs)].rule
		l := newLedger(fs, w).without(r)
		var rest []flaw
		for _, v := range l.flaws {
			rest = append(rest, v...)
		}
		// A cure takes its contradicting evidence with it: only rules of which
		// nothing speaks against the rest are promised.
		for _, f := range fs {
			if f.rule == r && slices.ContainsFunc(f.witnesses, func(w witness) bool { return w.against }) {
				return fs, w, unchanged
			}
		}
		return rest, w, notHigher
	})
	property(t, "known ≤ expected ≤ most", func(t *rapid.T, fs []flaw, w map[string]float64) ([]flaw, map[string]float64, judge) {
		h1 := exact(fs, w)
		var expected, most []flaw
		for range rapid.IntRange(0, 10).Draw(t, "missing") {
			f := anyFlaw(t, false)
			f.witnesses, f.rate = nil, baseRates[f.severity]
			expected = append(expected, f)
			f.rate = 1
			most = append(most, f)
		}
		h2, h3 := exact(append(slices.Clone(fs), expected...), w), exact(append(slices.Clone(fs), most...), w)
		return fs, w, func(float64, float64) bool { return notLower(h1, h2) && notLower(h2, h3) }
	})
}

func TestContributionsAddUpToTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLedger(anyFlaws(t), anyWeights(t))
		var sum float64
		for _, c := range l.contributions(nil) {
			if c.Hazard < 0 {
				t.Fatalf("%s adds %v", c.Family, c.Hazard)
			}
			sum += c.Hazard
		}
		if round(sum, 6) != l.hazard() {
			t.Fatalf("the parts add up to %v, the total is %v", round(sum, 6), l.hazard())
		}
	})
}

func TestFixesDropTheLevelAndNoneIsTooMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLedger(anyFlaws(t), nil)
		now := level(l.score())
		cured, after := l.fixes()
		if now == "low" {
			if len(cured) > 0 {
				t.Fatalf("low, and to be cured: %v", cured)
			}
			return
		}
		if after == now || level(l.cure(cured).score()) != after {
			t.Fatalf("%s stays after %v (%s)", now, cured, after)
		}
		for i := range cured {
			rest := slices.Delete(slices.Clone(cured), i, i+1)
			if level(l.cure(rest).score()) != now {
				t.Fatalf("%s is not needed among %v", cured[i], cured)
			}
		}
	})
}

// A layer is capped as a layer: capped as a class, four lows and three
// mediums would come to less with one low raised.
func TestRaisingAtTheCapDoesNotLower(t *testing.T) {
	var fs []flaw
	for i, s := range []pipeline.Severity{pipeline.Low, pipeline.Low, pipeline.Low, pipeline.Low, pipeline.Medium, pipeline.Medium, pipeline.Medium} {
		fs = append(fs, live("R", "INF", string(rune('a'+i)), "corp.example", s))
	}
	before := exact(fs, nil)
	fs[0].severity = pipeline.Medium
	if after := exact(fs, nil); after < before {
		t.Errorf("%v became %v", before, after)
	}
}
