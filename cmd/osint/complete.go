package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/profiles"
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
			_, f.Usage = flagText(f)
			_ = cmd.RegisterFlagCompletionFunc(f.Name, flagCompleter(f)) // it fails for a flag that is not the command's, and each is
		}
	}
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { register(root, f) })
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) { register(cmd, f) })
		if cmd.Runnable() && !cmd.HasSubCommands() && cmd.ValidArgs == nil {
			cmd.ValidArgsFunction = c.argCompleter(commandKey(cmd))
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	for _, sub := range root.Commands() {
		visit(sub)
	}
}

// flagCompleter completes the values of a flag.
func flagCompleter(f *pflag.Flag) completer {
	switch f.Name {
	case "ca-file":
		return always(files)
	case "out", "to":
		return always(folders)
	case "profile":
		return profileValues
	case "endpoint":
		return endpointValues
	case "scope", "exclude-entity":
		return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
			return kindValues(begun), files | cobra.ShellCompDirectiveNoSpace
		}
	case "lab":
		return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
			return append(lab.Names(), filesHere(begun, "*.txtar")...), noFiles
		}
	}
	words := slices.Concat(choices(f.Name), likely(f.Name))
	if f.Value.Type() == "stringSlice" {
		return listOf(words)
	}
	return only(words...)
}

// argCompleter completes the arguments of a command.
func (c *console) argCompleter(command string) completer {
	switch command {
	case "investigate":
		return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
			return kindValues(begun), noSpace
		}
	case "report", "resume":
		return first(c.caseValues)
	case "cases rm":
		return c.caseValues
	case "show":
		return c.showValues
	case "profile show", "profile validate":
		return first(profileValues)
	case "lab serve":
		return first(flagCompleter(&pflag.Flag{Name: "lab"}))
	case "man":
		return first(always(folders))
	case "help":
		return helpValues
	case "config get", "config explain", "config unset":
		return first(keyValues)
	case "config set":
		return settingValues
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

func profileValues(_ *cobra.Command, _ []string, begun string) (out []string, _ cobra.ShellCompDirective) {
	for _, name := range profiles.Names() {
		p, err := profiles.Load(name)
		if err == nil {
			name += "\t" + p.Title
		}
		out = append(out, name)
	}
	return append(out, filesHere(begun, "*.yaml", "*.yml")...), noFiles
}

// filesHere lists the files that begin so and match, and folders on the way. A file
// in the working folder is written ./FILE, for a name would not be a file.
func filesHere(begun string, patterns ...string) (out []string) {
	entries, _ := os.ReadDir(filepath.Dir(begun + "x"))
	head := begun[:strings.LastIndexByte(begun, '/')+1]
	if head == "" {
		head = "./"
	}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() && begun != "" && !strings.HasPrefix(name, ".") {
			out = append(out, head+name+"/")
		}
		for _, p := range patterns {
			if ok, _ := filepath.Match(p, name); ok && !e.IsDir() && plainWord(name) {
				out = append(out, head+name)
			}
		}
	}
	return out
}

// plainWord reports whether a name can be shown and typed as it is.
func plainWord(name string) bool { return name != "" && report.Safe(name) == name }

func endpointValues(_ *cobra.Command, _ []string, begun string) (out []string, _ cobra.ShellCompDirective) {
	for _, s := range sources() {
		if !strings.Contains(begun, "=") {
			out = append(out, s+"=")
		}
	}
	return out, noSpace
}

func kindValues(begun string) (out []string) {
	for _, k := range pipeline.Kinds() {
		if !strings.Contains(begun, ":") {
			out = append(out, string(k)+":")
		}
	}
	return out
}

func helpValues(cmd *cobra.Command, args []string, _ string) (out []string, _ cobra.ShellCompDirective) {
	at := cmd.Root()
	for _, word := range args {
		if at = child(at, word); at == nil {
			return nil, noFiles
		}
	}
	for _, sub := range at.Commands() {
		if sub.IsAvailableCommand() || sub.Annotations["topic"] != "" {
			out = append(out, sub.Name()+"\t"+sub.Short)
		}
	}
	return out, noFiles
}

// keyValues completes a key of the configuration: all flags, and below a
// command's name that command's.
func keyValues(cmd *cobra.Command, _ []string, begun string) (out []string, _ cobra.ShellCompDirective) {
	root := cmd.Root()
	if i := strings.LastIndexByte(begun, '.'); i >= 0 {
		command := strings.ReplaceAll(begun[:i], ".", " ")
		if flags, err := flagsOf(root, command); err == nil {
			for _, f := range flags {
				if settable(f) && onceOnly[f.Name] == "" {
					out = append(out, keyOf(command, f.Name))
				}
			}
			return out, noFiles
		}
	}
	for _, f := range allFlags(root) {
		if settable(f) && onceOnly[f.Name] == "" {
			out = append(out, f.Name)
		}
	}
	_ = eachCommand(root, func(cmd *cobra.Command) error {
		if hasFlags(cmd) {
			out = append(out, strings.ReplaceAll(commandKey(cmd), " ", ".")+".")
		}
		return nil
	})
	return out, noSpace
}

// settingValues completes a key, then its values.
func settingValues(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return keyValues(cmd, args, begun)
	}
	_, f, err := findKey(cmd.Root(), args[0])
	if err != nil {
		return nil, noFiles
	}
	if f.Value.Type() == "bool" {
		return []string{"true", "false"}, noFiles
	}
	return flagCompleter(f)(cmd, args, begun)
}
