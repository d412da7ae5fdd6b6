package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/compliance/paper"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

func newAssess(c *console) *cobra.Command {
	var x papering
	var asJSON bool
	var consent audit.Consent
	cmd := &cobra.Command{
		Use: "assess CASE", Short: "Say what each framework of law said of a case, and how it stands", Args: exactly("a case: osint cases list names them"),
		Long: `It tells what was ruled when the case was run, which facts were missing, who
approved what, and what is still open; nothing is ruled anew. With --format it is
written as a paper. Whether an approval holds is said by the organisation's
document of today. Exit code 4: something waits for a review, or was asked under
an approval that does not hold.`,
		Example: "  osint compliance assess CASE\n  osint compliance assess CASE --json | jq '.frameworks[].status'\n  osint compliance assess CASE --format pdf --to .",
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := c.find(args[0])
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("format") || cmd.Flags().Changed("to") {
				return c.casePaper(dir, "assessment", nil, &x, consent)
			}
			cs, err := pipeline.Read(dir)
			if err != nil {
				return err
			}
			out, err := c.release(cs, dir, nil, handing{what: "assessment", form: "text", where: onScreen, sealed: true}, false)
			if err != nil {
				return err
			}
			d, err := c.dossier(cs, dir, &x, out, nil)
			if err != nil {
				return err
			}
			if err := c.showAssessment(d, asJSON); err != nil {
				return err
			}
			if d.Void() {
				return &exit{code: notAsked}
			}
			for _, f := range d.Frameworks {
				if paper.Status(f) == "open" {
					return &exit{code: notAsked}
				}
			}
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	x.flags(cmd, "", "reports/ in the case", "the case's")
	consentFlags(cmd.Flags(), &consent)
	typedFlags(cmd.Flags())
	return cmd
}

// An assessed framework is one as it is printed as JSON.
type assessed struct {
	report.Compliance
	Status string `json:"status"`
}

func (c *console) showAssessment(d *paper.Dossier, asJSON bool) error {
	all := []assessed{}
	for _, f := range d.Frameworks {
		all = append(all, assessed{f, d.Status(f)})
	}
	if asJSON {
		return c.json(ordered{{"schema_version", report.SchemaVersion}, {"case", d.Case.Opened.Case}, {"standing", d.Standing()}, {"frameworks", all}, {"approvals", d.Approvals()}, {"law", d.Law}})
	}
	p := page{width: c.width(c.stdout), color: c.colored(c.stdout)}
	p.paragraph(c.out, d.Standing(), 0)
	if len(all) > 0 {
		fmt.Fprintln(c.out)
		t := table{header: []string{"framework", "version", "due again", "status", "what it came to"}}
		for _, f := range all {
			t.add(f.Framework, f.Version, cmp.Or(f.ReviewBy, "not on record"), f.Status, f.Text)
		}
		if err := c.table(t); err != nil {
			return err
		}
	}
	t := table{header: []string{"rule", "says", "rulings", "approved by", "what to do"}, right: []int{2}}
	for _, f := range all {
		for _, r := range f.Rules {
			by, _ := d.ApprovedBy(r)
			t.add(r.Rule, string(r.Outcome), fmt.Sprint(r.Rulings), by, r.Remedy)
		}
	}
	if len(t.rows) > 0 {
		fmt.Fprintln(c.out)
		if err := c.table(t); err != nil {
			return err
		}
	}
	for _, a := range d.Approvals() {
		if a.Why == "" {
			continue
		}
		says := "is signed by key " + a.Key
		if a.Holds != nil {
			says = "does not hold"
		}
		fmt.Fprintln(c.out)
		p.paragraph(c.out, fmt.Sprintf("The approval in line %d, in the name of %s, %s: %s.", a.Line, report.Safe(cmp.Or(a.Approver, "nobody")), says, report.Safe(a.Why)), 0)
	}
	for _, u := range d.Law.Unknown {
		fmt.Fprintf(c.out, "\nnot known: %s, asked for by %s", report.Safe(u.Fact), report.Safe(strings.Join(u.Rules, ", ")))
	}
	if len(d.Law.Unknown) > 0 {
		fmt.Fprintln(c.out)
	}
	fmt.Fprintf(c.out, "\nDecision support, not legal advice. Papers: osint compliance paper %s CASE\n", strings.Join(paper.Names(), "|"))
	return c.flush()
}
