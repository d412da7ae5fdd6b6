package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"osint/cmd/osint/tui"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// report renders the case into its folder and records that in it.
func (w *work) report(cs *pipeline.Case) (*handout, []string, error) {
	w.progress(pipeline.Progress{Stage: pipeline.Reporting, Percent: 95})
	out, err := w.c.release(cs, w.folder.Dir, w.folder.Vault(), inFolder(w.formats), false)
	if err != nil {
		return nil, nil, err
	}
	if out.leaves() {
		e := out.event(w.c.operator(), w.folder.Vault(), "")
		if err := w.folder.Append(e); err != nil {
			return out, nil, unrecorded(err)
		}
		if err := w.heard(cs, e); err != nil {
			return out, nil, err
		}
	}
	files, err := renderAll(out, w.formats, filepath.Join(w.folder.Dir, "reports"))
	if err != nil {
		return out, files, err
	}
	e := reported(w.folder.Dir, files, out.doc)
	if err := w.folder.Append(e); err != nil {
		return out, files, err
	}
	if err := w.heard(cs, e); err != nil {
		return out, files, err
	}
	w.progress(pipeline.Progress{Stage: pipeline.Reporting, Percent: 100})
	return out, files, nil
}

// inFolder is what a run hands to those who work on the case: the reports in its
// folder.
func inFolder(fs []report.Format) handing {
	return handing{what: "reports: " + strings.Join(namesOf(fs), ", "), form: strings.Join(namesOf(fs), ", "), where: inTheCase}
}

// progress shows how far reporting is.
func (w *work) progress(p pipeline.Progress) {
	w.screen.Progress(p)
	w.hears.Progress(p)
}

// closing prints what was written, the bottom line, and the three findings
// that move the score most: on stdout, or on stderr where stdout has the
// case's lines. People are shown to who looks at a terminal alone: what goes
// elsewhere is kept, as the log of a build is.
func (w *work) closing(o *handout, files []string) error {
	var out io.Writer = w.c.out
	at := w.c.stdout
	if w.kind == "jsonl" {
		out, at = w.c.errs, w.c.stderr
	}
	doc := o.plain
	if w.c.width(at) > 0 {
		doc = o.doc
	}
	summary(out, doc, w.folder.Dir, files, page{width: w.c.width(at), color: w.c.colored(at)})
	return w.c.flush()
}

// A page is what a text is laid out for. Width 0 is no terminal.
type page struct {
	width int
	color bool
}

func (p page) paragraph(w io.Writer, text string, indent int) {
	width := p.width
	if width == 0 {
		width = 100
	}
	fmt.Fprintln(w, wrap(report.Safe(text), min(width, 100), indent))
}

// hanging writes text after a head, its further lines below the first.
func (p page) hanging(w io.Writer, head, text string) {
	width := p.width
	if width == 0 {
		width = 100
	}
	n := tui.Columns(head)
	fmt.Fprintln(w, head+strings.TrimLeft(wrap(text, min(width, 100), n), " "))
}

func summary(w io.Writer, doc *report.Document, dir string, files []string, p page) {
	fmt.Fprintln(w)
	for _, l := range strings.Split(doc.Summary.BottomLine, "\n") {
		p.paragraph(w, l, 0)
	}
	if n := doc.Baseline.Counts; n != nil {
		p.paragraph(w, fmt.Sprintf("Against %s: %d new, %d known, %d gone, %d not judged again.", doc.Baseline.Case, n.New, n.Known, n.Gone, n.Unseen), 0)
	}
	if top := heaviest(doc, 3); len(top) > 0 {
		fmt.Fprintf(w, "\n%s\n", bold("What moves the score most", p.color))
		for _, h := range top {
			text := h.Title
			if h.more > 0 {
				text += fmt.Sprintf(", and %d more alike", h.more)
			}
			p.hanging(w, fmt.Sprintf("  %s %5.1f  ", severity(h.Severity, p.color), max(0, -h.Effect)), report.Safe(text))
		}
	}
	fmt.Fprintf(w, "\n%s\n", bold("Written", p.color))
	for _, f := range files {
		fmt.Fprintf(w, "  %s\n", f)
	}
	next := "osint show %s findings"
	if o := doc.Case.Outcome; o == "interrupted" || o == "timeout" || o == "stopped" && pipeline.Holder(dir) == nil {
		next = "osint resume %s"
	}
	fmt.Fprintf(w, "  %s\n\nNext: "+next+"\n", filepath.Join(dir, caseFile), strings.Join(quoted([]string{dir}), ""))
}

// A weight is one rule's findings and what the score would lose without them.
type weight struct {
	report.Finding
	more int // findings of the same rule
}

// heaviest returns the findings of the n rules with the highest leave-one-out
// effect, in the report's order: by effect, then severity.
func heaviest(doc *report.Document, n int) (out []weight) {
	for _, f := range doc.Findings {
		i := slices.IndexFunc(out, func(w weight) bool { return w.Rule == f.Rule })
		switch {
		case i >= 0:
			out[i].more++
		case len(out) < n:
			out = append(out, weight{f, 0})
		}
	}
	return out
}

// renderAll writes the formats into a folder, each file whole or not at all.
func renderAll(out *handout, fs []report.Format, dir string) (files []string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	for _, f := range fs {
		path := filepath.Join(dir, "report"+f.Extension)
		if err := writeFile(path, 0o600, rendering(f, out.of(f))); err != nil {
			return files, err
		}
		files = append(files, path)
	}
	return files, nil
}
