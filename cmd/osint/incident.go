package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/pkg/audit"
	"osint/pkg/compliance/incident"
)

func newIncident(c *console) *cobra.Command {
	cmd := shelf("incident", "", "The register of personal data incidents, and whom to tell by when",
		"  osint incident open --title 'a folder was mailed to the wrong recipient' --aware 2h\n  osint incident list",
		incidentOpen(c), incidentUpdate(c), incidentList(c), incidentShow(c), incidentClose(c))
	cmd.Long = `Each incident is one file of the state folder, and each change of it an entry of
the record, with the file's digest. Name no data subject in its texts. What is
computed is decision support, not legal advice.`
	return cmd
}

// register is where this installation keeps its incidents.
func (c *console) register(make bool) incident.Register {
	return incident.Register{Dir: filepath.Join(c.places(make).state, "incidents")}
}

// who is who types, as an incident's file has it.
func (c *console) who() string { return cmp.Or(c.operator(), fmt.Sprintf("uid:%d", os.Getuid())) }

func incidentOpen(c *console) *cobra.Command {
	var facts incidentFacts
	var asJSON bool
	cmd := &cobra.Command{
		Use: "open", Short: "Enter an incident, and say whom to tell by when", Args: exactly(),
		Long: `--aware says when the organisation knew of it: the clocks begin then, not when it
is entered. The frameworks of the organisation's document count, else all, unless
--framework names those that apply; with none left out no duty is overlooked.
What is not known yet is added by osint incident update.

A TIME is RFC 3339, a day, or an age such as 2h; without a zone it is UTC.`,
		Example: "  osint incident open --title 'a folder was mailed to the wrong recipient' --aware 2h\n" +
			"  osint incident open --title 'lost laptop' --aware 1d --framework gdpr --people 40",
		RunE: func(cmd *cobra.Command, _ []string) error {
			now := c.today()
			i := incident.New("", time.Time{})
			under, err := c.policy()
			if err != nil {
				return err
			}
			i.Frameworks = frameworksOf(under)
			what, err := facts.apply(c, cmd.Flags(), i, now)
			if err != nil {
				return err
			}
			i.History = append(i.History, incident.Change{At: now.Truncate(time.Second), By: c.who(), What: what})
			if err := i.Check(now); err != nil {
				return usage("%w", err)
			}
			r := c.register(true)
			if err := r.Alone(func() error { return c.writeIncident(r, i, "opened", now) }); err != nil {
				return err
			}
			return c.showIncident(i, now, asJSON)
		},
	}
	facts.flags(c, cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

func incidentUpdate(c *console) *cobra.Command {
	var facts incidentFacts
	var adopt string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "update INCIDENT", Short: "Add what is known by now, and who was told", Args: exactly("an incident: osint incident list names them"),
		Long: `A text, a number or a list takes the place of the one before; who was told and
why it was late is added. --told DUTY says that somebody was told, now or --at a
TIME; the duties are those that osint incident show lists. A closed incident is
open again.`,
		Example: "  osint incident update INCIDENT --risk risk --effects 'addresses were read'\n" +
			"  osint incident update INCIDENT --told gdpr/authority --at 2026-11-26T15:00:00Z --reference AZ-17\n" +
			"  osint incident update INCIDENT --delay 'gdpr/authority=the log had to be restored first'",
		RunE: func(cmd *cobra.Command, args []string) error {
			now := c.today()
			var i *incident.Incident
			r := c.register(true)
			err := r.Alone(func() (err error) {
				if i, err = c.recordedIncident(cmd.Context(), r, args[0], adopt != ""); err != nil {
					return err
				}
				what, err := facts.apply(c, cmd.Flags(), i, now)
				if err != nil {
					return err
				}
				if adopt != "" {
					what = append(what, "adopted: "+adopt)
				}
				if len(what) == 0 {
					return usage("nothing is said that is new: %s --help lists the flags", cmd.CommandPath())
				}
				i.Closed = nil
				i.History = append(i.History, incident.Change{At: now.Truncate(time.Second), By: c.who(), What: what})
				if err := i.Check(now); err != nil {
					return usage("%w", err)
				}
				return c.writeIncident(r, i, "updated", now)
			})
			if err != nil {
				return err
			}
			return c.showIncident(i, now, asJSON)
		},
	}
	facts.flags(c, cmd)
	facts.toldFlags(cmd)
	cmd.Flags().StringVar(&adopt, "adopt", "", "`REASON`: go on with a file that is not the one on record, and put that on record")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func incidentClose(c *console) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "close INCIDENT", Short: "Say that nothing is left to do", Args: exactly("an incident: osint incident list names them"),
		Long: `Every duty must be fulfilled or not needed, and who was told late says why.
The entry stays in the register.`,
		Example: "  osint incident close INCIDENT --reason 'the recipient confirmed deletion'",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needsReason(cmd, reason); err != nil {
				return err
			}
			now := c.today()
			r := c.register(true)
			return r.Alone(func() error {
				i, err := c.recordedIncident(cmd.Context(), r, args[0], false)
				if err != nil {
					return err
				}
				if left := i.Unsettled(now); len(left) > 0 {
					var errs []error
					for _, x := range left {
						errs = append(errs, fmt.Errorf("%s can't be closed: %s", i.ID, leftToDo(x)))
					}
					return usage("%w", errors.Join(errs...))
				}
				end := incident.Change{At: now.Truncate(time.Second), By: c.who(), What: []string{"closed: " + reason}}
				i.Closed, i.History = &end, append(i.History, end)
				if err := c.writeIncident(r, i, "closed", now); err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s is closed\n", i.ID)
				return c.flush()
			})
		},
	}
	reasonFlag(cmd, &reason)
	typedFlags(cmd.Flags())
	return cmd
}

// frameworksOf returns the frameworks with duties here that the organisation's
// document names; all, if it names none.
func frameworksOf(p *policy) []string {
	var named []string
	for _, f := range incident.Frameworks() {
		if p.organisation != nil && slices.Contains(p.organisation.Frameworks, f) {
			named = append(named, f)
		}
	}
	if named == nil {
		return incident.Frameworks()
	}
	return named
}

// leftToDo says of a duty what keeps an incident open, and what to type.
func leftToDo(x incident.Clock) string {
	switch x.State {
	case incident.Undecided:
		return x.ID + ": " + x.Why
	case incident.ToldLate:
		return fmt.Sprintf("%s was told late, and why is not said: --delay '%s=REASON'", x.ID, x.ID)
	}
	return fmt.Sprintf("%s was not told: --told %s", x.ID, x.ID)
}

// writeIncident puts a change on record, then in its file.
func (c *console) writeIncident(r incident.Register, i *incident.Incident, act string, now time.Time) error {
	return c.recording(func(l *audit.Ledger) error {
		return r.Write(i, func(sum string) error {
			told := []string{}
			for _, x := range i.Told {
				told = append(told, x.Clock)
			}
			body := audit.Body{"incident": i.ID, "act": act, "version": i.Version, "sha256": sum, "frameworks": i.Frameworks,
				"aware": i.Aware.UnixMilli(), "told": told}
			if n := incident.Next(i.Clocks(now)); n != nil {
				body["due"] = n.Due.UnixMilli()
			}
			_, err := l.Append(audit.Act{Type: audit.Incident, Body: body})
			return err
		})
	})
}

// typedFlags lets flags be typed only: from a file or a variable they would
// hold for every incident, unseen.
func typedFlags(fs *pflag.FlagSet) {
	fs.VisitAll(func(f *pflag.Flag) { _ = fs.SetAnnotation(f.Name, typedOnly, nil) }) // each is there
}
