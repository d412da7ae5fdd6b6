package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// An accessing is one answer to who asks what is held about them.
type accessing struct {
	c       *console
	search  search
	formats []string // one
	to      string
}

func newSubject(c *console) *cobra.Command {
	return shelf("subject", "", "Answer a person who asks what is held about them", "  osint subject export --subject ada@example.com", subjectExport(c))
}

func subjectFormats() []string { return []string{"json", "html", "pdf"} }

func subjectExport(c *console) *cobra.Command {
	a := &accessing{c: c, search: search{c: c}}
	cmd := &cobra.Command{
		Use: "export", Short: "Export all that is held about a person, in clear, and nobody else's data", Args: exactly(),
		Long: `The answer to a request for access (GDPR Art. 15): of each case that holds the
person, why it was made, what is known, of which category, from which source and as
of when, who was asked about the person, who was given copies, until when it is
kept. Other people stand in it as [another person].

Make sure who asks: the answer is in clear. That it was handed out is a line of
each case, and on record; if that can't be written, nothing is exported.

Cases are found as by osint erase.`,
		Example: `  osint subject export --subject ada@example.com
  osint subject export --subject 'person:Ada Plumtree' --format pdf --to answer.pdf`,
		RunE: func(*cobra.Command, []string) error { return a.run() },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	a.search.flags(fs)
	fs.StringSliceVar(&a.formats, "format", subjectFormats()[:1], "`FORMAT`: json, html or pdf (default json)")
	fs.StringVar(&a.to, "to", "", "`FILE`: where it goes, for nobody else to read (default: stdout)")
	return cmd
}

func (a *accessing) run() error {
	if len(a.formats) != 1 {
		return usage("--format: an answer has one: json, html or pdf")
	}
	if err := oneOf("--format", a.formats[0], subjectFormats()...); err != nil {
		return err
	}
	if a.to != "" {
		if err := roomFor("--to", a.to); err != nil {
			return err
		}
		if exists(a.to) {
			return usage("--to %s: is there already: choose another name", a.to)
		}
	}
	if err := a.search.read(); err != nil {
		return err
	}
	found, err := a.search.cases()
	if err != nil {
		return err
	}
	doc, err := a.gather(found)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := doc.render(&out, a.formats[0]); err != nil {
		return err
	}
	if err := a.disclosed(doc, out.Bytes()); err != nil {
		return fmt.Errorf("nothing was exported: %w", err)
	}
	if len(doc.Cases) == 0 {
		a.c.say("osint: nothing is held of this person")
	}
	if a.to != "" {
		return writeFile(a.to, 0o600, func(w io.Writer) error { _, err := w.Write(out.Bytes()); return err })
	}
	_, err = a.c.out.Write(out.Bytes())
	return err
}

// disclosed puts on record, in each case and beside them, that the answer is
// handed out.
func (a *accessing) disclosed(doc *accessDoc, out []byte) error {
	sum := sha256.Sum256(out)
	digest := hex.EncodeToString(sum[:])
	return a.c.recording(func(l *audit.Ledger) error {
		for _, x := range doc.Cases {
			if x.Dir == "" {
				continue
			}
			if err := a.disclosedIn(l, x, digest); err != nil {
				return err
			}
		}
		_, err := l.Append(audit.Act{Type: audit.Disclosure, Body: audit.Body{"what": accessWhat, "form": a.formats[0], "sha256": digest, "cases": len(doc.Cases)}})
		return err
	})
}

const (
	accessWhat = "all that is held about a person"
	theSubject = "the person" // who gets it
)

// disclosedIn writes the line of one case. The gate rules on it as on any other
// way out: the audience is one person, who is named to us and not on record.
func (a *accessing) disclosedIn(l *audit.Ledger, x *accessCase, digest string) error {
	folder, err := pipeline.Open(x.Dir, a.search.keys)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := a.c.enter(l, folder, audit.Consent{}); err != nil {
		return err
	}
	ruling := compliance.New(compliance.Policy{}, compliance.Job{}).Disclose(compliance.Named, compliance.Disclosure{What: accessWhat, Label: folder.Case.Opened.TLP})
	data := struct {
		What      string              `json:"what"`
		Audience  compliance.Audience `json:"audience"`
		Recipient string              `json:"recipient"`
		Form      string              `json:"form"`
		SHA256    string              `json:"sha256"`
		Clear     []pipeline.Category `json:"clear"`
		Ruling    pipeline.Ruling     `json:"ruling"`
	}{accessWhat, compliance.Named, theSubject, a.formats[0], digest, x.categories(), ruling}
	if ruling.Verdict == pipeline.Deny {
		return usage("%s: %s (rule %s)", x.Dir, ruling.Reason, ruling.Rule)
	}
	if err := folder.Append(&pipeline.Event{Disclosed: &pipeline.Act{By: a.c.operator(), What: accessWhat, Data: compact(data)}}); err != nil {
		return err
	}
	_, err = attest(l, folder)
	return err
}

// gather reads what is held.
func (a *accessing) gather(found []*foundCase) (*accessDoc, error) {
	doc := &accessDoc{SchemaVersion: 1, At: a.c.today(), Cases: []*accessCase{}, Controller: a.c.controller()}
	for _, e := range a.search.subject.Entities {
		doc.Subject = append(doc.Subject, e.String())
	}
	limits, err := a.c.limits(compliance.Retention{})
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		if f.dir == "" {
			if len(f.kids) > 0 || f.older {
				doc.Unread = append(doc.Unread, f.id)
			}
			continue
		}
		cs, v, err := a.search.look(f.dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.dir, err)
		}
		t, err := pipeline.Trace(f.dir, cs, v, a.search.subject)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.dir, err)
		}
		if len(t.Values)+len(t.Asked)+len(t.Clear) > 0 {
			doc.Cases = append(doc.Cases, newAccessCase(f.dir, cs, v, t, scheduleOf(cs, limits)))
		}
	}
	if len(doc.Unread) > 0 {
		a.c.say("osint: of %s the folder is not here, so it was not read: name it with --in", count(len(doc.Unread), "case"))
	}
	return doc, nil
}

// controller says who answers, by the organisation's document.
func (c *console) controller() accessController {
	p, err := c.policy()
	if err != nil || p.organisation == nil {
		return accessController{}
	}
	b := p.organisation.Body
	return accessController{b.LegalName, b.Contact, b.DPOContact}
}
