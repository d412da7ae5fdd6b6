package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"osint/profiles"
)

func newProfile(c *console) *cobra.Command {
	var asJSON bool
	list := &cobra.Command{
		Use: "list", Short: "List the profiles that are built in", Args: exactly(), Example: "  osint profile list",
		RunE: func(*cobra.Command, []string) error { return c.listProfiles(asJSON) },
	}
	show := &cobra.Command{
		Use: "show NAME|FILE", Short: "Print a profile; with --json as it resolves, defaults filled in", Args: exactly("a profile: osint profile list names them"),
		Example: "  osint profile show default > mine.yaml\n  osint profile show ci --json | jq .limits",
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := profiles.Load(args[0])
			if err != nil {
				return usage("%w", err)
			}
			if asJSON {
				return c.json(json.RawMessage(p.JSON()))
			}
			text, err := profiles.Text(args[0])
			if err == nil {
				_, err = c.out.Write(text)
			}
			return err
		},
	}
	validate := &cobra.Command{
		Use: "validate NAME|FILE", Short: "Say what is wrong in a profile, a mandate, a framework of law or another document", Args: exactly("a profile, such as ./mine.yaml"),
		Long: `The kind of document is what its key kind says. What is wrong is said with file
and line, and with what to write instead; exit code 2 then.`,
		Example: "  osint profile validate default\n  osint profile validate ci --json",
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := validate(args[0])
			if err != nil {
				return usage("%w", err)
			}
			if asJSON {
				out := map[string]any{"kind": s.kind, "id": s.id, "version": s.version, "sha256": s.sha256, "valid": true}
				if s.doubt != "" {
					out["doubt"] = s.doubt
				}
				return c.json(out)
			}
			fmt.Fprintf(c.out, "%s is sound: %s\n", args[0], s)
			if s.doubt != "" {
				c.say("osint: %s: but %s", args[0], s.doubt)
			}
			return nil
		},
	}
	for _, cmd := range []*cobra.Command{list, show, validate} {
		jsonFlag(cmd, &asJSON)
	}
	return shelf("profile", "", "What an investigation may do: list, show and validate profiles, test frameworks of law",
		"  osint profile list\n  osint profile show default > mine.yaml", list, show, validate, newProfileTest(c))
}

func (c *console) listProfiles(asJSON bool) error {
	type row struct {
		ID      string `json:"id"`
		Title   string `json:"title"`
		Version string `json:"version"`
		SHA256  string `json:"sha256"`
	}
	var rows []row
	t := table{header: []string{"profile", "version", "what it is for"}}
	for _, name := range profiles.Names() {
		p, err := profiles.Load(name)
		if err != nil {
			return err
		}
		rows = append(rows, row{p.ID, p.Title, p.Version, p.SHA256()})
		t.add(p.ID, p.Version, p.Title)
	}
	if asJSON {
		return c.json(map[string]any{"profiles": rows})
	}
	return c.table(t)
}
