package threat

import (
	"maps"
	"slices"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// leaks are counted by data set.
type leaks map[string]*leakCount

type leakCount struct {
	kind    string
	newest  loose.Time
	records int
	rests   []pipeline.ExchangeID
}

// add takes one record. Its name, in which anything may stand, is not told.
func (l leaks) add(x leak, rests pipeline.ExchangeID) {
	name := oneLineOf(x.Bucket.String())
	if name == "" {
		name = "unnamed"
	}
	c := l[name]
	if c == nil {
		c = &leakCount{kind: oneLineOf(x.Media.String())}
		l[name] = c
	}
	if c.records++; x.Date.After(c.newest.Time) {
		c.newest = x.Date
	}
	if !slices.Contains(c.rests, rests) {
		c.rests = append(c.rests, rests)
	}
}

func (l leaks) tell(emit collectors.Emit) {
	for _, name := range slices.Sorted(maps.Keys(l)) {
		c := l[name]
		emit(pipeline.Observation{Predicate: "leaked-in", Category: pipeline.Technical, Exchanges: c.rests,
			Value: stated(map[string]any{"dataset": name, "kind": c.kind, "date": c.newest.RFC3339(), "records": float64(c.records), "by": "Intelligence X"})})
	}
}
