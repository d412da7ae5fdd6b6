package risk

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"osint/pkg/pipeline"
)

// Name is the model's id. Another formula is another id.
const Name = "osint-risk/1"

// weighed is one finding as the model sees it.
type weighed struct {
	rule, family, vector, asset string
	severity                    int     // 1 low … 4 critical
	c                           float64 // confidence 0..1
}

var (
	steps  = [5]float64{0, .05, .20, .37, .68} // height of each layer of the staircase
	caps   = [5]float64{0, .20, .50, .40, 1.50}
	levels = []struct {
		name  string
		score float64
	}{{"low", 0}, {"medium", 20}, {"high", 45}, {"critical", 70}}
)

// height is what one certain finding of a severity is worth, in nats.
func height(severity int) float64 {
	h := 0.0
	for l := 1; l <= severity; l++ {
		h += steps[l]
	}
	return h
}

// part is what one family adds to a vector, in nats, after the caps.
type part struct {
	family, vector string
	hazard         float64
}

// scored is a whole score.
type scored struct {
	hazard  float64            // nats
	vectors map[string]float64 // hazard by vector, unweighted
	parts   []part             // what makes hazard, after caps and ranks; they add up to it
}

// rank is how much each further vector counts.
const rank = .25

// tally computes the score of some findings. weights are by vector, 0..1; a
// vector without one has 1.
func tally(fs []weighed, weights map[string]float64) scored {
	s := scored{vectors: map[string]float64{}}
	byVector := map[string][]weighed{}
	for _, f := range merge(fs) {
		byVector[f.vector] = append(byVector[f.vector], f)
	}
	type row struct {
		vector string
		hazard float64
		parts  []part
	}
	var rows []row
	for _, v := range sorted(byVector) {
		parts, h := vector(byVector[v])
		s.vectors[v] = h
		rows = append(rows, row{v, h * weight(weights, v), parts})
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(b.hazard, a.hazard), cmp.Compare(a.vector, b.vector)) })
	share := 1.0
	for _, r := range rows {
		s.hazard += share * r.hazard
		for _, p := range r.parts {
			p.hazard *= share * weight(weights, r.vector)
			s.parts = append(s.parts, p)
		}
		share *= rank
	}
	slices.SortFunc(s.parts, func(a, b part) int { return cmp.Or(cmp.Compare(b.hazard, a.hazard), cmp.Compare(a.family, b.family)) })
	return s
}

// merge unites findings of one family on one asset: the worst severity, the
// best confidence.
func merge(fs []weighed) []weighed {
	type key struct{ vector, family, asset string }
	by := map[key]weighed{}
	for _, f := range fs {
		k := key{f.vector, f.family, f.asset}
		old, ok := by[k]
		if ok {
			f.severity, f.c = max(f.severity, old.severity), max(f.c, old.c)
		}
		by[k] = f
	}
	return slices.SortedFunc(maps.Values(by), func(a, b weighed) int {
		return cmp.Or(cmp.Compare(a.vector, b.vector), cmp.Compare(a.family, b.family), cmp.Compare(b.c, a.c), cmp.Compare(a.asset, b.asset))
	})
}

// vector computes one vector's hazard: a staircase of layers, each capped.
// Within a family and layer each further asset counts half of the one before.
func vector(fs []weighed) (parts []part, hazard float64) {
	sums := map[string]float64{}
	for l := 1; l <= 4; l++ {
		inLayer, total := map[string]float64{}, 0.0
		share := map[string]float64{}
		for _, f := range fs { // sorted by family, the surest first
			if f.severity < l {
				continue
			}
			if _, seen := share[f.family]; !seen {
				share[f.family] = 1
			}
			inLayer[f.family] += steps[l] * f.c * share[f.family]
			share[f.family] /= 2
		}
		for _, name := range sorted(inLayer) {
			total += inLayer[name]
		}
		shrink := 1.0
		if total > caps[l] {
			shrink = caps[l] / total
		}
		for name, h := range inLayer {
			sums[name] += h * shrink
		}
		hazard += min(total, caps[l])
	}
	for _, name := range sorted(sums) {
		parts = append(parts, part{name, fs[0].vector, sums[name]})
	}
	return parts, hazard
}

// score turns a hazard into 0..100.
func score(hazard float64) float64 { return 100 * (1 - math.Exp(-hazard)) }

// nats is the hazard at which a score is reached.
func nats(score float64) float64 { return -math.Log(1 - score/100) }

// level names the level of a score.
func level(score float64) string {
	name := levels[0].name
	for _, l := range levels {
		if score >= l.score {
			name = l.name
		}
	}
	return name
}

func weight(ws map[string]float64, v string) float64 {
	if w, ok := ws[v]; ok {
		return w
	}
	return 1
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// round keeps what is shown stable: n decimals.
func round(x float64, n int) float64 {
	p := math.Pow10(n)
	return math.Round(x*p) / p
}

// severityRank is 1 for low to 4 for critical, 0 for info.
func severityRank(s pipeline.Severity) int { return s.Rank() }
