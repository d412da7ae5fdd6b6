package risk

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// A Vector is one way in which harm comes.
type Vector struct{ ID, Title string }

// Vectors returns the vectors of the model.
func Vectors() []Vector {
	return []Vector{
		{"EML", "E-mail spoofing"},
		{"INF", "Infrastructure weakness"},
		{"EXP", "Exposure"},
		{"REP", "Malware and abuse reputation"},
		{"BRE", "Breach exposure"},
		{"SOC", "Social-engineering surface"},
		{"BRA", "Impersonation"},
		{"SUP", "Supply chain and technical debt"},
		{"FIN", "Financial and legal"},
	}
}

func titleOf(vector string) string {
	for _, v := range Vectors() {
		if v.ID == vector {
			return v.Title
		}
	}
	return vector
}

// A ledger is the flaws of a case by vector, each vector summed, and how much
// each counts.
type ledger struct {
	flaws   map[string][]flaw
	sums    map[string]sum
	weights map[string]float64
}

func newLedger(flaws []flaw, weights map[string]float64) *ledger {
	l := &ledger{flaws: map[string][]flaw{}, sums: map[string]sum{}, weights: weights}
	for _, f := range flaws {
		l.flaws[f.vector] = append(l.flaws[f.vector], f)
	}
	for v, fs := range l.flaws {
		l.sums[v] = add(merge(fs))
	}
	return l
}

// with returns the ledger with other flaws in one vector.
func (l *ledger) with(vector string, flaws []flaw) *ledger {
	n := &ledger{flaws: maps.Clone(l.flaws), sums: maps.Clone(l.sums), weights: l.weights}
	n.flaws[vector], n.sums[vector] = flaws, add(merge(flaws))
	return n
}

// without returns the ledger with a rule's flaws taken out.
func (l *ledger) without(rule string) *ledger {
	n := l
	for v, fs := range l.flaws {
		has := func(f flaw) bool { return f.rule == rule }
		if slices.ContainsFunc(fs, has) {
			n = n.with(v, slices.DeleteFunc(slices.Clone(fs), has))
		}
	}
	return n
}

// weight is how much a vector counts, 0..1.
func (l *ledger) weight(vector string) float64 {
	if w, ok := l.weights[vector]; ok {
		return min(1, max(0, w))
	}
	return 1
}

// ranks returns how much of each vector's hazard enters the total: its
// weight, and a quarter for each vector that is worse.
func (l *ledger) ranks() map[string]float64 {
	order := slices.SortedFunc(maps.Keys(l.sums), func(a, b string) int {
		return cmp.Or(cmp.Compare(l.weight(b)*l.sums[b].hazard, l.weight(a)*l.sums[a].hazard), cmp.Compare(a, b))
	})
	share := make(map[string]float64, len(order))
	for k, v := range order {
		share[v] = l.weight(v) * math.Pow(behind, float64(k))
	}
	return share
}

// hazard is the total in nats, six decimals.
func (l *ledger) hazard() float64 {
	share := l.ranks()
	total := 0.0
	for _, v := range slices.Sorted(maps.Keys(share)) {
		total += share[v] * l.sums[v].hazard
	}
	return round(total, 6)
}

// score is the total in points, 0..100.
func (l *ledger) score() float64 { return score(l.hazard()) }
