package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres"
)

// auditShip copies the record to the PostgreSQL that the organisation shares.
func auditShip(c *console) *cobra.Command {
	var all, asJSON bool
	var forget string
	cmd := &cobra.Command{
		Use: "ship", Short: "Copy what is new in the record to the shared PostgreSQL", Args: exactly(),
		Long: `What a run recorded is shipped at its end where a PostgreSQL is configured; this
ships what could not be, and once a day from cron it shows that the record is
alive. Where it goes is on record. It can be stopped at any moment, and run
twice at once: each entry arrives once. What the server has already is held
against this record, entry by entry; what it lost is sent again.

The server is named by POSTGRES_URL or POSTGRES_HOST, _PORT, _USER, _DB and
_PASSWORD or _PASSWORD_FILE; TLS is verified. With --all it gets every entry
again and holds each against what it has itself.

A place that will not come back is forgotten with --forget, by the name that osint
audit status has for it: nothing waits for it any more, and that is on record.

Exit code 23: the server can't be reached or takes nothing now, and what waits is
kept; 22: it has another history of this ledger, or an entry was rewritten there; 21:
it, or this ledger, lacks entries that it had (what the server lacked was sent
again).`,
		Example: "  osint audit ship\n  osint audit ship --json | jq .waiting\n  osint audit ship --forget old.example:5432/osint",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("forget") {
				return c.forget(forget, all, asJSON)
			}
			return c.ship(cmd.Context(), all, asJSON)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "send every entry again, to be compared")
	cmd.Flags().StringVar(&forget, "forget", "", "`DEST`: ship nothing, and let nothing wait for that place any more")
	jsonFlag(cmd, &asJSON)
	_ = cmd.RegisterFlagCompletionFunc("forget", c.destValues) // it is a flag of it
	return cmd
}

// forget lets nothing wait for a place any more.
func (c *console) forget(dest string, all, asJSON bool) error {
	if all || asJSON {
		return usage("--forget ships nothing, and has no --all or --json")
	}
	l, err := c.ledger(c.places(true), "")
	if err != nil {
		return err
	}
	defer l.Close()
	was, err := l.Forget(dest)
	if err == nil && !was {
		err = usage("nothing waits for %q, as nothing was shipped there: osint audit status names the places", dest)
	}
	if err == nil {
		fmt.Fprintf(c.out, "nothing waits for %s any more\n", dest)
	}
	return err
}

// destValues completes the places that the record was shipped to.
func (c *console) destValues(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if x, err := audit.Look(c.places(false).audit()); err == nil {
		for _, s := range x.Ships {
			names = append(names, s.Dest)
		}
	}
	return names, noFiles
}

// A shipReport is what --json prints of a shipment.
type shipReport struct {
	Dest      string `json:"dest"`
	Ledger    string `json:"ledger"`
	Sent      int64  `json:"sent"`           // entries, by this shipment
	Entries   int64  `json:"entries"`        // that the server confirmed
	Root      string `json:"root"`           // of those, base64; "" if it confirmed none
	Lost      int64  `json:"lost"`           // of those, entries that it had lost and got again
	Projected int64  `json:"projected"`      // entries that its tables took in
	Waiting   int64  `json:"waiting"`        // entries that it does not have yet
	Kind      string `json:"kind,omitempty"` // of the error
	Error     string `json:"error,omitempty"`
}

func (c *console) ship(ctx context.Context, all, asJSON bool) error {
	config, err := c.shared(ctx)
	if err != nil {
		return err
	}
	l, err := c.ledger(c.places(true), "")
	if err != nil {
		return err
	}
	defer l.Close()
	to := config.Dest()
	done, failed := postgres.Ship(ctx, l, to, postgres.ShipOptions{All: all, Compare: true})
	r := shipReport{Dest: done.Dest, Ledger: done.Ledger, Sent: done.Next - done.First, Lost: done.Lost}
	var pe *postgres.Error
	if failed == nil || errors.As(failed, &pe) && pe.Kind == postgres.Rollback && done.Lost > 0 {
		r.Entries, r.Root = done.Next, done.Root.String()
		if r.Projected, err = postgres.Project(ctx, to, done.Ledger); failed == nil {
			failed = err
		}
	}
	if r.Waiting, err = postgres.Waiting(ctx, l, to); err != nil {
		return errors.Join(failed, err)
	}
	if failed != nil {
		r.Error = failed.Error()
		if errors.As(failed, &pe) {
			r.Kind = string(pe.Kind)
		}
	}
	if asJSON {
		return errors.Join(c.json(r), failed)
	}
	if r.Entries > 0 {
		fmt.Fprintf(c.out, "%s confirmed all %d entries; %d were sent\nroot %s\n", r.Dest, r.Entries, r.Sent, r.Root)
	}
	if failed != nil && r.Waiting > 0 {
		c.say("%d entries wait; nothing of them is lost", r.Waiting)
	}
	return failed
}

// shared reads which PostgreSQL the organisation shares.
func (c *console) shared(ctx context.Context) (*postgres.Config, error) {
	config, err := c.sharedPostgres(ctx)
	if err != nil {
		return nil, usage("%w", err)
	}
	return config, nil
}

// share ships the record after a run, where a PostgreSQL is configured. What
// can't be shipped is one line; it changes nothing of how the run ended.
func (g *gear) share() {
	if g.ctx.Err() != nil { // whoever interrupts waits for nothing more
		return
	}
	config, err := g.c.sharedPostgres(g.ctx)
	if errors.Is(err, postgres.ErrNotConfigured) {
		return
	}
	if err != nil {
		g.c.say("osint: the record was not shipped: %v", err)
		return
	}
	if line := postgres.AutoShip(g.ctx, g.ledger, config.Dest()).String(); line != "" {
		g.c.say("osint: %s", line)
	}
}

// codeOfShared returns the exit code of an error of the shared PostgreSQL.
func codeOfShared(e *postgres.Error) int {
	switch e.Kind {
	case postgres.Fork, postgres.Altered:
		return forked
	case postgres.Rollback:
		return setBack
	}
	return incomplete
}
