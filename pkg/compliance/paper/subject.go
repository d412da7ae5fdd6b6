package paper

import (
	"slices"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// For returns the dossier for a notice to one person, who is known by some
// entities of the case: what is about others is taken out of it. shown is what
// the notice calls that person.
func (d *Dossier) For(subject []pipeline.Entity, shown string) *Dossier {
	one, law := *d, *d.Law
	one.subject, one.shown, one.Law = subject, shown, &law
	law.Personal, law.Transfers, law.Disclosures = one.personal(), one.transfers(), nil
	for _, x := range d.Law.Disclosures {
		if len(x.Clear) > 0 { // whether this person stood in it is not on record
			law.Disclosures = append(law.Disclosures, x)
		}
	}
	return &one
}

// concerns reports whether an observation is about whom the notice is for.
func (d *Dossier) concerns(o *pipeline.Observation) bool {
	if d.subject == nil {
		return o.Category.Personal()
	}
	return slices.Contains(d.subject, o.Subject) || o.Object != nil && slices.Contains(d.subject, *o.Object)
}

// personal counts what is kept of one person, by category.
func (d *Dossier) personal() (out []report.PersonalData) {
	for _, c := range pipeline.Categories() {
		p := report.PersonalData{Category: c, Class: c.Class()}
		for _, o := range d.Case.Observations {
			if o.Category != c || !c.Personal() || !d.concerns(o) {
				continue
			}
			p.Observations++
			if !slices.Contains(p.Collectors, o.Collector) {
				p.Collectors = append(p.Collectors, o.Collector)
			}
			for _, id := range o.Exchanges {
				if x := d.Case.Exchange(id); x != nil && (p.First == nil || x.At.Before(*p.First)) {
					at := x.At.UTC()
					p.First = &at
				}
			}
		}
		if p.Observations > 0 {
			out = append(out, p)
		}
	}
	return out
}

// transfers counts the questions that named one person, as the register does.
func (d *Dossier) transfers() (out []report.Transfer) {
	for _, t := range d.Law.Transfers {
		t.Subjects, t.Questions = 0, 0
		met := map[pipeline.Entity]bool{}
		for _, x := range d.Case.Exchanges {
			e := x.Task.Subject
			if x.Cached || e.Kind != t.Kind || x.Task.Collector != t.Collector || x.Source != t.Source || !slices.Contains(d.subject, e) {
				continue
			}
			if !met[e] {
				met[e] = true
				t.Subjects++
			}
			at := x.At.UTC()
			if t.Questions == 0 {
				t.First, t.Last = at, at
			}
			t.Questions++
			if at.Before(t.First) {
				t.First = at
			}
			if at.After(t.Last) {
				t.Last = at
			}
		}
		if t.Questions > 0 {
			out = append(out, t)
		}
	}
	return out
}
