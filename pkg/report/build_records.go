package report

import (
	"cmp"
	"slices"

	"osint/pkg/pipeline"
)

func findingsOf(c *pipeline.Case, t *teller) []Finding {
	effect, hazard := map[string]float64{}, map[string]float64{}
	if c.Assessment != nil {
		for _, x := range c.Assessment.Contributions {
			hazard[x.Family] = x.Hazard
		}
		for _, s := range c.Assessment.Sensitivity {
			effect[s.Rule] = s.Delta
		}
	}
	out := make([]Finding, 0, len(c.Findings))
	borne := borneBy(c)
	for _, f := range c.Findings {
		x := Finding{ID: f.ID, Fingerprint: f.Fingerprint, Rule: f.Rule, Family: f.Family, Title: t.text(f.Title),
			Detail: t.text(f.Detail), Severity: f.Severity, Vector: f.Vector, Confidence: f.Confidence,
			Status: cmp.Or(f.Status, pipeline.New), Subject: t.entity(f.Subject), Observations: orEmpty(f.Observations),
			Origins: []string{}, Effect: effect[f.Rule], Remediation: f.Remediation, References: orEmpty(f.References), FirstSeen: f.FirstSeen}
		if x.Status == pipeline.Suppressed {
			x.Suppression = borne[f.ID]
		}
		for _, id := range f.Observations {
			if o := c.Observation(id); o != nil && !slices.Contains(x.Origins, o.Origin) {
				x.Origins = append(x.Origins, o.Origin)
			}
		}
		slices.Sort(x.Origins)
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Effect, b.Effect), cmp.Compare(b.Severity.Rank(), a.Severity.Rank()),
			cmp.Compare(hazard[b.Family], hazard[a.Family]), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Subject.String(), b.Subject.String()))
	})
	return out
}

func entitiesOf(c *pipeline.Case, t *teller) []Entity {
	depth := c.Depths()
	asked := map[pipeline.Entity]int{}
	for _, x := range c.Tasks {
		asked[x.Key.Subject]++
	}
	out := make([]Entity, 0, len(c.Entities))
	for _, n := range c.Nodes() {
		if t.drops(nil, n.Entity) {
			continue
		}
		e := Entity{Kind: n.Entity.Kind, Value: t.entity(n.Entity).Value, InScope: n.InScope, Reason: t.text(n.Reason),
			Depth: -1, Asked: asked[n.Entity], FirstSeen: n.FirstSeen.UTC()}
		if n.Entity.Sealed() {
			e.Token = n.Entity.Value
		}
		if d, ok := depth[n.Entity]; ok {
			e.Depth = d
		}
		out = append(out, e)
	}
	return out
}

func observationsOf(c *pipeline.Case, t *teller) []Observation {
	out := make([]Observation, 0, len(c.Observations))
	for _, o := range c.Observations {
		involved := []pipeline.Entity{o.Subject}
		if o.Object != nil {
			involved = append(involved, *o.Object)
		}
		if t.drops(o.Value, involved...) {
			continue
		}
		x := Observation{ID: o.ID, Collector: o.Collector, Source: o.Source, Origin: o.Origin, Subject: t.entity(o.Subject),
			Predicate: o.Predicate, Value: t.value(o.Value), Category: o.Category, Grade: o.Grade, At: o.At.UTC(),
			Denies: o.Denies, Exchanges: orEmpty(o.Exchanges)}
		if o.Object != nil {
			object := t.entity(*o.Object)
			x.Object = &object
		}
		out = append(out, x)
	}
	return out
}

func exchangesOf(c *pipeline.Case, t *teller) []Exchange {
	out := make([]Exchange, 0, len(c.Exchanges))
	for _, x := range c.Exchanges {
		out = append(out, Exchange{ID: x.ID, Task: t.text(x.Task.String()), Source: x.Source, Operation: x.Operation,
			Locator: t.text(x.Locator), Outcome: x.Outcome, Status: x.Status, At: x.At.UTC(), Bytes: x.Bytes,
			ElapsedMS: millis(x.Elapsed), Cached: x.Cached, CostUSD: x.Cost, Kept: cmp.Or(x.Kept, pipeline.KeepNone), SHA256: x.SHA256,
			Error: t.text(x.Error), Detail: t.text(x.Detail)})
	}
	return out
}

func rulingsOf(c *pipeline.Case, t *teller) []Ruling {
	type key struct {
		verdict, rule, cite, reason, unknown, redact string
		keep                                         pipeline.Keep
	}
	type pair struct {
		entity    pipeline.Entity
		collector string
	}
	var order []key
	groups := map[key]*Ruling{}
	seen := map[key]map[pair]bool{}
	told := map[key]map[pipeline.TaskKey]bool{}
	standing := c.Standing()
	for _, r := range c.Rulings {
		for _, g := range r.Groups {
			x := g.Ruling
			k := key{string(x.Verdict), x.Rule, x.Cite, x.Reason, join(x.Unknown), join(x.Redact), x.Keep}
			if groups[k] == nil {
				order = append(order, k)
				seen[k], told[k] = map[pair]bool{}, map[pipeline.TaskKey]bool{}
				groups[k] = &Ruling{Verdict: x.Verdict, Rule: x.Rule, Cite: x.Cite, Reason: t.text(x.Reason),
					Unknown: orEmpty(x.Unknown), Redact: orEmpty(x.Redact), Keep: x.Keep, Subjects: []pipeline.Entity{}, Approved: []string{}}
			}
			group, e := groups[k], r.Lead.Entity
			group.since(e, g.Collectors, standing, told[k])
			for _, col := range g.Collectors {
				if !seen[k][pair{e, col}] {
					seen[k][pair{e, col}] = true
					group.Questions++
				}
				group.Collectors = insert(group.Collectors, col)
			}
			if anyone := (pair{entity: e}); !seen[k][anyone] {
				seen[k][anyone] = true
				if !t.drops(nil, e) {
					group.Subjects = append(group.Subjects, t.entity(e))
				}
			}
		}
	}
	out := make([]Ruling, 0, len(order))
	for _, k := range order {
		out = append(out, *groups[k])
	}
	slices.SortStableFunc(out, func(a, b Ruling) int {
		return cmp.Or(cmp.Compare(b.Verdict.Strictness(), a.Verdict.Strictness()), cmp.Compare(b.Questions, a.Questions), cmp.Compare(a.Rule, b.Rule))
	})
	return out
}

func withheldOf(c *pipeline.Case, t *teller) []Withheld {
	out := []Withheld{}
	at := map[Withheld]int{}
	for _, w := range c.Withheld {
		x := Withheld{Collector: w.Task.Collector, Predicate: w.Predicate, Category: w.Category,
			Verdict: w.Ruling.Verdict, Rule: w.Ruling.Rule, Reason: t.text(w.Ruling.Reason)}
		i, known := at[x]
		if !known {
			i = len(out)
			at[x] = i
			out = append(out, x)
		}
		out[i].Count += w.Count
	}
	slices.SortStableFunc(out, func(a, b Withheld) int {
		return cmp.Or(cmp.Compare(a.Collector, b.Collector), cmp.Compare(a.Predicate, b.Predicate), cmp.Compare(a.Rule, b.Rule))
	})
	return out
}

func insert(sorted []string, s string) []string {
	i, found := slices.BinarySearch(sorted, s)
	if found {
		return sorted
	}
	return slices.Insert(sorted, i, s)
}
