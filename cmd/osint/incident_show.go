package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/compliance"
	"osint/pkg/compliance/incident"
	"osint/pkg/report"
)

func incidentShow(c *console) *cobra.Command {
	var asJSON bool
	var sheet papering
	cmd := &cobra.Command{
		Use: "show INCIDENT", Short: "Show an incident and its clocks, or make its paper", Args: exactly("an incident: osint incident list names them"),
		Long: `With --format the record of the incident is written as a paper, for the file or
for an authority. It is of no case and names no data subject: its label says who
may read it, and that somebody was told goes on record by osint incident update.`,
		Example: "  osint incident show INCIDENT\n  osint incident show INCIDENT --format pdf --to .\n  osint incident show INCIDENT --json | jq .clocks",
		RunE: func(cmd *cobra.Command, args []string) error {
			now := c.today()
			i, sum, err := c.register(false).Read(args[0])
			if err != nil {
				return incidentError(err)
			}
			recorded, err := c.recordedDigests(cmd.Context())
			if err != nil {
				return err
			}
			if err := asRecorded(i.ID, sum, recorded); err != nil {
				return &exit{tampered, err}
			}
			if !cmd.Flags().Changed("format") && !cmd.Flags().Changed("to") {
				return c.showIncident(i, now, asJSON)
			}
			return c.incidentPaper(i, now, &sheet)
		},
	}
	jsonFlag(cmd, &asJSON)
	sheet.flags(cmd, ".", "here", string(compliance.AmberStrict))
	return cmd
}

// showIncident prints an incident and how its clocks stand.
func (c *console) showIncident(i *incident.Incident, now time.Time, asJSON bool) error {
	v := incidentView{i, i.Clocks(now)}
	if asJSON {
		return c.json(v)
	}
	p := page{width: cmp.Or(c.width(c.stdout), 1<<10), color: c.colored(c.stdout)}
	line := func(name, text string) {
		if text != "" {
			p.line(c.out, pad(name, 12), report.Safe(text))
		}
	}
	line("incident", i.ID+", version "+fmt.Sprint(i.Version))
	line("title", i.Title)
	line("role", string(i.Role))
	line("known", i.Aware.Format(time.RFC3339))
	if i.Occurred != nil {
		line("began", i.Occurred.Format(time.RFC3339))
	}
	line("cases", strings.Join(i.Cases, ", "))
	line("nature", strings.Join(texts(i.Nature), ", "))
	line("categories", strings.Join(texts(i.Categories), ", "))
	line("people", amountText(i.People)+"; records "+amountText(i.Records)+"; residents of California "+amountText(i.California))
	line("risk", cmp.Or(string(i.Risk), "not assessed"))
	line("facts", i.Facts)
	line("effects", i.Effects)
	line("measures", i.Measures)
	if i.Closed != nil {
		line("closed", i.Closed.At.Format(time.RFC3339)+" by "+i.Closed.By+", "+strings.Join(i.Closed.What, ", "))
	}
	fmt.Fprintln(c.out)
	t := table{header: []string{"duty", "state", "due", "law"}}
	for _, x := range v.Clocks {
		due, why := "", x.Cite+": "+x.Term
		if x.Due != nil {
			due = x.Due.Format("2006-01-02 15:04Z")
			if x.State == incident.Running || x.State == incident.Overdue {
				due = dueText(*x.Due, now)
			}
		}
		if x.Why != "" {
			why += "; " + x.Why
		}
		if x.Told != nil {
			why += "; told " + x.Told.At.Format("2006-01-02 15:04Z")
		}
		if x.Attention() && x.State == incident.ToldLate {
			why += "; why it was late is not said"
		}
		t.add(x.ID, string(x.State), due, why)
	}
	return c.table(t)
}

// amountText is a number that may not be known.
func amountText(n *int) string {
	if n == nil {
		return "not known"
	}
	return fmt.Sprint(*n)
}
