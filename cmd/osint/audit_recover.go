package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres"
)

// auditRecover brings back what this machine's record lacks.
func auditRecover(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "recover", Short: "Bring back entries that this record lost, from the shared PostgreSQL", Args: exactly(),
		Long: `For a record that was restored from an older backup, or is gone, while its key is
in the key store. Entries that the server has and this record lacks are taken
back if the key here signed just these: the record is then what it was. What was
written here since it was restored would not fit: do it first.

Exit code 22: the server has another history of this record; 23: it can't be
reached, has nothing of this record or shows your login nothing, or the key is not
here.`,
		Example: "  osint audit recover\n  osint audit recover --json | jq .brought",
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := c.shared(cmd.Context())
			if err != nil {
				return err
			}
			p := c.places(true)
			r, err := audit.Recover(cmd.Context(), p.audit(), p.keys(), c.auditOptions(""), postgres.NewAnchor(config.Dest()))
			if errors.Is(err, audit.ErrOtherHistory) {
				err = &exit{forked, err}
			}
			if errors.Is(err, audit.ErrNoCopy) {
				err = &exit{incomplete, fmt.Errorf("%s: %w", config, err)}
			}
			if err != nil {
				return err
			}
			if asJSON {
				return c.json(map[string]any{"ledger": r.Ledger, "from": config.String(), "entries": r.Has, "brought": r.Has - r.Had})
			}
			fmt.Fprintf(c.out, "%d entries were brought back from %s: the record has %d\n", r.Has-r.Had, config, r.Has)
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}
