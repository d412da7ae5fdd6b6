package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline/fleet"
)

// writeRun writes the index of a run into it, for people and for programs.
func writeRun(dir string, x *fleet.Index) error {
	for name, render := range map[string]func(io.Writer) error{
		"index.csv":  func(to io.Writer) error { return indexCSV(to, x) },
		"index.html": func(to io.Writer) error { return indexHTML(to, x) },
		indexFile:    indented(x),
	} {
		if err := writeFile(filepath.Join(dir, x.Run, name), 0o600, render); err != nil {
			return err
		}
	}
	return nil
}

func indented(v any) func(io.Writer) error {
	return func(to io.Writer) error {
		enc := json.NewEncoder(to)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		return enc.Encode(v)
	}
}

// batchRuns returns the names of the runs in a batch's folder, in their order.
func batchRuns(dir string) (runs []string) {
	entries, _ := os.ReadDir(dir) // none yet
	for _, e := range entries {
		if e.IsDir() && isRun(e.Name()) {
			runs = append(runs, e.Name())
		}
	}
	slices.SortFunc(runs, compareRuns)
	return runs
}

// isBatch reports whether a folder is a batch's: it has an index, or a run.
func isBatch(dir string) bool {
	if len(batchRuns(dir)) > 0 {
		return true
	}
	info, err := os.Stat(filepath.Join(dir, indexFile))
	return err == nil && info.Mode().IsRegular()
}

// batchCases returns the cases of a batch, run by run: "RUN/TARGET".
func batchCases(dir string) (names []string) {
	for _, run := range batchRuns(dir) {
		for _, n := range caseNames(filepath.Join(dir, run)) {
			names = append(names, filepath.Join(run, n))
		}
	}
	return names
}

// isRun reports whether a name is a time, or a time and a number.
func isRun(name string) bool {
	stamp, _, _ := strings.Cut(name, "-")
	_, err := time.Parse(runLayout, stamp)
	return err == nil
}

// compareRuns orders by time, then by number: "T", "T-2", "T-10".
func compareRuns(a, b string) int {
	atA, numberA, _ := strings.Cut(a, "-")
	atB, numberB, _ := strings.Cut(b, "-")
	return cmp.Or(strings.Compare(atA, atB), len(numberA)-len(numberB), strings.Compare(numberA, numberB))
}

// readIndex reads an index; nil if there is none.
func readIndex(path string) (*fleet.Index, error) {
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	x := new(fleet.Index)
	if err == nil {
		err = json.Unmarshal(text, x)
	}
	if err == nil && x.SchemaVersion != fleet.SchemaVersion {
		err = fmt.Errorf("schema version %d is not known here", x.SchemaVersion)
	}
	if err != nil {
		return nil, fmt.Errorf("the index of the run before, %s: %w; move it away to compare with nothing", path, err)
	}
	return x, nil
}

// readRows reads what ended in a run; a torn last line never was.
func readRows(path string) (rows []fleet.Row, err error) {
	in, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return rows, nil
		}
		var r fleet.Row
		if json.Unmarshal(line, &r) == nil {
			rows = append(rows, r)
		}
	}
}
