package report

import (
	"cmp"
	"fmt"
	"strings"
)

// lawAdvice stands wherever the report speaks of law.
const lawAdvice = "Decision support, not legal advice: what is told here is which rules were asked and what they said."

// law is the chapter on compliance; none where the case has nothing of law and
// nothing about a person.
func (w *writer) law() []section {
	l := w.d.Law
	if l == nil {
		return nil
	}
	s := section{ID: "law", Title: "Law and people"}
	add := func(blocks ...block) { s.Blocks = append(s.Blocks, blocks...) }
	add(block{Text: lawAdvice})
	if len(w.d.Compliance) == 0 {
		add(block{Text: "No framework of law was asked about this case: the profile and its gate alone decided."})
	} else {
		add(block{Table: w.frameworks()})
	}
	for _, x := range l.Stale {
		add(block{Text: "Due for review when the case began: " + w.text(x) + "."})
	}
	add(block{Heading: "On whose behalf, and on what basis"}, block{Facts: w.lawFacts()})
	w.lawRules(add)
	w.lawPeople(add)
	w.lawWent(add)
	return []section{s}
}

func (w *writer) frameworks() *table {
	t := &table{Caption: "Frameworks that were asked", Columns: []column{{"Framework", 3, false, false}, {"Version", 1.6, false, false}, {"Reviewed", 1.6, false, false}, {"Due again", 1.9, false, false}, {"What it came to", 5, false, false}}}
	for _, c := range w.d.Compliance {
		due := cmp.Or(c.ReviewBy, "not on record")
		if c.Stale {
			due += ", overdue"
		}
		t.Rows = append(t.Rows, row{Cells: []cell{w.cell(c.Title), w.cell(c.Version), w.cell(cmp.Or(c.Reviewed, "not on record")), {Text: Safe(due)}, w.cell(c.Text)}})
	}
	return t.cut()
}

func (w *writer) lawFacts() []fact {
	l := w.d.Law
	organisation := "none was loaded"
	if o := l.Organisation; o.ID != "" {
		organisation = fmt.Sprintf("%s (%s, version %s, SHA-256 %s)", cmp.Or(o.Name, o.ID), o.ID, o.Version, clip(o.SHA256, 17))
	}
	reference := cmp.Or(l.Mandate.Reference, "not stated")
	if l.Mandate.Date != "" {
		reference += " of " + l.Mandate.Date
	}
	facts := []fact{{Key: "Organisation", Value: organisation}, {Key: "Mandate", Value: reference}, {Key: "Purpose", Value: cmp.Or(l.Mandate.Purpose, "not stated")},
		{Key: "Basis", Value: cmp.Or(l.Mandate.Basis, "not stated")}}
	if len(l.Mandate.Jurisdictions) > 0 {
		facts = append(facts, fact{Key: "Declared places", Value: join(l.Mandate.Jurisdictions)})
	}
	keep := "no time is set"
	if r := l.Retention; r.End != nil {
		keep = fmt.Sprintf("%s, until %s", plural(r.Days, "day", "days"), day(*r.End))
	}
	facts = append(facts, fact{Key: "Kept", Value: keep})
	for i := range facts {
		facts[i].Value = Safe(facts[i].Value)
	}
	return facts
}

// lawRules shows what fired, what was missing and what was approved.
func (w *writer) lawRules(add func(...block)) {
	l := w.d.Law
	fired := &table{Caption: "Rules that fired, by framework", Columns: []column{{"Rule and law", 3.2, false, false}, {"Says", 1.7, false, false}, {"Rulings", 1.1, true, false}, {"What to do", 4.6, false, false}, {"Approved as", 1.8, false, false}}}
	for _, c := range w.d.Compliance {
		for _, r := range c.Rules {
			says := string(r.Outcome)
			if len(r.Redact) > 0 {
				says += ": " + join(r.Redact)
			}
			what := r.Remedy
			if len(r.Unknown) > 0 {
				what = "Not known: " + join(r.Unknown) + ". " + what
			}
			by := join(r.Waived)
			if by != "" && r.Unwaived > 0 {
				by += fmt.Sprintf("; %s open", group(r.Unwaived))
			}
			fired.Rows = append(fired.Rows, row{Cells: []cell{w.cell(r.Rule + ", " + r.Cite), w.cell(says), w.cell(group(r.Rulings)), w.cell(what), w.cell(by)}})
		}
	}
	unknown := &table{Caption: "Facts that were missing", Columns: []column{{"Fact", 3, false, true}, {"Rulings", 1, true, false}, {"Rules that asked", 6, false, false}}}
	for _, u := range l.Unknown {
		unknown.Rows = append(unknown.Rows, row{Cells: []cell{w.cell(u.Fact), w.cell(group(u.Rulings)), w.cell(join(u.Rules))}})
	}
	waived := &table{Caption: "Approvals of what waited for review", Columns: []column{{"At", 2.7, false, true}, {"As", 1.6, false, false}, {"Rules", 3, false, false}, {"Reason", 3.8, false, false}, {"Until", 2.7, false, true}}}
	for _, x := range l.Waivers {
		waived.Rows = append(waived.Rows, row{Cells: []cell{w.cell(stamp(x.At)), w.cell(x.Approver), w.cell(join(x.Rules)), w.cell(x.Reason), w.cell(x.Expires)}})
	}
	if len(fired.Rows)+len(unknown.Rows)+len(waived.Rows) > 0 {
		add(block{Heading: "What the rules said"})
	}
	addTables(add, fired, unknown, waived)
	for _, x := range l.Waivers {
		if x.Key != "" {
			add(block{Text: fmt.Sprintf("The approval of %s in the name of %s is signed by key %s; whether it may sign, the organisation's document says.", stamp(x.At), w.text(x.Approver), w.text(x.Key))})
		}
	}
}

// addTables adds those that have rows.
func addTables(add func(...block), ts ...*table) {
	for _, t := range ts {
		if len(t.Rows) > 0 {
			add(block{Table: t.cut()})
		}
	}
}

// lawPeople shows whom it is about, and what is held of them.
func (w *writer) lawPeople(add func(...block)) {
	l := w.d.Law
	targets := &table{Caption: "Whom the rulings of law are about", Columns: []column{{"Kind", 2, false, false}, {"Places", 4, false, false}, {"Minor", 2, false, false}, {"Entities", 1.2, true, false}}}
	for _, x := range l.Targets {
		targets.Rows = append(targets.Rows, row{Cells: []cell{w.cell(x.Kind), w.cell(cmp.Or(join(x.Jurisdictions), "not known")), w.cell(cmp.Or(x.Minor, "not known")), w.cell(group(x.Count))}})
	}
	held := &table{Caption: "What is held of people, by category", Columns: []column{{"Category", 2, false, false}, {"Class", 2, false, false}, {"Kept", 1, true, false}, {"Left out", 1.2, true, false}, {"Collectors", 4, false, false}}}
	for _, p := range l.Personal {
		held.Rows = append(held.Rows, row{Cells: []cell{w.cell(string(p.Category)), w.cell(string(p.Class)), w.cell(group(p.Observations)), w.cell(group(p.Withheld)), w.cell(join(p.Collectors))}})
	}
	if len(targets.Rows)+len(held.Rows) > 0 {
		add(block{Heading: "People"})
	}
	addTables(add, targets, held)
	if l.Quarantined > 0 {
		add(block{Text: plural(l.Quarantined, "thing was", "things were") + " seen that a collector had declared not to bring: withheld in quarantine, and not stored."})
	}
}

// lawWent shows what left this machine, was handed out, and was erased.
func (w *writer) lawWent(add func(...block)) {
	l := w.d.Law
	left := &table{Caption: "Identifiers of people that left for a source", Columns: []column{{"Country", 1.8, false, false}, {"Source", 2.2, false, false}, {"Kind", 1.5, false, false}, {"People", 1.1, true, false}, {"Questions", 1.3, true, false}, {"First", 2.7, false, true}, {"Last", 2.7, false, true}}}
	for _, x := range l.Transfers {
		left.Rows = append(left.Rows, row{Cells: []cell{w.cell(cmp.Or(x.Country, "by the target")), w.cell(x.Source), w.cell(string(x.Kind)), w.cell(group(x.Subjects)), w.cell(group(x.Questions)), w.cell(stamp(x.First)), w.cell(stamp(x.Last))}})
	}
	out := &table{Caption: "What was handed out, up to the last line rendered", Columns: []column{{"At", 2.7, false, true}, {"By", 1.8, false, false}, {"What", 3, false, false}, {"To", 3, false, false}, {"In clear", 2.4, false, false}}}
	for _, x := range l.Disclosures {
		to := strings.TrimSpace(x.Audience + " " + x.Recipient)
		out.Rows = append(out.Rows, row{Cells: []cell{w.cell(stamp(x.At)), w.cell(x.By), w.cell(strings.TrimSpace(x.What + " " + x.Form)), w.cell(cmp.Or(to, "not stated")), w.cell(cmp.Or(joinTexts(x.Clear), "nothing about people"))}})
	}
	gone := &table{Caption: "What was erased", Columns: []column{{"At", 2.7, false, true}, {"By", 1.8, false, false}, {"What", 2.4, false, false}, {"Reason", 3.6, false, false}, {"Keys", 1, true, false}, {"Texts", 1, true, false}, {"Copies with", 2.2, false, false}}}
	for _, x := range l.Erasures {
		gone.Rows = append(gone.Rows, row{Cells: []cell{w.cell(stamp(x.At)), w.cell(x.By), w.cell(x.What), w.cell(x.Reason), w.cell(group(x.Keys)), w.cell(group(x.Texts)), w.cell(cmp.Or(join(x.Recipients), "nobody on record"))}})
	}
	add(block{Heading: "What went where"})
	if len(left.Rows) == 0 {
		add(block{Text: "No identifier of a person left this machine for a source."})
	}
	addTables(add, left, out, gone)
	if len(out.Rows) == 0 {
		add(block{Text: "That anything was handed out is not on record."})
	}
}
