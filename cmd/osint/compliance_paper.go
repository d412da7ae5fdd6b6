package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/compliance"
	"osint/pkg/compliance/paper"
	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/profiles"
)

func newPaper(c *console) *cobra.Command {
	var x papering
	var subjects []string
	var consent audit.Consent
	cmd := &cobra.Command{
		Use: "paper NAME CASE", Short: "Fill a paper that law wants, from a case", Args: exactly("a paper", "a case: osint cases list names them"),
		Long: "A NAME is " + rest(paper.Names()) + `.

What the case, the organisation's document and the mandate say is filled in. What
nobody said is open, with what belongs there and where to say it. People stand in
it as the profile shows them in reports; a notice with --subject calls that one
person by name, and goes where --to says. It is decision support, not legal advice.`,
		Example: "  osint compliance paper ropa CASE\n  osint compliance paper dpia CASE --format pdf --to .\n  osint compliance paper transfers CASE --format json --to - | jq .sections",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("paper", args[0], paper.Names()...); err != nil {
				return err
			}
			if len(subjects) > 0 && (args[0] != "notice" || x.to == "") {
				return usage("--subject is of a notice, which names the person: write osint compliance paper notice CASE --subject ENTITY --to DIR")
			}
			dir, err := c.find(args[1])
			if err != nil {
				return err
			}
			return c.casePaper(dir, args[0], subjects, &x, consent)
		},
	}
	x.flags(cmd, "", "reports/ in the case", "the case's")
	cmd.Flags().StringArrayVar(&subjects, "subject", nil, "`ENTITY|-`: whom a notice is for: an identifier of the person; repeatable; - reads them from stdin, a line each")
	consentFlags(cmd.Flags(), &consent)
	typedFlags(cmd.Flags())
	return cmd
}

// rest lists the papers with what they are.
func rest(names []string) string {
	var out []string
	for _, n := range names {
		out = append(out, n+" ("+paper.Short(n)+")")
	}
	return wrap(strings.Join(out, ", "), 79, 0)
}

// casePaper makes a paper of a case, and records that: in the case where it can
// be written to, else in the record.
func (c *console) casePaper(dir, name string, subjects []string, x *papering, consent audit.Consent) error {
	if _, err := x.wanted(); err != nil {
		return err
	}
	at, err := c.desk(dir, x.to, consent)
	if err != nil {
		return err
	}
	defer at.close()
	p, err := profiles.FromJSON(at.Case.Opened.Resolved)
	if err == nil {
		err = p.Policy.Permits(compliance.Job{TLP: x.tlp}) // no paper of a case goes wider than the case might
	}
	if err != nil {
		return usage("%w", err)
	}
	out, err := c.release(at.Case, dir, nil, handing{what: "paper " + name, form: "paper", where: x.where()}, false)
	if err != nil {
		return err
	}
	c.notShown(out)
	d, err := c.dossier(at.Case, dir, x, out, subjects)
	if err != nil {
		return err
	}
	made, err := d.Build(name)
	if err != nil {
		return err
	}
	if at.folder == nil {
		err = c.onRecord(out, dir, "")
	} else if out.leaves() {
		err = unrecorded(at.folder.Append(out.event(c.operator(), at.folder.Vault(), "")))
	}
	if err != nil {
		return err
	}
	if x.to == "" {
		x.to = filepath.Join(dir, "reports")
	}
	files, err := x.write(c, made, "paper-"+name)
	if err != nil || len(files) == 0 {
		return err
	}
	var paths []string
	for _, f := range files {
		if f.path == "-" {
			continue
		}
		paths = append(paths, f.path)
		fmt.Fprintln(c.out, f.path)
	}
	if at.folder == nil || paths == nil {
		for _, f := range files {
			c.recordReport(d.Document, f.name, f.sha256)
		}
		return nil
	}
	if err := at.folder.Append(issued(dir, paths, d.Document.Case.Lines, "paper "+name+": ")); err != nil {
		return err
	}
	_, err = attest(at.ledger, at.folder)
	return err
}

// dossier gathers what papers of a case are filled from: what was released, and
// the identifiers of whom a notice is for.
func (c *console) dossier(cs *pipeline.Case, dir string, x *papering, out *handout, subjects []string) (*paper.Dossier, error) {
	vault, err := pipeline.ReadVault(cs, dir, c.places(false).keys())
	if err != nil {
		return nil, err
	}
	under, err := c.policy()
	if err != nil {
		return nil, err
	}
	label, err := x.label("")
	if err != nil {
		return nil, err
	}
	about := paper.About{TLP: label, Author: cmp.Or(c.operator(), cs.Opened.Investigator), Tool: "osint " + thisBuild().Version, Now: c.today()}
	d, err := paper.Open(cs, out.doc, out.with, under.organisation, about)
	if err != nil {
		return nil, err
	}
	for _, e := range c.placed() {
		d.Specs[e.Spec.Name] = e.Spec
	}
	if d.Book, err = c.law(); err != nil {
		return nil, err
	}
	known, err := c.typedEntities(subjects)
	if err != nil || len(known) == 0 {
		return d, err
	}
	var person []pipeline.Entity
	var called []string
	for _, clear := range known {
		e, err := subjectIn(cs, vault, clear)
		if err != nil {
			return nil, err
		}
		person, called = append(person, e), append(called, report.Safe(clear.Value))
		out.clear = append(out.clear, clear.Category())
	}
	return d.For(person, strings.Join(called, ", ")), nil
}

// subjectIn returns the case's form of an entity in clear.
func subjectIn(cs *pipeline.Case, vault *pipeline.Vault, want pipeline.Entity) (e pipeline.Entity, err error) {
	for _, n := range cs.Nodes() {
		clear, ok := n.Entity, !n.Entity.Sealed()
		if !ok {
			clear, ok = vault.Reveal(n.Entity)
		}
		if ok && clear == want {
			return n.Entity, nil
		}
	}
	return e, usage("--subject: the case holds no such %s, or its key was destroyed", want.Kind)
}

// paperValues completes the name of a paper, then a case.
func (c *console) paperValues(cmd *cobra.Command, args []string, begun string) (out []string, _ cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		for _, n := range paper.Names() {
			out = append(out, n+"\t"+paper.Short(n))
		}
	case 1:
		return c.caseValues(cmd, nil, begun)
	}
	return out, noFiles
}

// where says where the papers go: see [handing].
func (x *papering) where() string {
	switch x.to {
	case "":
		return inTheCase
	case "-":
		return onStdout
	}
	return inFiles
}
