package paper

import (
	"fmt"
	"strings"
	"time"

	"osint/pkg/compliance/incident"
	"osint/pkg/report"
)

// About is what a paper of no case says of itself.
type About struct {
	TLP    string
	Author string
	Tool   string    // name and version
	Now    time.Time // as of which it is
}

// Incident returns the record of an incident: the facts, effects and measures
// that Art. 33(5) GDPR wants documented, whom to tell, and how that stands at a
// time.
func Incident(i *incident.Incident, a About) *report.Paper {
	p := &report.Paper{SchemaVersion: report.PaperVersion, Name: "incident", Kind: "record of a personal data incident", Title: i.Title,
		Subtitle: fmt.Sprintf("%s, known since %s; as of %s", i.ID, minute(i.Aware), minute(a.Now)),
		TLP:      a.TLP, Date: a.Now.UTC(), Author: a.Author, Tool: a.Tool,
		Notice: []string{advice, standing(i, a.Now)},
		Sections: []report.PaperSection{
			section("What happened", happened(i)),
			section("Facts, effects and measures", points(
				fact("Facts", i.Facts, "say what is known of it: osint incident update "+i.ID+" --facts TEXT"),
				fact("Effects", i.Effects, "say what follows for the people: --effects TEXT"),
				fact("Risk for them", riskText(i.Risk), "say how high it is; until then every duty stands: --risk unlikely, risk or high"),
				fact("Measures", i.Measures, "say what was done against it, or will be: --measures TEXT"))),
			section("Whom to tell, and by when", clocks(i, a.Now)...),
			section("Who was told", told(i), delays(i)),
			section("How this record came about", history(i), keep(i)),
		}}
	p.Count()
	return p
}

// standing says in one sentence how the duties stand.
func standing(i *incident.Incident, now time.Time) string {
	var over, left int
	all := i.Clocks(now)
	for n := range all {
		switch {
		case all[n].Attention():
			over++
		case !all[n].Settled() && all[n].State != incident.Waiting:
			left++
		}
	}
	switch next := incident.Next(all); {
	case i.Closed != nil:
		return "The incident was closed on " + day(i.Closed.At) + "."
	case over > 0:
		return fmt.Sprintf("Overdue: %s; see the table of clocks.", plural(over, "duty", "duties"))
	case next != nil:
		return fmt.Sprintf("Next: %s by %s. In all %s left.", next.ID, minute(*next.Due), plural(left, "duty is", "duties are"))
	case left > 0:
		return fmt.Sprintf("%s left, with no fixed time.", plural(left, "duty is", "duties are"))
	}
	return "Every duty is settled."
}

func happened(i *incident.Incident) report.Part {
	began := ""
	if i.Occurred != nil {
		began = minute(*i.Occurred)
	}
	return points(
		report.Point{Key: "Incident", Value: i.ID},
		report.Point{Key: "Role", Value: string(i.Role) + " of the data"},
		fact("Began", began, "say when it began, if that is known: --occurred TIME"),
		report.Point{Key: "Known", Value: minute(i.Aware) + ": the clocks begin then"},
		fact("What was lost", list(i.Nature), "confidentiality, integrity or availability: --nature LIST"),
		fact("Data", list(i.Categories), "the categories of data: --category LIST"),
		fact("People", number(i.People), "about how many people: --people N"),
		fact("Records", number(i.Records), "about how many records: --records N"),
		report.Point{Key: "Cases", Value: either(list(i.Cases), "no case is named")},
	)
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return "about " + fmt.Sprint(*n)
}

func riskText(r incident.Risk) string {
	switch r {
	case incident.Unlikely:
		return "unlikely; the effects say why"
	case incident.Some:
		return "there is a risk"
	case incident.High:
		return "high"
	}
	return ""
}

func clocks(i *incident.Incident, now time.Time) []report.Part {
	g := &report.Grid{Caption: "Clocks, by framework, at " + minute(now), Columns: []report.Column{{Head: "Duty", Width: 2.2}, {Head: "Stands", Width: 1.6}, {Head: "Due", Width: 2}, {Head: "Law and time", Width: 5}}}
	for _, c := range i.Clocks(now) {
		due := "no fixed time"
		if c.Due != nil {
			due = minute(*c.Due)
		}
		state := report.Cell{Text: stateText(c.State)}
		state.Open = c.Attention() || c.State == incident.Undecided
		law := c.Cite + ": " + c.Term
		if c.Why != "" {
			law += " (" + c.Why + ")"
		}
		g.Rows = append(g.Rows, []report.Cell{{Text: c.ID}, state, {Text: due}, {Text: law}})
	}
	return []report.Part{grid(g, "No framework is named, so that no clock runs."),
		note("Business days are counted without regard to public holidays, which makes a time earlier, never later. Where law says “without undue delay” there is no number to show, and none is made up.")}
}

func stateText(s incident.State) string {
	switch s {
	case incident.Overdue:
		return "overdue: tell now, and say why it is late"
	case incident.ToldLate:
		return "told late"
	case incident.AtOnce:
		return "as soon as can be"
	case incident.Running:
		return "runs"
	case incident.Undecided:
		return "a fact is missing"
	case incident.Waiting:
		return "not begun"
	case incident.Done:
		return "done"
	}
	return "not needed"
}

func told(i *incident.Incident) report.Part {
	g := &report.Grid{Caption: "Notifications", Columns: []report.Column{{Head: "Duty", Width: 2}, {Head: "At", Width: 2}, {Head: "Reference", Width: 3}, {Head: "Entered by", Width: 2}}}
	for _, t := range i.Told {
		g.Rows = append(g.Rows, []report.Cell{{Text: t.Clock}, {Text: minute(t.At)}, cell(t.Reference, "the number that the recipient gave it"), {Text: t.By}})
	}
	return grid(g, "Nobody was told yet.")
}

func delays(i *incident.Incident) report.Part {
	g := &report.Grid{Caption: "Why it was late", Columns: []report.Column{{Head: "Duty", Width: 2}, {Head: "Reason", Width: 6}, {Head: "Entered", Width: 2}}}
	for _, d := range i.Delays {
		g.Rows = append(g.Rows, row(d.Clock, d.Reason, day(d.At)+" by "+d.By))
	}
	return grid(g, "No reason for a delay was given.")
}

func history(i *incident.Incident) report.Part {
	g := &report.Grid{Caption: "Each is an entry of the record, with the digest of the file", Columns: []report.Column{{Head: "Version", Width: 1}, {Head: "At", Width: 2}, {Head: "By", Width: 2}, {Head: "What was set", Width: 5}}}
	for n, h := range i.History {
		g.Rows = append(g.Rows, row(fmt.Sprint(n+1), minute(h.At), h.By, strings.Join(h.What, ", ")))
	}
	return grid(g, "Nothing was entered.")
}

func keep(i *incident.Incident) report.Part {
	at, cite := i.KeepUntil()
	if at.IsZero() {
		return note("The frameworks of this incident have no number for how long the entry is kept; Art. 33(5) GDPR wants it for as long as the authority may ask.")
	}
	return note(fmt.Sprintf("The entry is kept until %s at least (%s).", day(at), cite))
}
