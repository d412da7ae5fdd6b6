package main

import (
	"bufio"
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

	"osint/pkg/audit"
	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/pkg/risk"
	"osint/profiles"
)

func newReport(c *console) *cobra.Command {
	var names []string
	var to string
	var asJSON, force bool
	var consent audit.Consent
	var a acceptance
	var code hosting
	var going outgoing
	cmd := &cobra.Command{
		Use: "report CASE", GroupID: groupRead, Short: "Render a case again, from the case alone",
		Long: `Nothing is asked of anybody. CASE is a folder, or a name from osint cases list.
With --baseline, --suppress or --fail-on the case is held against them as it
stands, and that is recorded in it: baseline and suppressions hold from then on,
until others are given, or none.

What may stand in it is ruled for who reads it. --audience and --recipient hand it
to others: the label must reach that far, and law, or without any the rule that
people stay in the house, decides whether they stand in it in clear. What is
taken out is a label; what may not go out at all ends with exit code 4, says by
which rule, and writes nothing. That people went out in clear, or that anything
went to others, is a line of the case before it does.`,
		Example: `  osint report CASE --format pdf
  osint report CASE --to ./handout
  osint report CASE --format html --to - > report.html
  osint report CASE --format sarif,junit --fail-on high
  osint report CASE --baseline none --suppress none
  osint report CASE --to out --audience clients --recipient organization:Acme --recipient-country DE
  osint report CASE --json | jq .summary`,
		Args: exactly("a case: osint cases list names them"),
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
			h, err := going.read()
			if err != nil {
				return err
			}
			if asJSON {
				return c.printReport(dir, report.Formats()[0], h, t, host)
			}
			if to == "-" {
				if len(wanted) != 1 {
					return usage("--to - prints one report: write --format %s", strings.Join(formatNames(), " or --format "))
				}
				return c.printReport(dir, wanted[0], h, t, host)
			}
			return c.rerender(dir, to, wanted, force, consent, h, t, host)
		},
	}
	formatFlag(cmd.Flags(), &names)
	cmd.Flags().StringVar(&to, "to", "", "`DIR`: where the files go (default: reports/ in the case); - is stdout")
	cmd.Flags().BoolVar(&force, "force", false, "with --to, write over files that are another report")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the JSON report and write nothing")
	going.flags(cmd.Flags())
	consentFlags(cmd.Flags(), &consent)
	a.flags(cmd.Flags())
	code.flags(cmd.Flags())
	return cmd
}

// printReport prints one report. That it was printed is on record, so that it is
// known again where it went; the case is written to only if there are people
// in it in clear, or it is for somebody else.
func (c *console) printReport(dir string, f report.Format, h handing, t *terms, host *host) error {
	cs, err := pipeline.Read(dir)
	if err != nil {
		return err
	}
	c.hold(cs, t)
	h.what, h.form, h.where = "report"+f.Extension, f.Name, onStdout
	out, err := c.release(cs, dir, nil, h.forFormats(f), true)
	if err != nil {
		return err
	}
	c.notShown(out)
	sum := sha256.New()
	var to io.Writer = c.out
	var whole bytes.Buffer
	if out.leaves() { // it is on record before a byte of it is out
		to = &whole
	}
	err = f.Render(io.MultiWriter(to, sum), out.of(f))
	digest := hex.EncodeToString(sum.Sum(nil))
	if err == nil {
		err = c.onRecord(out, dir, digest)
	}
	if err == nil {
		_, err = whole.WriteTo(c.out)
	}
	if err == nil {
		c.recordReport(out.doc, "printed"+f.Extension, digest)
		err = host.tell(c, out, true)
	}
	return t.verdict(cs, err)
}

// hold holds a case against the terms, if there are any, and says what a
// reader must know: what holds without having been typed, too. The case on disk
// is left alone.
func (c *console) hold(cs *pipeline.Case, t *terms) {
	if t != nil {
		t.triage(cs, time.Now().UTC())
		c.warn(t, cs)
	}
	if text := recorded(t, cs); text != "" {
		c.say("osint: %s", report.Safe(text))
	}
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
func (c *console) rerender(dir, to string, wanted []report.Format, force bool, consent audit.Consent, h handing, t *terms, host *host) error {
	at, err := c.desk(dir, to, consent)
	if err != nil {
		return err
	}
	defer at.close()
	cs, folder, ledger := at.Case, at.folder, at.ledger
	if to != "" {
		if err := placeFor("--to", to); err != nil {
			return err
		}
		h.where = inFiles
	} else {
		to, force = filepath.Join(dir, "reports"), true // these are this case's
		h.where = inTheCase
	}
	if folder != nil {
		c.tidy(folder)
	}
	before := compact(cs.Triaged)
	c.hold(cs, t)
	if folder != nil && !bytes.Equal(compact(cs.Triaged), before) {
		if err := folder.Append(&pipeline.Event{Triaged: cs.Triaged}); err != nil {
			return err
		}
	}
	if folder != nil && !attested(cs) {
		if _, err := attest(ledger, folder); err != nil {
			return err
		}
	}
	var vault *pipeline.Vault
	if folder != nil {
		vault = folder.Vault()
	}
	out, err := c.release(cs, dir, vault, h.forFormats(wanted...), true)
	if err == nil && !force {
		err = spare(out, wanted, to)
	}
	if err != nil {
		return err
	}
	c.notShown(out)
	switch {
	case folder == nil:
		err = c.onRecord(out, dir, "")
	case out.leaves():
		err = unrecorded(folder.Append(out.event(c.operator(), vault, "")))
	}
	if err != nil {
		return err
	}
	files, err := renderAll(out, wanted, to)
	if err != nil {
		return err
	}
	if folder != nil {
		if err := folder.Append(reported(dir, files, out.doc)); err != nil {
			return err
		}
		if _, err := attest(ledger, folder); err != nil {
			return err
		}
	}
	for _, f := range files {
		if folder == nil {
			c.recordReport(out.doc, filepath.Base(f), digestOf(f))
		}
		fmt.Fprintln(c.out, f)
	}
	return t.verdict(cs, host.tell(c, out, false))
}

// A desk is a case that something is rendered from. folder and ledger are nil
// where it can't be written to.
type desk struct {
	*pipeline.Case
	folder *pipeline.Folder
	ledger *audit.Ledger
}

// desk opens a case to render something from it. One that can't be written
// to is read all the same, if the files go elsewhere.
func (c *console) desk(dir, to string, consent audit.Consent) (*desk, error) {
	folder, err := pipeline.Open(dir, c.places(false).keys())
	switch {
	case err == nil:
	case to != "" && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)):
		c.say("osint: %s can't be written to: that this report was made is not recorded in it", dir)
		cs, err := pipeline.Read(dir)
		return &desk{Case: cs}, err
	default:
		return nil, err
	}
	d := &desk{Case: folder.Case, folder: folder}
	if d.ledger, err = c.ledger(c.places(true), ""); err == nil {
		err = c.enter(d.ledger, folder, consent)
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *desk) close() {
	if d.ledger != nil {
		d.ledger.Close()
	}
	if d.folder != nil {
		d.folder.Close()
	}
}

// spare fails if a report would be written over a file that is another.
func spare(out *handout, wanted []report.Format, to string) error {
	for _, f := range wanted {
		path := filepath.Join(to, "report"+f.Extension)
		old, err := os.Open(path)
		if err != nil {
			continue // it is not there, or writing will say what is wrong
		}
		c := &comparing{old: bufio.NewReader(old), same: true}
		err = rendering(f, out.of(f))(c)
		same := c.same && c.atEnd()
		old.Close()
		if err != nil {
			return err
		}
		if !same {
			return usage("%s is there, and is another report: choose another --to, or type --force to write over it", path)
		}
	}
	return nil
}

// comparing is written what a file should hold, and says whether it does.
type comparing struct {
	old  *bufio.Reader
	same bool
}

func (c *comparing) Write(p []byte) (int, error) {
	if c.same {
		have := make([]byte, len(p))
		_, err := io.ReadFull(c.old, have)
		c.same = err == nil && bytes.Equal(have, p)
	}
	return len(p), nil
}

func (c *comparing) atEnd() bool {
	_, err := c.old.ReadByte()
	return err != nil
}

func rendering(f report.Format, doc *report.Document) func(io.Writer) error {
	return func(w io.Writer) error {
		if err := f.Render(w, doc); err != nil {
			return fmt.Errorf("render %s: %w", f.Name, err)
		}
		return nil
	}
}

// digestOf returns the SHA-256 of a file, or "" if it can't be read.
func digestOf(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return digestOfBytes(b)
}

func digestOfBytes(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// reported is the line that says which files were rendered up to which line.
func reported(dir string, files []string, doc *report.Document) *pipeline.Event {
	return issued(dir, files, doc.Case.Lines, "")
}

// issued is reported of whatever was rendered; what says what it is, where the
// formats do not.
func issued(dir string, files []string, lines uint64, what string) *pipeline.Event {
	type file struct {
		Name   string `json:"name"`
		SHA256 string `json:"sha256"`
	}
	data := struct {
		Lines uint64 `json:"lines"`
		Files []file `json:"files"`
	}{Lines: lines}
	var names []string
	for _, path := range files {
		name := filepath.Base(path)
		if rel, err := filepath.Rel(dir, path); err == nil && !strings.HasPrefix(rel, "..") {
			name = filepath.ToSlash(rel)
		}
		data.Files = append(data.Files, file{name, digestOf(path)})
		names = append(names, strings.TrimPrefix(filepath.Ext(path), "."))
	}
	return &pipeline.Event{Reported: &pipeline.Act{What: what + strings.Join(names, ", "), Data: json.RawMessage(compact(data))}}
}
