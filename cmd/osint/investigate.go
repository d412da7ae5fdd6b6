package main

import "github.com/spf13/cobra"

func newInvestigate(c *console) *cobra.Command {
	var o order
	var r reach
	var s showing
	var a acceptance
	var onlyPlan, asJSON bool
	cmd := &cobra.Command{
		Use: "investigate SEED...", GroupID: groupRun, Short: "Investigate targets, from what is typed to a report",
		Long: `A SEED is a domain, host, IP address, netblock, AS number, URL or kind:value;
"-" reads them from stdin, one a line. The seeds are the subject's, and with
them what lies within them; say with --scope what else is. A URL stands for the
site that it lies at; a netblock is asked of nobody, and says whose it is.

With --plan nothing is sent: it is osint plan.`,
		Example: `  osint investigate brindleford.example --lab brindleford --active
  osint investigate example.com --scope 192.0.2.0/24 --profile passive-only
  osint investigate example.com --plan
  osint investigate example.com --progress jsonl | jq -c .found
  osint investigate example.com --profile ci --fail-on new.severity>=high`,
		Args:        cobra.ArbitraryArgs,
		Annotations: map[string]string{"exit-codes": "yes"},
	}
	cmd.Flags().SortFlags = false
	o.flags(cmd.Flags())
	r.flags(cmd.Flags())
	cmd.Flags().StringVar(&o.out, "out", "", "`DIR`: the case folder (default: a new one under XDG_DATA_HOME/osint/cases)")
	s.flags(cmd.Flags())
	a.flags(cmd.Flags())
	s.code.flags(cmd.Flags())
	s.watch.flags(cmd.Flags())
	cmd.Flags().BoolVar(&onlyPlan, "plan", false, "say what would be asked of whom, and send nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "of a plan, print one JSON document")
	group(cmd.Flags(), "Where to, and how it is shown", "out", "format", "progress", "quiet", "plan", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		m, err := o.read(c, args, cmd.Flags())
		if err != nil {
			return err
		}
		if onlyPlan {
			return c.plan(cmd.Context(), m, &r, asJSON)
		}
		if f := cmd.Flags().Lookup("json"); asJSON && distance(f) == 0 {
			return usage("--json is of a plan: write --progress jsonl for the lines of a case, or osint report CASE --json when it is done")
		}
		s.code.orFile(c, o.scope)
		c.beside(o.out)
		g, err := c.begin(cmd.Context(), &r, &s, &a, money{m.limits.CostUSD, m.limits.CostUSDDay}, o.investigator)
		if err != nil {
			return err
		}
		defer g.end()
		w := &work{gear: g, command: "investigate"}
		defer w.end()
		if err := w.create(o.out, m); err != nil {
			return err
		}
		run, err := w.first(&o, m)
		if err != nil {
			return err
		}
		return w.carryOut(run, m.profile)
	}
	return cmd
}
