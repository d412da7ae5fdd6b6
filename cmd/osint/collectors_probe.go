package main

import (
	"slices"

	"osint/pkg/collectors"
	"osint/pkg/collectors/all"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// The states of a source, as a check finds it.
const (
	alive     = "alive"
	changed   = "changed"    // answers, and not as its contract says
	down      = "down"       // no answer
	sentAway  = "sent-away"  // refuses us, or the allowance is used up
	keyless   = "no-key"     //
	refusedBy = "not-asked"  // by the profile
	unprobed  = "not-probed" // takes nothing that everybody knows
)

// probed returns whom a collector is asked about where nobody was named: in a
// world of the lab one of its own, else something that everybody knows.
func probed(s pipeline.Spec, w *lab.World) (pipeline.Entity, bool) {
	if w == nil {
		return all.Probe(s)
	}
	for _, text := range append(w.Seeds(), w.Asks()...) {
		if e, err := pipeline.ParseEntity(text); err == nil && !e.Personal() && slices.Contains(s.Consumes, e.Kind) {
			return e, true
		}
	}
	return pipeline.Entity{}, false
}

// health says of a source what the outcome says. mustTell says that an answer in
// which nothing stands is none.
func health(t *collectors.Trial, mustTell bool) string {
	switch o := t.Outcome(); o {
	case pipeline.OK, pipeline.Partial:
		return alive
	case pipeline.Empty:
		if mustTell {
			return changed
		}
		return alive
	case pipeline.Malformed:
		return changed
	case pipeline.NoKey:
		return keyless
	case pipeline.Unauthorized, pipeline.RateLimited, pipeline.QuotaExceeded, pipeline.Blocked:
		return sentAway
	case pipeline.Skipped:
		return refusedBy
	}
	return down
}
