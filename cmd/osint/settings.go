package main

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/pkg/pipeline/rule"
)

// A setting is one value of a configuration file: of a flag, in one command
// or in every one that has it.
type setting struct {
	command string // "cases list"; "" is every command
	flag    *pflag.Flag
	values  []string
	at      string // FILE:LINE
}

// key is what a setting is called on the command line: investigate.depth.
func (s setting) key() string { return keyOf(s.command, s.flag.Name) }

func keyOf(command, flag string) string {
	if command == "" {
		return flag
	}
	return strings.ReplaceAll(command, " ", ".") + "." + flag
}

// A sheet is a configuration file: see [configHelp]. One that is not there is
// empty.
type sheet struct {
	path     string // "" where there is no place for one
	project  bool
	there    bool
	settings []setting
}

// value is what a sheet has for a key, as a person reads it; "" is nothing.
func (s *sheet) value(key string) string {
	for _, x := range s.settings {
		if x.key() == key {
			return strings.Join(x.values, ", ")
		}
	}
	return ""
}

const (
	projectFile = ".osint.yaml"
	userFile    = "config.yaml"
	maxSheet    = 1 << 20
)

// layer is what a sheet says to one command: what is under its own name goes
// before what is for all.
func (s *sheet) layer(command string) layer {
	return func(f *pflag.Flag) (g given, ok bool) {
		for _, x := range s.settings {
			if x.flag.Name == f.Name && (x.command == command || x.command == "" && !ok) {
				g, ok = given{x.values, x.at, s.project}, true
			}
		}
		return g, ok
	}
}

// sheets reads the configuration files, the nearer first: the project's, then
// the user's. What is wrong with them is one error.
func (c *console) sheets(root *cobra.Command) ([]*sheet, error) {
	project, user := c.projectSheet(), c.userSheet()
	return []*sheet{project, user}, rule.Join(project.read(root), user.read(root))
}

// read reads the file, if there is one, and holds it against the flags that
// there are.
func (s *sheet) read(root *cobra.Command) error {
	text, err := s.text()
	if err != nil || text == nil {
		return err
	}
	s.there = true
	return s.parse(root, text)
}

func (s *sheet) parse(root *cobra.Command, text []byte) error {
	name := shortPath(s.path)
	leaves, err := rule.Leaves(name, text)
	if err != nil {
		return err
	}
	var errs []error
	for _, l := range leaves {
		x, err := s.understand(root, l)
		if err == nil {
			x.at = fmt.Sprintf("%s:%d", name, l.Line)
			s.settings = append(s.settings, x)
		}
		errs = append(errs, err)
	}
	return rule.Join(errs...)
}

// understand makes a setting of one value in a file.
func (s *sheet) understand(root *cobra.Command, l rule.Leaf) (x setting, err error) {
	if len(l.Path) > 2 {
		return x, l.Problem("%s: keys stand two deep at most: a command and its flag", strings.Join(l.Path, "."))
	}
	name := l.Path[len(l.Path)-1]
	flags := allFlags(root)
	if len(l.Path) == 2 {
		x.command = l.Path[0]
		if flags, err = flagsOf(root, x.command); err != nil {
			return x, l.Problem("%v", err)
		}
	}
	if x.flag, err = flagNamed(flags, name); err != nil {
		return x, l.Problem("%v", err)
	}
	if x.values, err = valuesOf(l, x.flag); err != nil {
		return x, err
	}
	if words := choices(name); words != nil {
		for _, v := range x.values {
			if !slices.Contains(words, v) {
				return x, l.Problem("%s: there is no %q: %s", name, v, rule.OneOf(v, words))
			}
		}
	}
	if why := s.refuses(x); why != "" {
		return x, l.Problem("%s", why)
	}
	return x, nil
}

// valuesOf reads a value as its flag wants it.
func valuesOf(l rule.Leaf, f *pflag.Flag) (values []string, err error) {
	switch f.Value.Type() {
	case "bool":
		var v bool
		err = l.Decode(&v)
		return []string{strconv.FormatBool(v)}, err
	case "int":
		var v int
		err = l.Decode(&v)
		return []string{strconv.Itoa(v)}, err
	case "duration":
		var v time.Duration
		err = l.Decode(&v)
		return []string{v.String()}, err
	case "stringArray", "stringSlice":
		values = []string{}
		err = l.Decode(&values)
		return values, err
	}
	var v string
	err = l.Decode(&v)
	return []string{v}, err
}

// carriesPassword reports whether a text is a URL with a password in it.
func carriesPassword(text string) bool {
	_, rest, found := strings.Cut(text, "=")
	if found && strings.Contains(rest, "://") { // SOURCE=URL
		text = rest
	}
	u, err := url.Parse(text)
	if err != nil {
		return strings.Contains(text, "://") && strings.Contains(text, "@")
	}
	_, has := u.User.Password()
	return has
}
