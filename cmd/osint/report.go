package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/pkg/risk"
	"osint/profiles"
)

func newReport(c *console) *cobra.Command {
	var names []string
	var to string
	var asJSON bool
	var a acceptance
	var code hosting
	cmd := &cobra.Command{
		Use: "report CASE", GroupID: groupRead, Short: "Render a case again, from the case alone",
		Long: `Nothing is asked of anybody. CASE is a folder, or a name from osint cases list.
With --baseline, --suppress or --fail-on the case is held against them as it
stands, and that is recorded in it.`,
		Example: "  osint report CASE --format pdf\n  osint report CASE --to ./handout\n  osint report CASE --format sarif,junit --fail-on high\n  osint report CASE --json | jq .summary",
		Args:    exactly("a case: osint cases list names them"),
		RunE: func(_ *cobra.Command, args []string) error {
			host, err := code.read(c)
			if err != nil {
				return err
			}
			wanted, err := formats(names, host.places)
			if err != nil {
				return err
			}
			dir, err := c.find(args[0])
			if err != nil {
				return err
			}
			var t *terms
			if a.given() {
				m, err := risk.Load(profiles.Rules())
				if err != nil {
					return err
				}
				if t, err = a.read(c, m); err != nil {
					return err
				}
			}
			if asJSON {
				return c.printReport(dir, t, host)
			}
			return c.rerender(dir, to, wanted, t, host)
		},
	}
	formatFlag(cmd.Flags(), &names)
	cmd.Flags().StringVar(&to, "to", "", "`DIR`: where the files go (default: reports/ in the case)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the JSON report and write nothing")
	a.flags(cmd.Flags())
	code.flags(cmd.Flags())
	completeWords(cmd)
	return cmd
}

// printReport prints the JSON report and writes nothing.
func (c *console) printReport(dir string, t *terms, h *host) error {
	cs, err := pipeline.Read(dir)
	if err != nil {
		return err
	}
	c.hold(cs, t)
	doc, err := c.documentOf(cs, dir)
	if err != nil {
		return err
	}
	err = report.Formats()[0].Render(c.out, doc)
	if err == nil {
		err = h.tell(c, doc, true)
	}
	return t.verdict(cs, err)
}

// hold holds a case against the terms, if there are any, and says what a
// reader must know. The case on disk is left alone.
func (c *console) hold(cs *pipeline.Case, t *terms) {
	if t == nil {
		return
	}
	t.triage(cs, time.Now().UTC())
	c.warn(t, cs)
}

// verdict is the error of a case whose conditions hold, else err: nobody who
// closes stdout opens a gate.
func (t *terms) verdict(cs *pipeline.Case, err error) error {
	if t == nil || cs.Triaged.Holds() == nil || err != nil && !errors.Is(err, syscall.EPIPE) {
		return err
	}
	return failing(cs.Triaged)
}

// rerender writes the reports of a case and records that, and how the case
// stands by the terms. A case that can't be written to is read all the same,
// if the files go elsewhere.
func (c *console) rerender(dir, to string, wanted []report.Format, t *terms, h *host) error {
	var cs *pipeline.Case
	folder, err := pipeline.Open(dir, c.places(false).keys())
	switch {
	case err == nil:
		defer folder.Close()
		cs = folder.Case
	case to != "" && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)):
		c.say("osint: %s can't be written to: that this report was made is not recorded in it", dir)
		if cs, err = pipeline.Read(dir); err != nil {
			return err
		}
	default:
		return err
	}
	if to == "" {
		to = filepath.Join(dir, "reports")
	}
	before := compact(cs.Triaged)
	c.hold(cs, t)
	if folder != nil && !bytes.Equal(compact(cs.Triaged), before) {
		if err := folder.Append(&pipeline.Event{Triaged: cs.Triaged}); err != nil {
			return err
		}
	}
	doc, err := c.documentOf(cs, dir)
	if err != nil {
		return err
	}
	files, err := renderAll(doc, wanted, to)
	if err != nil {
		return err
	}
	if folder != nil {
		if err := folder.Append(reported(dir, files, doc)); err != nil {
			return err
		}
	}
	for _, f := range files {
		fmt.Fprintln(c.out, f)
	}
	return t.verdict(cs, h.tell(c, doc, false))
}

func rendering(f report.Format, doc *report.Document) func(io.Writer) error {
	return func(w io.Writer) error {
		if err := f.Render(w, doc); err != nil {
			return fmt.Errorf("render %s: %w", f.Name, err)
		}
		return nil
	}
}

// reported is the line that says which files were rendered up to which line.
func reported(dir string, files []string, doc *report.Document) *pipeline.Event {
	type file struct {
		Name   string `json:"name"`
		SHA256 string `json:"sha256"`
	}
	data := struct {
		Lines uint64 `json:"lines"`
		Files []file `json:"files"`
	}{Lines: doc.Case.Lines}
	var names []string
	for _, path := range files {
		name := filepath.Base(path)
		if rel, err := filepath.Rel(dir, path); err == nil && !strings.HasPrefix(rel, "..") {
			name = filepath.ToSlash(rel)
		}
		f := file{Name: name}
		if b, err := os.ReadFile(path); err == nil {
			sum := sha256.Sum256(b)
			f.SHA256 = hex.EncodeToString(sum[:])
		}
		data.Files = append(data.Files, f)
		names = append(names, strings.TrimPrefix(filepath.Ext(path), "."))
	}
	return &pipeline.Event{Reported: &pipeline.Act{What: strings.Join(names, ", "), Data: json.RawMessage(compact(data))}}
}
