package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/audit/casefile"
	"osint/pkg/audit/postgres"
	"osint/pkg/report"
)

const verifyLong = `Every entry, its place in the tree, every checkpoint and the keys that signed
it, and that each task began after a ruling that allows it. Nothing is written.

How far the answer can be trusted is its level. L0: held against itself and this
machine's key store; whoever has the signing key could have written all of it
anew. L1: an --anchor agreed, so what it knows was not cut, replaced or written
anew. L2: a checkpoint bears the cosignature of a --witness.

Exit codes: 0 all holds, 20 tampered or damaged, 22 fork (an anchor knows another
history), 21 rollback (an anchor, or this machine, knows a longer one, or a server
lacks what it confirmed: the answer says which), 23 incomplete (no ledger, one of
a newer osint, an anchor that can't be asked, a case that is not here), 24 all
holds, with warnings. When several hold: 20, 22, 21, 23, 24.`

// auditVerify verifies the record.
func auditVerify(c *console) *cobra.Command {
	var v verification
	cmd := &cobra.Command{
		Use: "verify", Short: "Verify the record: 0 it holds, 20 to 24 it doesn't, or not all of it", Args: exactly(), Long: verifyLong,
		Example: "  osint audit verify\n  osint audit verify --anchor osint.checkpoints\n  osint audit verify --case CASE --evidence --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return v.run(cmd.Context(), c) },
	}
	f := cmd.Flags()
	f.StringArrayVar(&v.anchors, "anchor", nil, "`ANCHOR`: pg, a file of checkpoints, or a report that was handed out (repeatable)")
	f.StringVar(&v.only, "case", "", "`CASE`: hold its lines against the record too: a folder, its name or its id")
	f.BoolVar(&v.evidence, "evidence", false, "and its evidence and reports; without --case those of every case that is here")
	f.StringArrayVar(&v.witnesses, "witness", nil, "`VKEY`: key of a witness whose cosignature counts (repeatable)")
	jsonFlag(cmd, &v.json)
	_ = cmd.RegisterFlagCompletionFunc("case", c.caseValues) // both are flags of it
	_ = cmd.RegisterFlagCompletionFunc("anchor", anchorValues)
	return cmd
}

func anchorValues(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"pg\tthe shared PostgreSQL"}, files
}

// verification is one verification of the record.
type verification struct {
	anchors, witnesses []string
	only               string
	evidence, json     bool
}

func (v *verification) run(ctx context.Context, c *console) error {
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	checks := audit.Checks{Witnesses: v.witnesses, Key: c.signingKey()}
	for _, a := range v.anchors {
		checks.Anchors = append(checks.Anchors, c.anchor(ctx, a))
	}
	var err error
	if checks.Cases, err = v.cases(c); err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(50)) // what is read is let go at once: less memory for little time
	p := c.places(false)
	r, err := audit.Verify(ctx, p.audit(), p.keys(), checks)
	switch {
	case ctx.Err() != nil:
		return &exit{interrupted, errors.New("interrupted: nothing is verified")}
	case errors.Is(err, audit.ErrWitness):
		return usage("--witness: %w", err)
	case err != nil:
		return err
	}
	if err := errors.Join(v.reports(r, p.audit()), v.folders(r, checks.Cases, p.keys()), v.elsewhere(ctx, r, checks.Cases, p)); err != nil {
		return err
	}
	if v.unknown(r) {
		return usage("%s: there is no case of that name, and the record knows none of that id: osint cases list names them", v.only)
	}
	if v.json {
		err = c.json(r)
	} else {
		c.showVerification(r, v.evidence)
	}
	if err == nil {
		err = c.flush()
	}
	if err == nil && r.Verdict != audit.Sound {
		text := r.Sentence()
		if len(r.Blames()) == 0 {
			text = r.Path + ": " + text
		}
		err = &exit{int(r.Verdict), errors.New(text)}
	}
	return err
}

// cases returns the cases to be held against the record.
func (v *verification) cases(c *console) (list []audit.CaseFile, err error) {
	var dirs []string
	switch {
	case v.only != "":
		dir, err := c.find(v.only)
		if err != nil && strings.HasPrefix(v.only, "c-") { // the record may know one that is gone
			return []audit.CaseFile{{ID: v.only}}, nil
		}
		if err != nil {
			return nil, err
		}
		dirs = []string{dir}
	case v.evidence:
		cases := c.places(false).cases()
		for _, name := range append(caseNames(cases), casesOfBatches(cases)...) {
			dirs = append(dirs, filepath.Join(cases, name))
		}
	}
	for _, dir := range dirs {
		id, err := caseID(dir)
		if err != nil {
			return nil, &exit{tampered, fmt.Errorf("the first line of %s can't be read: %w", filepath.Join(dir, caseFile), err)}
		}
		list = append(list, audit.CaseFile{ID: id, Path: filepath.Join(dir, caseFile)})
	}
	return list, nil
}

// unknown reports whether the case that was asked about is neither here nor in
// the record.
func (v *verification) unknown(r *audit.Verification) bool {
	return v.only != "" && len(r.Cases) == 1 && r.Cases[0].Path == "" && !r.Cases[0].Known()
}

// anchor returns what --anchor names.
func (c *console) anchor(ctx context.Context, name string) audit.Anchor {
	if name == "pg" {
		config, err := c.shared(ctx)
		if err != nil {
			return missing{name, err}
		}
		return postgres.NewAnchor(config.Dest())
	}
	if isReport(name) {
		return casefile.ReportAnchor(name)
	}
	return audit.FileAnchor(name)
}

// missing is an anchor that can't be asked.
type missing struct {
	name string
	err  error
}

func (m missing) Name() string                                          { return m.name }
func (m missing) Checkpoints(context.Context, string) ([][]byte, error) { return nil, m.err }

// showVerification prints what the record came to.
func (c *console) showVerification(r *audit.Verification, evidence bool) {
	p := page{width: c.width(c.stdout), color: c.colored(c.stdout)}
	row := func(head, text string) {
		if text != "" {
			p.hanging(c.out, pad(head, 10), report.Safe(text))
		}
	}
	row("Record", r.Path)
	if r.Ledger != "" {
		row("Ledger", fmt.Sprintf("%s, %s up to %s", r.Ledger, entries(r.Size), r.Newest.Format(time.RFC3339)))
		row("Root", r.Root)
		row("Sealed", fmt.Sprintf("%s, by %s", entries(r.Sealed), count(r.Checkpoints, "checkpoint")))
		row("Key", r.Fingerprint)
	}
	row("Level", string(r.Level)+", "+r.Level.Means())
	for _, a := range r.Anchors {
		row("Anchor", fmt.Sprintf("%s (%s) agrees on %s, up to %s", a.Name, a.Level, entries(a.Size), a.Until.Format(time.RFC3339)))
	}
	if age, ok := r.Age(); ok {
		row("", "the newest that anybody outside vouches for is "+lasted(age)+" old")
	}
	for _, x := range r.Cases {
		row("Case", caseText(x))
	}
	if evidence {
		row("Evidence", evidenceText(r))
	}
	for _, f := range r.Flaws {
		text := f.What
		if f.Entry != nil {
			text = fmt.Sprintf("entry %d: %s", *f.Entry, text)
		}
		row(fmt.Sprintf("%d", f.Code), text)
	}
	if r.More > 0 {
		row("", fmt.Sprintf("and %d more like these", r.More))
	}
	row("Verdict", r.Sentence())
	row("Next", r.Next)
}

func caseText(x audit.Recorded) string {
	text := fmt.Sprintf("%s: %d lines here, %d on record, %d attested", x.Case, x.Found, x.Lines, x.Attested)
	if x.Removed != nil {
		text += fmt.Sprintf("; removed, by entry %d", *x.Removed)
	}
	return text
}

// evidenceText says of how many cases more than their lines was held.
func evidenceText(r *audit.Verification) string {
	here := 0
	for _, x := range r.Cases {
		if x.Path != "" {
			here++
		}
	}
	text := "and reports of " + count(here, "case") + " checked"
	if n := len(r.Elsewhere); n > 0 {
		text += ", not of " + count(n, "other") + " that the record knows"
	}
	return text
}
