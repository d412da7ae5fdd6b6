package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"osint/pkg/report"
)

// render writes the answer.
func (d *accessDoc) render(w io.Writer, format string) error {
	if format == "json" {
		return indented(d)(w)
	}
	for _, f := range report.PaperFormats() {
		if f.Name == format {
			return f.Render(w, d.paper())
		}
	}
	return fmt.Errorf("there is no format %s", format)
}

// paper is the answer as people read it.
func (d *accessDoc) paper() *report.Paper {
	p := &report.Paper{SchemaVersion: report.PaperVersion, Name: "access", Kind: "answer to a request for access", Title: "What is held about you", TLP: "TLP:RED",
		Subtitle: strings.Join(d.Subject, ", "), Date: d.At, Author: d.Controller.Name, Tool: "osint " + thisBuild().Version,
		Notice: []string{"This shows personal data in clear. It is for the person named above alone."}}
	controller := []report.Point{{Key: "Who holds it", Value: or1(d.Controller.Name, "name the controller"), Open: d.Controller.Name == ""},
		{Key: "Contact", Value: or1(d.Controller.Contact, "give a contact"), Open: d.Controller.Contact == ""}}
	if d.Controller.DPO != "" {
		controller = append(controller, report.Point{Key: "Data protection officer", Value: d.Controller.DPO})
	}
	p.Sections = append(p.Sections, report.PaperSection{Title: "Who answers", Parts: []report.Part{{Points: controller}}})
	if len(d.Cases) == 0 {
		p.Sections = append(p.Sections, report.PaperSection{Title: "What is held", Parts: []report.Part{{Text: "Nothing is held about you under these identifiers."}}})
	}
	for _, x := range d.Cases {
		p.Sections = append(p.Sections, x.section())
	}
	p.Sections = append(p.Sections, report.PaperSection{Title: "What you may ask for", Parts: []report.Part{{List: []string{
		"that what is wrong is put right, and what is missing added",
		"that it is erased, or its use restricted",
		"that it is no longer used, on grounds that are yours",
		"and you may complain to a supervisory authority"}}}})
	p.Count()
	return p
}

func or1(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// section tells of one case.
func (x *accessCase) section() report.PaperSection {
	day := func(at time.Time) string {
		if at.IsZero() {
			return "no limit is set"
		}
		return at.Format(time.DateOnly)
	}
	why := report.Point{Key: "Purpose", Value: or1(x.Purpose, "say why this was done"), Open: x.Purpose == ""}
	basis := report.Point{Key: "Legal basis", Value: or1(x.Basis, "say on what it rests in law"), Open: x.Basis == ""}
	about := x.About
	if x.Target {
		about = "you"
	}
	s := report.PaperSection{Title: "Case " + x.Case, Parts: []report.Part{{Points: []report.Point{{Key: "Made", Value: day(x.Began)}, {Key: "About", Value: about}, why, basis,
		{Key: "Kept until", Value: "confidential data " + day(x.Until.Confidential) + ", restricted data " + day(x.Until.Restricted) + ", the rest " + day(x.Until.Whole)}}}}}
	grid := func(caption string, heads []string, widths []float64, rows [][]string) {
		if len(rows) == 0 {
			return
		}
		g := &report.Grid{Caption: caption}
		for i, h := range heads {
			g.Columns = append(g.Columns, report.Column{Head: h, Width: widths[i]})
		}
		for _, r := range rows {
			var cells []report.Cell
			for _, t := range r {
				cells = append(cells, report.Cell{Text: t})
			}
			g.Rows = append(g.Rows, cells)
		}
		s.Parts = append(s.Parts, report.Part{Grid: g})
	}
	var held, asked [][]string
	for _, d := range x.Held {
		what := d.Object
		if d.Value != nil {
			what = strings.TrimSpace(what + " " + fmt.Sprint(d.Value))
		}
		held = append(held, []string{d.Subject, string(d.Predicate), what, string(d.Category), d.Source, day(d.At)})
	}
	for _, a := range x.Asked {
		asked = append(asked, []string{a.Source, or1(a.Country, "not known"), day(a.At)})
	}
	grid("What is known", []string{"Of", "What", "Value", "Category", "Source", "As of"}, []float64{3, 2, 4, 2, 2, 2}, held)
	grid("Who was asked about you", []string{"Source", "Country", "When"}, []float64{3, 2, 2}, asked)
	if len(x.Values) > 0 {
		s.Parts = append(s.Parts, report.Part{Heading: "As it is kept"}, report.Part{List: x.Values})
	}
	if len(x.Recipients) > 0 {
		s.Parts = append(s.Parts, report.Part{Heading: "Who was given copies"}, report.Part{List: x.Recipients})
	}
	return s
}
