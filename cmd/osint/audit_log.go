package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres"
)

// Where osint audit log reads.
const (
	fromLedger = "ledger"
	fromShared = "pg"
)

func logPlaces() []string { return []string{fromLedger, fromShared} }

// shownEntries is how many a terminal gets unless it asks for more.
const shownEntries = 100

// auditLog reads the record.
func auditLog(c *console) *cobra.Command {
	var w wanted
	var from string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "log", Short: "Print what is on record, the newest last", Args: exactly(),
		Long: `Each line is one entry: its number, when it was recorded, who did it, and what it
says. With --from pg it is read where ledgers were shipped to: of all of them, in
the order in which they came in, what your login may see. One query serves both.

It prints what the record says; that all of it is true and nothing is missing,
osint audit verify proves. Nothing waits for it, and it needs no key.

A time is RFC 3339, a day, or an age such as 7d or 36h; without a zone it is UTC.
--until includes the day or the second that it names.

Exit code 23: there is no ledger, or PostgreSQL can't be reached; 20: it is
damaged.`,
		Example: "  osint audit log\n  osint audit log --case CASE --failed\n  osint audit log --type case.ruling --outcome deny --since 7d --csv > denied.csv\n" +
			"  osint audit log --type report,disclosure --since 2026-11-01 --json | jq '.entries[].actor'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			q, err := w.query(c, cmd.Flags().Changed("limit"), time.Now())
			if err != nil {
				return err
			}
			if err := oneOf("--from", from, logPlaces()...); err != nil {
				return err
			}
			if asJSON && c.csv {
				return usage("--json and --csv: choose one")
			}
			more, err := c.log(cmd.Context(), from, q, asJSON)
			if more && !cmd.Flags().Changed("limit") {
				c.say("osint: older entries are left out: --limit 0 prints all")
			}
			return err
		},
	}
	w.flags(c, cmd)
	fs := cmd.Flags()
	fs.StringVar(&from, "from", fromLedger, "`PLACE`: the ledger of this machine, or pg, the shared PostgreSQL")
	jsonFlag(cmd, &asJSON)
	c.csvFlag(cmd)
	return cmd
}

// log prints the entries that a query wants, and says whether its limit left
// older ones out.
func (c *console) log(ctx context.Context, from string, q audit.Query, asJSON bool) (more bool, err error) {
	l, err := c.openLog(ctx, from)
	if err != nil {
		return false, err
	}
	defer l.Close()
	var p logPrinter
	switch {
	case asJSON:
		p = &logJSON{out: c.out}
	case c.csv:
		p = newLogCSV(c.out)
	default:
		p = &logTable{out: c.out, width: c.width(c.stdout), ledgers: from == fromShared}
	}
	entries := 0
	more, err = l.Read(ctx, q, func(e audit.Entry) error {
		entries++
		return p.entry(e)
	})
	if err != nil { // a document that is not whole must not look so
		return false, err
	}
	if entries == 0 && !asJSON && !c.csv {
		c.say("osint: no entry is such a one")
	}
	return more, p.end(more)
}

func (c *console) openLog(ctx context.Context, from string) (*audit.Log, error) {
	if from == fromLedger {
		return audit.OpenLog(c.places(false).audit())
	}
	config, err := c.shared(ctx)
	if err != nil {
		return nil, err
	}
	return postgres.OpenLog(ctx, config)
}
