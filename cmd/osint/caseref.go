package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
	"osint/profiles"
)

// find returns the folder of a case: what was typed if it is one, else the one
// of that name, or of that id, below the folder of cases. One of a batch is
// named BATCH/RUN/TARGET.
func (c *console) find(name string) (dir string, err error) {
	if holdsCase(name) {
		c.beside(name)
		if run := filepath.Dir(filepath.Clean(name)); isRun(filepath.Base(run)) { // of a batch, whose keys lie beside it
			c.beside(filepath.Dir(run))
		}
		return filepath.Clean(name), nil
	}
	cases := c.places(false).cases()
	names := caseNames(cases)
	if filepath.IsLocal(name) && holdsCase(filepath.Join(cases, name)) {
		return filepath.Join(cases, name), nil
	}
	if len(name) > 2 && name[:2] == "c-" {
		for _, n := range append(slices.Clone(names), casesOfBatches(cases)...) {
			if id, err := caseID(filepath.Join(cases, n)); err == nil && id == name {
				return filepath.Join(cases, n), nil
			}
		}
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return "", usage("%s holds no case: there is no %s in it", name, caseFile)
	}
	if meant, ok := rule.Nearest(name, names); ok {
		return "", usage("no case %q: did you mean %s?", name, meant)
	}
	if _, err := pipeline.ParseEntity(name); err == nil && strings.ContainsAny(name, ".:") {
		return "", usage("no case %q: osint cases list names those there are; it may be a target: osint investigate %s", name, name)
	}
	return "", usage("no case %q: osint cases list names those there are", name)
}

func holdsCase(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, caseFile))
	return err == nil && info.Mode().IsRegular()
}

// caseNames returns the cases below a folder, sorted.
func caseNames(cases string) (names []string) {
	entries, _ := os.ReadDir(cases) // none yet
	for _, e := range entries {
		if e.IsDir() && holdsCase(filepath.Join(cases, e.Name())) {
			names = append(names, e.Name())
		}
	}
	return names
}

// batchNames returns the batches below a folder, sorted.
func batchNames(cases string) (names []string) {
	entries, _ := os.ReadDir(cases) // none yet
	for _, e := range entries {
		if dir := filepath.Join(cases, e.Name()); e.IsDir() && !holdsCase(dir) && isBatch(dir) {
			names = append(names, e.Name())
		}
	}
	return names
}

// casesOfBatches returns the cases of all batches: "BATCH/RUN/TARGET".
func casesOfBatches(cases string) (names []string) {
	for _, b := range batchNames(cases) {
		for _, n := range batchCases(filepath.Join(cases, b)) {
			names = append(names, filepath.Join(b, n))
		}
	}
	return names
}

// showsPeople reports whether the profile of a case shows personal values.
func showsPeople(cs *pipeline.Case) bool {
	p, err := profiles.FromJSON(cs.Opened.Resolved)
	return err == nil && p.Report.Personal == "show"
}
