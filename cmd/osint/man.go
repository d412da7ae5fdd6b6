package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newMan(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Hidden: true, Short: "Write the man pages into a folder", Args: exactly("a folder"),
		Example: "  osint man ./man && man -l ./man/osint.1",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			page := func(name, text string) error {
				path := filepath.Join(args[0], name)
				fmt.Fprintln(c.out, path)
				return writeFile(path, 0o644, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
			}
			if err := page("osint-config.5", manFiles(cmd.Root())); err != nil {
				return err
			}
			return eachCommand(cmd.Root(), func(cmd *cobra.Command) error { return page(manName(cmd)+".1", manPage(cmd)) })
		},
	}
}

// manFiles is the page on configuration files.
func manFiles(root *cobra.Command) string {
	return ".TH OSINT\\-CONFIG 5 \"\" \"osint\" \"osint manual\"\n.nh\n.ad l\n" +
		".SH NAME\nosint\\-config \\- configuration files of osint\n" +
		".SH SYNOPSIS\n" + roff(projectFile) + "\n.br\n" + roff("$XDG_CONFIG_HOME/osint/"+userFile) + "\n" +
		".SH DESCRIPTION\n.nf\n" + roff(strings.Trim(configHelp(root), "\n")) + "\n.fi\n" +
		".SH SEE ALSO\n.BR osint\\-config (1)\n"
}

func eachCommand(cmd *cobra.Command, do func(*cobra.Command) error) error {
	if cmd.Hidden || cmd.Name() == "help" {
		return nil
	}
	if err := do(cmd); err != nil {
		return err
	}
	for _, sub := range cmd.Commands() {
		if err := eachCommand(sub, do); err != nil {
			return err
		}
	}
	return nil
}

func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manPage writes a page from the same source as the help.
func manPage(cmd *cobra.Command) string {
	var b strings.Builder
	section := func(name string) { b.WriteString(".SH " + name + "\n") }
	verbatim := func(text string) { b.WriteString(".nf\n" + roff(strings.Trim(text, "\n")) + "\n.fi\n") }
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"osint\" \"osint manual\"\n", roff(strings.ToUpper(manName(cmd))))
	b.WriteString(".nh\n.ad l\n") // no hyphens, no even margin: what is typed stays as it is
	section("NAME")
	b.WriteString(roff(manName(cmd)) + ` \- ` + roff(cmd.Short) + "\n")
	section("SYNOPSIS")
	b.WriteString(roff(cmd.UseLine()) + "\n")
	if cmd.Long != "" {
		section("DESCRIPTION")
		verbatim(cmd.Long)
	}
	section("EXAMPLES")
	verbatim(cmd.Example)
	cmd.InitDefaultHelpFlag()
	for _, g := range flagGroups(cmd) {
		section(strings.ToUpper(g.title))
		for _, f := range g.flags {
			b.WriteString(manFlag(f))
		}
	}
	if cmd.HasAvailableSubCommands() {
		section("COMMANDS")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() && sub.Name() != "help" {
				fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", roff(manName(sub)), roff(sub.Short))
			}
		}
	}
	if !cmd.HasParent() {
		section("ENVIRONMENT")
		verbatim(environmentHelp(cmd))
	}
	section("EXIT STATUS")
	verbatim(exitCodeHelp())
	section("SEE ALSO")
	if p := cmd.Parent(); p != nil {
		b.WriteString(".BR " + roff(manName(p)) + " (1),\n")
	}
	b.WriteString(".BR osint\\-config (5)\n")
	return b.String()
}

func manFlag(f *pflag.Flag) string {
	arg, does := flagText(f)
	name := `\-\-` + roff(f.Name)
	if f.Shorthand != "" {
		name = `\-` + f.Shorthand + ", " + name
	}
	if arg != "" {
		name += " " + roff(arg)
	}
	return ".TP\n.B " + name + "\n" + roff(does) + "\n"
}

// roff escapes text: backslashes, hyphens that are typed, and what would be a
// request at the beginning of a line.
func roff(s string) string {
	s = strings.ReplaceAll(s, `\`, `\e`)
	s = strings.ReplaceAll(s, "-", `\-`)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}
