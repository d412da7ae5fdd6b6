package paper

import (
	"fmt"
	"strings"

	"osint/pkg/report"
)

// lia is the draft of the three steps that Art. 6(1)(f) GDPR wants.
func lia(d *Dossier) *report.Paper {
	p := d.sheet("legitimate interests assessment", "Legitimate interests assessment", true)
	basis := either(d.Law.Mandate.Basis, d.Case.Opened.LawfulBasis)
	if basis != "" && basis != "legitimate-interests" {
		p.Notice = append(p.Notice, "The case rests on "+basis+": this assessment is for cases that rest on legitimate interests.")
	}
	refs := d.terms().References
	b := d.body()
	interest := []report.Point{
		fact("Purpose", either(d.Law.Mandate.Purpose, d.Case.Opened.Purpose), "state it: --purpose, or purpose in the mandate"),
		fact("Interest", "", "say whose interest it is, and what exactly: lawful, precise, real and not a guess"),
		fact("Order", strings.TrimSpace(either(d.Law.Mandate.Reference, d.Case.Opened.Reference)+" "+d.Law.Mandate.Date), "name the engagement, ticket or order"),
	}
	if b.PublicAuthority != nil && *b.PublicAuthority {
		interest = append(interest, report.Point{Key: "Public authority", Value: "a public authority can't rest its tasks on legitimate interests (Art. 6(1), second subparagraph)", Open: true})
	}
	p.Sections = []report.PaperSection{
		section("1. The interest", points(interest...)),
		section("2. Whether this is needed for it", d.needed()...),
		section("3. The balance", d.balance()...),
		section("Decision", points(
			fact("On file as", refs.LIA, "the number of the finished assessment: references.lia in the mandate"),
			fact("The interests of the people", "", "say whether they override the interest, and why"),
			fact("Objections", "", "say how an objection (Art. 21) is heard, and by whom"),
			fact("Decided by", "", "name, role and date"))),
	}
	return p
}

// needed says what was asked, and what it came to.
func (d *Dossier) needed() []report.Part {
	found, people := 0, 0
	for _, t := range d.Case.Tasks {
		if t.Finished == nil || len(t.Exchanges) == 0 {
			continue
		}
		found++
		if t.Key.Subject.Personal() || t.Key.Subject.Sealed() {
			people++
		}
	}
	return []report.Part{points(
		report.Point{Key: "What was asked", Value: fmt.Sprintf("%s asked a source, %d of them about people", plural(found, "task", "tasks"), people)},
		fact("Less intrusive ways", "", "name those you considered, and why they do not do"),
		fact("Why these sources", "", "say why these sources and not fewer"),
	), d.categories()}
}

// balance says what weighs on either side, as far as the record tells.
func (d *Dossier) balance() []report.Part {
	minor := ""
	for _, t := range d.Law.Targets {
		switch {
		case t.Kind != "natural-person":
		case t.Minor == "yes":
			minor = "a minor is among the people: their interests weigh more"
		case t.Minor == "no" && minor == "":
			minor = "the mandate says that nobody is a minor"
		}
	}
	public, other := d.publicly()
	human := ""
	if h := d.terms().HumanReview; h != nil && *h {
		human = "a named person reviews what is said of people"
	}
	met := 0
	for _, c := range d.criteria() {
		if c.met != nil && *c.met {
			met++
		}
	}
	return []report.Part{
		points(
			fact("What the people may expect", "", "say whether they must reckon with it: relation to you, where the data stands, what it was published for"),
			report.Point{Key: "Where the data comes from", Value: fmt.Sprintf("%d facts about people from sources that anybody can read, %d from others or from such of which that is not known", public, other)},
			fact("Minors", minor, "say whether they are of age: target.minor in the mandate"),
			fact("What it may do to them", "", "say what follows for them, good and bad"),
			report.Point{Key: "Criteria of WP248 that are met", Value: fmt.Sprintf("%d of nine: see the impact assessment", met)},
		),
		heading("Safeguards"),
		points(
			report.Point{Key: "By the program", Value: "values encrypted under keys of their own, quarantine, redaction before anything is stored, a record of every act"},
			fact("Human review", human, "say who reviews what is said of people: human_review in the mandate"),
			fact("Time limit", d.limitText(), "set one: retention_days in the mandate"),
			d.told(),
		)}
}

// publicly counts the facts about people by whether anybody can read their
// source.
func (d *Dossier) publicly() (public, other int) {
	for _, o := range d.Case.Observations {
		if !o.Category.Personal() {
			continue
		}
		if known, open := d.isOpen(o.Collector); known && open {
			public++
		} else {
			other++
		}
	}
	return public, other
}
