package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/collectors/lab"
	"osint/pkg/compliance/law"
	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/profiles"
)

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

// frameworkValues are the frameworks of law that hold here.
func (c *console) frameworkValues(*cobra.Command, []string, string) (out []string, _ cobra.ShellCompDirective) {
	dir, names, err := c.frameworks()
	if err != nil {
		return nil, noFiles
	}
	files, _ := profiles.LawFiles(dir, names...)
	for file, text := range files {
		if law.Kind(file, text) == "Framework" {
			out = append(out, profiles.IDOf(file, text))
		}
	}
	slices.Sort(out)
	return out, noFiles
}

func trialValues(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	return append(profiles.FrameworkIDs(), filesHere(begun, "*.yaml", "*.yml")...), noFiles
}

func credentialValues(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return keyNames(), noFiles
}

func worldValues(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	return append(lab.Names(), filesHere(begun, "*.txtar")...), noFiles
}

// filesHere lists the files that begin so and match, and folders on the way. A
// file in the working folder is written ./FILE, for a name alone would not be
// one.
func filesHere(begun string, patterns ...string) (out []string) {
	entries, _ := os.ReadDir(filepath.Dir(begun + "x"))
	head := begun[:strings.LastIndexByte(begun, '/')+1]
	if head == "" {
		head = "./"
	}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() && begun != "" && !strings.HasPrefix(name, ".") && plainWord(name) {
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
