package paper

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/compliance/law"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// A Dossier is what the papers of a case are filled from.
type Dossier struct {
	About
	Case       *pipeline.Case
	Document   *report.Document // people in it as the papers are to show them
	Law        *report.Law      // up to the last line; nil where there is nothing to say
	Frameworks []report.Compliance

	// Organisation and Mandate are the case's own where it has them. Borrowed
	// says that the organisation's document is today's, because the case was
	// run without one. Each may be nil.
	Organisation *compliance.Organisation
	Mandate      *compliance.Mandate
	Borrowed     bool

	Specs map[string]pipeline.Spec // of collectors, as they declare themselves today
	Book  *law.Book                // for the lists of countries; nil: no list is known

	approvals approvals

	subject []pipeline.Entity // whom a notice is for, by what the case has of that person; none is everybody in the case
	shown   string            // what the notice calls that person
}

// Open fills a dossier from a case. today is the organisation's document of
// this machine, nil if there is none; it counts where the case has none.
func Open(c *pipeline.Case, d *report.Document, o report.Options, today *compliance.Organisation, a About) (*Dossier, error) {
	if c.Opened == nil {
		return nil, errors.New("the case has no first line, so that there is nothing to fill a paper from")
	}
	x := &Dossier{About: a, Case: c, Document: d, Organisation: today, Borrowed: today != nil, Specs: map[string]pipeline.Spec{}}
	x.TLP, x.Now = cmp.Or(a.TLP, d.Case.TLP), a.Now.UTC().Truncate(24*time.Hour) // equal on one day
	x.approvals = approvalsOf(c, today, a.Now)
	x.Law, x.Frameworks = report.LawOf(c, o)
	if x.Law == nil {
		x.Law = &report.Law{}
	}
	ref := c.Opened.Law
	if ref == nil {
		return x, nil
	}
	if len(ref.Organised) > 0 {
		own, err := compliance.OrganisationFromJSON(ref.Organised)
		if err != nil {
			return nil, fmt.Errorf("read the organisation's document in the case: %w", err)
		}
		x.Organisation, x.Borrowed = own, false
	}
	if len(ref.Mandate) > 0 {
		m, err := compliance.MandateFromJSON(ref.Mandate)
		if err != nil {
			return nil, fmt.Errorf("read the mandate in the case: %w", err)
		}
		x.Mandate = m
	}
	return x, nil
}

// A builder makes one paper of a case.
type builder struct {
	name, short string
	build       func(*Dossier) *report.Paper
}

var builders = []builder{
	{"ropa", "record of processing, GDPR Art. 30", ropa},
	{"dpia", "draft of an impact assessment, GDPR Art. 35", dpia},
	{"lia", "draft of a legitimate interests assessment", lia},
	{"notice", "notice to the person, GDPR Art. 14, with its clock", notice},
	{"transfers", "register of what left for which country", transfers},
	{"retention", "schedule of what goes when", retention},
	{"assessment", "what each framework said of the case", assessment},
}

// Names returns the names of the papers of a case, in order.
func Names() (names []string) {
	for _, b := range builders {
		names = append(names, b.name)
	}
	return names
}

// Short says what a paper is, in a few words.
func Short(name string) string {
	for _, b := range builders {
		if b.name == name {
			return b.short
		}
	}
	return ""
}

// Build makes a paper of a case by its name.
func (d *Dossier) Build(name string) (*report.Paper, error) {
	i := slices.IndexFunc(builders, func(b builder) bool { return b.name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no paper %q", name)
	}
	p := builders[i].build(d)
	p.Name = name
	p.Count()
	return p, nil
}

// sheet begins a paper of the case.
func (d *Dossier) sheet(kind, title string, draft bool) *report.Paper {
	p := &report.Paper{SchemaVersion: report.PaperVersion, Kind: kind, Title: title, Draft: draft,
		Subtitle: fmt.Sprintf("Case %s, up to line %d; as of %s", d.Case.Opened.Case, d.last(), day(d.Now)),
		TLP:      d.TLP, Case: d.Case.Opened.Case, Date: d.Now.UTC(), Author: d.Author, Tool: d.Tool, Notice: []string{advice}}
	switch {
	case d.Organisation == nil:
		p.Notice = append(p.Notice, "No organisation's document was loaded when the case was run, and none is here: what it would say is open. Set OSINT_POLICY.")
	case d.Borrowed:
		m := d.Organisation.Metadata
		p.Notice = append(p.Notice, fmt.Sprintf("The case was run without an organisation's document: what is said of the organisation is from %s, version %s, of today.", m.ID, m.Version))
	}
	for _, s := range d.Law.Stale {
		p.Notice = append(p.Notice, "Due for review when the case began: "+s+".")
	}
	return p
}

// last is the number of the last line that a paper tells of: a report, or a
// proof, changes nothing in one.
func (d *Dossier) last() uint64 {
	last := d.Case.Lines
	for _, e := range d.Case.Acts {
		if e.Disclosed != nil {
			last = max(last, e.Seq)
		}
	}
	return last
}

// body is what the organisation's document says; all is empty without one.
func (d *Dossier) body() compliance.Body {
	if d.Organisation == nil {
		return compliance.Body{}
	}
	return d.Organisation.Body
}

// terms is what the mandate says; all is empty without one.
func (d *Dossier) terms() compliance.Terms {
	if d.Mandate == nil {
		return compliance.Terms{}
	}
	return d.Mandate.Terms
}

// from says where in the organisation's document something is said.
func from(key string) string { return "the organisation's document says it (organisation." + key + ")" }

// collected returns when the first data about a person came in; the zero time
// where none did.
func (d *Dossier) collected() (first time.Time) {
	for _, p := range d.Law.Personal {
		if p.First != nil && (first.IsZero() || p.First.Before(first)) {
			first = *p.First
		}
	}
	return first
}

// consulted returns the frameworks that applied, or gdpr where none was asked.
func (d *Dossier) consulted() (ids []string) {
	for _, f := range d.Frameworks {
		if f.Applied > 0 {
			ids = append(ids, f.Framework)
		}
	}
	if ids == nil {
		ids = []string{"gdpr"}
	}
	return ids
}
