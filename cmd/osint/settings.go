package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
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

func (c *console) userSheet() *sheet {
	home := c.getenv("HOME")
	dir := c.xdg("XDG_CONFIG_HOME", home, ".config")
	if own := c.getenv("OSINT_HOME"); own != "" {
		dir = under(own).config
	}
	if dir == "" {
		return &sheet{}
	}
	return &sheet{path: filepath.Join(dir, userFile)}
}

// projectSheet finds .osint.yaml: in the working folder, or the nearest above
// it. It looks no higher than the root of the repository or the user's home,
// and outside both in the working folder only: what lies above may be
// anybody's.
func (c *console) projectSheet() *sheet {
	here, err := os.Getwd()
	if err != nil {
		return &sheet{project: true}
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, projectFile)); err == nil {
			return &sheet{project: true, path: filepath.Join(dir, projectFile)}
		}
		if dir == c.ceiling(here) {
			return &sheet{project: true, path: filepath.Join(here, projectFile)}
		}
	}
}

// ceiling is the highest folder in which a project's file is looked for.
func (c *console) ceiling(here string) string {
	home := filepath.Clean(c.getenv("HOME"))
	for dir := here; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil || dir == home {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return here
		}
	}
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

// text returns the file's bytes; nil if it is not there. A project's file is
// somebody else's: a link, a pipe or a device is not followed. The user's must
// not be one that others can write to: they could lead every question astray.
func (s *sheet) text() ([]byte, error) {
	if s.path == "" {
		return nil, nil
	}
	bad := func(what string) error { return rule.Problem{File: shortPath(s.path), What: what} }
	how := os.O_RDONLY | syscall.O_NONBLOCK // which keeps a pipe from being waited for
	if s.project {
		how |= syscall.O_NOFOLLOW
	}
	f, err := os.OpenFile(s.path, how, 0)
	switch {
	case errors.Is(err, syscall.ELOOP):
		return nil, bad(noPlainFile)
	case os.IsNotExist(err), errors.Is(err, syscall.ENOTDIR), !s.project && os.IsPermission(err) && !visible(s.path): // a home may be none of ours
		return nil, nil
	case err != nil:
		return nil, bad("can't be read: " + reason(err))
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, bad("can't be read: " + reason(err))
	case !info.Mode().IsRegular():
		return nil, bad(noPlainFile)
	case !s.project && info.Mode().Perm()&0o022 != 0:
		return nil, bad("others can write to it: run chmod 600 on it")
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSheet+1))
	if err != nil {
		return nil, bad("can't be read: " + reason(err))
	}
	return append([]byte{}, text...), nil
}

const noPlainFile = "is no plain file: it is not read; take it away, or type --no-config"

// visible reports whether there is something at a path.
func visible(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// reason is what the system says, without the path.
func reason(err error) string {
	if pe, ok := err.(*fs.PathError); ok {
		return pe.Err.Error()
	}
	return err.Error()
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

// shortPath writes a path below the working folder as one that begins there.
func shortPath(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return path
}
