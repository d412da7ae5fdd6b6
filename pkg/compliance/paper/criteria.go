package paper

import (
	"fmt"
	"slices"
	"strings"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// A criterion is one of the nine of WP248, and how it stands.
type criterion struct {
	name string
	met  *bool // nil: what would tell is not said
	why  string
}

// criteria judges the nine by the case and the mandate. What is not said to be
// done is not, as for the gate: see [compliance.Done]. What else only a person
// can tell, and nobody told, is open.
func (d *Dossier) criteria() []criterion {
	t := d.terms()
	yes, no := true, false
	said := func(name string, flag *bool, key, is, isNot string) criterion {
		switch {
		case compliance.Done(flag):
			return criterion{name, &yes, is}
		case flag == nil:
			return criterion{name, &no, "nobody said that it is done, and the rules of law took it as not done: " + key + " in the mandate"}
		}
		return criterion{name, &no, isNot}
	}
	found := func(name string, met bool, why string) criterion {
		if met {
			return criterion{name, &yes, why}
		}
		return criterion{name, &no, why}
	}
	return []criterion{
		said(compliance.Evaluation, t.PersonScore, "person_score", "people are scored or profiled", "the mandate says that nobody is scored"),
		said(compliance.Automated, t.AutomatedDecision, "automated_decision", "a decision about a person rests on it without a human", "the mandate says that no decision is automatic"),
		said(compliance.Monitoring, t.Monitoring, "monitoring", "the mandate says that it is repeated", "the mandate says that it is not repeated"),
		d.sensitive(found),
		d.large(),
		d.matching(found),
		d.vulnerable(),
		found(compliance.Innovative, false, "no collector recognises faces or infers by a language model"),
		said(compliance.BlocksAccess, t.EligibilityUse, "eligibility_use", "employment, credit, housing, insurance or a contract hangs on it", "the mandate says that no right or contract hangs on it"),
	}
}

// sensitiveOnes are categories that WP248 calls sensitive or highly personal.
var sensitiveOnes = []pipeline.Category{pipeline.Special, pipeline.Criminal, pipeline.Location, pipeline.Financial, pipeline.OfficialID, pipeline.Credential, pipeline.Content}

func (d *Dossier) sensitive(found func(string, bool, string) criterion) criterion {
	var kept, withheld []string
	for _, p := range d.Law.Personal {
		if !slices.Contains(sensitiveOnes, p.Category) {
			continue
		}
		if p.Observations > 0 {
			kept = append(kept, string(p.Category))
		} else {
			withheld = append(withheld, string(p.Category))
		}
	}
	switch {
	case kept != nil:
		return found(compliance.Sensitive, true, "the case holds "+strings.Join(kept, ", "))
	case withheld != nil:
		return found(compliance.Sensitive, true, "sources that were asked have "+strings.Join(withheld, ", ")+"; it was left out")
	}
	return found(compliance.Sensitive, false, "nothing of that kind was seen")
}

func (d *Dossier) large() criterion {
	n := 0
	for e := range d.Case.Entities {
		if e.Kind == pipeline.KindPerson && (e.Personal() || e.Sealed()) {
			n++
		}
	}
	yes, no := true, false
	met := plural(n, "person is", "persons are") + " in the case"
	switch most := d.body().LargeScale; {
	case most == 0:
		return criterion{compliance.LargeScale, nil, met + "; say from how many on it is large: organisation.large_scale"}
	case n >= most:
		return criterion{compliance.LargeScale, &yes, fmt.Sprintf("%s, and the organisation calls %d large", met, most)}
	default:
		return criterion{compliance.LargeScale, &no, fmt.Sprintf("%s, and the organisation calls %d large", met, most)}
	}
}

// matching looks for people of whom more than one source told something.
func (d *Dossier) matching(found func(string, bool, string) criterion) criterion {
	sources := map[pipeline.Entity][]string{}
	for _, o := range d.Case.Observations {
		for _, e := range about(o) {
			if !slices.Contains(sources[e], o.Source) {
				sources[e] = append(sources[e], o.Source)
			}
		}
	}
	joined, most := 0, 0
	for _, s := range sources {
		if len(s) > 1 {
			joined++
		}
		most = max(most, len(s))
	}
	if joined > 0 {
		return found(compliance.Matching, true, fmt.Sprintf("%d values about people are known from more than one source, at most from %d", joined, most))
	}
	return found(compliance.Matching, false, "no value about a person is known from more than one source")
}

// about returns the people whom an observation is about.
func about(o *pipeline.Observation) (es []pipeline.Entity) {
	if o.Subject.Personal() || o.Subject.Sealed() {
		es = append(es, o.Subject)
	}
	if o.Object != nil && (o.Object.Personal() || o.Object.Sealed()) {
		es = append(es, *o.Object)
	}
	return es
}

func (d *Dossier) vulnerable() criterion {
	yes, no := true, false
	known := len(d.Law.Targets) > 0
	for _, t := range d.Law.Targets {
		if t.Kind != "natural-person" {
			continue
		}
		switch t.Minor {
		case "yes":
			return criterion{compliance.Vulnerable, &yes, "a minor is among the people"}
		case "":
			known = false
		}
	}
	if known {
		return criterion{compliance.Vulnerable, &no, "the mandate says that nobody is a minor; other dependence, as of staff or patients, is for you to judge"}
	}
	return criterion{compliance.Vulnerable, nil, "say whether a minor, an employee or a patient is among them: target.minor in the mandate"}
}

// nine is the table of the criteria, and what they come to.
func (d *Dossier) nine() []report.Part {
	g := &report.Grid{Caption: "The nine criteria of WP248 rev.01", Columns: []report.Column{{Head: "Criterion", Width: 2}, {Head: "Met", Width: 1}, {Head: "Why", Width: 6}}}
	met, open := 0, 0
	for _, c := range d.criteria() {
		r := []report.Cell{{Text: c.name}, {Text: "no"}, {Text: c.why}}
		switch {
		case c.met == nil:
			open++
			r[1].Text, r[2].Open = "not known", true
		case *c.met:
			met++
			r[1].Text = "yes"
		}
		g.Rows = append(g.Rows, r)
	}
	text := fmt.Sprintf("%s met", plural(met, "criterion is", "criteria are"))
	switch {
	case met >= 2:
		text += ": an assessment is due before the processing begins (Art. 35(1)). Two are enough."
	case met+open >= 2:
		text += fmt.Sprintf(", and of %d it is not known: with two an assessment is due.", open)
	default:
		text += ": by these alone no assessment is due. The cases of Art. 35(3) and the lists of the authorities are to be looked at all the same."
	}
	return []report.Part{{Grid: g}, {Text: text}}
}
