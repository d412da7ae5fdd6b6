package main

import (
	"fmt"
	"slices"
	"strings"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// reviews is what --json prints of what waits.
type reviews struct {
	Version int                 `json:"schema_version"`
	Case    string              `json:"case"`
	To      string              `json:"audience,omitempty"` // that the reviews are on the way to
	Reviews []compliance.Review `json:"reviews"`
	Void    []string            `json:"void"`             // approvals in the case that don't hold, and why
	Denied  string              `json:"denied,omitempty"` // what keeps it from the audience whatever is approved
}

// list prints what waits for review, and what was approved of it since.
func (a *approving) list(dir string) error {
	cs, err := pipeline.Read(dir)
	if err != nil {
		return err
	}
	list, err := a.c.approvers()
	if err != nil {
		return err
	}
	holds, faults := compliance.ReadApprovals(cs, list, a.c.today())
	doc := reviews{Version: 1, Case: cs.Opened.Case, To: a.audience, Reviews: []compliance.Review{}, Void: []string{}}
	for _, f := range faults {
		doc.Void = append(doc.Void, f.Error())
	}
	reveal := a.reveal(cs, dir)
	waits, err := a.waiting(cs, dir, holds, false)
	if err != nil {
		return err
	}
	no, err := a.against(cs, dir, holds)
	if err != nil {
		return err
	}
	if no != nil {
		doc.Denied = fmt.Sprintf("%s (%s; %s)", strings.TrimSuffix(no.Reason, "."), no.Rule, no.Cite)
	}
	for _, r := range waits {
		_, named := a.names(r.Subject, reveal)
		if named && (len(a.collectors) == 0 || slices.Contains(a.collectors, r.Collector)) {
			doc.Reviews = append(doc.Reviews, r)
		}
	}
	if a.json {
		return a.c.json(doc)
	}
	p := page{width: a.c.width(a.c.stdout), color: a.c.colored(a.c.stdout)}
	open := 0
	for _, r := range doc.Reviews {
		collector, then := r.Collector, ": osint resume asks it"
		switch {
		case a.audience != "":
			collector, then = "to "+a.audience, ""
		case collector == "":
			collector = "may it stand in the case"
		}
		if r.Open() {
			open++
		}
		p.hanging(a.c.out, bold(collector, p.color)+"  ", report.Safe(r.Subject.String()))
		for _, w := range r.Rules {
			p.paragraph(a.c.out, w.Rule+" ("+w.Cite+")", 2)
			if w.Approved != "" {
				p.paragraph(a.c.out, "approved by "+w.Approved+then, 4)
				continue
			}
			if len(w.Unknown) > 0 {
				p.paragraph(a.c.out, "Not known: "+strings.Join(w.Unknown, ", "), 4)
			}
			p.paragraph(a.c.out, "To do: "+w.Remedy, 4)
		}
	}
	if err := a.c.flush(); err != nil {
		return err
	}
	for _, f := range doc.Void {
		a.c.say("osint: %s", report.Safe(f))
	}
	switch {
	case doc.Denied != "":
		a.c.say("osint: it may not go to %s, and no approval waives that: %s", a.audience, report.Safe(doc.Denied))
	case open == 0:
		a.c.say("osint: nothing waits for review")
	case a.audience != "":
		a.c.say("osint: what is known of %s waits for review before it goes to %s", countOf(open, "entity", "entities"), a.audience)
	default:
		a.c.say("osint: %s for review", countOf(open, "question waits", "questions wait"))
	}
	return nil
}
