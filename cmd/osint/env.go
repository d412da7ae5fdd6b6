package main

import (
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A layer gives a flag that was not typed its value: the environment, then
// the project's file, then the user's. The first layer that knows a flag wins.
type layer func(f *pflag.Flag) (given, bool)

// given is what a layer says of a flag, and where it says so.
type given struct {
	values  []string // one, or those of a flag that may be repeated
	origin  string   // OSINT_DEPTH, or FILE:LINE
	project bool     // from a file that came with somebody's files
}

func (g given) text() string { return strings.Join(g.values, " ") }

// envName returns the environment variable of a flag, by rule: --lab-latency
// is OSINT_LAB_LATENCY.
func envName(flag string) string {
	return "OSINT_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// environment is the layer of the variables. One that is empty says nothing.
func environment(getenv func(string) string) layer {
	return func(f *pflag.Flag) (given, bool) {
		v := getenv(envName(f.Name))
		return given{values: parts(f, v), origin: envName(f.Name)}, v != ""
	}
}

// parts splits the value of a variable whose flag may be repeated: it
// separates by blanks what is typed as several flags.
func parts(f *pflag.Flag, value string) []string {
	if f.Value.Type() == "stringArray" {
		return strings.Fields(value)
	}
	return []string{value}
}

// fill sets the flags that were not typed from the layers, and notes which
// layer it was.
func fill(cmd *cobra.Command, layers ...layer) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if err != nil || f.Changed || !settable(f) {
			return
		}
		for i, l := range layers {
			if g, ok := l(f); ok {
				if e := set(f, g.values); e != nil {
					err = usage("%s: %s %q is no value for --%s: write %s", cmd.CommandPath(), g.origin, g.text(), f.Name, wants(f))
				}
				filled(f, i, g)
				return
			}
		}
	})
	return err
}

// set gives a flag its value as if it had been typed.
func set(f *pflag.Flag, values []string) error {
	f.Changed = true
	if list, ok := f.Value.(pflag.SliceValue); ok && len(values) != 1 {
		return list.Replace(values)
	}
	for _, v := range values {
		if err := f.Value.Set(v); err != nil {
			return err
		}
	}
	return nil
}

const (
	filledFrom = "filled-from" // annotation: the layer's number
	projectAt  = "project-at"  // annotation: FILE:LINE of the project's file
)

func filled(f *pflag.Flag, layer int, g given) {
	if f.Annotations == nil {
		f.Annotations = map[string][]string{}
	}
	f.Annotations[filledFrom] = []string{strconv.Itoa(layer)}
	if g.project {
		f.Annotations[projectAt] = []string{g.origin}
	}
}

// fromProject returns where the project's file set a flag; "" if it did not.
func fromProject(f *pflag.Flag) string {
	return strings.Join(f.Annotations[projectAt], "")
}

// nearer reports whether flag a was given by a nearer layer than b: typed
// before variable before file before not at all. Of two equally near ones
// neither is.
func nearer(a, b *pflag.Flag) bool { return distance(a) < distance(b) }

func distance(f *pflag.Flag) int {
	from := f.Annotations[filledFrom]
	switch {
	case !f.Changed:
		return math.MaxInt
	case len(from) == 0:
		return 0
	}
	n, _ := strconv.Atoi(from[0]) // filled wrote it
	return 1 + n
}

// settable reports whether a flag may come from a layer.
func settable(f *pflag.Flag) bool { return f.Name != "help" && f.Name != "version" && !onlyTyped(f) }

// onlyTyped reports whether a flag has no value but what is typed: it chooses
// what is looked at, and may have the name of another command's flag that means
// something else.
func onlyTyped(f *pflag.Flag) bool {
	_, is := f.Annotations[typedOnly]
	return is
}

const typedOnly = "typed" // annotation

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
	case "stringSlice", "stringArray":
		return "a list of texts"
	}
	return "text"
}

// environmentHelp lists every variable, from the flags themselves.
func environmentHelp(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString(`Every flag has a variable: OSINT_ and the flag's name in capitals. A flag that
is typed goes before its variable, and a variable before the configuration
files. Where a flag may be repeated, its variable holds all values, separated
by blanks.

`)
	for _, f := range allFlags(root) {
		if settable(f) && !f.Hidden {
			b.WriteString("  " + pad(envName(f.Name), 24) + " --" + f.Name + "\n")
		}
	}
	b.WriteString(`
  LOG_LEVEL                as OSINT_LOG_LEVEL, if that is not set: debug, info, warn, error or off
  OSINT_HOME               one folder for config, data, state and cache; else XDG_CONFIG_HOME,
                           XDG_DATA_HOME, XDG_STATE_HOME and XDG_CACHE_HOME, each with osint/ below
  OSINT_POLICY             your organisation's document: a file. It holds beside /etc/osint/policy.yaml;
                           no flag and no other file goes beyond its ceiling, and both may only narrow
  POSTGRES_URL             where the record is shared: postgres://USER@HOST:PORT/DATABASE; or POSTGRES_HOST, _PORT,
                           _USER, _DB, _SSLMODE, _SSLROOTCERT, _SSLCERT, _SSLKEY; the password is _PASSWORD or
                           in the file _PASSWORD_FILE, else as PGPASSFILE has it, else a credential
  NAME, NAME_FILE          a credential, or the file that holds it: osint keys check lists the NAMEs;
                           OSINT_SECRETS_AGE, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, VAULT_ADDR and its like,
                           OSINT_VAULT_MOUNT, _PATH and _AUTH_MOUNT lead to them elsewhere: docs/credentials.md
  GITHUB_ACTIONS           true: annotations, and a summary in GITHUB_STEP_SUMMARY; GITHUB_WORKSPACE and
                           CI_PROJECT_DIR are the repository that files are named from
  OSINT_DEBUG              print the stack of an internal fault
  NO_COLOR                 not empty: no colour; CLICOLOR_FORCE: colour in a pipe
`)
	return b.String()
}

// allFlags returns every flag of every command, each name once: those of all
// commands first.
func allFlags(root *cobra.Command) (flags []*pflag.Flag) {
	seen := map[string]bool{}
	add := func(f *pflag.Flag) {
		if !seen[f.Name] && !onlyTyped(f) {
			seen[f.Name] = true
			flags = append(flags, f)
		}
	}
	root.PersistentFlags().VisitAll(add)
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(add)
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(root)
	return flags
}

func pad(s string, n int) string {
	if len(s) < n {
		s += strings.Repeat(" ", n-len(s))
	}
	return s
}
