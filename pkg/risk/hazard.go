package risk

import (
	"cmp"
	"math"
	"slices"

	"osint/pkg/pipeline"
)

// A layer is one step of the severity staircase: what reaching it adds to a
// finding's hazard, and what all findings of a vector together may add there.
// Critical findings climb all four: one that is certain is worth 1.30 nats.
var layers = [...]struct{ step, limit float64 }{
	{.05, .20}, // low
	{.20, .50}, // medium
	{.37, .40}, // high
	{.68, 1.50},
}

// height is the hazard of one certain finding of a severity: 0, .05, .25,
// .62, 1.30.
func height(s pipeline.Severity) float64 {
	h := 0.0
	for i := range s.Rank() {
		h += layers[i].step
	}
	return h
}

const (
	repeat = .5  // the next asset with the same weakness counts half of the last
	behind = .25 // the next vector counts a quarter of the last
)

// A flaw is one rule that failed on one asset, or one that could not run
// there and is taken at a rate.
type flaw struct {
	rule, vector, family string
	asset                pipeline.Entity
	severity             pipeline.Severity
	witnesses            []witness
	rate                 float64 // of a check that did not run; else 0
}

// A weakness is what the flaws of one family come to on one asset: the worst
// severity and all evidence. sure is its confidence in each layer.
type weakness struct {
	family string
	asset  pipeline.Entity
	sure   [len(layers)]float64
}

// merge unites the flaws of one vector by family and asset, sorted.
func merge(flaws []flaw) []weakness {
	type key struct {
		family string
		asset  pipeline.Entity
	}
	groups := map[key][]flaw{}
	for _, f := range flaws {
		k := key{f.family, f.asset}
		groups[k] = append(groups[k], f)
	}
	ws := make([]weakness, 0, len(groups))
	for k, fs := range groups {
		ws = append(ws, weakness{k.family, k.asset, sureness(fs)})
	}
	slices.SortFunc(ws, func(a, b weakness) int {
		return cmp.Or(cmp.Compare(a.family, b.family), cmp.Compare(a.asset.Kind, b.asset.Kind), cmp.Compare(a.asset.Value, b.asset.Value))
	})
	return ws
}

func sureness(fs []flaw) (sure [len(layers)]float64) {
	var all []witness
	worst := 0
	rates := [len(layers)][]float64{}
	for _, f := range fs {
		all = append(all, f.witnesses...)
		if len(f.witnesses) > 0 {
			worst = max(worst, f.severity.Rank())
		}
		for i := range max(0, f.severity.Rank()) {
			rates[i] = append(rates[i], f.rate)
		}
	}
	c := confidence(all)
	for i := range layers {
		doubt := 1.0
		if i < worst {
			doubt = 1 - c
		}
		slices.Sort(rates[i])
		for _, r := range rates[i] {
			doubt *= 1 - r
		}
		sure[i] = 1 - doubt
	}
	return sure
}

// A sum is one vector's hazard in nats, and each weakness's part in it.
type sum struct {
	hazard float64
	parts  []part
}

// A part is what one weakness adds.
type part struct {
	weakness
	hazard float64
}

// add sums one vector: within a family the assets by rank, families by
// addition, each layer up to its limit.
func add(ws []weakness) sum {
	s := sum{parts: make([]part, len(ws))}
	for i, w := range ws {
		s.parts[i].weakness = w
	}
	inLayer := make([]float64, len(ws))
	for l, layer := range layers {
		total := 0.0
		eachFamily(ws, func(from, to int) {
			order := ranked(ws[from:to], l)
			for k, i := range order {
				inLayer[from+i] = layer.step * ws[from+i].sure[l] * math.Pow(repeat, float64(k))
				total += inLayer[from+i]
			}
		})
		shrink := 1.0
		if total > layer.limit {
			shrink = layer.limit / total
		}
		s.hazard += min(total, layer.limit)
		for i := range inLayer {
			s.parts[i].hazard += inLayer[i] * shrink
		}
	}
	return s
}

// eachFamily calls do with the bounds of each family in sorted weaknesses.
func eachFamily(ws []weakness, do func(from, to int)) {
	for from := 0; from < len(ws); {
		to := from + 1
		for to < len(ws) && ws[to].family == ws[from].family {
			to++
		}
		do(from, to)
		from = to
	}
}

// ranked returns the indices of weaknesses, the surest in layer l first.
func ranked(ws []weakness, l int) []int {
	order := make([]int, len(ws))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ws[b].sure[l], ws[a].sure[l]) })
	return order
}
