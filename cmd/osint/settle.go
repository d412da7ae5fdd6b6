package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// settle gives the flags that were not typed what the layers say: variable,
// project's file, user's file. A command that is about the files, or must work
// whatever is wrong with them, has none.
func (c *console) settle(cmd *cobra.Command) error {
	env := environment(c.getenv)
	if withoutFiles(cmd) || c.saysNoConfig(cmd, env) {
		return fill(cmd, env)
	}
	files, err := c.sheets(cmd.Root())
	if err != nil {
		return usage("%w", err)
	}
	project, user := files[0].layer(commandKey(cmd)), files[1].layer(commandKey(cmd))
	if err := fill(cmd, env, narrowing(project, user), user); err != nil {
		return err
	}
	c.tellProject(cmd)
	return nil
}

// configless marks a command that reads no configuration file.
const configless = "configless"

func withoutFiles(cmd *cobra.Command) bool {
	switch cmd.Name() {
	case "help", "completion", "man", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return true
	}
	return cmd.Annotations[configless] != ""
}

// saysNoConfig reports whether --no-config was typed, or its variable says so;
// one that can't be read is said by [fill], so no file need be.
func (c *console) saysNoConfig(cmd *cobra.Command, env layer) bool {
	f := cmd.Flags().Lookup("no-config")
	if f == nil || f.Changed {
		return c.noConfig
	}
	g, ok := env(f)
	if !ok {
		return false
	}
	no, err := strconv.ParseBool(g.text())
	return err != nil || no
}

// tellProject says what the project's file had a hand in: it came with
// somebody's files, and nobody typed it. Quiet silences it, unless it is the
// file that says so.
func (c *console) tellProject(cmd *cobra.Command) {
	var file string
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if at := fromProject(f); at != "" {
			file, _, _ = strings.Cut(at, ":")
			names = append(names, f.Name)
		}
	})
	if q := cmd.Flags().Lookup("quiet"); q != nil && q.Value.String() == "true" && fromProject(q) == "" {
		return
	}
	slices.Sort(names)
	if len(names) > 0 {
		c.say("osint: %s sets %s", safeLines(file), strings.Join(names, ", "))
	}
}
