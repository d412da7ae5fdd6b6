package paper

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// controller says who is responsible.
func (d *Dossier) controller() report.Part {
	b := d.body()
	ps := []report.Point{
		fact("Controller", b.LegalName, "name it; "+from("legal_name")),
		fact("Contact", b.Contact, "say how it is reached; "+from("contact")),
		fact("Data protection officer", b.DPOContact, "say how he or she is reached, or why none is needed (Art. 37); "+from("dpo_contact")),
	}
	if d.Organisation != nil {
		ps = append(ps, report.Point{Key: "Established in", Value: list(b.Establishments)})
		if outside(b.Establishments, d.codes("eea")) {
			ps = append(ps, fact("Representative, EU", b.Representative.EU, "name one, or say why none is needed (Art. 27); "+from("representative.eu")))
		}
		if slices.Contains(d.consulted(), "uk-gdpr") && !slices.Contains(b.Establishments, "GB") {
			ps = append(ps, fact("Representative, UK", b.Representative.UK, "name one, or say why none is needed (UK GDPR Art. 27); "+from("representative.uk")))
		}
	}
	for _, name := range sorted(b.Contracts) {
		if v := b.Contracts[name]; v.Role == "joint-controller" {
			ps = append(ps, report.Point{Key: "Joint controller", Value: name + ", arrangement " + v.Ref})
		}
	}
	return points(ps...)
}

// outside reports whether none of the places is among codes; where the codes
// are not known, it can't say so.
func outside(places []compliance.Country, codes []string) bool {
	return len(codes) > 0 && !slices.ContainsFunc(places, func(c compliance.Country) bool { return slices.Contains(codes, string(c)) })
}

// codes returns a list of countries as it stands at the time of the paper.
func (d *Dossier) codes(list string) []string {
	if d.Book == nil {
		return nil
	}
	for _, l := range d.Book.Lists() {
		if l.ID == list {
			return l.At(d.Now)
		}
	}
	return nil
}

// purpose says why, on what basis, on whose order.
func (d *Dossier) purpose() []report.Point {
	m := d.Law.Mandate
	o := d.Case.Opened
	return []report.Point{
		fact("Purpose", either(m.Purpose, o.Purpose), "state it: --purpose, or purpose in the mandate"),
		fact("Legal basis", basisText(either(m.Basis, o.LawfulBasis)), "state it: --lawful-basis, or basis in the mandate"),
		fact("Order", strings.TrimSpace(either(m.Reference, o.Reference)+" "+m.Date), "name the engagement, ticket or order: --reference, or metadata.reference in the mandate"),
		fact("Investigator", o.Investigator, "say who: --investigator"),
	}
}

// basisText adds to a basis the article that has it.
func basisText(basis string) string {
	articles := map[string]string{"consent": "6(1)(a)", "contract": "6(1)(b)", "legal-obligation": "6(1)(c)", "vital-interests": "6(1)(d)", "public-task": "6(1)(e)", "legitimate-interests": "6(1)(f)",
		"recognised-legitimate-interests": "6(1)(ea) UK GDPR"}
	if a := articles[basis]; a != "" {
		return basis + " (Art. " + a + ")"
	}
	return basis
}

// people says whom the case is about, without naming anybody.
func (d *Dossier) people() report.Part {
	kinds := map[pipeline.Kind]int{}
	for e := range d.Case.Entities {
		if e.Personal() || e.Sealed() {
			kinds[e.Kind]++
		}
	}
	var has []string
	for _, k := range pipeline.Kinds() {
		if kinds[k] > 0 {
			has = append(has, plural(kinds[k], string(k), string(k)+" entities"))
		}
	}
	ps := []report.Point{{Key: "Met in the case", Value: either(strings.Join(has, ", "), "nobody: the case holds no entity that is about a person")}}
	for _, t := range d.Law.Targets {
		if t.Kind == "natural-person" {
			ps = append(ps, fact("Persons ruled on", fmt.Sprintf("%d, in %s", t.Count, either(strings.Join(t.Jurisdictions, ", "), "places that are not known")), ""),
				fact("Minors among them", map[string]string{"yes": "yes", "no": "no"}[t.Minor], "say whether they are of age: target.minor in the mandate"))
		}
	}
	return points(ps...)
}

// categories is the table of what is held of people.
func (d *Dossier) categories() report.Part {
	g := &report.Grid{Caption: "Categories of personal data", Columns: []report.Column{{Head: "Category", Width: 1.6}, {Head: "Terms (DPV 2.3)", Width: 3.4}, {Head: "Class", Width: 1.6}, {Head: "Kept", Width: 1, Right: true}, {Head: "Left out", Width: 1.1, Right: true}, {Head: "From", Width: 2.4}}}
	for _, p := range d.Law.Personal {
		g.Rows = append(g.Rows, row(string(p.Category), strings.Join(p.Category.DPV(), ", "), string(p.Class), fmt.Sprint(p.Observations), fmt.Sprint(p.Withheld), strings.Join(p.Collectors, ", ")))
	}
	return grid(g, "No personal data is held in the case, and none was withheld.")
}

// recipients says who was given something of the case.
func (d *Dossier) recipients() []report.Part {
	g := &report.Grid{Caption: "Handed out, by the record of the case", Columns: []report.Column{{Head: "At", Width: 1.8}, {Head: "To", Width: 3}, {Head: "What", Width: 2.4}, {Head: "About people, in clear", Width: 2.6}}}
	for _, x := range d.Law.Disclosures {
		g.Rows = append(g.Rows, []report.Cell{{Text: minute(x.At)}, cell(strings.TrimSpace(x.Audience+" "+x.Recipient), "say to whom"), {Text: strings.TrimSpace(x.What + " " + x.Form)},
			{Text: either(list(x.Clear), "nothing")}})
	}
	parts := []report.Part{grid(g, "That anything of the case was handed out is not on record.")}
	v := &report.Grid{Caption: "Sources that were asked about people, and are recipients of the question", Columns: []report.Column{{Head: "Source", Width: 2}, {Head: "Country", Width: 1.4}, {Head: "Role", Width: 1.8}, {Head: "Contract", Width: 4}}}
	for _, s := range d.asked() {
		c := d.body().Contracts[s.name]
		v.Rows = append(v.Rows, []report.Cell{{Text: s.name}, cell(s.country, "where its endpoint is"), cell(string(c.Role), "processor or controller of its own: organisation.contracts."+s.name),
			cell(c.Ref, "the number of the contract, or why none is needed: organisation.contracts."+s.name)})
	}
	if len(v.Rows) > 0 {
		parts = append(parts, report.Part{Grid: v})
	}
	return parts
}

type askedSource struct{ name, country string }

// asked returns the sources that were sent identifiers of people.
func (d *Dossier) asked() (out []askedSource) {
	for _, t := range d.Law.Transfers {
		s := askedSource{t.Source, t.Country}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// schedule is the table of what goes when.
func (d *Dossier) schedule() report.Part {
	g := &report.Grid{Caption: "Time limits, by class", Columns: []report.Column{{Head: "Class", Width: 1.6}, {Head: "Categories", Width: 3}, {Head: "First collected", Width: 1.8}, {Head: "Days", Width: 1, Right: true}, {Head: "Goes on", Width: 2.6}}}
	for _, class := range []pipeline.Class{pipeline.Restricted, pipeline.Confidential} {
		var cats []string
		var first time.Time
		for _, p := range d.Law.Personal {
			if p.Class != class || p.First == nil {
				continue
			}
			cats = append(cats, string(p.Category))
			if first.IsZero() || p.First.Before(first) {
				first = *p.First
			}
		}
		if cats != nil {
			g.Rows = append(g.Rows, d.limit(string(class), strings.Join(cats, ", "), first, d.days(class)))
		}
	}
	return grid(g, "Nothing about a person is kept, so that no class has a limit of its own.")
}

// limit is one row of the schedule. Every limit counts from when the case began,
// as osint retention run has it.
func (d *Dossier) limit(class, what string, first time.Time, days int) []report.Cell {
	r := []report.Cell{{Text: class}, {Text: what}, {Text: day(first)}, {Text: "–"}, {}}
	if days == 0 {
		r[4] = cell("", "set a limit: retention in the organisation's document, retention_days in the mandate")
		return r
	}
	ends := d.Case.Began.UTC().AddDate(0, 0, days)
	r[3].Text, r[4].Text = fmt.Sprint(days), day(ends)
	if !d.Now.Before(ends) {
		r[4] = report.Cell{Text: "it is over since " + day(ends) + ": osint retention run", Open: true}
	}
	return r
}

// days is for how long data of a class is kept: the shorter of what the
// organisation and the case say; 0 is not said.
func (d *Dossier) days(class pipeline.Class) int {
	days := d.Law.Retention.Days
	if m := d.terms().RetentionDays; m > 0 && (days == 0 || m < days) {
		days = m
	}
	if d.Organisation != nil {
		if n := d.Organisation.Retention.Days(class); n > 0 && (days == 0 || n < days) {
			days = n
		}
	}
	return days
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
