package report

import (
	"fmt"
	"strings"

	"osint/pkg/pipeline"
)

// Absent is a target that does not exist or leads nowhere, and by whose word.
type Absent struct {
	Subject      pipeline.Entity       `json:"subject"` // a domain: where a target lies below one, that one
	Registered   bool                  `json:"registered"`
	Text         string                `json:"text"`
	Observations []string              `json:"observations"`
	Exchanges    []pipeline.ExchangeID `json:"exchanges"` // the answers that say so
}

// absentOf tells the targets that are denied to exist, each domain once, and
// the hosts that lead nowhere.
func absentOf(c *pipeline.Case, t *teller) []Absent {
	out := []Absent{}
	if c.Opened == nil {
		return out
	}
	told := map[pipeline.Entity]bool{}
	for _, seed := range c.Opened.Seeds {
		e, denied := seed.Registrable(), c.Absent(seed)
		if len(denied) == 0 {
			if e = seed; seed.Kind == pipeline.KindURL {
				e = seed.Site()
			}
			denied = unresolved(c, e)
		}
		if len(denied) > 0 && !told[e] {
			told[e] = true
			out = append(out, absent(c, e, denied, t))
		}
	}
	return out
}

// unresolved returns what says that a host has no address; nil if it has one.
// A domain without one may still take mail.
func unresolved(c *pipeline.Case, host pipeline.Entity) (denied []*pipeline.Observation) {
	n := c.Entities[host]
	if n == nil || host.Kind != pipeline.KindHost {
		return nil
	}
	for _, o := range n.Out {
		switch {
		case o.Predicate != "resolves-to":
		case !o.Denies:
			return nil
		default:
			denied = append(denied, o)
		}
	}
	return denied
}

// denials are what each predicate says in a sentence where it is denied.
var denials = map[pipeline.Predicate]string{
	"registration": "its registry has no record of it",
	"in-dns":       "DNS says that there is no such name",
	"resolves-to":  "DNS has no address for it",
}

func absent(c *pipeline.Case, e pipeline.Entity, denied []*pipeline.Observation, t *teller) Absent {
	a := Absent{Subject: t.entity(e), Observations: []string{}, Exchanges: []pipeline.ExchangeID{}}
	for _, o := range c.Entities[e].Out {
		a.Registered = a.Registered || o.Predicate == "registration" && !o.Denies
	}
	what := " does not exist: "
	switch {
	case a.Registered:
		what = " is registered and does not resolve: "
	case denied[0].Predicate == "resolves-to":
		what = " does not resolve: "
	}
	told := map[pipeline.Predicate]bool{}
	var parts []string
	for _, o := range denied {
		a.Observations = append(a.Observations, o.ID)
		a.Exchanges = append(a.Exchanges, o.Exchanges...)
		if !told[o.Predicate] {
			told[o.Predicate] = true
			parts = append(parts, fmt.Sprintf("%s (%s)", denials[o.Predicate], joinTexts(o.Exchanges[:min(1, len(o.Exchanges))])))
		}
	}
	a.Text = a.Subject.Value + what + strings.Join(parts, ", and ") + "."
	return a
}

// absentLine says which targets do not exist; "" if all do or nobody says.
func absentLine(d *Document) string {
	switch as := d.Summary.Absent; len(as) {
	case 0:
		return ""
	case 1, 2:
		var texts []string
		for _, a := range as {
			texts = append(texts, a.Text)
		}
		return strings.Join(texts, " ")
	default:
		var names []string
		for _, a := range as {
			names = append(names, a.Subject.Value)
		}
		if n := len(names); n > 4 {
			names = append(names[:4], fmt.Sprintf("%d more", n-4))
		}
		return fmt.Sprintf("%d targets do not exist, by what their registries or DNS say: %s.", len(as), strings.Join(names, ", "))
	}
}
