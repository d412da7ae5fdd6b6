package pipeline

import (
	"errors"
	"os"
	"path/filepath"
)

// syncEach makes files and their names durable, one by one.
func syncEach(paths map[string]bool) error {
	dirs := map[string]bool{}
	for p := range paths {
		if err := syncPath(p); err != nil {
			return err
		}
		dirs[filepath.Dir(p)] = true
	}
	return syncDirs(dirs)
}

// syncDirs makes the names in folders durable.
func syncDirs(dirs map[string]bool) error {
	for d := range dirs {
		if err := syncPath(d); err != nil {
			return err
		}
	}
	return nil
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil // erased meanwhile
	}
	if err != nil {
		return err
	}
	err = f.Sync()
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
