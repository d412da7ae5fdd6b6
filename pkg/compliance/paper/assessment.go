package paper

import (
	"fmt"
	"strings"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// assessment says what each framework of law said of the case, and how it
// stands.
func assessment(d *Dossier) *report.Paper {
	p := d.sheet("assessment by law", "Assessment of the case by law", false)
	p.Notice = append(p.Notice, d.Standing())
	p.Sections = []report.PaperSection{section("How it stands, by framework", d.byFramework()), section("On what it rests", points(d.purpose()...), d.documents())}
	for _, f := range d.Frameworks {
		if len(f.Rules) > 0 {
			p.Sections = append(p.Sections, section(f.Title, d.fired(f)...))
		}
	}
	p.Sections = append(p.Sections,
		section("Facts that are missing", d.unknown()),
		section("Approvals", d.waivers()),
		section("People", d.people(), d.categories()),
		section("What went where", append(d.transferParts(), d.recipients()...)...),
		section("Until when it is kept", points(d.end())))
	return p
}

// Status is how the case stands under a framework by its own lines: "refused", "open",
// "approved", "redacted", "clear", or "not applied".
func Status(c report.Compliance) string {
	s := "clear"
	if c.Applied == 0 && len(c.Rules) == 0 {
		return "not applied"
	}
	rank := map[string]int{"clear": 0, "redacted": 1, "approved": 2, "open": 3, "refused": 4}
	for _, r := range c.Rules {
		is := "redacted"
		switch {
		case r.Outcome == pipeline.Deny:
			is = "refused"
		case r.Outcome == pipeline.ReviewIt && r.Unwaived > 0:
			is = "open"
		case r.Outcome == pipeline.ReviewIt:
			is = "approved"
		}
		if rank[is] > rank[s] {
			s = is
		}
	}
	return s
}

// Standing says in one sentence how the case stands.
func (d *Dossier) Standing() string {
	if len(d.Frameworks) == 0 {
		return "No framework of law was asked about this case."
	}
	count := map[string]int{}
	for _, f := range d.Frameworks {
		count[d.Status(f)]++
	}
	switch {
	case d.Void():
		return "Something was asked under an approval that does not hold by today's document: what it brought stays in the case until it is erased."
	case count["open"] > 0:
		return fmt.Sprintf("Something waits for a review under %s: osint compliance approve.", plural(count["open"], "framework", "frameworks"))
	case count["refused"] > 0:
		return fmt.Sprintf("Something was refused under %s, and was not done; nothing waits for a review.", plural(count["refused"], "framework", "frameworks"))
	}
	return "Nothing was refused, and nothing waits for a review."
}

func (d *Dossier) byFramework() report.Part {
	g := &report.Grid{Caption: "Frameworks", Columns: []report.Column{{Head: "Framework", Width: 2.6}, {Head: "Version", Width: 1.4}, {Head: "Reviewed", Width: 1.5}, {Head: "Due again", Width: 1.8}, {Head: "Stands", Width: 1.4}, {Head: "What it came to", Width: 4}}}
	for _, f := range d.Frameworks {
		due := report.Cell{Text: either(f.ReviewBy, "not on record")}
		if f.ReviewBy != "" && day(d.Now) > f.ReviewBy {
			due = report.Cell{Text: "it was to be reviewed by " + f.ReviewBy, Open: true}
		}
		g.Rows = append(g.Rows, []report.Cell{{Text: f.Title}, {Text: f.Version}, {Text: either(f.Reviewed, "not on record")}, due, {Text: d.Status(f)}, {Text: f.Text}})
	}
	return grid(g, "No framework of law was asked: the profile and its gate alone decided.")
}

func (d *Dossier) documents() report.Part {
	l := d.Law
	org := ""
	if o := l.Organisation; o.ID != "" {
		org = fmt.Sprintf("%s, version %s, SHA-256 %s", either(o.Name, o.ID), o.Version, o.SHA256)
	}
	var lists []string
	for _, x := range l.Lists {
		lists = append(lists, x.ID+" "+x.Version)
	}
	return points(fact("Organisation's document", org, "the case was run without one: OSINT_POLICY"),
		report.Point{Key: "Profile", Value: d.Case.Opened.Profile.Name},
		report.Point{Key: "Lists", Value: either(strings.Join(lists, ", "), "none")})
}

func (d *Dossier) fired(f report.Compliance) []report.Part {
	g := &report.Grid{Caption: "Rules that fired, strictest first", Columns: []report.Column{{Head: "Rule and law", Width: 2.6}, {Head: "Says", Width: 1.4}, {Head: "Rulings", Width: .9, Right: true}, {Head: "Asked by", Width: 1.8}, {Head: "What to do", Width: 3.8}, {Head: "Stands", Width: 2}}}
	for _, r := range f.Rules {
		what := r.Remedy
		if len(r.Unknown) > 0 {
			what = "Not known: " + strings.Join(r.Unknown, ", ") + ". " + what
		}
		g.Rows = append(g.Rows, []report.Cell{{Text: r.Rule + ", " + r.Cite}, {Text: string(r.Outcome)}, {Text: fmt.Sprint(r.Rulings)}, {Text: either(strings.Join(r.Collectors, ", "), "no collector")}, {Text: what}, d.stands(r)})
	}
	return []report.Part{{Grid: g}}
}

func (d *Dossier) unknown() report.Part {
	g := &report.Grid{Caption: "Facts, and the rules that asked for them", Columns: []report.Column{{Head: "Fact", Width: 2.6}, {Head: "Rulings", Width: 1, Right: true}, {Head: "Rules", Width: 4}, {Head: "Where it is said", Width: 3}}}
	for _, u := range d.Law.Unknown {
		g.Rows = append(g.Rows, []report.Cell{{Text: u.Fact}, {Text: fmt.Sprint(u.Rulings)}, {Text: strings.Join(u.Rules, ", ")}, {Text: where(u.Fact), Open: true}})
	}
	return grid(g, "No fact was missing that a rule asked for.")
}

// where says in which document a fact is stated.
func where(fact string) string {
	switch area, name, _ := strings.Cut(fact, "."); area {
	case "org":
		return "the organisation's document (organisation." + name + ")"
	case "target":
		return "the mandate (target." + name + ")"
	case "job":
		if ref, ok := strings.CutSuffix(name, "_ref"); ok {
			return "the mandate (references." + ref + ")"
		}
		return "the mandate (" + name + ")"
	case "collector":
		return "the collector, or the target, decides it"
	case "list":
		return "a list that is out of date"
	}
	return "the case"
}
