package main

import (
	"fmt"
	"slices"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// A plan is what the gate says of the targets before anything is started: it
// is asked over the seeds, and nothing is sent, made or written. Where it is
// printed as JSON, fields are only added.
type plan struct {
	Version    int             `json:"schema_version"`
	Profile    string          `json:"profile"`
	TLP        string          `json:"tlp"`
	Lab        string          `json:"lab,omitempty"`
	Summary    pipeline.Plan   `json:"summary"`
	Asked      []question      `json:"asked"`
	NotAsked   []refused       `json:"not_asked"`
	Most       most            `json:"most"`
	Limits     planLimits      `json:"limits"`
	Sources    []plannedSource `json:"sources"`
	Unattended bool            `json:"unattended"` // what is kept for people of an allowance is left alone
	Money      spending        `json:"money"`

	specs []pipeline.Spec // of those that are asked
}

// A question is one collector's, about one target.
type question struct {
	Kind      pipeline.Kind `json:"kind"`
	Target    string        `json:"target,omitempty"` // "" is a person's, which is printed nowhere
	Collector string        `json:"collector"`
	Source    string        `json:"source"`
	Country   string        `json:"country,omitempty"` // of the source; "" where the operator or the subject decides
	Mode      pipeline.Mode `json:"mode"`
	Notices   string        `json:"who_notices"`
	OnlyIf    string        `json:"only_if,omitempty"`
	Keep      pipeline.Keep `json:"keep"`
	Rule      string        `json:"rule,omitempty"`
	Requests  int           `json:"requests"` // at most
	CostUSD   float64       `json:"cost_usd"` // at most
}

// refused is one reason for which collectors do not ask about a target.
type refused struct {
	Kind       pipeline.Kind    `json:"kind"`
	Target     string           `json:"target,omitempty"`
	Verdict    pipeline.Verdict `json:"verdict,omitempty"`
	Rule       string           `json:"rule,omitempty"`
	Cite       string           `json:"cite,omitempty"`
	Why        string           `json:"why,omitempty"` // in a word or two, for counting
	Reason     string           `json:"reason"`
	Collectors []string         `json:"collectors"`
}

type most struct {
	Requests int     `json:"requests"`
	CostUSD  float64 `json:"cost_usd"`
}

type planLimits struct {
	Depth    int     `json:"depth"`
	Entities int     `json:"entities"`
	Workers  int     `json:"workers"`
	Timeout  string  `json:"timeout"`
	CostUSD  float64 `json:"cost_usd"`

	CostUSDDay *float64 `json:"cost_usd_day,omitempty"`
}

// planOf asks the gate about each target for each collector that takes it.
func (c *console) planOf(m *mandate, world string) (*plan, error) {
	gate, err := c.dryGate(m)
	if err != nil {
		return nil, err
	}
	l := m.limits
	p := &plan{Version: 1, Profile: m.profile.ID, TLP: string(gate.Label()), Lab: world, Asked: []question{}, NotAsked: []refused{},
		Limits: planLimits{l.Depth, l.Entities, l.Workers, l.Timeout.String(), l.CostUSD, l.CostUSDDay}}
	for _, seed := range m.scope.Leads() {
		taken := false
		for _, e := range c.placed() {
			if slices.Contains(e.Spec.Consumes, seed.Kind) {
				taken = true
				p.put(seed, e.Spec, gate.Ask(e.Spec, pipeline.Lead{Entity: seed, Clear: seed, Settled: true}))
			}
		}
		if !taken {
			r := refused{Kind: seed.Kind, Target: inPlan(seed), Reason: "no collector takes a " + string(seed.Kind) + instead(seed), Collectors: []string{}}
			if met, ok := gate.Meet(pipeline.Lead{Entity: seed, Clear: seed, Settled: true}); ok && seed.Personal() && met.Verdict.Strictness() >= pipeline.ReviewIt.Strictness() {
				r.Verdict, r.Rule, r.Cite, r.Reason = met.Verdict, met.Rule, met.Cite, met.Reason
			}
			p.NotAsked = append(p.NotAsked, r)
		}
	}
	p.sum()
	p.Summary.Criteria = gate.Criteria(m.scope.Leads(), p.specs)
	return p, nil
}

// dryGate returns the gate of a mandate that is asked before there is a case: it
// knows what the targets tell by their form.
func (c *console) dryGate(m *mandate) (*compliance.Gate, error) {
	gate, err := c.gate(m.profile.Policy, m.job, m.stands, nil)
	if err == nil {
		_ = gate.Event(&pipeline.Event{Opened: &pipeline.Opened{Seeds: m.scope.Seeds}}) // a gate has no error
	}
	return gate, err
}

func (p *plan) put(seed pipeline.Entity, s pipeline.Spec, r pipeline.Ruling) {
	if r.Verdict != pipeline.Allow && r.Verdict != pipeline.Redact {
		for i, n := range p.NotAsked {
			if n.Kind == seed.Kind && n.Target == inPlan(seed) && n.Rule == r.Rule && n.Reason == r.Reason {
				p.NotAsked[i].Collectors = append(n.Collectors, s.Name)
				return
			}
		}
		p.NotAsked = append(p.NotAsked, refused{seed.Kind, inPlan(seed), r.Verdict, r.Rule, r.Cite, whyNot(r), r.Reason, []string{s.Name}})
		return
	}
	q := question{Kind: seed.Kind, Target: inPlan(seed), Collector: s.Name, Source: s.Source.Name, Country: s.Source.Country, Mode: s.Mode, Notices: notices(s.Mode),
		Keep: r.Keep, Rule: r.Rule, Requests: s.Ceiling.Requests, CostUSD: s.Ceiling.CostUSD}
	if s.StandsInFor != "" {
		q.OnlyIf = s.StandsInFor + " has no answer"
	}
	p.Asked, p.specs = append(p.Asked, q), append(p.specs, s)
	p.Most.Requests += q.Requests
	p.Most.CostUSD += q.CostUSD
}

// nothing says why a run would ask nobody, or what would wait for review; ""
// if neither holds. It is what [work.nothingAsked] says of the run.
func (p *plan) nothing() string {
	var why denial
	for _, n := range p.NotAsked {
		if n.Verdict == pipeline.ReviewIt {
			return fmt.Sprintf("a ruling waits for review: %s (%s)", n.Reason, n.Rule)
		}
		why.hear(n.Rule, n.Reason)
	}
	if len(p.Asked) > 0 {
		return ""
	}
	return "nothing would be asked: " + why.text
}

// inPlan is how a target stands in a plan: a person's not at all.
func inPlan(e pipeline.Entity) string {
	if e.Personal() {
		return ""
	}
	return e.Value
}

// notices says who can notice that a collector of a mode asks.
func notices(m pipeline.Mode) string {
	switch m {
	case pipeline.Passive:
		return "an archive, not the subject"
	case pipeline.Relayed:
		return "a resolver or registry, and whom it asks"
	}
	return "the subject"
}
