package main

import (
	"cmp"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/pkg/report/exchange"
)

// sheets are what other programs are told of all cases of a batch: one file
// for all, in which each finding stands at the line that names its target. It
// keeps nothing where nobody asks for it.
type sheets struct {
	formats []report.Format // of those of the batch, the ones that are for all
	keep    bool
	file    string // the list, as a code host names it; "" if it has no file

	mu  sync.Mutex
	all []*exchange.Sheet
	at  map[*exchange.Sheet]int // line
}

// newSheets parts the formats of each case, which it leaves to the gear, from
// those of the whole batch.
func newSheets(c *console, g *gear, list string) *sheets {
	s := &sheets{keep: g.host.annotates, at: map[*exchange.Sheet]int{}}
	own := namesOf(report.Formats())
	g.formats = slices.DeleteFunc(g.formats, func(f report.Format) bool {
		if slices.Contains(own, f.Name) {
			return false
		}
		s.formats, s.keep = append(s.formats, f), true
		return true
	})
	if list != "-" {
		var err error
		if s.file, err = within(c.repository(), list); err != nil {
			s.file = filepath.Base(list)
		}
	}
	return s
}

// add takes up the report of one case.
func (s *sheets) add(doc *report.Document, j *job) {
	if !s.keep {
		return
	}
	at := exchange.Places{File: s.file, Line: j.line, Lines: map[pipeline.Entity]int{j.target: j.line}, Real: s.file != ""}
	sheet := exchange.Of(doc, at)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all, s.at[sheet] = append(s.all, sheet), j.line
}

// sorted returns the sheets in the order of the list.
func (s *sheets) sorted() []*exchange.Sheet {
	slices.SortFunc(s.all, func(a, b *exchange.Sheet) int { return cmp.Compare(s.at[a], s.at[b]) })
	return s.all
}

// write renders them into a folder.
func (s *sheets) write(dir string) error {
	for _, f := range s.formats {
		render := map[string]func(io.Writer, ...*exchange.Sheet) error{"sarif": exchange.SARIF, "junit": exchange.JUnit, "gitlab": exchange.GitLab}[f.Name]
		if err := writeFile(filepath.Join(dir, "index"+f.Extension), 0o600, func(to io.Writer) error { return render(to, s.sorted()...) }); err != nil {
			return err
		}
	}
	return nil
}
