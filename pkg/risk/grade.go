package risk

import "osint/pkg/pipeline"

// What a source's reliability (A to F) and a statement's credibility (1 to 6)
// count for. F and 6 mean unknown, not bad.
var (
	reliability = [...]float64{'A' - 'A': .95, 'B' - 'A': .85, 'C' - 'A': .70, 'D' - 'A': .40, 'E' - 'A': .10, 'F' - 'A': .50}
	credibility = [...]float64{'1' - '1': .95, '2' - '1': .80, '3' - '1': .60, '4' - '1': .30, '5' - '1': .05, '6' - '1': .50}
)

// measured is what our own live measurement counts for.
const measured = .98

// quality returns what an observation of a grade is worth believing, 0..1. A
// grade that is none counts as unknown in both respects.
func quality(g pipeline.Grade) float64 {
	switch {
	case g == pipeline.Own:
		return measured
	case !g.Valid():
		return quality("F6")
	}
	return reliability[g[0]-'A'] * credibility[g[1]-'1']
}
