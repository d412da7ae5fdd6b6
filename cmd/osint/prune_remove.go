package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/fleet"
)

// remove puts the removal of cases on record and destroys them with their keys,
// the keys first: what is left of a
// removal that was broken off can be read by nobody. Then it mends the indexes
// of the batches they were of.
func (s *stock) remove(goes []*stored, keys string, record func(id string) error) error {
	batches := map[string][]*stored{}
	for _, x := range goes {
		if err := record(x.id); err != nil {
			return err
		}
		if err := pipeline.ForgetKeys(keys, x.id); err != nil {
			return err
		}
		if err := removeFolder(x.dir); err != nil {
			return err
		}
		if x.batch != "" {
			batches[x.batch] = append(batches[x.batch], x)
		}
	}
	var errs []error
	for dir, gone := range batches {
		errs = append(errs, mend(dir, gone))
	}
	return errors.Join(errs...)
}

// mend takes removed cases out of the indexes of a batch. What the rows know
// stays: the next run compares with it. A run that has no case left goes,
// unless it is the last.
func mend(dir string, gone []*stored) error {
	removed := map[string]bool{}
	var runs []string
	for _, x := range gone {
		rel, err := filepath.Rel(dir, x.dir)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		removed[rel] = true
		run, _, _ := strings.Cut(rel, "/")
		runs = append(runs, run)
	}
	slices.Sort(runs)
	all, left := batchRuns(dir), batchCases(dir)
	for _, run := range slices.Compact(runs) {
		empty := !slices.ContainsFunc(left, func(name string) bool { return strings.HasPrefix(filepath.ToSlash(name), run+"/") })
		if empty && run != all[len(all)-1] {
			if err := os.RemoveAll(filepath.Join(dir, run)); err != nil {
				return err
			}
			continue
		}
		x, err := readIndex(filepath.Join(dir, run, indexFile))
		if err == nil && x != nil { // a run that was killed has none
			forget(x, removed)
			err = writeRun(dir, x)
		}
		if err != nil {
			return err
		}
	}
	x, err := readIndex(filepath.Join(dir, indexFile))
	if x == nil || err != nil {
		return err
	}
	forget(x, removed)
	return writeFile(filepath.Join(dir, indexFile), 0o600, indented(x))
}

// forget lets rows point at no case that is gone.
func forget(x *fleet.Index, removed map[string]bool) {
	for i := range x.Rows {
		for _, path := range []*string{&x.Rows[i].Case, &x.Rows[i].Basis} {
			if removed[*path] {
				*path = ""
			}
		}
	}
}
