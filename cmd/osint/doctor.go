package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"osint/cmd/osint/tui"
	"osint/pkg/report"
)

// A diagnosis is thing that must be so for osint to work here.
type diagnosis struct {
	Name   string `json:"check"`
	State  string `json:"state"`          // ok, warn or fail
	Detail string `json:"detail"`         // what is so
	Next   string `json:"next,omitempty"` // what to type, unless all is well
}

const (
	well = "ok"
	warn = "warn"
	fail = "fail"
)

func newDoctor(c *console) *cobra.Command {
	var asJSON, online bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check this machine and this installation", Args: exactly(),
		Long: `Each check is ok, warn or fail, with the reason and what to type next. Nothing
is contacted, but with --online the resolver, which is asked for the name
servers of arpa. Exit code 1 if a check failed; a warning is none.`,
		Example:     "  osint doctor\n  osint doctor --json | jq '.checks[] | select(.state != \"ok\")'",
		Annotations: map[string]string{configless: "yes"},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.examine(c.diagnose(cmd.Context(), cmd.Root(), online), asJSON)
		},
	}
	jsonFlag(cmd, &asJSON)
	cmd.Flags().BoolVar(&online, "online", false, "ask the resolver too, and nobody else")
	return cmd
}

// diagnose makes every check, the machine's first.
func (c *console) diagnose(ctx context.Context, root *cobra.Command, online bool) []diagnosis {
	p := c.places(false)
	all := []diagnosis{diagnoseVersion()}
	all = append(all, c.diagnoseFolders(p)...)
	all = append(all, diagnoseDisk(nearestFolder(p.data)), diagnoseFiles(nearestFolder(p.data)), diagnoseKeys(p.keys()), c.diagnoseSecrets(), c.diagnoseRecord(p), diagnoseUsage(p.state))
	all = append(all, diagnoseDescriptors(), diagnoseClock(), c.diagnoseTerminal(), c.diagnoseLocale())
	all = append(all, c.diagnoseConfig(root), c.diagnoseProfile(root), c.diagnosePolicy(), diagnoseRoots(), diagnoseLab(ctx))
	all = append(all, c.diagnoseResolver(ctx, root, online))
	return all
}

// examine prints the checks and fails if one did.
func (c *console) examine(all []diagnosis, asJSON bool) error {
	failed, warned := 0, 0
	for _, d := range all {
		switch d.State {
		case fail:
			failed++
		case warn:
			warned++
		}
	}
	if asJSON {
		if err := c.json(map[string]any{"ok": failed == 0, "failed": failed, "warned": warned, "checks": all}); err != nil {
			return err
		}
	} else {
		p := page{width: cmp.Or(c.width(c.stdout), 1<<10), color: c.colored(c.stdout)}
		for _, d := range all {
			p.line(c.out, paintState(d.State, p.color)+" "+pad(d.Name, 15), report.Safe(d.Detail))
			if d.Next != "" {
				p.line(c.out, pad("", 20)+"→ ", report.Safe(d.Next))
			}
		}
	}
	if failed > 0 {
		if err := c.flush(); err != nil {
			return err
		}
		return &exit{internal, fmt.Errorf("%s failed: what to type stands behind the arrows", count(failed, "check"))}
	}
	return nil
}

// line writes text after a head, its further lines below the first, as wide as
// the page is.
func (p page) line(w io.Writer, head, text string) {
	n := tui.Columns(head)
	fmt.Fprintln(w, head+strings.TrimLeft(wrap(text, p.width, n), " "))
}

// paintState is a state's word, of one width, coloured or not.
func paintState(state string, color bool) string {
	paint := map[string]string{fail: "\x1b[31m", warn: "\x1b[33m", well: "\x1b[32m"}[state]
	if !color {
		return pad(state, 4)
	}
	return paint + pad(state, 4) + "\x1b[0m"
}

func diagnoseVersion() diagnosis {
	b := thisBuild()
	return diagnosis{"version", well, fmt.Sprintf("osint %s, commit %s, %s, %s/%s", b.Version, cmp.Or(b.Commit, "unknown"), b.Go, b.OS, b.Arch), ""}
}
