package risk

import (
	"maps"
	"math"
	"slices"
	"time"
)

const day = 24 * time.Hour

// A decay says how fast what was seen stops being true: not within the grace,
// then by half in each half-life, never below the floor.
type decay struct {
	half, grace time.Duration
	floor       float64
}

// decays are the classes that a rule may name.
var decays = map[string]decay{
	"live":         {30 * day, 2 * day, 0},  // DNS, TLS, HTTP
	"port":         {14 * day, 0, 0},        // open ports and banners
	"address":      {7 * day, 0, 0},         // what is said of an IP address
	"phishing":     {3 * day, 0, 0},         // phishing URLs
	"registration": {180 * day, 7 * day, 0}, // RDAP, WHOIS
	"breach":       {1095 * day, 90 * day, .2},
	"credential":   {730 * day, 30 * day, .2},
	"filing":       {365 * day, 30 * day, .1},
}

// classes returns the names of the decays, sorted.
func classes() []string { return slices.Sorted(maps.Keys(decays)) }

// left returns what is left, 0..1, of what was seen that long ago.
func (d decay) left(age time.Duration) float64 {
	if age <= d.grace {
		return 1
	}
	return max(d.floor, math.Exp2(-float64(age-d.grace)/float64(d.half)))
}
