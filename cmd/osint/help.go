package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/cmd/osint/tui"
	"osint/pkg/pipeline/rule"
)

// help writes the help of a command to stdout: what it is, examples, how it
// is typed, its flags.
func (c *console) help(cmd *cobra.Command) {
	if text := cmd.Annotations["topic"]; text != "" {
		fmt.Fprintf(c.out, "%s\n\n%s", cmd.Short, topicText(cmd.Root(), text))
	} else {
		fmt.Fprint(c.out, helpText(cmd))
	}
}

func helpText(cmd *cobra.Command) string {
	var b strings.Builder
	b.WriteString(cmd.Short + "\n")
	if cmd.Long != "" {
		b.WriteString("\n" + cmd.Long + "\n")
	}
	if cmd.Example != "" {
		b.WriteString("\nExamples\n" + cmd.Example + "\n")
	}
	if cmd.HasParent() {
		b.WriteString("\nUsage\n  " + cmd.UseLine() + "\n")
	}
	commandList(&b, cmd)
	if cmd.Annotations[filesPage] != "" {
		b.WriteString("\nFiles\n" + configHelp(cmd.Root()))
	}
	for _, g := range flagGroups(cmd) {
		b.WriteString("\n" + g.title + "\n")
		for _, f := range g.flags {
			b.WriteString(flagLine(f, 30))
		}
	}
	if !cmd.HasParent() {
		b.WriteString(wrapHanging("\nAlso: "+strings.Join(also(cmd), ", "), 80, 6) + "\nMore: osint help COMMAND, osint help exit-codes, environment, config\n")
	} else if cmd.Annotations["exit-codes"] != "" {
		b.WriteString("\nExit codes\n" + exitCodeHelp())
	}
	return b.String()
}

// filesPage marks the command whose help holds the page on configuration files.
const filesPage = "files-page"

func commandList(b *strings.Builder, cmd *cobra.Command) {
	wide := 12
	for _, sub := range cmd.Commands() {
		wide = max(wide, len(sub.Name())+1)
	}
	for _, g := range cmd.Groups() {
		b.WriteString("\n" + g.Title + "\n")
		for _, sub := range cmd.Commands() {
			if sub.GroupID == g.ID && !sub.Hidden {
				fmt.Fprintf(b, "  %-*s %s\n", wide, sub.Name(), sub.Short)
			}
		}
	}
	if len(cmd.Groups()) == 0 && cmd.HasAvailableSubCommands() {
		b.WriteString("\nCommands\n")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(b, "  %-*s %s\n", wide, sub.Name(), sub.Short)
			}
		}
	}
}

// also returns the commands that stand in no group.
func also(cmd *cobra.Command) (names []string) {
	for _, sub := range cmd.Commands() {
		if sub.GroupID == "" && sub.IsAvailableCommand() && sub.Name() != "help" {
			names = append(names, sub.Name())
		}
	}
	return names
}

// A flagGroup is some flags under a title.
type flagGroup struct {
	title string
	flags []*pflag.Flag
}

// group names the group of flags that are added next: see [flagGroups].
func group(fs *pflag.FlagSet, title string, names ...string) {
	for _, n := range names {
		fs.Lookup(n).Annotations = map[string][]string{"group": {title}}
	}
}

// flagGroups returns the flags of a command as they were added, under the
// titles they were given; root's come last and are not shown at root.
func flagGroups(cmd *cobra.Command) []flagGroup {
	var groups []flagGroup
	add := func(title string, f *pflag.Flag) {
		for i := range groups {
			if groups[i].title == title {
				groups[i].flags = append(groups[i].flags, f)
				return
			}
		}
		groups = append(groups, flagGroup{title, []*pflag.Flag{f}})
	}
	if !cmd.HasParent() {
		return nil
	}
	own := cmd.NonInheritedFlags()
	own.SortFlags = false
	own.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Hidden {
			return
		}
		title := "Flags"
		if g := f.Annotations["group"]; len(g) > 0 {
			title = g[0]
		}
		add(title, f)
	})
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { add("Always", f) })
	if h := cmd.Flags().Lookup("help"); h != nil {
		add("Always", h)
	}
	return groups
}

// flagLine writes a flag, what it takes, and what it does, within 80 columns.
func flagLine(f *pflag.Flag, indent int) string {
	arg, does := flagText(f)
	name := "      --" + f.Name
	if f.Shorthand != "" {
		name = "  -" + f.Shorthand + ", --" + f.Name
	}
	if arg != "" {
		name += " " + arg
	}
	if d := f.DefValue; d != "" && d != "false" && d != "[]" && d != "0" && d != "0s" && !strings.Contains(does, "default") {
		does += " (default " + d + ")"
	}
	head := pad(name, indent)
	if len(name) >= indent {
		head = name + "\n" + strings.Repeat(" ", indent)
	}
	return head + strings.TrimLeft(wrap(does, 80, indent), " ") + "\n"
}

// flagText returns what a flag takes and what it does: its usage is written
// "`ARG`: what it does".
func flagText(f *pflag.Flag) (arg, does string) {
	arg, does = pflag.UnquoteUsage(f)
	return arg, strings.TrimPrefix(does, arg+": ")
}

// wrap breaks text at blanks so that no line is wider than width, each line
// indented. A word that is wider stands alone.
func wrap(text string, width, indent int) string {
	var b strings.Builder
	col := 0
	for _, w := range strings.Fields(text) {
		n := tui.Columns(w)
		switch {
		case col == 0:
			b.WriteString(strings.Repeat(" ", indent))
			col = indent
		case col+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			col = indent
		default:
			b.WriteByte(' ')
			col++
		}
		b.WriteString(w)
		col += n
	}
	return b.String()
}

func newHelp(c *console) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Help for a command or a topic",
		Example: "  osint help investigate\n  osint help exit-codes",
		RunE: func(cmd *cobra.Command, args []string) error {
			at := cmd.Root()
			for _, word := range args {
				next := child(at, word)
				if next == nil {
					return noHelp(at, word)
				}
				at = next
			}
			at.InitDefaultHelpFlag()
			c.help(at)
			return nil
		},
	}
}

func child(cmd *cobra.Command, name string) *cobra.Command {
	for _, sub := range cmd.Commands() {
		if sub.Name() == name {
			return sub
		}
	}
	return nil
}

func noHelp(at *cobra.Command, word string) error {
	var names []string
	for _, sub := range at.Commands() {
		names = append(names, sub.Name())
	}
	return usage("there is no help on %q: %s", word, rule.OneOf(word, names))
}

// topics are helps that belong to no command.
func topics(*cobra.Command) []*cobra.Command {
	topic := func(name, short string) *cobra.Command {
		return &cobra.Command{Use: name, Short: short, Hidden: true, Annotations: map[string]string{"topic": name}}
	}
	return []*cobra.Command{topic("exit-codes", "What osint's exit codes mean"), topic("environment", "Which variables osint reads")}
}

func topicText(root *cobra.Command, name string) string {
	if name == "environment" {
		return environmentHelp(root)
	}
	return exitCodeHelp()
}
