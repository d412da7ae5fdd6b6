package pipeline

import (
	"fmt"
	"strings"
)

// A Plan is what was going to be asked about the targets themselves, before
// anything was. What they lead to is ruled on when it is met. No value of a
// target stands in it.
type Plan struct {
	Sources   int       `json:"sources"`            // that are asked, or stand in for one that is
	Target    bool      `json:"target"`             // the subject's own systems are asked too
	Countries []string  `json:"countries"`          // where the sources stand, sorted; where the subject or the operator decides, none
	Sends     []Kind    `json:"sends"`              // identifiers that leave this machine, sorted
	Requests  int       `json:"requests"`           // at most
	CostUSD   float64   `json:"cost_usd"`           // at most
	Criteria  *Criteria `json:"criteria,omitempty"` // nil where no law is asked
	NotAsked  []Unasked `json:"not_asked"`          // most first
}

// Criteria says which of the nine of WP248 are met, as far as is known before
// anybody is asked.
type Criteria struct {
	Met   []string `json:"met"`
	Of    int      `json:"of"`
	Known bool     `json:"known"` // else more may be: nobody said
}

// Unasked counts collectors that ask about none of the targets, for one reason.
type Unasked struct {
	Why        string `json:"why"` // in a few words: "no key"
	Collectors int    `json:"collectors"`
}

// Lines says it in two or three lines.
func (p *Plan) Lines() []string {
	asks := "asks " + plural(p.Sources, "source", "sources")
	if n := len(p.Countries); n > 0 {
		asks += " in " + plural(n, "country", "countries")
	}
	switch {
	case p.Target && p.Sources == 0:
		asks = "asks the subject's own systems"
	case p.Target:
		asks += " and the subject's own systems"
	case p.Sources == 0:
		asks = "asks nobody"
	}
	if len(p.Sends) > 0 {
		var kinds []string
		for _, k := range p.Sends {
			kinds = append(kinds, string(k))
		}
		asks += "; sends " + strings.Join(kinds, ", ")
	}
	most := fmt.Sprintf("at most %s and $%.2f for the targets themselves", plural(p.Requests, "call", "calls"), p.CostUSD)
	if c := p.Criteria; c != nil {
		atLeast := map[bool]string{false: "at least "}[c.Known]
		most += fmt.Sprintf("; WP248: %s%d of %d criteria met", atLeast, len(c.Met), c.Of)
	}
	lines := []string{asks, most}
	if len(p.NotAsked) > 0 {
		all, parts := 0, []string{}
		for _, n := range p.NotAsked {
			all += n.Collectors
			parts = append(parts, fmt.Sprintf("%d %s", n.Collectors, n.Why))
		}
		lines = append(lines, plural(all, "collector is", "collectors are")+" not asked: "+strings.Join(parts, ", "))
	}
	return lines
}
