package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"osint/pkg/audit"
	"osint/pkg/audit/casefile"
)

// isReport reports whether an anchor is a report, by the end of its name.
func isReport(name string) bool {
	switch filepath.Ext(name) {
	case ".json", ".html", ".pdf":
		return true
	}
	return false
}

// reports says of each report that is an anchor whether the record issued it as
// it is. One of another ledger, or of none, is no business of this one.
func (v *verification) reports(r *audit.Verification, ledgers string) error {
	for _, name := range v.anchors {
		if !isReport(name) || r.Ledger == "" {
			continue
		}
		note, err := casefile.CheckpointIn(name)
		if err != nil {
			continue // the anchor could not be asked, which is told
		}
		c, err := audit.ParseCheckpoint(note)
		if err != nil || c.Origin != audit.Origin(r.Ledger) {
			continue
		}
		switch _, issued, err := audit.Issued(ledgers, name); {
		case errors.As(err, new(*audit.Damaged)):
			return nil // that is told too
		case err != nil:
			return err
		case !issued:
			r.Blame("the report "+name, audit.Tampered, fmt.Sprintf("%s was never issued as it is: it was altered after it was issued", name))
		}
	}
	return nil
}

// folders holds the evidence and the reports of cases against their lines. What
// the record itself says of the lines is told already.
func (v *verification) folders(r *audit.Verification, cases []audit.CaseFile, keysDir string) error {
	if !v.evidence {
		return nil
	}
	for _, x := range cases {
		if x.Path == "" {
			continue
		}
		check, err := casefile.Check(filepath.Dir(x.Path), keysDir)
		if err != nil {
			return err
		}
		for _, f := range check.Faults {
			switch f.What {
			case "evidence", "erasure", "report", "folder":
				r.Blame("case "+x.ID, f.Code, fmt.Sprintf("case %s: %s", x.ID, f.Text))
			}
		}
	}
	return nil
}

// elsewhere warns of cases that the record knows and --evidence did not meet: they
// lie where --out put them, and the record does not know where.
func (v *verification) elsewhere(ctx context.Context, r *audit.Verification, cases []audit.CaseFile, p places) error {
	if !v.evidence || v.only != "" || r.Ledger == "" {
		return nil
	}
	l, err := audit.OpenReader(p.audit())
	if err != nil {
		return err
	}
	defer l.Close()
	known, err := l.CaseIDs(ctx)
	if errors.As(err, new(*audit.Damaged)) {
		return nil // that is told too
	}
	if err != nil {
		return err
	}
	for _, id := range known {
		if !slices.ContainsFunc(cases, func(x audit.CaseFile) bool { return x.ID == id }) {
			r.Elsewhere = append(r.Elsewhere, id)
		}
	}
	if n := len(r.Elsewhere); n > 0 {
		r.Blame("cases elsewhere", audit.Warned, fmt.Sprintf("%s not checked, for nothing of it lies under %s: name the folder with --case: %s",
			countOf(n, "case of the record was", "cases of the record were"), p.cases(), strings.Join(r.Elsewhere[:min(n, 10)], ", ")+map[bool]string{true: " …"}[n > 10]))
	}
	return nil
}
