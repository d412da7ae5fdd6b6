package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/fleet"
	"osint/pkg/report"
)

// Set by the linker.
var version, commit, date string

// A build says what this binary is.
type build struct {
	Version string  `json:"version"`
	Commit  string  `json:"commit"`
	Date    string  `json:"date"`
	Go      string  `json:"go"`
	OS      string  `json:"os"`
	Arch    string  `json:"arch"`
	Schemas schemas `json:"schemas"`
}

type schemas struct {
	Case   int `json:"case"`
	Report int `json:"report"`
	Batch  int `json:"batch"`
}

// thisBuild takes what the linker set, else what the Go tool recorded.
func thisBuild() build {
	b := build{Version: version, Commit: commit, Date: date, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Schemas: schemas{pipeline.SchemaVersion, report.SchemaVersion, fleet.SchemaVersion}}
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "(devel)" {
			b.Version = cmp.Or(b.Version, v)
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = cmp.Or(b.Commit, s.Value)
			case "vcs.time":
				b.Date = cmp.Or(b.Date, s.Value)
			}
		}
	}
	b.Version = cmp.Or(b.Version, "dev")
	return b
}

func newVersion(c *console) *cobra.Command {
	var asJSON, texts bool
	cmd := &cobra.Command{
		Use: "version", Short: "Say which osint this is", Args: exactly(),
		Example: "  osint version\n  osint version --json\n  osint version --licenses | less",
		RunE: func(*cobra.Command, []string) error {
			if texts {
				return writeLicenses(c.out)
			}
			b := thisBuild()
			if asJSON {
				return c.json(b)
			}
			fmt.Fprintf(c.out, "osint %s\n", b.Version)
			if b.Commit != "" {
				fmt.Fprintf(c.out, "commit %s, %s\n", b.Commit, cmp.Or(b.Date, "no date"))
			}
			fmt.Fprintf(c.out, "%s, %s/%s, schemas: case %d, report %d\n", b.Go, b.OS, b.Arch, b.Schemas.Case, b.Schemas.Report)
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	cmd.Flags().BoolVar(&texts, "licenses", false, "print the licences of everything that is built in")
	return cmd
}

func jsonFlag(cmd *cobra.Command, to *bool) {
	cmd.Flags().BoolVar(to, "json", false, "print one JSON document")
}
