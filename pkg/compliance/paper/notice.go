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

// notice is what Art. 14 GDPR wants a person to be told whose data came from
// elsewhere, and by when.
func notice(d *Dossier) *report.Paper {
	p := d.sheet("notice to the person", "Information about your personal data", true)
	if d.shown != "" {
		p.Subtitle = "For " + d.shown + "; " + p.Subtitle
	} else {
		p.Notice = append(p.Notice, "It tells of everybody in the case. For one person write --subject ENTITY: nobody may read what is about others.")
	}
	b, o := d.body(), d.Case.Opened
	m := d.Law.Mandate
	basis := either(m.Basis, o.LawfulBasis)
	interests := report.Point{Key: "Our interest", Value: "we do not rest on a legitimate interest"}
	if basis == "" || basis == "legitimate-interests" {
		interests = fact("Our interest", "", "say it in plain words, from the legitimate interests assessment"+parenthesis(d.terms().References.LIA))
	}
	auto := report.Point{Key: "Automation", Value: "no decision about you is made by a machine alone, and you are not profiled"}
	if t := d.terms(); compliance.Done(t.AutomatedDecision) || compliance.Done(t.PersonScore) {
		auto = fact("Automation", "", "explain the logic, what it means and what follows (Art. 14(2)(g))")
	}
	p.Sections = []report.PaperSection{
		section("Who we are", d.controller()),
		section("Why we have data about you", points(
			fact("Purpose", either(m.Purpose, o.Purpose), "say it in plain words"),
			fact("Legal basis", basisText(basis), "state it"), interests)),
		section("What we have, and from where", d.sources()...),
		section("Who gets it", d.recipients()...),
		section("Whether it leaves for another country", d.transferParts()...),
		section("How long we keep it", d.schedule(), points(d.end())),
		section("What you can ask for",
			report.Part{List: []string{"to see the data, and to be given a copy (Art. 15)", "to have it corrected (Art. 16), or erased (Art. 17)", "to have its use restricted (Art. 18)",
				"to object, for reasons of your own situation, where we rest on an interest or a public task (Art. 21)", "to take back a consent, if we rest on one (Art. 7(3))", "to have it moved to somebody else, where we rest on a consent or a contract (Art. 20)"}},
			points(fact("Where to write", either(b.DPOContact, b.Contact), "say how you are reached; "+from("dpo_contact")),
				fact("Complaint", "", "name the supervisory authority, and where the person lives or works if that is another (Art. 77)"))),
		section("Automation", points(auto)),
		section("For the file, not for the person: when this is due", d.clock()...),
	}
	return p
}

func parenthesis(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// sources is the source of each datum, and whether anybody can read it.
func (d *Dossier) sources() []report.Part {
	type key struct{ what, category, source, collector string }
	first := map[key]time.Time{}
	count := map[key]int{}
	var order []key
	for _, o := range d.Case.Observations {
		if !d.concerns(o) {
			continue
		}
		what := string(o.Predicate)
		if r, ok := pipeline.Relate(o.Predicate); ok {
			what = r.Means
		}
		if o.Object != nil {
			what += " (" + string(o.Object.Kind) + ")"
		}
		k := key{what, string(o.Category), o.Source, o.Collector}
		if count[k] == 0 {
			order = append(order, k)
		}
		count[k]++
		for _, id := range o.Exchanges {
			if x := d.Case.Exchange(id); x != nil && (first[k].IsZero() || x.At.Before(first[k])) {
				first[k] = x.At
			}
		}
	}
	slices.SortStableFunc(order, func(a, b key) int {
		return strings.Compare(a.category+"\x00"+a.what+"\x00"+a.source, b.category+"\x00"+b.what+"\x00"+b.source)
	})
	g := &report.Grid{Caption: "Each kind of datum with its source", Columns: []report.Column{{Head: "What", Width: 3}, {Head: "Category", Width: 1.5}, {Head: "Source", Width: 2}, {Head: "Can anybody read it", Width: 2.4}, {Head: "Facts", Width: .9, Right: true}, {Head: "Collected", Width: 1.5}}}
	for _, k := range order {
		known, open := d.isOpen(k.collector)
		access := report.Cell{Text: "yes"}
		switch {
		case !known:
			access = cell("", "this program no longer has the collector: say whether the source is public")
		case !open:
			access.Text = "no: " + string(d.Specs[k.collector].Source.Access)
		}
		g.Rows = append(g.Rows, []report.Cell{{Text: k.what}, {Text: k.category}, {Text: k.source}, access, {Text: fmt.Sprint(count[k])}, {Text: day(first[k])}})
	}
	return []report.Part{grid(g, "The case holds nothing about "+either(d.shown, "a person")+"."),
		note("The values themselves are not printed here: osint subject export gives the person a copy of them.")}
}

// isOpen reports whether anybody can read a collector's source, as far as it is
// known today.
func (d *Dossier) isOpen(collector string) (known, open bool) {
	s, known := d.Specs[collector]
	return known, s.Source.Access == "" || s.Source.Access == pipeline.AccessOpen
}

// thePerson is the recipient of what was handed to the data subject, as such a
// line has it.
const thePerson = "the person"

// clock says by when the person is to be told: one month after the data came
// in, earlier at the first contact or the first disclosure.
func (d *Dossier) clock() []report.Part {
	first := d.collected()
	if first.IsZero() {
		return []report.Part{text("Nothing about %s was collected: there is nobody to tell.", either(d.shown, "a person"))}
	}
	due, why := monthAfter(first), "one month after the first data came in (Art. 14(3)(a))"
	for _, x := range d.Law.Disclosures {
		switch {
		case !x.At.Before(due):
		case x.Recipient == thePerson:
			due, why = x.At, "at the latest with the first answer to the person (Art. 14(3)(b))"
		case len(x.Clear) > 0 && x.Audience != string(compliance.InHouse):
			due, why = x.At, "at the latest when data about people was first handed to somebody else (Art. 14(3)(c))"
		}
	}
	refs := d.terms().References
	ps := []report.Point{{Key: "First collected", Value: minute(first)}, {Key: "Due", Value: day(due) + ": " + why}}
	switch {
	case refs.Notice == "exempt":
		ps = append(ps, report.Point{Key: "Exemption", Value: "the mandate rests on Art. " + exemption(string(refs.NoticeExemption)) + ": this notice is then not sent" + publicNotice(d.body().PublicNoticeURL)})
		if refs.NoticeExemption == "14-5-b" {
			ps = append(ps, fact("Public notice", d.body().PublicNoticeURL, "publish one, and say where: "+from("public_notice_url")))
		}
	case d.Now.After(due):
		ps = append(ps, report.Point{Key: "Stands", Value: "the time is over by " + plural(days(due, d.Now), "day", "days") + ": send it now, and write down why it is late", Open: true})
	default:
		ps = append(ps, report.Point{Key: "Stands", Value: plural(days(d.Now, due), "day is", "days are") + " left"})
	}
	ps = append(ps, fact("Sent", "", "write down when and how it was sent"))
	return []report.Part{points(ps...), note("If you write to the person, or talk to them, before that day, tell them then (Art. 14(3)(b)). The program does not see it.")}
}

// days counts the midnights between two times.
func days(from, to time.Time) int {
	const day = 24 * time.Hour
	return int(to.UTC().Truncate(day).Sub(from.UTC().Truncate(day)) / day)
}

// monthAfter is the same day of the next month, or its last.
func monthAfter(t time.Time) time.Time {
	next := t.AddDate(0, 1, 0)
	if next.Day() != t.Day() {
		next = next.AddDate(0, 0, -next.Day())
	}
	return next
}
