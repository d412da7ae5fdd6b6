package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"osint/pkg/audit/postgres"
)

// auditMigrate makes the schema of the shared PostgreSQL.
func auditMigrate(c *console) *cobra.Command {
	var rebuild, asJSON bool
	var team string
	cmd := &cobra.Command{
		Use: "migrate", Short: "Make or renew the schema of the shared PostgreSQL", Args: exactly(),
		Long: `Makes the schema audit, its roles and tables, or brings them up to this version:
as often as you like, and by several at once. Type it as a superuser, or as a
login with CREATEROLE that may make a schema in the database; ship with another.
With --rebuild the tables that people read are emptied and made anew from the
entries.`,
		Example: "  osint audit migrate --team blue\n  osint audit migrate --rebuild",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.migrate(cmd.Context(), team, rebuild, asJSON)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&rebuild, "rebuild", false, "make the tables that people read anew, from the entries")
	f.StringVar(&team, "team", "default", "`TEAM` that the first login belongs to")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// A migrateReport is what --json prints of a migration.
type migrateReport struct {
	Server  string   `json:"server"`
	Version int      `json:"version"` // of the schema, now
	Taken   []string `json:"taken"`   // steps
	Rebuilt *int64   `json:"rebuilt"` // entries that the tables were made of; null: they were left
}

func (c *console) migrate(ctx context.Context, team string, rebuild, asJSON bool) error {
	if !postgres.ValidTeam(team) {
		return usage("--team %q is no name of a team: write small letters and digits, and . _ - in between", team)
	}
	config, err := c.shared(ctx)
	if err != nil {
		return err
	}
	r := migrateReport{Server: config.String(), Taken: []string{}}
	taken, err := postgres.MigrateAt(ctx, config, team)
	if err != nil {
		return err
	}
	all := postgres.Migrations()
	r.Version = all[len(all)-1].Version
	for _, m := range taken {
		r.Taken = append(r.Taken, fmt.Sprintf("%04d %s", m.Version, m.Name))
	}
	if rebuild {
		n, err := postgres.RebuildAt(ctx, config)
		if err != nil {
			return err
		}
		r.Rebuilt = &n
	}
	if asJSON {
		return c.json(r)
	}
	for _, t := range r.Taken {
		fmt.Fprintf(c.out, "made %s\n", t)
	}
	fmt.Fprintf(c.out, "the schema audit at %s is of version %d\n", r.Server, r.Version)
	if r.Rebuilt != nil {
		fmt.Fprintf(c.out, "the tables were made anew from %d entries\n", *r.Rebuilt)
	}
	if len(r.Taken) > 0 {
		fmt.Fprint(c.out, howToAdmit)
	}
	return nil
}

// howToAdmit is what comes after a migration: who may do what.
const howToAdmit = `
Let a machine ship, and a person read, each with a login of its own:
  CREATE ROLE osint_host1 LOGIN PASSWORD '...' IN ROLE osint_ship;
  SELECT audit.admit('osint_host1', 'TEAM');
  CREATE ROLE ann LOGIN PASSWORD '...' IN ROLE osint_analyst;
  SELECT audit.admit('ann', 'TEAM', 'TLP:RED');
osint_viewer reads up to a label, osint_analyst reads and exports all of the
team, osint_admin admits others.
`
