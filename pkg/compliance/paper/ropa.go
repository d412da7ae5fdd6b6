package paper

import (
	"fmt"

	"osint/pkg/report"
)

// ropa is the entry that a case gives in the record of processing: what Art.
// 30(1)(a) to (g) GDPR want.
func ropa(d *Dossier) *report.Paper {
	p := d.sheet("record of processing", "Record of processing activities", false)
	p.Sections = []report.PaperSection{
		section("(a) Who is responsible", d.controller(), points(fact("Entry", d.body().RopaRef, "the number of this activity in your record; "+from("ropa_ref")))),
		section("(b) Purposes", points(d.purpose()...)),
		section("(c) People and data", d.people(), d.categories()),
		section("(d) Recipients", d.recipients()...),
		section("(e) Transfers to third countries", d.transferParts()...),
		section("(f) Time limits for erasure", d.schedule(), points(d.end())),
		section("(g) Security", d.security()...),
	}
	return p
}

// end says until when the case itself is kept.
func (d *Dossier) end() report.Point {
	r := d.Law.Retention
	if r.End == nil {
		return fact("The case as a whole", "", "set a limit: retention_days in the mandate")
	}
	return report.Point{Key: "The case as a whole", Value: fmt.Sprintf("until %s (%d days from its beginning)", day(*r.End), r.Days)}
}

// security tells the measures: those in the organisation's words, and what the
// program itself does.
func (d *Dossier) security() []report.Part {
	return []report.Part{
		points(fact("Measures", d.body().Security, "describe the technical and organisational measures; "+from("security"))),
		text("What the program does in every case:"),
		{List: []string{
			"Values about people are encrypted before they are written, under a key of their own for each, kept apart from the case; destroying the key erases the value from every copy.",
			"What a collector brings beyond what it declared is withheld, and not stored.",
			"Each ruling is on record before the question that it allows is put, in a ledger that can't be changed unseen.",
			"Files and folders can be read by the operator alone (modes 0600 and 0700).",
		}},
	}
}
