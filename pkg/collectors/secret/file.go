package secret

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// OwnFile is the name of the file of credentials in the folder of the
// configuration.
const OwnFile = "secrets.yaml"

// A file is a place that is read once, whole.
type file struct {
	kind  string // "file", "age file", "SOPS file"
	path  string // "" if there is no such place
	named bool   // it was asked for by its path: that it is not there is an error
	read  func(path string) (map[string][]string, error)
	ready func() error // what more it needs to be read, for its state; nil is nothing

	mu   sync.Mutex
	done bool
	held map[string][]string
	err  error
}

// newOwnFile is secrets.yaml.
func newOwnFile(o Options) *file {
	f := &file{kind: "file", read: readOwn}
	if o.ConfigDir != "" {
		f.path = filepath.Join(o.ConfigDir, OwnFile)
	}
	f.ready = func() error { // the whole file: what is wrong in it is told before it is needed
		_, err := readOwn(f.path)
		return err
	}
	return f
}

func readOwn(path string) (map[string][]string, error) {
	b, err := ReadPrivate(path)
	if err != nil {
		return nil, err
	}
	held, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return held, nil
}

func (f *file) look(_ context.Context, name string) ([]string, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.done {
		f.done = true
		if f.there() {
			f.held, f.err = f.read(f.path)
		}
	}
	if f.err != nil {
		return nil, "", f.err
	}
	texts, _ := numbered(name, func(n string) ([]string, error) { return f.held[n], nil })
	return texts, f.kind + " " + f.path, nil
}

// there reports whether there is anything to read. What can't be looked at may be
// there.
func (f *file) there() bool {
	if f.path == "" {
		return false
	}
	_, err := os.Lstat(f.path)
	return f.named || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR)
}

func (f *file) state() State {
	s := State{Name: f.kind, Where: f.path, There: f.there()}
	if s.There && f.ready != nil {
		s.Err = f.ready()
	}
	return s
}

func (f *file) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done, f.held, f.err = true, nil, nil
}
