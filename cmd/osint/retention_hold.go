package main

import (
	"encoding/json"
	"time"

	"osint/pkg/pipeline"
)

// A hold keeps a case from retention and erasure: it is needed for a claim in law
// (GDPR Art. 17(3)(e)).
type hold struct {
	Reason string    `json:"reason"`
	By     string    `json:"by,omitempty"`
	Since  time.Time `json:"since"`
}

// holdAct is what the Noted line of a hold, or of its end, holds.
type holdAct struct {
	Hold   string `json:"hold"` // "set", "released"
	Reason string `json:"reason"`
}

// holdOn returns the hold on a case, or nil.
func holdOn(cs *pipeline.Case) (h *hold) {
	for _, e := range cs.Acts {
		var d holdAct
		if e.Noted == nil || json.Unmarshal(e.Noted.Data, &d) != nil {
			continue
		}
		switch d.Hold {
		case "set":
			h = &hold{Reason: d.Reason, By: e.Noted.By, Since: e.Time}
		case "released":
			h = nil
		}
	}
	return h
}
