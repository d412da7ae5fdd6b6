package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
	"osint/pkg/pipeline/fleet"
	"osint/pkg/report"
	"osint/profiles"
)

// investigate carries out one job. Whatever goes wrong is its row's, and
// nobody else's. What it leaves in memory is the row.
func (b *batch) investigate(ctx context.Context, j *job) fleet.Row {
	if j.done != nil {
		return *j.done
	}
	row := b.row(j)
	own := *b.gear // but for what it is compared with
	own.terms = b.termsOf(j)
	w := &work{gear: &own, screen: &quiet{io.Discard}}
	defer w.end()
	dir := filepath.Join(b.folder.dir, b.folder.run, j.dir)
	run, p, err := b.prepare(w, j, dir)
	var cs *pipeline.Case
	var out *handout
	if err == nil {
		row.Case, row.Profile = b.folder.run+"/"+j.dir, p.ID
		cs, out, _, err = w.perform(run)
		row.ID = w.folder.Vault().Case
		b.net.Forget(row.ID)
		signal := 0
		if cs.Closed != nil && cs.Closed.Outcome == "interrupted" {
			signal = b.intr.Code()
		}
		err = w.verdict(signal, cs, p, err)
	}
	row.Elapsed = time.Since(row.Began)
	row.Outcome, row.Code = outcomeOf(cs, codeOf(err)), codeOf(err)
	if w.hears != nil {
		w.hears.ended(w.ledger, string(row.Outcome), err)
	}
	if err != nil && row.Outcome != fleet.Interrupted {
		row.Reason = report.Safe(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	seen := func(fleet.Finding) bool { return false }
	if out != nil && cs.Assessment != nil && (row.Outcome == fleet.Complete || row.Outcome == fleet.TimedOut) {
		seen = judge(&row, b.folder.run, cs, out.plain)
	}
	if out != nil {
		row.TLP = report.StricterLabel(out.doc.Case.TLP, out.plain.Case.TLP)
		b.sheets.add(out.plain, j)
	}
	row.Since(j.before, seen)
	return row
}

// prepare makes the case, or goes on with the one that an interrupted run
// left.
func (b *batch) prepare(w *work, j *job, dir string) (r *pipeline.Run, p *profiles.Profile, err error) {
	if b.folder.resumed > 0 && holdsCase(dir) {
		if w.folder, err = pipeline.Open(dir, w.places.keys()); err != nil {
			return nil, nil, err
		}
		if err := w.c.enter(w.ledger, w.folder, audit.Consent{}); err != nil {
			return nil, nil, err
		}
		return w.again(w.folder.Case)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, err
	}
	if w.folder, err = pipeline.Create(dir, w.places.keys()); err != nil {
		return nil, nil, err
	}
	if j.before != nil && j.before.Basis != "" {
		w.folder.Beside(filepath.Join(b.folder.dir, filepath.FromSlash(j.before.Basis)))
	}
	if err := w.c.enter(w.ledger, w.folder, audit.Consent{}); err != nil {
		return nil, nil, err
	}
	r, err = w.first(&j.order, j.mandate)
	return r, j.mandate.profile, err
}

// row begins the row of a job.
func (b *batch) row(j *job) fleet.Row {
	r := fleet.Row{Line: j.line, Target: j.target.Value, Kind: j.target.Kind, Profile: j.mandate.profile.ID, Began: time.Now().UTC()}
	if j.target.Personal() {
		r.Target = fleet.SealedTarget
	}
	return r
}

func outcomeOf(cs *pipeline.Case, code int) fleet.Outcome {
	switch {
	case code == interrupted || code == terminated:
		return fleet.Interrupted
	case code == notAsked:
		return fleet.Refused
	case code != done && code != tooLittle && code != tooRisky:
		return fleet.Failed
	case cs.Closed.Outcome == "timeout":
		return fleet.TimedOut
	}
	return fleet.Complete
}

// judge notes what a run found, as its report shows it, and returns what says
// of an earlier finding whether it was judged again: the comparison with the
// earlier case, if there was one, else whether its rule ran.
func judge(r *fleet.Row, run string, cs *pipeline.Case, doc *report.Document) (seen func(fleet.Finding) bool) {
	r.AsOf, r.Basis, r.Level, r.Score, r.Coverage = run, r.Case, doc.Risk.Level, doc.Risk.Score, doc.Risk.Coverage
	for _, f := range doc.Findings {
		r.Standing = append(r.Standing, fleet.Finding{Fingerprint: f.Fingerprint, Rule: f.Rule, Severity: f.Severity, Subject: f.Subject, Title: f.Title})
	}
	r.Standing = fleet.Keyed(r.Standing)
	ran := fleet.Ran(cs.Assessment.Checks)
	if cs.Triaged == nil || cs.Triaged.Baseline == nil {
		return ran
	}
	unseen := map[string]bool{}
	for _, f := range cs.Triaged.Baseline.Unseen {
		unseen[f.Fingerprint] = true
	}
	return func(f fleet.Finding) bool { return ran(f) && !unseen[f.Fingerprint] }
}

// unbegun is the row of a target whose turn did not come.
func (b *batch) unbegun(j *job) fleet.Row {
	if j.done != nil {
		return *j.done
	}
	row := b.row(j)
	row.Outcome, row.Code = fleet.NotStarted, b.intr.Code()
	b.watch.count(string(row.Outcome))
	row.Since(j.before, nil)
	return row
}

// fault is the row of a target on which we failed ourselves.
func (b *batch) fault(j *job, f *fleet.Fault) fleet.Row {
	if b.c.verbose || b.c.getenv("OSINT_DEBUG") != "" {
		b.c.errs.Write(f.Stack)
	}
	row := b.row(j)
	b.watch.count(string(fleet.Failed))
	row.Outcome, row.Code, row.Reason = fleet.Failed, internal, report.Safe(f.Error())
	row.Since(j.before, nil)
	return row
}
