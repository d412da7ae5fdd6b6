package paper

import (
	"fmt"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// retention is the schedule of what goes when.
func retention(d *Dossier) *report.Paper {
	p := d.sheet("schedule of retention", "Schedule of retention", false)
	g := &report.Grid{Caption: "The case and what belongs to it", Columns: []report.Column{{Head: "What", Width: 2.4}, {Head: "Since", Width: 1.6}, {Head: "Days", Width: 1, Right: true}, {Head: "Goes on", Width: 4}}}
	add := func(what string, days int) {
		l := d.limit("", "", d.Case.Began, days)
		g.Rows = append(g.Rows, []report.Cell{{Text: what}, l[2], l[3], l[4]})
	}
	add("The case, its evidence and its keys", d.days(pipeline.Internal))
	if d.Organisation != nil && d.Organisation.Retention.Reports > 0 {
		add("Rendered reports and papers", d.Organisation.Retention.Reports)
	} else {
		add("Rendered reports and papers", d.days(pipeline.Internal))
	}
	ps := []report.Point{d.end()}
	if d.Organisation != nil {
		ps = append(ps, report.Point{Key: "Longest, by the organisation", Value: fmt.Sprintf("%d days", d.Organisation.Retention.MaxDays)})
	}
	p.Sections = []report.PaperSection{
		section("Data about people, by class", d.schedule(), note("A limit counts from when the case began. The shorter of what the organisation and the mandate say holds.")),
		section("The whole", report.Part{Grid: g}, points(ps...)),
		section("What was erased already", d.erased()...),
		section("What stays", text("The record stays: who asked what and when, under which ruling, and that something was erased, when, why and by whom. It holds no value about a person in clear, and every digest in it stays true.")),
	}
	return p
}

func (d *Dossier) erased() []report.Part {
	g := &report.Grid{Caption: "Erasures", Columns: []report.Column{{Head: "At", Width: 1.8}, {Head: "By", Width: 1.4}, {Head: "What", Width: 2}, {Head: "Reason", Width: 3}, {Head: "Keys", Width: .8, Right: true}, {Head: "Texts", Width: .8, Right: true}, {Head: "Had copies", Width: 2}}}
	for _, x := range d.Law.Erasures {
		names := ""
		for i, r := range x.Recipients {
			if i > 0 {
				names += ", "
			}
			names += r
		}
		g.Rows = append(g.Rows, row(minute(x.At), x.By, x.What, x.Reason, fmt.Sprint(x.Keys), fmt.Sprint(x.Texts), either(names, "nobody on record")))
	}
	return []report.Part{grid(g, "Nothing was erased.")}
}
