package main

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// A plannedSource is one source that is asked about some target, and how much it
// lets be asked.
type plannedSource struct {
	Source     string              `json:"source"`
	Country    string              `json:"country,omitempty"` // "" where the operator or the subject decides
	Terms      string              `json:"terms,omitempty"`
	Commercial pipeline.Permission `json:"commercial"`
	Collectors []string            `json:"collectors"`
	Sends      []pipeline.Kind     `json:"sends"` // of the targets' kinds
	Requests   int                 `json:"requests"`
	CostUSD    float64             `json:"cost_usd"`
	allowance
	Left  *int       `json:"left"`             // requests that this run may still make; null is any number
	Until *time.Time `json:"left_alone_until"` // by its own wish, or because it failed so often
}

// sum adds up what was planned.
func (p *plan) sum() {
	by, asks := map[string]*plannedSource{}, map[string]bool{}
	s := pipeline.Plan{Countries: []string{}, Sends: []pipeline.Kind{}, NotAsked: []pipeline.Unasked{}, Requests: p.Most.Requests, CostUSD: p.Most.CostUSD}
	for i, q := range p.Asked {
		spec := p.specs[i]
		asks[q.Collector] = true
		x := by[q.Source]
		if x == nil {
			src := spec.Source
			x = &plannedSource{Source: src.Name, Country: src.Country, Terms: src.Terms, Commercial: src.Commercial, Sends: []pipeline.Kind{}}
			by[q.Source] = x
			if s.Target = s.Target || src.Family == "target"; src.Family != "target" {
				s.Sources++
			}
			if src.Country != "" && !slices.Contains(s.Countries, src.Country) {
				s.Countries = append(s.Countries, src.Country)
			}
		}
		if !slices.Contains(x.Collectors, q.Collector) {
			x.Collectors = append(x.Collectors, q.Collector)
		}
		if slices.Contains(spec.Sends, q.Kind) && !slices.Contains(x.Sends, q.Kind) {
			x.Sends = append(x.Sends, q.Kind)
		}
		if slices.Contains(spec.Sends, q.Kind) && !slices.Contains(s.Sends, q.Kind) {
			s.Sends = append(s.Sends, q.Kind)
		}
		x.Requests += q.Requests
		x.CostUSD += q.CostUSD
	}
	slices.Sort(s.Countries)
	slices.Sort(s.Sends)
	s.NotAsked = p.unasked(asks)
	p.Summary, p.Sources = s, []plannedSource{}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		p.Sources = append(p.Sources, *by[name])
	}
}

// unasked counts the collectors that ask about no target, each by the first
// reason for which it does not.
func (p *plan) unasked(asks map[string]bool) []pipeline.Unasked {
	out, counted := []pipeline.Unasked{}, map[string]bool{}
	for _, n := range p.NotAsked {
		for _, name := range n.Collectors {
			if asks[name] || counted[name] {
				continue
			}
			counted[name] = true
			i := slices.IndexFunc(out, func(u pipeline.Unasked) bool { return u.Why == n.Why })
			if i < 0 {
				i, out = len(out), append(out, pipeline.Unasked{Why: n.Why})
			}
			out[i].Collectors++
		}
	}
	slices.SortFunc(out, func(a, b pipeline.Unasked) int {
		return cmp.Or(b.Collectors-a.Collectors, cmp.Compare(a.Why, b.Why))
	})
	return out
}

// whyNot says in a word or two why a question is not put, so that reasons can be
// counted.
func whyNot(r pipeline.Ruling) string {
	switch {
	case r.Verdict == pipeline.ReviewIt:
		return "for review"
	case r.Law != nil:
		return "by law"
	case r.Rule == pipeline.RuleNoKey:
		return "no key"
	case r.Rule == compliance.RuleOnRequest:
		return "on request"
	}
	family, _, _ := strings.Cut(r.Rule, ".")
	words := map[string]string{"terms": "terms", "select": "not chosen", "mode": "mode", "persons": "people", "budget": "budget", "endpoints": "country",
		"tlp": "label", "suppression": "left alone", "categories": "data", "scope": "scope", "manifest": "manifest"}
	return cmp.Or(words[family], family)
}

// stock adds what this machine knows of the sources: what of their allowances is
// used, which are left alone, and what was spent. A lab's are our own.
func (c *console) stock(ctx context.Context, p *plan, r *reach, now time.Time) {
	p.Unattended = r.alone(c)
	p.Money.Day = p.Limits.CostUSDDay
	known := c.allowances(ctx)
	for i := range p.Sources {
		s := &p.Sources[i]
		s.allowance = known[s.Source]
		s.judge(now)
	}
	if p.Lab == "" {
		turns, spent, err := collectors.ReadTurns(c.places(false).state, now)
		if err != nil {
			c.say("osint: what was asked today is not known: %v", err)
		}
		p.Money.Today = spent
		for _, t := range turns {
			i := slices.IndexFunc(p.Sources, func(s plannedSource) bool { return s.Source == t.Source })
			if i < 0 {
				continue
			}
			p.Sources[i].used(t, now)
			if until := later(t.Until, t.Again).UTC().Truncate(time.Second); until.After(now) {
				p.Sources[i].Until = &until
			}
		}
	}
	for i := range p.Sources {
		if left := p.Sources[i].left(p.Unattended); left >= 0 {
			p.Sources[i].Left = &left
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
