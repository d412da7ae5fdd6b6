package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"osint/pkg/pipeline/rule"
)

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
