package main

import (
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

	"github.com/spf13/cobra"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

func newReport(c *console) *cobra.Command {
	var names []string
	var to string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "report CASE", GroupID: groupRead, Short: "Render a case again, from the case alone",
		Long:    "Nothing is asked of anybody. CASE is a folder, or a name from osint cases list.",
		Example: "  osint report CASE --format pdf\n  osint report CASE --to ./handout\n  osint report CASE --json | jq .summary",
		Args:    exactly("a case: osint cases list names them"),
		RunE: func(_ *cobra.Command, args []string) error {
			wanted, err := formats(names)
			if err != nil {
				return err
			}
			dir, err := c.find(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				doc, _, err := c.document(dir)
				if err != nil {
					return err
				}
				return report.Formats()[0].Render(c.out, doc)
			}
			return c.rerender(dir, to, wanted)
		},
	}
	formatFlag(cmd.Flags(), &names)
	cmd.Flags().StringVar(&to, "to", "", "`DIR`: where the files go (default: reports/ in the case)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the JSON report and write nothing")
	return cmd
}

// rerender writes the reports of a case and records that. A case that can't
// be written to is read all the same, if the files go elsewhere.
func (c *console) rerender(dir, to string, wanted []report.Format) error {
	folder, err := pipeline.Open(dir, c.places(false).keys())
	switch {
	case err == nil:
		defer folder.Close()
	case to != "" && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)):
		c.say("osint: %s can't be written to: that this report was made is not recorded in it", dir)
	default:
		return err
	}
	if to == "" {
		to = filepath.Join(dir, "reports")
	}
	doc, _, err := c.document(dir)
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
	return nil
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
