package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// configHelp is the page on configuration files. Its lists are made from the
// flags themselves.
func configHelp(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString(`A flag that is not typed takes its value from the first of:

  1. its variable, OSINT_NAME
  2. the project's file, .osint.yaml: in the working folder, or the nearest
     above it, up to the root of the repository or your home
  3. your own file, config.yaml: in $XDG_CONFIG_HOME/osint (~/.config/osint),
     or in $OSINT_HOME/config
  4. its default

A file is YAML. A key is a flag's name: alone it holds for every command that
has the flag, below a command's name for that one, and then goes first. An
unknown key, a key given twice, or a value of another type is an error with
file and line.

  # my own
  color: never
  investigate:
    profile: passive-only
    exclude: [whois]
    timeout: 5m
  cases list:
    json: true

osint config explain KEY says where a value comes from, osint config check what
is wrong, osint config set KEY VALUE writes one and keeps your comments.
--no-config, or OSINT_NO_CONFIG=true, reads neither file.

Your own file must not be one that others can write to. No file holds a secret:
a URL with a password in it is an error. A path in a file is taken from the
working folder, as if it were typed: write it whole.

Your organisation's document, OSINT_POLICY or /etc/osint/policy.yaml, is no
configuration: it bounds what may be chosen here. osint doctor says whether there
is one.

A project's file comes with a repository or a download, so it is somebody
else's. What it sets is said on stderr, depth, limit, workers and timeout may
only be lower than the profile's, and a profile must be one that is built in,
under which nothing is asked about people.
Where your own file bounds investigations too, the project's counts only if it
narrows: a lower number, fewer collectors; exclusions add up, and your profile
stays. It may set these and nothing else:

`)
	may := slices.Clone(projectMay)
	slices.Sort(may)
	b.WriteString(wrap(strings.Join(may, " "), 78, 2) + "\n\nThese are for one run, and stand in no file:\n\n")
	var once []string
	for name := range onceOnly {
		once = append(once, name)
	}
	slices.Sort(once)
	b.WriteString(wrap(strings.Join(once, " "), 78, 2) + "\n\nEvery other flag is a key of your own file:\n\n")
	var rest []string
	for _, f := range allFlags(root) {
		if settable(f) && !f.Hidden && onceOnly[f.Name] == "" {
			rest = append(rest, f.Name)
		}
	}
	slices.Sort(rest)
	b.WriteString(wrap(strings.Join(rest, " "), 78, 2) + "\n")
	return b.String()
}
