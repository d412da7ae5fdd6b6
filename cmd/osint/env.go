package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A layer gives a flag that was not typed its value: the environment today,
// a configuration file the same way. The first layer that knows a flag wins.
type layer func(flag string) (value, origin string, ok bool)

// envName returns the environment variable of a flag, by rule: --lab-latency
// is OSINT_LAB_LATENCY.
func envName(flag string) string {
	return "OSINT_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func environment(getenv func(string) string) layer {
	return func(flag string) (value, origin string, ok bool) {
		v := getenv(envName(flag))
		return v, envName(flag), v != ""
	}
}

// fill sets the flags that were not typed from the layers.
func fill(cmd *cobra.Command, layers ...layer) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if err != nil || f.Changed || !settable(f) {
			return
		}
		for _, l := range layers {
			value, origin, ok := l(f.Name)
			if !ok {
				continue
			}
			for _, v := range parts(f, value) {
				if e := cmd.Flags().Set(f.Name, v); e != nil {
					err = usage("%s: %s %q is no value for --%s: write %s", cmd.CommandPath(), origin, value, f.Name, wants(f))
					return
				}
			}
			return
		}
	})
	return err
}

// parts splits the value of a flag that may be repeated: the environment
// separates by blanks what is typed as several flags.
func parts(f *pflag.Flag, value string) []string {
	if f.Value.Type() == "stringArray" {
		return strings.Fields(value)
	}
	return []string{value}
}

// settable reports whether a flag may come from a layer.
func settable(f *pflag.Flag) bool { return f.Name != "help" && f.Name != "version" }

// wants says what a flag takes.
func wants(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "int":
		return "a whole number"
	case "expression":
		return "an expression such as high or score>=60"
	case "duration":
		return "a time such as 500ms, 30s or 5m"
	}
	return "text"
}

// environmentHelp lists every variable, from the flags themselves.
func environmentHelp(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString(`Every flag has a variable: OSINT_ and the flag's name in capitals. A flag that
is typed goes before its variable. Where a flag may be repeated, its variable
holds all values, separated by blanks.

`)
	seen := map[string]bool{}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !seen[f.Name] && settable(f) && !f.Hidden {
				seen[f.Name] = true
				b.WriteString("  " + pad(envName(f.Name), 24) + " --" + f.Name + "\n")
			}
		})
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	root.InitDefaultHelpFlag()
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) {
		seen[f.Name] = true
		b.WriteString("  " + pad(envName(f.Name), 24) + " --" + f.Name + "\n")
	})
	visit(root)
	b.WriteString(`
  OSINT_HOME               one folder for config, data, state and cache; else XDG_CONFIG_HOME,
                           XDG_DATA_HOME, XDG_STATE_HOME and XDG_CACHE_HOME, each with osint/ below
  GITHUB_ACTIONS           true: annotations, and a summary in GITHUB_STEP_SUMMARY; GITHUB_WORKSPACE and
                           CI_PROJECT_DIR are the repository that files are named from
  OSINT_DEBUG              print the stack of an internal fault
  NO_COLOR                 not empty: no colour; CLICOLOR_FORCE: colour in a pipe
`)
	return b.String()
}

func pad(s string, n int) string {
	if len(s) < n {
		s += strings.Repeat(" ", n-len(s))
	}
	return s
}
