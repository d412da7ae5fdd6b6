package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// caseEntries are what a case folder holds: all that is ours in it.
var caseEntries = []string{caseFile, "evidence", "reports", "lock"}

// foreign returns the name of something in a folder that is no case's, or "".
// A case is never begun beside it, for who removes the case would lose it.
func foreign(dir string) string {
	entries, _ := os.ReadDir(dir) // it is not there yet
	for _, e := range entries {
		if !slices.Contains(caseEntries, e.Name()) {
			return e.Name()
		}
	}
	return ""
}

// removeFolder removes a case, and its folder if nothing else lies in it.
func removeFolder(dir string) error {
	var errs []error
	for _, name := range caseEntries {
		errs = append(errs, os.RemoveAll(filepath.Join(dir, name)))
	}
	if err := os.Remove(dir); !errors.Is(err, syscall.ENOTEMPTY) {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
