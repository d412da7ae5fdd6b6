package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A completer returns what a word that was begun may become: "value" or
// "value\tdescription". Nothing it does takes long: it is asked at a key.
type completer = cobra.CompletionFunc

const (
	noFiles = cobra.ShellCompDirectiveNoFileComp
	noSpace = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	folders = cobra.ShellCompDirectiveFilterDirs
	files   = cobra.ShellCompDirectiveDefault
)

// completing reports whether a shell's script asks.
func completing(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// completions gives every flag and argument its completer, and every flag a
// description as the shells show it.
func (c *console) completions(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	seen := map[*pflag.Flag]bool{}
	register := func(cmd *cobra.Command, f *pflag.Flag) {
		if !seen[f] {
			seen[f] = true
			arg, does := flagText(f)
			if f.Annotations == nil {
				f.Annotations = map[string][]string{}
			}
			f.Usage, f.Annotations[argument] = does, []string{arg}
			values := flagCompleter(f)
			if f.Name == "by" {
				values = c.approverValues
			}
			_ = cmd.RegisterFlagCompletionFunc(f.Name, values) // it fails for a flag that is not the command's, and each is
		}
	}
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { register(root, f) })
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) { register(cmd, f) })
		if cmd.Runnable() && !cmd.HasSubCommands() && cmd.ValidArgs == nil {
			cmd.ValidArgsFunction = c.argCompleter(cmd)
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	for _, sub := range root.Commands() {
		visit(sub)
	}
}

const argument = "argument" // annotation: what a flag takes, as its help calls it

// flagCompleter completes the values of a flag: of those that have any, these;
// else a folder or a file, if the flag's help says that it takes one.
func flagCompleter(f *pflag.Flag) completer {
	switch f.Name {
	case "profile":
		return profileValues
	case "endpoint":
		return endpointValues
	case "scope", "exclude-entity":
		return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
			return kindValues(begun), files | cobra.ShellCompDirectiveNoSpace
		}
	case "lab":
		return worldValues
	}
	words := slices.Concat(choices(f.Name), likely(f.Name))
	switch takes := strings.Join(f.Annotations[argument], ""); {
	case f.Value.Type() == "stringSlice":
		return listOf(words)
	case len(words) == 0 && strings.Contains(takes, "DIR"):
		return always(folders)
	case len(words) == 0 && strings.Contains(takes, "FILE"):
		return always(files)
	}
	return only(words...)
}

// argCompleter completes the arguments of a command: by what its usage calls
// them, where nothing else is said.
func (c *console) argCompleter(cmd *cobra.Command) completer {
	switch commandKey(cmd) {
	case "show":
		return c.showValues
	case "help":
		return helpValues
	case "config set":
		return settingValues
	case "compliance paper":
		return c.paperValues
	case "keys set", "keys rm":
		return first(credentialValues)
	case "keys check":
		return credentialValues
	}
	_, takes, _ := strings.Cut(cmd.Use, " ")
	f := c.named(takes)
	if strings.Contains(takes, "...") {
		return f
	}
	return first(f)
}

func (c *console) named(takes string) completer {
	switch strings.TrimSuffix(takes, "...") {
	case "SEED", "ENTITY", "[ENTITY...]":
		return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
			return kindValues(begun), noSpace
		}
	case "CASE":
		return c.caseValues
	case "[COLLECTOR...]":
		return only(collectorNames()...)
	case "KEY":
		return keyValues
	case "NAME|FILE":
		return profileValues
	case "[ID]":
		return c.frameworkValues
	case "[FRAMEWORK|FILE...]":
		return trialValues
	case "WORLD":
		return worldValues
	case "DIR", "[DIR]", "[DIR...]":
		return always(folders)
	}
	if strings.Contains(takes, "FILE") {
		return always(files)
	}
	return only()
}

func always(d cobra.ShellCompDirective) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) { return nil, d }
}

func only(words ...string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) { return words, noFiles }
}

// first completes the first argument, and no other.
func first(f completer) completer {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, noFiles
		}
		return f(cmd, args, begun)
	}
}

// listOf completes the last of words with commas between, each once.
func listOf(words []string) completer {
	return func(_ *cobra.Command, _ []string, begun string) (out []string, _ cobra.ShellCompDirective) {
		head, had := "", []string(nil)
		if i := strings.LastIndexByte(begun, ','); i >= 0 {
			head, had = begun[:i+1], strings.Split(begun[:i], ",")
		}
		for _, w := range words {
			if !slices.Contains(had, w) {
				out = append(out, head+w)
			}
		}
		return out, noSpace
	}
}
