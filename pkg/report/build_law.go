package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"osint/pkg/pipeline"
)

// LawOf returns what a case rests on in law up to its very last line, with
// what [Build] leaves out because it came after the last line that it renders:
// papers are as of now. nil where there is nothing to say.
func LawOf(c *pipeline.Case, o Options) (*Law, []Compliance) {
	t := newTeller(c, o)
	return lawOf(c, t, c.Seq), complianceOf(c, t)
}

// lawOf is [LawOf] up to a line.
func lawOf(c *pipeline.Case, t *teller, last uint64) *Law {
	l := &Law{Lists: []LawDocument{}, Stale: []string{}, Mandate: LawMandate{Jurisdictions: []string{}}}
	l.Targets, l.Unknown = targetsOf(c), unknownsOf(c)
	l.Personal, l.Quarantined = personalOf(c)
	l.Transfers = transfersOf(c)
	l.acts(c, t, last)
	var ref *pipeline.LawRef
	if c.Opened != nil {
		ref = c.Opened.Law
	}
	if ref == nil {
		if len(l.Personal)+len(l.Transfers)+len(l.Disclosures)+len(l.Erasures)+len(l.Targets) == 0 {
			return nil
		}
		if o := c.Opened; o != nil {
			l.Mandate.Purpose, l.Mandate.Basis, l.Mandate.Reference = t.text(o.Purpose), t.text(o.LawfulBasis), t.text(o.Reference)
		}
		return l
	}
	l.Consulted, l.Stale = len(ref.Frameworks) > 0, orEmpty(ref.Stale)
	for _, d := range ref.Lists {
		l.Lists = append(l.Lists, LawDocument{d.ID, d.Version, d.SHA256})
	}
	l.documents(c, ref, t)
	if n := ref.RetentionDays; n > 0 {
		end := c.Began.UTC().AddDate(0, 0, n)
		l.Retention = Retention{n, &end}
	}
	return l
}

// documents reads of the organisation and the mandate what a report shows. The
// keys are those of their documents.
func (l *Law) documents(c *pipeline.Case, ref *pipeline.LawRef, t *teller) {
	if d := ref.Organisation; d != nil {
		var o struct {
			Organisation struct {
				Name string `json:"legal_name"`
			}
		}
		_ = json.Unmarshal(ref.Organised, &o) // what is not there is not shown
		l.Organisation = LawOrganisation{d.ID, t.text(o.Organisation.Name), d.Version, d.SHA256}
	}
	var m struct {
		Metadata struct{ Reference, Date string }
		Purpose  string
		Basis    string
		Target   struct{ Jurisdictions []string }
		Refs     struct {
			Tool string `json:"transfer_tool"`
		} `json:"references"`
	}
	_ = json.Unmarshal(ref.Mandate, &m) // likewise
	l.Mandate = LawMandate{cmp.Or(t.text(m.Metadata.Reference), t.text(c.Opened.Reference)), m.Metadata.Date,
		cmp.Or(t.text(m.Purpose), t.text(c.Opened.Purpose)), cmp.Or(t.text(m.Basis), t.text(c.Opened.LawfulBasis)), orEmpty(m.Target.Jurisdictions), m.Refs.Tool}
}

// lawRulings calls f once for each ruling of law: the last word on each
// collector and entity, and on each person.
func lawRulings(c *pipeline.Case, f func(e pipeline.Entity, collector string, r *pipeline.Ruling)) {
	type pair struct {
		entity    pipeline.Entity
		collector string
	}
	last := map[pair]*pipeline.Ruling{}
	var order []pair
	put := func(p pair, r *pipeline.Ruling) {
		if last[p] == nil {
			order = append(order, p)
		}
		last[p] = r
	}
	for _, x := range c.Rulings {
		for i := range x.Groups {
			g := &x.Groups[i]
			if len(g.Collectors) == 0 {
				put(pair{entity: x.Lead.Entity}, &g.Ruling)
			}
			for _, col := range g.Collectors {
				put(pair{x.Lead.Entity, col}, &g.Ruling)
			}
		}
	}
	for _, p := range order {
		if last[p].Law != nil {
			f(p.entity, p.collector, last[p])
		}
	}
}

func targetsOf(c *pipeline.Case) []LawTarget {
	type key struct{ kind, where, minor string }
	out := []LawTarget{}
	at := map[key]int{}
	seen := map[pipeline.Entity]key{}
	lawRulings(c, func(e pipeline.Entity, _ string, r *pipeline.Ruling) {
		x := r.Law.Target
		k := key{x.Kind, join(x.Jurisdictions), x.Minor}
		if was, known := seen[e]; known && was == k {
			return
		}
		seen[e] = k
		if _, known := at[k]; !known {
			at[k] = len(out)
			out = append(out, LawTarget{Kind: x.Kind, Jurisdictions: orEmpty(x.Jurisdictions), Minor: x.Minor})
		}
		out[at[k]].Count++
	})
	slices.SortStableFunc(out, func(a, b LawTarget) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(join(a.Jurisdictions), join(b.Jurisdictions)), cmp.Compare(a.Minor, b.Minor))
	})
	return out
}

func unknownsOf(c *pipeline.Case) []LawUnknown {
	by := map[string]*LawUnknown{}
	lawRulings(c, func(_ pipeline.Entity, _ string, r *pipeline.Ruling) {
		met := map[string]bool{}
		for _, x := range r.Law.Fired {
			for _, fact := range x.Unknown {
				if by[fact] == nil {
					by[fact] = &LawUnknown{Fact: fact, Rules: []string{}}
				}
				by[fact].Rules = insert(by[fact].Rules, x.Rule)
				if !met[fact] {
					by[fact].Rulings++
				}
				met[fact] = true
			}
		}
	})
	out := []LawUnknown{}
	for _, fact := range sortedKeys(by) {
		out = append(out, *by[fact])
	}
	return out
}

func personalOf(c *pipeline.Case) (out []PersonalData, quarantined int) {
	by := map[pipeline.Category]*PersonalData{}
	get := func(k pipeline.Category) *PersonalData {
		if by[k] == nil {
			by[k] = &PersonalData{Category: k, Class: k.Class(), Collectors: []string{}}
		}
		return by[k]
	}
	for _, o := range c.Observations {
		if !o.Category.Personal() {
			continue
		}
		p := get(o.Category)
		p.Observations++
		p.Collectors = insert(p.Collectors, o.Collector)
		for _, id := range o.Exchanges {
			if x := c.Exchange(id); x != nil && (p.First == nil || x.At.Before(*p.First)) {
				at := x.At.UTC()
				p.First = &at
			}
		}
	}
	for _, w := range c.Withheld {
		if w.Excess() {
			quarantined += w.Count
		}
		if w.Category.Personal() {
			p := get(w.Category)
			p.Withheld += w.Count
			p.Collectors = insert(p.Collectors, w.Task.Collector)
		}
	}
	out = []PersonalData{}
	for _, k := range pipeline.Categories() {
		if by[k] != nil {
			out = append(out, *by[k])
		}
	}
	return out, quarantined
}

// transfersOf counts the questions about sealed entities that left, by source
// and kind. What a cache answered left nothing.
func transfersOf(c *pipeline.Case) []Transfer {
	type key struct {
		collector, source string
		kind              pipeline.Kind
	}
	by := map[key]*Transfer{}
	subjects := map[key]map[string]bool{}
	var order []key
	for _, x := range c.Exchanges {
		e := x.Task.Subject
		if x.Cached || !e.Sealed() && !e.Personal() {
			continue
		}
		k := key{x.Task.Collector, x.Source, e.Kind}
		t := by[k]
		if t == nil {
			t = &Transfer{Collector: k.collector, Source: k.source, Kind: k.kind, First: x.At.UTC(), Last: x.At.UTC(), Country: countryOf(c, k.collector)}
			by[k], subjects[k] = t, map[string]bool{}
			order = append(order, k)
		}
		t.Questions++
		subjects[k][e.Value] = true
		t.First, t.Last = earlier(t.First, x.At.UTC()), later(t.Last, x.At.UTC())
	}
	out := []Transfer{}
	for _, k := range order {
		by[k].Subjects = len(subjects[k])
		out = append(out, *by[k])
	}
	slices.SortStableFunc(out, func(a, b Transfer) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Collector, b.Collector), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// countryOf returns the country that a collector's endpoint was declared to be
// in when the case was opened.
func countryOf(c *pipeline.Case, collector string) string {
	for _, r := range refs(c) {
		if r.Name == collector {
			return r.Country
		}
	}
	return ""
}
