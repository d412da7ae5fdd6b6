package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/pkg/compliance"
	"osint/pkg/pipeline/rule"
	"osint/profiles"
)

// onceOnly are flags that mean one run: from a file they would hold in every
// one, unseen.
var onceOnly = map[string]string{
	"yes":       "what can't be undone is said each time",
	"force":     "what can't be undone is said each time",
	"no-config": "a file can't say that it is not to be read",
	"out":       "each case has a folder of its own",
	"to":        "where a report goes is said each time",
	"recipient": "who is given something is said each time",
	"audience":  "who reads something is said each time",
	"online":    "that something is contacted is said each time",
	"plan":      "an investigation that is only planned is asked for each time",
	"project":   "it says which file is meant",
	"user":      "it says which file is meant",
	"licenses":  "it is asked for once",

	"all":               "it is asked for once",
	"rebuild":           "it is asked for once",
	"forget":            "each place is forgotten by itself",
	"accept-rollback":   "each is accepted by itself",
	"adopt":             "each is answered for by itself",
	"recipient-country": "it is of one recipient",

	"key":             "it is of one case, or of one signature",
	"by":              "an approval is given each time",
	"statement":       "an approval is given each time",
	"signature":       "an approval is given each time",
	"print-statement": "it is asked for once",
	"reason":          "why something is done is said each time",
	"trust":           "whom to trust is said each time",
	"raw":             "it is asked for once",
	"sealed":          "it is asked for once",
	"subject":         "who is meant is said each time",
	"remove-reports":  "what can't be undone is said each time",
}

// projectMay are the flags that a project's file may set. The file comes with
// a repository, a download, a case that was mailed: whoever wrote it may want
// the reader to be seen, to ask elsewhere, to trust another authority, to
// believe in a made-up world, to name the wrong people as the subject, to put
// words on record in the reader's name, or to share more than is right. So
// what it may say is a list, and what is not on it is refused, flags that will
// be made one day among it. Numbers may only be lower than the profile's.
var projectMay = []string{
	"profile", // of the shelf, and none for people: a file could allow anything
	"type", "collector", "exclude", "exclude-entity",
	"depth", "limit", "workers", "timeout",
	"format", "progress", "quiet", "json", "csv", "color", "verbose",
	"fail-on", "annotations", // what a build makes of the result
}

// projectMayNot says why a project may not set a flag, where that can be said
// better than that it is not on the list.
var projectMayNot = map[string]string{
	"active":        "the subject would see you",
	"allow-private": "it could have services of your own network asked",
	"proxy":         "whoever wrote it would see and answer your questions",
	"resolver":      "whoever wrote it would see and answer your questions",
	"connect-to":    "whoever wrote it would see and answer your questions",
	"endpoint":      "whoever wrote it would see and answer your questions",
	"ca-file":       "whoever wrote it could pose as anybody",
	"trust-anchor":  "whoever wrote it could sign any name",
	"lab":           "you would be shown a made-up world",
	"lab-latency":   "you would be shown a made-up world",
	"user-agent":    "it would say who you are",
	"suppress":      "it could hide what was found",
	"baseline":      "it could pass off as known what is new",
	"anchor":        "a record that was written anew could bring its own",
	"witness":       "it could vouch for a record that was written anew",
	"append":        "it would have a file written to",
	"targets-file":  "it would have another file read",
	"scope":         "it could have other people's systems probed as the subject's",
	"tlp":           "it could let you share more than is right",
	"purpose":       "it would put words on record in your name",
	"lawful-basis":  "it would put words on record in your name",
	"reference":     "it would put words on record in your name",
	"mandate":       "it would put words on record in your name",
	"investigator":  "it would put words on record in your name",
	"budget":        "it is your money",
	"unattended":    "it would use up what you keep for people",

	"textfile":         "it would have a file of yours written over",
	"metrics-textfile": "it would have a file of yours written over",
	"metrics-push":     "it would tell somebody what you do",
	"log-file":         "it would have a file of yours written to",
	"log-level":        "it could keep a log from telling",
}

// refuses says why a file may not hold a setting; "" if it may.
func (s *sheet) refuses(x setting) string {
	name := x.flag.Name
	switch why, once := onceOnly[name]; {
	case once:
		return fmt.Sprintf("%s is for one run: %s; type --%s", name, why, name)
	case slices.ContainsFunc(x.values, carriesPassword):
		return fmt.Sprintf("%s: has a password in it: no secret belongs in a configuration file", name)
	case !s.project:
		return ""
	case !slices.Contains(projectMay, name):
		why := "it is not among what a project may choose"
		if w := projectMayNot[name]; w != "" {
			why = w
		}
		return fmt.Sprintf("a project's file may not set %s: %s; type --%s, or osint config set %s VALUE for yourself", name, why, name, x.key())
	case name == "profile" && !slices.Contains(profiles.Names(), x.values[0]):
		return fmt.Sprintf("profile %q: a project's file names a profile of the shelf, not a file, which could allow anything: %s",
			x.values[0], rule.OneOf(x.values[0], impersonal()))
	case name == "profile" && !slices.Contains(impersonal(), x.values[0]):
		return fmt.Sprintf("a project's file may not choose profile %s: people may be looked into under it; type --profile %s", x.values[0], x.values[0])
	case name == "exclude-entity" && slices.ContainsFunc(x.values, isFile):
		return "exclude-entity: a project's file names entities, not files"
	}
	return ""
}

// impersonal returns the profiles of the shelf under which nothing is asked
// about a person.
func impersonal() (names []string) {
	for _, n := range profiles.Names() {
		if p, err := profiles.Load(n); err == nil && p.Policy.Persons == compliance.RefusePersons {
			names = append(names, n)
		}
	}
	return names
}

// isFile reports whether a flag that takes an entity or a file would take a
// text for a file.
func isFile(text string) bool {
	info, err := os.Stat(text)
	return err == nil && info.Mode().IsRegular()
}

// flagsOf returns the flags of the command that a file calls by its path.
func flagsOf(root *cobra.Command, command string) ([]*pflag.Flag, error) {
	var names []string
	var found *cobra.Command
	eachCommand(root, func(cmd *cobra.Command) error {
		if name := commandKey(cmd); hasFlags(cmd) {
			names = append(names, name)
			if name == command {
				found = cmd
			}
		}
		return nil
	})
	if found == nil {
		if meant, ok := rule.Nearest(command, names); ok {
			return nil, fmt.Errorf("there is no command %q: did you mean %s?", command, meant)
		}
		return nil, fmt.Errorf("there is no command %q: a key begins with one, as investigate.profile; osint --help lists them", command)
	}
	var flags []*pflag.Flag
	found.NonInheritedFlags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f) })
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f) })
	return flags, nil
}

// hasFlags reports whether a command has flags of its own that a file may set.
func hasFlags(cmd *cobra.Command) (has bool) {
	if cmd.HasParent() {
		cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) { has = has || settable(f) && onceOnly[f.Name] == "" })
	}
	return has
}

// commandKey is a command's path without the program's name.
func commandKey(cmd *cobra.Command) string {
	_, rest, _ := strings.Cut(cmd.CommandPath(), " ")
	return rest
}

func flagNamed(flags []*pflag.Flag, name string) (*pflag.Flag, error) {
	var names []string
	for _, f := range flags {
		if !settable(f) {
			continue
		}
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	if meant, ok := rule.Nearest(name, names); ok {
		return nil, fmt.Errorf("there is no key %s here: did you mean %s?", name, meant)
	}
	return nil, fmt.Errorf("there is no key %s here: keys are the names of flags; osint help config lists them", name)
}
