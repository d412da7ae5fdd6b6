package report

import (
	"cmp"
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// openTask is the key under which tasks are counted that began and never
// ended: the run was killed.
const openTask pipeline.Outcome = "open"

// collectorsOf sums up the tasks of each collector. What was refused or waits
// for review never became a task: the rulings say so. A collector that runs on
// request only and was not asked for took no part.
func collectorsOf(c *pipeline.Case, t *teller) []Collector {
	var out []*Collector
	by := map[string]*Collector{}
	get := func(name string) *Collector {
		if by[name] == nil {
			by[name] = &Collector{Name: name, Title: name, Outcomes: map[pipeline.Outcome]int{}, Errors: []Trouble{}}
			out = append(out, by[name])
		}
		return by[name]
	}
	if c.Opened != nil {
		for _, r := range c.Opened.Collectors {
			if c.Opened.Unrequested(r.Name) {
				continue
			}
			x := get(r.Name)
			x.Title, x.Domain, x.Mode, x.Source, x.Country = cmp.Or(r.Title, r.Name), r.Domain, r.Mode, r.Source, r.Country
		}
	}
	for _, task := range c.Tasks {
		x := get(task.Key.Collector)
		for _, e := range task.Exchanges {
			x.CostUSD += e.Cost
			if !e.Cached {
				x.Calls++
				continue
			}
			x.Cached++
			if at := e.At.UTC(); x.CachedSince == nil || at.Before(*x.CachedSince) {
				x.CachedSince = &at
			}
		}
		if task.Finished == nil {
			x.Outcomes[openTask]++
			continue
		}
		f := task.Finished
		x.ElapsedMS += millis(f.Elapsed)
		x.end(f.Outcome, t.text(f.Reason))
	}
	for _, o := range c.Observations {
		get(o.Collector).Observations++
	}
	for _, r := range lastRulings(c) {
		switch r.ruling.Verdict {
		case pipeline.Deny:
			how := pipeline.Refused
			if r.ruling.Rule == pipeline.RuleNoKey {
				how = pipeline.NoKey
			}
			get(r.collector).end(how, t.text(r.ruling.Reason))
		case pipeline.ReviewIt:
			get(r.collector).end(pipeline.Review, t.text(r.ruling.Reason))
		}
	}
	list := make([]Collector, len(out))
	for i, x := range out {
		slices.SortStableFunc(x.Errors, func(a, b Trouble) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(a.Reason, b.Reason))
		})
		list[i] = *x
	}
	return list
}

func (x *Collector) end(o pipeline.Outcome, reason string) {
	x.Outcomes[o]++
	if o == pipeline.OK || o == pipeline.Empty {
		return
	}
	for i := range x.Errors {
		if x.Errors[i].Outcome == o && x.Errors[i].Reason == reason {
			x.Errors[i].Count++
			return
		}
	}
	x.Errors = append(x.Errors, Trouble{o, reason, 1})
}

type lastRuling struct {
	entity    pipeline.Entity
	collector string
	ruling    pipeline.Ruling
}

// lastRulings returns the last word on each question that never became a
// task, in the order first asked.
func lastRulings(c *pipeline.Case) []lastRuling {
	var out []lastRuling
	at := map[pipeline.TaskKey]int{}
	for _, r := range c.Rulings {
		for _, g := range r.Groups {
			for _, col := range g.Collectors {
				k := pipeline.TaskKey{Collector: col, Subject: r.Lead.Entity}
				if c.Task(k) != nil || c.Opened.Unrequested(col) {
					continue
				}
				i, known := at[k]
				if !known {
					i = len(out)
					at[k] = i
					out = append(out, lastRuling{entity: r.Lead.Entity, collector: col})
				}
				out[i].ruling = g.Ruling
			}
		}
	}
	return out
}

func join(list []string) string { return strings.Join(list, ", ") }
