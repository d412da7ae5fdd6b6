package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/collectors/lab"
)

func newPlan(c *console) *cobra.Command {
	var o order
	var r reach
	var asJSON bool
	cmd := &cobra.Command{
		Use: "plan SEED...", GroupID: groupRun, Short: "Say who would be asked what, and what that may cost",
		Long: `It takes what investigate takes, and says of the targets themselves: which
sources would be asked, in which country and on what terms, which kinds of
identifier would leave this machine, how many calls that is at most and what they
cost, who is not asked and why, how many criteria of WP248 are met where law is
asked, and what of the sources' allowances is left today. Nothing is sent, made or
written. With --verbose, each question and who would notice it.

The exit code is 4 where the run's would be. osint investigate --plan says the
same.`,
		Example: `  osint plan example.com
  osint plan example.com --active --tlp AMBER+STRICT --json
  osint plan brindleford.example --lab brindleford --verbose`,
		Args:        cobra.ArbitraryArgs,
		Annotations: map[string]string{"exit-codes": "yes"},
	}
	cmd.Flags().SortFlags = false
	o.flags(cmd.Flags())
	r.flags(cmd.Flags())
	jsonFlag(cmd, &asJSON)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		m, err := o.read(c, args, cmd.Flags())
		if err != nil {
			return err
		}
		return c.plan(cmd.Context(), m, &r, asJSON)
	}
	return cmd
}

// plan prints what a mandate would ask.
func (c *console) plan(ctx context.Context, m *mandate, r *reach, asJSON bool) error {
	if _, err := r.options(); err != nil {
		return err
	}
	if _, err := lab.Open(r.lab.world); r.lab.world != "" && err != nil {
		return usage("--lab: %w", err)
	}
	p, err := c.planOf(m, r.lab.world)
	if err != nil {
		return err
	}
	c.stock(ctx, p, r, time.Now().UTC())
	if err := c.showPlan(p, asJSON); err != nil {
		return err
	}
	if why := p.nothing(); why != "" {
		return &exit{notAsked, errors.New(why)}
	}
	return nil
}
