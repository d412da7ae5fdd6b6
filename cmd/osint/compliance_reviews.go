package main

import (
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
	Reviews []compliance.Review `json:"reviews"`
	Void    []string            `json:"void"` // approvals in the case that don't hold, and why
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
	doc := reviews{1, cs.Opened.Case, []compliance.Review{}, []string{}}
	for _, f := range faults {
		doc.Void = append(doc.Void, f.Error())
	}
	reveal := a.reveal(cs, dir)
	for _, r := range compliance.Reviews(cs, holds, false) {
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
		collector := r.Collector
		if collector == "" {
			collector = "may it stand in the case"
		}
		if r.Open() {
			open++
		}
		p.hanging(a.c.out, bold(collector, p.color)+"  ", report.Safe(r.Subject.String()))
		for _, w := range r.Rules {
			p.paragraph(a.c.out, w.Rule+" ("+w.Cite+")", 2)
			if w.Approved != "" {
				p.paragraph(a.c.out, "approved by "+w.Approved+": osint resume asks it", 4)
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
	if open == 0 {
		a.c.say("osint: nothing waits for review")
	} else {
		a.c.say("osint: %s for review", countOf(open, "question waits", "questions wait"))
	}
	return nil
}
