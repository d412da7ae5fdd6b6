package risk

import "math"

// levels in rising order, and the score from which each holds.
var levels = []struct {
	name string
	from float64
}{{"low", 0}, {"medium", 20}, {"high", 45}, {"critical", 70}}

// score turns hazard (nats) into points, 0..100, two decimals.
func score(hazard float64) float64 { return round(100*(1-math.Exp(-hazard)), 2) }

// nats is the hazard at which a score begins.
func nats(score float64) float64 { return -math.Log(1 - score/100) }

// level returns the level of a score as it is printed.
func level(score float64) string {
	name := ""
	for _, l := range levels {
		if score >= l.from {
			name = l.name
		}
	}
	return name
}

// round rounds to a number of decimals, and never to minus zero.
func round(x float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(x*p)/p + 0
}
