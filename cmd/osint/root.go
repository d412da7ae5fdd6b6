package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/pkg/pipeline/rule"
)

// Groups of commands in the help.
const (
	groupRun    = "run"
	groupRead   = "read"
	groupAnswer = "answer"
)

// onlyHolds marks a command that does nothing but hold others: a word after it is
// the name of one.
const onlyHolds = "only-holds"

func newRoot(c *console) *cobra.Command {
	root := &cobra.Command{
		Use:           "osint",
		Short:         "osint investigates an organisation from what is public, and proves what it says.",
		Example:       `  osint investigate brindleford.example --lab brindleford --active`,
		SilenceErrors: true, SilenceUsage: true, DisableSuggestions: true,
		Args: cobra.ArbitraryArgs, Annotations: map[string]string{onlyHolds: "yes"},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddGroup(&cobra.Group{ID: groupRun, Title: "Investigate"}, &cobra.Group{ID: groupRead, Title: "Read a case"},
		&cobra.Group{ID: groupAnswer, Title: "Answer for it"})
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return unknownCommand(cmd, args[0])
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if err := c.settle(cmd); err != nil {
			return err
		}
		return oneOf("--color", c.color, colors()...)
	}
	f := root.PersistentFlags()
	f.StringVar(&c.color, "color", "auto", "`WHEN`: auto, always or never in colour")
	f.BoolVarP(&c.verbose, "verbose", "v", false, "say more on stderr")
	f.BoolVar(&c.noConfig, "no-config", false, "read no configuration file")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		for _, word := range cmd.Flags().Args() { // as in osint -h profile list
			if next := child(cmd, word); next != nil {
				cmd = next
			} else if cmd.Annotations[onlyHolds] != "" {
				c.misspelt = unknownCommand(cmd, word)
				return
			}
		}
		cmd.InitDefaultHelpFlag()
		c.help(cmd)
	})
	root.SetHelpCommand(newHelp(c))
	root.AddCommand(newInvestigate(c), newPlan(c), newBatch(c), newResume(c), newReport(c), newShow(c), newVerify(c), newCases(c), newCollectors(c), newProfile(c),
		newErase(c), newRetention(c), newSubject(c), newConfig(c), newCompliance(c), newAudit(c), newIncident(c), newKeys(c), newDoctor(c), newLab(c), newSchema(c), newStatus(c), newVersion(c), newCompletion(c), newMan(c))
	root.AddCommand(topics(root)...)
	return root
}

func colors() []string { return []string{"auto", "always", "never"} }

// unknownCommand says what may have been meant: a command, or a target
// without its verb.
func unknownCommand(cmd *cobra.Command, word string) error {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	if meant, ok := rule.Nearest(word, names); ok {
		return usage("unknown command %q: did you mean %s %s?", word, cmd.CommandPath(), meant)
	}
	if cmd.HasParent() {
		return usage("unknown command %q: %s has %s", word, cmd.CommandPath(), strings.Join(names, ", "))
	}
	if strings.ContainsAny(word, ".:@") {
		return usage("unknown command %q: to investigate it, type: osint investigate %s", word, word)
	}
	return usage("unknown command %q: osint help lists them", word)
}

// shelf returns a command that only holds others.
func shelf(name, group, short, example string, subs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: name, GroupID: group, Short: short, Example: example, Args: cobra.ArbitraryArgs, Annotations: map[string]string{onlyHolds: "yes"}}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return unknownCommand(cmd, args[0])
	}
	cmd.AddCommand(subs...)
	return cmd
}

// flagError makes a usage error of what pflag could not read.
func flagError(cmd *cobra.Command, err error) error {
	text := err.Error()
	if word, ok := strings.CutPrefix(text, "unknown flag: --"); ok {
		if meant, ok := nearestFlag(cmd, word); ok {
			return usage("unknown flag --%s: did you mean --%s?", word, meant)
		}
		return usage("unknown flag --%s: %s --help lists the flags", word, cmd.CommandPath())
	}
	if _, word, ok := strings.Cut(text, "' in -"); ok && strings.HasPrefix(text, "unknown shorthand flag: ") {
		if meant, ok := nearestFlag(cmd, word); ok && len(word) > 1 {
			return usage("unknown flag -%s: did you mean --%s?", word, meant)
		}
		return usage("unknown flag -%s: but for -v and -h, flags are written in full after two dashes; %s --help lists them", word, cmd.CommandPath())
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: --"); ok {
		if f := cmd.Flags().Lookup(name); f != nil {
			return usage("--%s needs a value: write %s", name, wants(f))
		}
	}
	if i := strings.Index(text, `" flag: `); strings.HasPrefix(text, "invalid argument ") && i > 0 {
		head := text[len("invalid argument "):]
		value, rest, _ := strings.Cut(head, " for ")
		name, _, _ := strings.Cut(strings.TrimPrefix(strings.Trim(rest, `"`), "--"), `"`)
		if f := cmd.Flags().Lookup(name); f != nil {
			return usage("--%s: %s is no value for it: write %s", name, value, wants(f))
		}
	}
	return usage("%s: %s --help lists the flags", text, cmd.CommandPath())
}

// nearestFlag returns the flag of a command that a word is, or was to be.
func nearestFlag(cmd *cobra.Command, word string) (name string, ok bool) {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	word, _, _ = strings.Cut(word, "=")
	if slices.Contains(names, word) {
		return word, true
	}
	return rule.Nearest(word, names)
}

// exactly returns a check that as many arguments are there as want names.
func exactly(want ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(want):
			return usage("%s needs %s: type %s", cmd.CommandPath(), want[len(args)], cmd.UseLine())
		case len(args) > len(want):
			return usage("%q is one word too many: type %s", args[len(want)], cmd.UseLine())
		}
		return nil
	}
}

// atMost is exactly of arguments that may be left out.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return usage("%q is one word too many: type %s", args[n], cmd.UseLine())
		}
		return nil
	}
}

// oneOf says what to write instead of a word that is not in the list.
func oneOf(flag, word string, words ...string) error {
	for _, w := range words {
		if w == word {
			return nil
		}
	}
	return usage("%s %q: %s", flag, word, rule.OneOf(word, words))
}
