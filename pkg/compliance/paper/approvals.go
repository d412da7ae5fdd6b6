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

// unproved is what is said of an approval where no organisation's document is
// loaded.
const unproved = "whose the key is can't be told here: OSINT_POLICY names no organisation's document"

// approvals are those of a case, judged when the dossier was opened.
type approvals struct {
	all    []compliance.Judged
	hold   compliance.Approvals
	proved bool // today's document is loaded
}

func approvalsOf(c *pipeline.Case, today *compliance.Organisation, now time.Time) approvals {
	all := compliance.JudgeApprovals(c, today, now)
	return approvals{all, compliance.Holding(all), today != nil}
}

// An Approval is one of the case as papers tell it.
type Approval struct {
	Line     uint64   `json:"line"`
	Approver string   `json:"approver"` // as the statement says
	Key      string   `json:"key"`      // fingerprint
	Rules    []string `json:"rules"`
	Holds    *bool    `json:"holds"` // null: no organisation's document is loaded that would say whose the key is
	Why      string   `json:"why"`   // it does not hold, or can't be told
}

// Approvals returns how each approval of the case stands by today's document.
func (d *Dossier) Approvals() []Approval {
	yes, no := true, false
	out := []Approval{}
	for _, j := range d.approvals.all {
		a := Approval{Line: j.Line, Approver: j.Statement.Approver, Key: j.Key, Rules: j.Statement.Rules}
		switch {
		case j.Why != nil:
			a.Holds, a.Why = &no, j.Why.Error()
		case d.approvals.proved:
			a.Holds = &yes
		default:
			a.Why = unproved
		}
		out = append(out, a)
	}
	return out
}

// ApprovedBy says who approved a rule that fired, and of whom it does not hold,
// why; "" where nobody did. void reports that something rests on an approval that
// does not hold.
func (d *Dossier) ApprovedBy(r report.LawRule) (by string, void bool) {
	var said []string
	for q, ruling := range d.Case.Standing() {
		if ruling.Law == nil {
			continue
		}
		for _, f := range ruling.Law.Fired {
			if f.Rule != r.Rule || f.Outcome != r.Outcome || f.Waived == "" {
				continue
			}
			text := d.approvals.hold.Waives(q.Subject, q.Collector, f.Rule, f.Unknown)
			switch {
			case text == "":
				text, void = fmt.Sprintf("%s, which does not hold: %s", f.Waived, d.approvals.why(f)), true
			case !d.approvals.proved:
				text += ", " + unproved
			}
			if !slices.Contains(said, text) {
				said = append(said, text)
			}
		}
	}
	slices.Sort(said)
	return strings.Join(said, "; "), void
}

// why says why nothing holds that an approver let a rule pass by.
func (a approvals) why(f pipeline.FiredRule) string {
	why := "no approval of the case reaches it"
	for _, j := range a.all {
		if s := j.Statement; j.Why != nil && (s.Approver == "" || strings.EqualFold(s.Approver, f.Waived) && slices.Contains(s.Rules, f.Rule)) {
			why = j.Why.Error()
		}
	}
	return why
}

// asSuch returns the approvals of questions as such that do not hold, and under
// which something was asked: no rule that fired tells of those.
func (d *Dossier) asSuch() (out []compliance.Judged) {
	for _, j := range d.approvals.all {
		s := j.Statement
		if j.Why == nil || !slices.Contains(s.Rules, compliance.RuleApprover) {
			continue
		}
		if slices.ContainsFunc(d.Case.Exchanges, func(x *pipeline.Exchange) bool {
			t := x.Task
			return x.At.After(j.At) && slices.Contains(s.Collectors, t.Collector) && slices.Contains(s.Subjects, t.Subject.String()) &&
				d.approvals.hold.Waives(t.Subject, t.Collector, compliance.RuleApprover, nil) == ""
		}) {
			out = append(out, j)
		}
	}
	return out
}

// Void reports whether something of the case rests on an approval that does not
// hold.
func (d *Dossier) Void() bool {
	return len(d.asSuch()) > 0 || slices.ContainsFunc(d.Frameworks, func(f report.Compliance) bool { return d.Status(f) == Void })
}

// Void is the status of a framework under which something was let pass by an
// approval that does not hold.
const Void = "approval void"

// Status is how the case stands under a framework by today's document: that of
// [Status], "approval void", or "approval not verified" where no document says
// who may approve.
func (d *Dossier) Status(f report.Compliance) string {
	for _, r := range f.Rules {
		if _, void := d.ApprovedBy(r); void {
			return Void
		}
	}
	s := Status(f)
	if s == "approved" && !d.approvals.proved {
		return "approval not verified"
	}
	return s
}

// waivers is the table of the approvals.
func (d *Dossier) waivers() report.Part {
	g := &report.Grid{Caption: "Who approved what waited for review", Columns: []report.Column{{Head: "At", Width: 1.7}, {Head: "Approver", Width: 1.4}, {Head: "Rules", Width: 2.4}, {Head: "Reason", Width: 2.4}, {Head: "Until", Width: 1.8}, {Head: "Holds", Width: 2.4}}}
	how := d.Approvals()
	for i, w := range d.Law.Waivers {
		cells := append(row(minute(w.At), w.Approver, strings.Join(w.Rules, ", "), w.Reason, either(w.Expires, "not stated")), report.Cell{Text: "yes, by today's document"})
		if i < len(how) && how[i].Why != "" {
			cells[5] = report.Cell{Text: how[i].Why, Open: true}
			if how[i].Holds != nil {
				cells[5].Text = "does not hold: " + how[i].Why
			}
		}
		g.Rows = append(g.Rows, cells)
	}
	return grid(g, "Nothing was approved.")
}
