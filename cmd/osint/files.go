package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeFile writes a file whole or not at all: to a temporary name in the same
// folder, synced, then renamed.
func writeFile(path string, mode os.FileMode, render func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	w := bufio.NewWriterSize(f, 1<<16)
	err = render(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// placeFor says why no file can be made in a folder that a flag named, which is
// made if it is not there: a usage error. It is asked before any work is done.
func placeFor(flag, dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return usage("%s: %s is a file, and a folder is wanted", flag, dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return usage("%s: no folder can be made there: %w", flag, err)
	}
	return room(flag, dir)
}

// roomFor says why a file that a flag named can't be written.
func roomFor(flag, path string) error {
	dir := filepath.Dir(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return usage("%s: %s is a folder: name a file in it", flag, path)
	}
	switch info, err := os.Stat(dir); {
	case os.IsNotExist(err):
		return usage("%s: there is no folder %s: make it first", flag, dir)
	case err != nil:
		return usage("%s: %w", flag, err)
	case !info.IsDir():
		return usage("%s: %s is a file, not a folder", flag, dir)
	}
	return room(flag, dir)
}

func room(flag, dir string) error {
	f, err := os.CreateTemp(dir, ".osint-*")
	if err != nil {
		return usage("%s: nothing can be written in %s: %s", flag, dir, reason(err))
	}
	f.Close()
	return os.Remove(f.Name())
}
