package main

import (
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// approvers returns who may approve today: whom the organisation's document
// names; nobody without one.
func (c *console) approvers() ([]compliance.Approver, error) {
	p, err := c.policy()
	if err != nil || p.organisation == nil {
		return nil, err
	}
	return p.organisation.Approvers, nil
}

// voidApprovals says of each approval of a case that does not hold today, why.
func (c *console) voidApprovals(cs *pipeline.Case) error {
	p, err := c.policy()
	if err != nil {
		return err
	}
	for _, j := range compliance.JudgeApprovals(cs, p.organisation, c.today()) {
		if j.Why != nil {
			c.say("osint: the approval in line %d does not hold: %v", j.Line, j.Why)
		}
	}
	return nil
}

// approverValues completes who may approve.
func (c *console) approverValues(*cobra.Command, []string, string) (out []string, _ cobra.ShellCompDirective) {
	list, err := c.approvers()
	if err != nil {
		return nil, noFiles
	}
	for _, a := range list {
		var roles []string
		for _, r := range a.Roles {
			roles = append(roles, string(r))
		}
		if plainWord(a.ID) {
			out = append(out, a.ID+"\t"+strings.Join(roles, ", "))
		}
	}
	return out, noFiles
}
