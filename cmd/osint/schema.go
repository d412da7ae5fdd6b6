package main

import (
	_ "embed"

	"github.com/spf13/cobra"

	"osint/pkg/pipeline/fleet"
	"osint/pkg/report"
)

//go:embed state.schema.json
var statusSchema []byte

//go:embed keys.schema.json
var keysSchema []byte

func newSchema(c *console) *cobra.Command {
	one := func(name, short string, text func() []byte) *cobra.Command {
		cmd := &cobra.Command{Use: name, Short: short, Args: exactly(), Example: "  osint schema " + name,
			RunE: func(*cobra.Command, []string) error {
				_, err := c.out.Write(text())
				return err
			}}
		var asJSON bool // it is JSON either way
		jsonFlag(cmd, &asJSON)
		return cmd
	}
	return shelf("schema", "", "Print the JSON Schema of what osint writes", "  osint schema report > report.schema.json",
		one("report", "The schema of the JSON report", report.Schema),
		one("case", "The schema of one line of a case file", report.CaseSchema),
		one("status", "The schema of what osint status --json prints", func() []byte { return statusSchema }),
		one("keys", "The schema of what osint keys check --json prints", func() []byte { return keysSchema }),
		one("batch", "The schema of the index of a batch", fleet.Schema))
}
