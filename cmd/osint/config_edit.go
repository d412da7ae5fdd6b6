package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/pkg/pipeline/rule"
	"osint/pkg/report"
)

// which says which file is edited: the user's, unless --project is typed.
type which struct{ project, user bool }

func (w *which) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&w.project, "project", false, "the project's file, "+projectFile)
	cmd.Flags().BoolVar(&w.user, "user", false, "your own file (the default)")
}

func (w *which) check() error {
	if w.project && w.user {
		return usage("--project and --user: choose one of them")
	}
	return nil
}

func configSet(c *console) *cobra.Command {
	var w which
	cmd := &cobra.Command{
		Use: "set KEY VALUE...", Short: "Write a value into your file, or with --project into the project's",
		Long:    "Comments and order stay. A list takes several values.",
		Example: "  osint config set color never\n  osint config set investigate.exclude whois rdap\n  osint config set --project investigate.depth 1",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := w.check(); err != nil {
				return err
			}
			if len(args) < 2 {
				return usage("osint config set needs a key and a value: type osint config set investigate.profile passive-only")
			}
			command, f, err := findKey(cmd.Root(), args[0])
			if err != nil {
				return err
			}
			value, err := typed(f, args[1:])
			if err != nil {
				return err
			}
			for _, v := range args[1:] {
				if err := sound(f.Name, v); err != nil {
					return usage("%s: %w", keyOf(command, f.Name), err)
				}
			}
			s, err := c.edit(cmd.Root(), w.project, keyOf(command, f.Name), func(name string, text []byte) ([]byte, error) {
				return rule.Put(name, text, keyPath(command, f), value)
			})
			if err == nil {
				fmt.Fprintf(c.out, "%s: %s is %s\n", report.Safe(shortPath(s.path)), keyOf(command, f.Name), report.Safe(strings.Join(args[1:], ", ")))
			}
			return err
		},
	}
	w.flags(cmd)
	return cmd
}

func configUnset(c *console) *cobra.Command {
	var w which
	cmd := &cobra.Command{
		Use: "unset KEY", Short: "Take a value out of your file, or with --project out of the project's", Args: exactly("a key: osint config list names those that are set"),
		Example: "  osint config unset color",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := w.check(); err != nil {
				return err
			}
			command, f, err := findKey(cmd.Root(), args[0])
			if err != nil {
				return err
			}
			s, err := c.edit(cmd.Root(), w.project, keyOf(command, f.Name), func(name string, text []byte) ([]byte, error) {
				out, there, err := rule.Cut(name, text, keyPath(command, f))
				if err == nil && !there {
					err = fmt.Errorf("%s does not set %s: osint config list says what is set where", name, keyOf(command, f.Name))
				}
				return out, err
			})
			if err == nil {
				fmt.Fprintf(c.out, "%s: %s is not set any more\n", report.Safe(shortPath(s.path)), keyOf(command, f.Name))
			}
			return err
		},
	}
	w.flags(cmd)
	return cmd
}

func keyPath(command string, f *pflag.Flag) []string {
	if command == "" {
		return []string{f.Name}
	}
	return []string{command, f.Name}
}

// typed makes of words the value that a file has for a flag.
func typed(f *pflag.Flag, words []string) (value any, err error) {
	if _, list := f.Value.(pflag.SliceValue); list {
		if f.Value.Type() == "stringSlice" {
			words = strings.Split(strings.Join(words, ","), ",")
		}
		return words, nil
	}
	if len(words) > 1 {
		return nil, usage("%s takes one value, not %d: quote it if it has blanks", f.Name, len(words))
	}
	switch f.Value.Type() {
	case "bool":
		value, err = strconv.ParseBool(words[0])
	case "int":
		value, err = strconv.Atoi(words[0])
	default:
		return words[0], nil
	}
	if err != nil {
		return nil, usage("%s: %q is no value for it: write %s", f.Name, words[0], wants(f))
	}
	return value, nil
}

// edit changes a key of one of the files, and puts that on record first. What
// could not be read afterwards is not written; what is, is written whole or not
// at all, for the user alone.
func (c *console) edit(root *cobra.Command, project bool, key string, change func(name string, text []byte) ([]byte, error)) (*sheet, error) {
	s := c.userSheet()
	if project {
		s = c.projectSheet()
	}
	if s.path == "" {
		return nil, usage("there is no place for a configuration file: set HOME, XDG_CONFIG_HOME or OSINT_HOME")
	}
	text, err := s.text()
	if err != nil {
		return nil, usage("%w", err)
	}
	before := *s
	_ = before.parse(root, text) // what can't be read has no value
	out, err := change(shortPath(s.path), text)
	if err == nil {
		err = s.parse(root, out)
	}
	if err != nil {
		return nil, usage("%w", err)
	}
	if err := c.recordChange(s.path, key, before.value(key), s.value(key)); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the configuration: %w", err)
	}
	target, err := filepath.EvalSymlinks(s.path) // the user's may be a link into a folder of dotfiles
	if err != nil {
		target = s.path
	}
	return s, writeFile(target, 0o600, func(w io.Writer) error { _, err := w.Write(out); return err })
}
