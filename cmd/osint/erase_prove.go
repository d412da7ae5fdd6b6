package main

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/pkg/report/exchange"
)

// noPlaces are those of a report that no code host is told of.
var noPlaces exchange.Places

// issuedReports returns the reports that lines name, below the case's folder,
// and the newest line of each.
func issuedReports(cs *pipeline.Case) map[string]uint64 {
	issued := map[string]uint64{}
	for _, e := range cs.Acts {
		for _, name := range reportNames(e) {
			if filepath.IsLocal(filepath.FromSlash(name)) && strings.Contains(name, "/") {
				issued[path.Clean(name)] = e.Seq
			}
		}
	}
	return issued
}

// reportNames returns the files that a Reported line names.
func reportNames(e *pipeline.Event) (names []string) {
	if e.Reported == nil {
		return nil
	}
	var d struct{ Files []struct{ Name string } }
	_ = json.Unmarshal(e.Reported.Data, &d) // what can't be read names none
	for _, f := range d.Files {
		names = append(names, f.Name)
	}
	return names
}

// prove makes good what erasing left: reports that are older than the case's
// last Erased line are rendered anew, or removed if that line, or one before,
// says so; and what is not attested is. To call it again does nothing.
func (c *console) prove(l *audit.Ledger, folder *pipeline.Folder) error {
	cs := folder.Case
	last, removed := lastErased(cs)
	if last == 0 {
		return nil
	}
	var stale []report.Format
	var gone []string
	for name, line := range issuedReports(cs) {
		file := inCase(folder.Dir, name)
		if line > last || !exists(file) {
			continue
		}
		if f := formatOf(name); f != nil && !(removed[name] > line) {
			stale = append(stale, *f)
		} else if removed[name] > line {
			gone = append(gone, file)
		}
	}
	for _, file := range gone {
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	if cs.Covering(last) == nil {
		if _, err := attest(l, folder); err != nil {
			return err
		}
	}
	if len(stale) == 0 {
		return c.attestReports(l, folder)
	}
	slices.SortFunc(stale, func(a, b report.Format) int { return strings.Compare(a.Name, b.Name) })
	out, err := c.release(cs, folder.Dir, folder.Vault(), inFolder(stale), false)
	if err != nil {
		return err
	}
	if out.leaves() {
		if err := folder.Append(out.event(c.operator(), folder.Vault(), "")); err != nil {
			return unrecorded(err)
		}
	}
	files, err := renderAll(out, stale, filepath.Join(folder.Dir, "reports"))
	if err != nil {
		return err
	}
	if err := folder.Append(reported(folder.Dir, files, out.doc)); err != nil {
		return err
	}
	_, err = attest(l, folder)
	return err
}

// attestReports attests a Reported line that nothing covers: a kill came between.
func (c *console) attestReports(l *audit.Ledger, folder *pipeline.Folder) error {
	for _, line := range issuedReports(folder.Case) {
		if folder.Case.Covering(line) == nil {
			_, err := attest(l, folder)
			return err
		}
	}
	return nil
}

// lastErased returns the newest Erased line, and of each report that such lines
// destroy the newest that does.
func lastErased(cs *pipeline.Case) (last uint64, reports map[string]uint64) {
	reports = map[string]uint64{}
	for _, e := range cs.Acts {
		if e.Erased == nil {
			continue
		}
		last = e.Seq
		var d struct{ Reports []string }
		_ = json.Unmarshal(e.Erased.Data, &d) // what can't be read names none
		for _, name := range d.Reports {
			reports[name] = e.Seq
		}
	}
	return last, reports
}

func inCase(dir, name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func sortedTexts(s []string) []string {
	slices.Sort(s)
	return s
}
