package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// showPlan prints a plan: what it comes to, then by source and by reason; with
// --verbose each question and each refusal.
func (c *console) showPlan(p *plan, asJSON bool) error {
	if asJSON {
		return c.json(p)
	}
	page := page{width: c.width(c.stdout), color: c.colored(c.stdout)}
	page.paragraph(c.out, fmt.Sprintf("Planned under profile %s, %s. Nothing was sent, made or written.", p.Profile, p.TLP), 0)
	if p.Lab != "" {
		page.paragraph(c.out, "In the lab's world "+p.Lab+".", 0)
	}
	fmt.Fprintln(c.out)
	for _, l := range p.Summary.Lines() {
		page.paragraph(c.out, upper(l)+".", 0)
	}
	show := c.plannedSources
	if c.verbose {
		show = c.plannedQuestions
	}
	if err := show(p, page); err != nil {
		return err
	}
	if err := c.plannedRefusals(p, page); err != nil {
		return err
	}
	c.plannedStock(p, page)
	l := p.Limits
	fmt.Fprintln(c.out)
	page.paragraph(c.out, fmt.Sprintf("What is found is asked about too: %s far, %s at most, %d questions at once, for %s; each is ruled on when it is met.",
		count(l.Depth, "step"), entities(l.Entities), l.Workers, lasting(l.Timeout)), 0)
	if !c.verbose {
		page.paragraph(c.out, "--verbose lists each question, and the rules by which others are not put.", 0)
	}
	return nil
}

// plannedSources lists the sources by country.
func (c *console) plannedSources(p *plan, _ page) error {
	if len(p.Sources) == 0 {
		return nil
	}
	fmt.Fprintln(c.out, "\nWould be asked")
	t := table{header: []string{"in", "source", "terms", "calls", "cost", "sends", "collectors"}, right: []int{3, 4}}
	rows := slices.Clone(p.Sources)
	slices.SortStableFunc(rows, func(a, b plannedSource) int { return cmp.Compare(a.Country, b.Country) })
	for _, s := range rows {
		t.add(cmp.Or(s.Country, "-"), s.Source, onTerms(s.Commercial), fmt.Sprint(s.Requests), fmt.Sprintf("$%.2f", s.CostUSD), cmp.Or(joined(s.Sends), "-"), strings.Join(s.Collectors, ","))
	}
	return c.table(t)
}

// onTerms says what a source's terms say of commercial work.
func onTerms(p pipeline.Permission) string {
	return map[pipeline.Permission]string{pipeline.Yes: "open", pipeline.No: "private", pipeline.Contract: "by plan", pipeline.UnknownOK: "unstated"}[p]
}

// plannedQuestions lists each question.
func (c *console) plannedQuestions(p *plan, _ page) error {
	if len(p.Asked) == 0 {
		return nil
	}
	fmt.Fprintln(c.out, "\nWould be asked")
	t := table{header: []string{"target", "collector", "source", "in", "mode", "requests", "cost", "kept", "who notices"}, right: []int{5, 6}}
	for _, q := range p.Asked {
		who := q.Notices
		if q.OnlyIf != "" {
			who += "; only if " + q.OnlyIf
		}
		t.add(planned(q.Kind, q.Target), q.Collector, q.Source, cmp.Or(q.Country, "-"), string(q.Mode), fmt.Sprint(q.Requests), fmt.Sprintf("$%.2f", q.CostUSD), string(q.Keep), who)
	}
	return c.table(t)
}

// plannedRefusals lists who is not asked: each reason once, and with --verbose
// each rule.
func (c *console) plannedRefusals(p *plan, page page) error {
	if len(p.NotAsked) == 0 {
		return nil
	}
	fmt.Fprintln(c.out, "\nWould not be asked")
	if c.verbose {
		t := table{header: []string{"target", "collectors", "rule", "reason"}}
		for _, n := range p.NotAsked {
			t.add(planned(n.Kind, n.Target), strings.Join(n.Collectors, ","), n.Rule, n.Reason)
		}
		return c.table(t)
	}
	type reason struct{ why, rule string }
	var reasons []reason
	names := map[reason][]string{}
	for _, n := range p.NotAsked {
		if len(n.Collectors) == 0 { // a target that nobody takes
			page.paragraph(c.out, planned(n.Kind, n.Target)+": "+n.Reason, 2)
			continue
		}
		r := reason{n.Why, n.Rule}
		if !slices.Contains(reasons, r) {
			reasons = append(reasons, r)
		}
		for _, name := range n.Collectors {
			if !slices.Contains(names[r], name) {
				names[r] = append(names[r], name)
			}
		}
	}
	for _, r := range reasons {
		head := pad(r.why, 11) + fmt.Sprintf("%3d  ", len(names[r]))
		page.hanging(c.out, "  "+head, report.Safe(strings.Join(names[r], ", ")+" ("+r.rule+")"))
	}
	return nil
}

// plannedStock says what of the sources' allowances is left, whom nobody asks for
// now, and what was spent; nothing where there is nothing of the kind.
func (c *console) plannedStock(p *plan, page page) {
	var lines [][2]string
	wide := len("money")
	for _, s := range p.Sources {
		var says []string
		if text := s.allowance.text(); text != "" {
			says = append(says, text)
		}
		if s.Left != nil && p.Unattended && s.Kept > 0 {
			says = append(says, fmt.Sprintf("%d left for this run: %d are kept for people", *s.Left, s.Kept))
		}
		switch {
		case s.Until != nil && s.Fails > 0:
			says = append(says, fmt.Sprintf("failed %d times in a row, left alone until %s", s.Fails, s.Until.Format(time.TimeOnly)+"Z"))
		case s.Until != nil:
			says = append(says, "asked to be left alone until "+s.Until.Format(time.TimeOnly)+"Z")
		}
		if len(says) > 0 {
			lines, wide = append(lines, [2]string{s.Source, strings.Join(says, "; ")}), max(wide, len(s.Source))
		}
	}
	if p.Money.Today > 0 || p.Money.Day != nil {
		lines = append(lines, [2]string{"money", p.Money.line()})
	}
	if len(lines) == 0 {
		return
	}
	fmt.Fprintln(c.out, "\nOn this machine")
	for _, l := range lines {
		page.hanging(c.out, "  "+pad(l[0], wide+2), report.Safe(l[1]))
	}
}

func planned(k pipeline.Kind, target string) string {
	if target == "" {
		return "(" + string(k) + ")"
	}
	return target
}

func entities(n int) string {
	if n == 0 {
		return "any number of entities"
	}
	return fmt.Sprintf("%d entities", n)
}

func lasting(timeout string) string {
	if d, err := time.ParseDuration(timeout); err == nil && d == 0 {
		return "as long as it takes"
	}
	return timeout + " at most"
}

// upper makes a sentence of a clause.
func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func joined(kinds []pipeline.Kind) string {
	var out []string
	for _, k := range kinds {
		out = append(out, string(k))
	}
	return strings.Join(out, ",")
}
