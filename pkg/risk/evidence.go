package risk

import (
	"math"
	"time"

	"osint/pkg/pipeline"
)

// reliability and credibility are what an Admiralty letter and digit are
// worth; F and 6 are unknown, not bad.
var (
	reliability = map[byte]float64{'A': .95, 'B': .85, 'C': .70, 'D': .40, 'E': .10, 'F': .50}
	credibility = map[byte]float64{'1': .95, '2': .80, '3': .60, '4': .30, '5': .05, '6': .50}
)

// own is what our own live measurement is worth.
const own = .98

// quality is how much one observation is worth when fresh, 0..1.
func quality(g pipeline.Grade) float64 {
	if g == pipeline.Own {
		return own
	}
	if !g.Valid() {
		return reliability['F'] * credibility['6']
	}
	return reliability[g[0]] * credibility[g[1]]
}

// ageing is how evidence of one class loses worth: none up to grace, then
// half each half-life, never below floor. Days.
type ageing struct{ halfLife, grace, floor float64 }

var classes = map[string]ageing{
	"dns":          {30, 2, 0}, // and TLS, HTTP
	"ports":        {14, 0, 0},
	"reputation":   {7, 0, 0},
	"phishing":     {3, 0, 0},
	"registration": {180, 7, 0},
	"breach":       {1095, 90, .2},
	"credentials":  {730, 30, .2},
	"filings":      {365, 30, .1},
}

// worth returns the share that is left after an age.
func (a ageing) worth(age time.Duration) float64 {
	days := age.Hours() / 24
	if days <= a.grace {
		return 1
	}
	return max(a.floor, math.Exp2(-(days-a.grace)/a.halfLife))
}

// evidence is one observation as it bears on a finding.
type evidence struct {
	origin   string
	worth    float64 // quality after ageing, 0..1
	supports bool
}

// confidence unites evidence by noisy-or over origins: two sources that pass
// on one origin's knowledge count once, by the better of the two. What
// contradicts counts the same way, against.
func confidence(es []evidence) float64 {
	groups := [2]map[string]float64{{}, {}}
	for _, e := range es {
		i := 0
		if !e.supports {
			i = 1
		}
		groups[i][e.origin] = max(groups[i][e.origin], e.worth)
	}
	return either(groups[0]) * (1 - either(groups[1]))
}

// either is the noisy-or of some shares, taken in a fixed order so that equal
// input gives equal bits.
func either(by map[string]float64) float64 {
	none := 1.0
	for _, k := range sorted(by) {
		none *= 1 - by[k]
	}
	return 1 - none
}
