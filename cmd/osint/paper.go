package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"io"

	"github.com/spf13/cobra"

	"osint/pkg/compliance"
	"osint/pkg/compliance/incident"
	"osint/pkg/compliance/paper"
	"osint/pkg/report"
)

// papering says in which formats a paper is made, and where it goes.
type papering struct {
	formats []string
	to      string
	tlp     string
}

// flags adds the flags; where says where papers go and how they are marked
// unless it is said, and to is that place.
func (x *papering) flags(cmd *cobra.Command, to, where, label string) {
	fs := cmd.Flags()
	fs.StringSliceVar(&x.formats, "format", paperFormatNames(), "`LIST`: "+strings.Join(paperFormatNames(), ",")+" (default all)")
	fs.StringVar(&x.to, "to", to, "`DIR`: where the files go (default "+where+"); - is stdout")
	fs.StringVar(&x.tlp, "tlp", "", "`LABEL`: how the paper is marked (default "+label+")")
	typedFlags(fs)
	_ = cmd.RegisterFlagCompletionFunc("format", listOf(paperFormatNames())) // it is there
}

func paperFormatNames() (names []string) {
	for _, f := range report.PaperFormats() {
		names = append(names, f.Name)
	}
	return names
}

// wanted returns the formats that were asked for, in the order in which papers
// are written.
func (x *papering) wanted() (fs []report.PaperFormat, err error) {
	for _, n := range x.formats {
		if err := oneOf("--format", n, paperFormatNames()...); err != nil {
			return nil, err
		}
	}
	for _, f := range report.PaperFormats() {
		for _, n := range x.formats {
			if n == f.Name {
				fs = append(fs, f)
				break
			}
		}
	}
	if x.to == "-" && len(fs) != 1 {
		return nil, usage("--to - prints one paper: write --format %s", strings.Join(paperFormatNames(), " or --format "))
	}
	return fs, nil
}

// label returns the label of a paper: the one that was typed, else that of the
// case or the default.
func (x *papering) label(otherwise string) (string, error) {
	if x.tlp == "" {
		return otherwise, nil
	}
	l, err := compliance.ParseLabel(x.tlp)
	if err != nil {
		return "", usage("--tlp: %w", err)
	}
	return string(l), nil
}

// A written is a file that a paper was written to.
type written struct{ name, path, sha256 string }

// write writes a paper, each file whole or not at all, and returns what was
// written; printed, its path is "-".
func (x *papering) write(c *console, p *report.Paper, base string) (files []written, err error) {
	formats, err := x.wanted()
	if err != nil {
		return nil, err
	}
	if x.to != "-" {
		if err := placeFor("--to", x.to); err != nil {
			return nil, err
		}
	}
	for _, f := range formats {
		var b bytes.Buffer
		if err := f.Render(&b, p); err != nil {
			return files, fmt.Errorf("render %s: %w", f.Name, err)
		}
		w := written{base + f.Extension, "-", digestOfBytes(b.Bytes())}
		if x.to == "-" {
			_, err = c.out.Write(b.Bytes())
		} else {
			w.path = filepath.Join(x.to, w.name)
			err = writeFile(w.path, 0o600, func(to io.Writer) error { _, err := to.Write(b.Bytes()); return err })
		}
		if err != nil {
			return files, err
		}
		files = append(files, w)
	}
	return files, nil
}

// incidentPaper writes the record of an incident. Its texts name no data subject,
// it has no case, and so no mandate by which a gate could rule on who reads it:
// nothing of it is disclosed in the sense of [console.release].
func (c *console) incidentPaper(i *incident.Incident, now time.Time, x *papering) error {
	if _, err := x.wanted(); err != nil {
		return err
	}
	label, err := x.label(string(compliance.AmberStrict))
	if err != nil {
		return err
	}
	p := paper.Incident(i, paper.About{TLP: label, Author: c.operator(), Tool: "osint " + thisBuild().Version, Now: now})
	files, err := x.write(c, p, "incident-"+i.ID)
	for _, f := range files {
		if f.path != "-" {
			fmt.Fprintln(c.out, f.path)
		}
	}
	return err
}
