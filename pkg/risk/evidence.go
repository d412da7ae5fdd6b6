package risk

import (
	"cmp"
	"slices"
)

// A witness is one observation as the arithmetic sees it: whose knowledge it
// is, what it still weighs (quality times what age left of it, 0..1), and
// whether it speaks against the finding.
type witness struct {
	origin  string
	weight  float64
	against bool
}

// confidence returns how far witnesses make a finding believed, 0..1. Each
// origin counts once, by its strongest word: two sources that pass on one
// origin's knowledge are one witness. Origins that agree combine by noisy-OR;
// those that speak against scale the result down.
func confidence(ws []witness) float64 {
	return noisyOr(ws, false) * (1 - noisyOr(ws, true))
}

func noisyOr(ws []witness, against bool) float64 {
	sorted := make([]witness, 0, len(ws))
	for _, w := range ws {
		if w.against == against {
			sorted = append(sorted, w)
		}
	}
	slices.SortFunc(sorted, func(a, b witness) int {
		return cmp.Or(cmp.Compare(a.origin, b.origin), cmp.Compare(b.weight, a.weight))
	})
	doubt := 1.0
	for i, w := range sorted {
		if i == 0 || w.origin != sorted[i-1].origin {
			doubt *= 1 - w.weight
		}
	}
	return 1 - doubt
}
