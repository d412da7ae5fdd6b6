package risk

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

func compareText(a, b string) int { return strings.Compare(a, b) }

// contributions returns what each family adds to the total, the largest
// first. They are rounded so that they add up to the total as it is printed.
func (l *ledger) contributions(found []pipeline.Finding) []pipeline.Contribution {
	type key struct{ vector, family string }
	raw := map[key]float64{}
	share := l.ranks()
	for v, s := range l.sums {
		for _, p := range s.parts {
			raw[key{v, p.family}] += p.hazard * share[v]
		}
	}
	keys := slices.SortedFunc(maps.Keys(raw), func(a, b key) int {
		return cmp.Or(cmp.Compare(raw[b], raw[a]), strings.Compare(a.vector, b.vector), strings.Compare(a.family, b.family))
	})
	parts := make([]float64, len(keys))
	for i, k := range keys {
		parts[i] = raw[k]
	}
	total := l.hazard()
	cs := make([]pipeline.Contribution, len(keys))
	for i, h := range apportion(parts, total) {
		cs[i] = pipeline.Contribution{Family: keys[i].family, Vector: keys[i].vector, Hazard: h, Findings: []string{}}
		if total > 0 {
			cs[i].Share = round(h/total, 4)
		}
		for _, f := range found {
			if f.Family == keys[i].family && f.Vector == keys[i].vector {
				cs[i].Findings = append(cs[i].Findings, f.ID)
			}
		}
	}
	return cs
}

// apportion rounds parts to six decimals so that they add up to total: all
// are cut, and the millionths left over go to the largest remainders.
func apportion(parts []float64, total float64) []float64 {
	const unit = 1e6
	cut, order := make([]int64, len(parts)), make([]int, len(parts))
	left := int64(math.Round(total * unit))
	for i, p := range parts {
		cut[i], order[i] = int64(p*unit), i
		left -= cut[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(parts[b]*unit-float64(cut[b]), parts[a]*unit-float64(cut[a]))
	})
	for _, i := range order {
		if left <= 0 {
			break
		}
		cut[i]++
		left--
	}
	out := make([]float64, len(parts))
	for i, c := range cut {
		out[i] = round(float64(c)/unit, 6)
	}
	return out
}

// certainty is the mean confidence of what makes the score, weighted by how
// much it makes; 1 if nothing does.
func (l *ledger) certainty() float64 {
	share := l.ranks()
	sum, hazard := 0.0, 0.0
	for _, v := range slices.Sorted(maps.Keys(l.sums)) {
		for _, p := range l.sums[v].parts {
			h := p.hazard * share[v]
			hazard += h
			sum += h * p.sure[0]
		}
	}
	if hazard == 0 {
		return 1
	}
	return sum / hazard
}
