package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres"
	"osint/pkg/collectors"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// beside goes through what lies beside the cases: the cache, the files of the
// batches they are of, the record and its copy.
func (e *erasing) beside(ctx context.Context) error {
	var errs []error
	var err error
	dry, says := e.ledger == nil, e.search.subject.In
	e.done.Cached, err = collectors.ForgetCached(e.c.places(false).cache, dry, says)
	errs = append(errs, err, e.batches(), e.record(ctx), e.leaveAlone())
	if e.ledger == nil || !e.done.holds() && !e.done.Suppressed {
		return errors.Join(errs...)
	}
	var ids []string
	for _, x := range e.done.Cases {
		ids = append(ids, x.Case)
	}
	_, err = e.ledger.Append(audit.Act{Type: audit.Erasure, Body: audit.Body{"what": erasedWhat, "reason": e.done.Reason, "subjects": e.digests(),
		"cases": ids, "cached": e.done.Cached}})
	if err == nil {
		e.done.Shared = e.c.shareErasure(ctx, e.ledger)
	}
	return errors.Join(append(errs, err)...)
}

// leaveAlone puts the person on the list of those about whom nothing is asked.
func (e *erasing) leaveAlone() error {
	if !e.suppress || e.ledger == nil {
		return nil
	}
	x, err := compliance.Suppress(e.search.keys, e.search.subject.Entities, compliance.Entry{Reason: e.done.Reason, Source: "osint erase", Date: e.c.today()})
	if err != nil {
		return err
	}
	e.done.Suppressed = true
	_, err = e.ledger.Append(audit.Act{Type: audit.Config, Body: audit.Body{"component": "suppression", "operation": "add", "path": x.Name,
		"entries": x.Entries, "changed": x.Changed, "digests": x.Digests, "reason": e.done.Reason}})
	return err
}

// batches puts other words in the place of the person's values in the files of
// the batches that the cases are of. Rows name no person; what a target list was
// called may.
func (e *erasing) batches() error {
	var seen []string
	for _, x := range e.done.Cases {
		run := filepath.Dir(x.Dir)
		batch := filepath.Dir(run)
		if x.Dir == "" || !isRun(filepath.Base(run)) || slices.Contains(seen, batch) {
			continue
		}
		seen = append(seen, batch)
		if err := e.batch(batch); err != nil {
			return err
		}
	}
	return nil
}

func (e *erasing) batch(dir string) error {
	var files []string
	for _, sub := range append([]string{""}, batchRuns(dir)...) {
		entries, err := os.ReadDir(filepath.Join(dir, sub))
		if err != nil {
			return err
		}
		for _, f := range entries {
			if f.Type().IsRegular() {
				files = append(files, filepath.Join(dir, sub, f.Name()))
			}
		}
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !e.search.subject.In(text) {
			continue
		}
		clean := e.search.subject.Scrub(string(text), "erased")
		if e.ledger == nil {
			e.done.Scrubbed = append(e.done.Scrubbed, path)
			continue
		}
		if e.search.subject.In([]byte(clean)) {
			e.done.Files = append(e.done.Files, path)
			continue
		}
		lock, err := pipeline.Lock(dir)
		if err != nil {
			return err
		}
		err = writeFile(path, 0o600, func(w io.Writer) error { _, err := io.WriteString(w, clean); return err })
		if err := errors.Join(err, lock.Close()); err != nil {
			return err
		}
		e.done.Scrubbed = append(e.done.Scrubbed, path)
	}
	return nil
}

// record goes once through the record: for reports of the cases that were printed,
// of which the cases themselves don't tell, and, where a line names the person, for
// the entries that do. Nothing is asked of the shared PostgreSQL: it has the same
// entries.
func (e *erasing) record(ctx context.Context) error {
	cases, q := map[string]*erasedCase{}, audit.Query{Types: []audit.Type{audit.Report}}
	for _, x := range e.done.Cases {
		cases[x.Case] = x
		if len(x.Clear) > 0 {
			q.Types = nil
		}
	}
	if e.search.everywhere {
		q.Types = nil
	} else if len(cases) == 0 {
		return nil
	}
	l, err := e.c.openLog(ctx, fromLedger)
	if errors.Is(err, audit.ErrAbsent) {
		return nil
	}
	if err != nil {
		return err
	}
	defer l.Close()
	_, err = l.Read(ctx, q, func(x audit.Entry) error {
		of := cases[x.Leaf.Case]
		if of != nil && x.Leaf.Type == audit.Report && x.Leaf.Int("line") == 0 {
			of.Copies = append(of.Copies, givenCopy{At: x.Leaf.Time, What: few(names(&x.Leaf, "files", "name")), By: x.Leaf.Actor})
		}
		if q.Types == nil && (of != nil || e.search.everywhere) && e.search.subject.In(x.Leaf.Body) {
			e.done.Entries = append(e.done.Entries, x.Leaf.Seq)
		}
		return nil
	})
	return err
}

// A sharedRecord is what became of an erasure in the shared PostgreSQL.
type sharedRecord struct {
	Dest    string `json:"dest"`
	Told    bool   `json:"told"`            // it has the entries that say what was erased
	Entries int64  `json:"entries"`         // that it has, and that are what the ledger's are
	Error   string `json:"error,omitempty"` // why it was not told
}

// shareErasure ships the record, if a PostgreSQL is configured, and has what is
// there held against it entry by entry; nil if none is configured.
func (c *console) shareErasure(ctx context.Context, l *audit.Ledger) *sharedRecord {
	config, err := c.sharedPostgres(ctx)
	if errors.Is(err, postgres.ErrNotConfigured) {
		return nil
	}
	if err != nil {
		return &sharedRecord{Error: err.Error()}
	}
	to := config.Dest()
	done, err := postgres.Ship(ctx, l, to, postgres.ShipOptions{Compare: true})
	s := &sharedRecord{Dest: strings.TrimSpace(done.Dest), Entries: done.Next}
	if err == nil {
		_, err = postgres.Project(ctx, to, done.Ledger)
	}
	if s.Told = err == nil; err != nil {
		s.Error = err.Error()
	}
	return s
}
