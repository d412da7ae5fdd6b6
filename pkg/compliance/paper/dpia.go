package paper

import (
	"fmt"
	"slices"
	"strings"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// dpia is the draft of an impact assessment: what Art. 35(7)(a) to (d) GDPR
// want. The weighing is left to whoever signs.
func dpia(d *Dossier) *report.Paper {
	p := d.sheet("data protection impact assessment", "Data protection impact assessment", true)
	refs := d.terms().References
	p.Sections = []report.PaperSection{
		section("Whether one is due", d.nine()...),
		section("(a) What is done, and what for", d.described()...),
		section("(b) Necessity and proportion", d.necessity()...),
		section("(c) Risks for the people", d.risks()...),
		section("(d) Measures", d.measures()...),
		section("Advice and decision", points(
			fact("On file as", refs.DPIA, "the number of the finished assessment: references.dpia in the mandate"),
			fact("Data protection officer's advice", "", "ask for it and write it here (Art. 35(2))"),
			fact("View of the people", "", "seek it where that is fitting, or say why not (Art. 35(9))"),
			fact("Risk that remains", string(refs.DPIAOutcome), "judge it: low, medium or high; references.dpia_outcome in the mandate"),
			remains(string(refs.DPIAOutcome)),
			fact("Decided by", "", "name and date"))),
	}
	return p
}

// remains says what follows of a high risk.
func remains(outcome string) report.Point {
	const key = "Prior consultation"
	switch outcome {
	case "high":
		return report.Point{Key: key, Value: "the risk that remains is high: consult the authority before anything is done (Art. 36); it has 8 weeks, and 6 more", Open: true}
	case "":
		return report.Point{Key: key, Value: "depends on the risk that remains: a high one goes to the authority first (Art. 36)", Open: true}
	}
	return report.Point{Key: key, Value: "not needed for a " + outcome + " risk"}
}

func (d *Dossier) described() []report.Part {
	g := &report.Grid{Caption: "Collectors that took part", Columns: []report.Column{{Head: "Collector", Width: 2}, {Head: "Source", Width: 1.6}, {Head: "Country", Width: 1.1}, {Head: "Who notices", Width: 1.4}, {Head: "May bring of people", Width: 3.4}, {Head: "Questions", Width: 1.2, Right: true}}}
	asked := map[string]int{}
	for _, x := range d.Case.Exchanges {
		asked[x.Task.Collector]++
	}
	for _, r := range d.Case.Opened.Collectors {
		if asked[r.Name] == 0 {
			continue
		}
		var brings []string
		for _, c := range d.Specs[r.Name].Emits {
			if c.Personal() {
				brings = append(brings, string(c))
			}
		}
		g.Rows = append(g.Rows, row(r.Title, r.Source, either(r.Country, "by the target"), notices(r.Mode), either(strings.Join(brings, ", "), "nothing"), fmt.Sprint(asked[r.Name])))
	}
	parts := []report.Part{points(append(d.purpose(), fact("Interest pursued", d.interest(), "say whose interest it is and what it is"))...), d.people(), d.categories(),
		grid(g, "Nobody was asked anything.")}
	parts = append(parts, d.recipients()...)
	return append(parts, d.schedule())
}

// interest names the assessment that has the interest, if it is the basis.
func (d *Dossier) interest() string {
	if lia := d.terms().References.LIA; lia != "" {
		return "as assessed in " + lia
	}
	return ""
}

func notices(m pipeline.Mode) string {
	switch m {
	case pipeline.Passive:
		return "a third party's archive"
	case pipeline.Relayed:
		return "a registry or resolver"
	case pipeline.Active:
		return "the subject itself"
	}
	return string(m)
}

// necessity says what of it the record can tell, and asks for the rest.
func (d *Dossier) necessity() []report.Part {
	b, t := d.body(), d.terms()
	allowed, limited := b.PurposeCategories[t.Purpose]
	var beyond []string
	for _, p := range d.Law.Personal {
		if limited && p.Observations > 0 && !slices.Contains(allowed, p.Category) {
			beyond = append(beyond, string(p.Category))
		}
	}
	data := ""
	switch {
	case limited && beyond == nil:
		data = "every category kept is among those that the organisation allows for this purpose: " + list(allowed)
	case limited:
		data = "kept beyond what the organisation allows for this purpose: " + strings.Join(beyond, ", ")
	}
	withheld := 0
	for _, p := range d.Law.Personal {
		withheld += p.Withheld
	}
	data2 := fact("Data and purpose", data, "say which categories this purpose needs: organisation.purpose_categories")
	data2.Open = data2.Open || beyond != nil
	return []report.Part{points(
		fact("Lawful", basisText(either(d.Law.Mandate.Basis, d.Case.Opened.LawfulBasis)), "state the basis"),
		fact("Needed", "", "say why the purpose can't be reached with less: other sources, fewer people, no people"),
		data2,
		report.Point{Key: "Left out at the door", Value: plural(withheld, "thing about people was seen and not kept", "things about people were seen and not kept")},
		fact("Kept no longer than needed", d.limitText(), "set a limit: retention_days in the mandate"),
		d.told(),
		report.Point{Key: "Rights", Value: "access by osint subject export, erasure by osint erase, objection by osint compliance suppress; who answers, and within which time, is yours to lay down"},
	)}
}

func (d *Dossier) limitText() string {
	if e := d.Law.Retention.End; e != nil {
		return fmt.Sprintf("%d days, until %s", d.Law.Retention.Days, day(*e))
	}
	return ""
}

// told says how the person is told, by the mandate.
func (d *Dossier) told() report.Point {
	refs := d.terms().References
	switch refs.Notice {
	case "direct":
		return report.Point{Key: "Notice to the person", Value: "directly: see the notice and its clock"}
	case "exempt":
		return report.Point{Key: "Notice to the person", Value: "exempt under Art. " + exemption(string(refs.NoticeExemption)) + either(publicNotice(d.body().PublicNoticeURL), "")}
	}
	return fact("Notice to the person", "", "say who tells the person, or under which exemption nobody does: references.notice in the mandate")
}

func publicNotice(url string) string {
	if url == "" {
		return ""
	}
	return "; public notice at " + url
}

// exemption writes 14-5-b as the law does.
func exemption(s string) string {
	parts := strings.Split(s, "-")
	if len(parts) != 3 {
		return s
	}
	return parts[0] + "(" + parts[1] + ")(" + parts[2] + ")"
}

// risks lists what the record shows that may harm people. How likely and how
// grave that is, is for a person to say.
func (d *Dossier) risks() []report.Part {
	g := &report.Grid{Caption: "What may harm the people", Columns: []report.Column{{Head: "Risk", Width: 2.6}, {Head: "What the record shows", Width: 4.4}, {Head: "Likely, grave", Width: 2.6}}}
	add := func(risk, shows string) {
		g.Rows = append(g.Rows, []report.Cell{{Text: risk}, {Text: shows}, cell("", "judge both")})
	}
	v := d.Document.Coverage
	add("Something wrong is held about somebody, or about the wrong person", fmt.Sprintf("%s; %d are made by two origins or more, %d are contradicted", plural(v.Statements.Total, "statement was recorded", "statements were recorded"), v.Statements.Corroborated, v.Statements.Contradicted))
	if n := len(d.Law.Transfers); n > 0 {
		var where []string
		for _, t := range d.Law.Transfers {
			if c := either(t.Country, "a place the target decided"); !slices.Contains(where, c) {
				where = append(where, c)
			}
		}
		add("A source learns whom the investigation is about", fmt.Sprintf("questions that name a person went to %s, in %s", plural(len(d.asked()), "source", "sources"), strings.Join(where, ", ")))
	}
	if c := d.sensitive(func(n string, met bool, why string) criterion { return criterion{n, &met, why} }); *c.met {
		add("What is most personal becomes known", c.why)
	}
	if d.Law.Quarantined > 0 {
		add("A source brings more than it declared", plural(d.Law.Quarantined, "thing was", "things were")+" held back in quarantine")
	}
	if n := len(d.Law.Disclosures); n > 0 {
		add("It spreads further than was meant", plural(n, "disclosure is", "disclosures are")+" on record")
	} else {
		add("It spreads further than was meant", "no disclosure is on record; files that were copied by hand are not seen")
	}
	knows := d.told()
	if knows.Open {
		knows.Value = "nobody is said to tell the person"
	}
	add("The person does not know, and can't object", knows.Value)
	g.Rows = append(g.Rows, []report.Cell{cell("", "risks that no record shows: for freedom, work, reputation"), {Text: "–"}, cell("", "judge both")})
	return []report.Part{{Grid: g}}
}

// measures lists what the rules of law asked for, and what is in place.
func (d *Dossier) measures() []report.Part {
	g := &report.Grid{Caption: "What rules of law asked for", Columns: []report.Column{{Head: "Rule", Width: 2.4}, {Head: "What to do", Width: 5}, {Head: "Stands", Width: 2.4}}}
	for _, f := range d.Frameworks {
		for _, r := range f.Rules {
			g.Rows = append(g.Rows, []report.Cell{{Text: r.Rule + ", " + r.Cite}, {Text: r.Remedy}, d.stands(r)})
		}
	}
	return append(d.security(), grid(g, "No rule of law fired."))
}

// stands says what became of a rule that fired.
func (d *Dossier) stands(r report.LawRule) report.Cell {
	by, void := d.ApprovedBy(r)
	switch {
	case void:
		return report.Cell{Text: "approved by " + by, Open: true}
	case r.Outcome == pipeline.Deny:
		return report.Cell{Text: "refused: it was not done"}
	case r.Outcome == pipeline.Redact:
		return report.Cell{Text: "left out: " + strings.Join(r.Redact, ", ")}
	case r.Unwaived == 0:
		return report.Cell{Text: "approved by " + by, Open: !d.approvals.proved}
	}
	return report.Cell{Text: "waits for a review: osint compliance approve", Open: true}
}
