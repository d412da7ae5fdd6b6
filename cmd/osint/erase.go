package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
)

// An erasing is what the flags of osint erase say, and what it came to.
type erasing struct {
	c        *console
	search   search
	reason   string
	yes, dry bool
	reports  bool // remove them instead of rendering them anew
	suppress bool // leave the person alone from here on
	asJSON   bool

	ledger *audit.Ledger // nil: nothing is erased
	shared []string      // answers that go, and that other cases have as the same file
	done   *erasureTold
}

func newErase(c *console) *cobra.Command {
	e := &erasing{c: c, search: search{c: c}}
	cmd := &cobra.Command{
		Use: "erase", GroupID: groupAnswer, Short: "Erase a person from every case, and prove when and why", Args: exactly(),
		Long: `Who the person is, is said by all identifiers that are known of them. In each case
that holds one, the keys are destroyed that seal the values and the answers that
observations about the person rest on; so are answers that name the person.
What others' observations proved by the same answers goes with them, and is told.
Reports are rendered anew. No line changes: hashes and proofs hold, and an Erased
line says when, why and by whom.

Cases are found by the index in the key store, wherever they lie; those that are
older than it, and with --everywhere all, are read through. --in names folders of
cases that nothing leads to. A value that stands in a line in clear stays, and is
told. Who was given copies is named: nothing reaches those.

A case that is held (osint retention hold) is left as it is, and told. What was
broken off is finished by typing the same again.

Exit code 24: something of the person is left, and the output says what.`,
		Example: `  osint erase --subject ada@example.com --reason 'Art. 17(1)(a), request 12' --dry-run
  osint erase --subject ada@example.com --subject 'person:Ada Plumtree' --reason 'request 12' --yes`,
		RunE: func(cmd *cobra.Command, _ []string) error { return e.run(cmd.Context()) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	e.search.flags(fs)
	fs.StringVar(&e.reason, "reason", "", "`TEXT`: why, for the record; name nobody in it")
	fs.BoolVar(&e.reports, "remove-reports", false, "remove rendered reports, instead of rendering them anew")
	fs.BoolVar(&e.suppress, "leave-alone", false, "leave the person alone from here on: see osint compliance suppress")
	fs.BoolVar(&e.dry, "dry-run", false, "say what would go, and destroy nothing")
	fs.BoolVar(&e.yes, "yes", false, "do it: what was erased is gone")
	jsonFlag(cmd, &e.asJSON)
	return cmd
}

func (e *erasing) run(ctx context.Context) error {
	if err := e.search.read(); err != nil {
		return err
	}
	if strings.TrimSpace(e.reason) == "" && !e.dry {
		return usage("--reason is missing: write why, such as --reason \"Art. 17(1)(a), request 12\"")
	}
	e.done = &erasureTold{DryRun: !e.yes || e.dry, Reason: e.search.subject.Scrub(e.reason, "the subject"), Cases: []*erasedCase{}, At: e.c.today()}
	found, err := e.search.cases()
	if err != nil {
		return err
	}
	do := func() error { return e.all(ctx, found) }
	if !e.done.DryRun {
		do = func() error {
			return e.c.recording(func(l *audit.Ledger) error {
				e.ledger = l
				return e.all(ctx, found)
			})
		}
	}
	failed := do()
	if err := e.show(); err != nil {
		return err
	}
	switch {
	case failed != nil:
		return failed
	case e.done.DryRun && !e.dry && e.done.holds():
		return usage("nothing was erased: say so with --yes, or --dry-run to be told only")
	}
	return e.left()
}

// all goes through the cases that were found, and then through what lies beside
// them. An error is the first that a case had; the others are gone through all
// the same.
func (e *erasing) all(ctx context.Context, found []*foundCase) error {
	errs := e.each(ctx, found)
	errs = append(errs, e.each(ctx, e.sharing(found))...)
	errs = append(errs, e.beside(ctx))
	return strongest(errs)
}

// each goes through some cases.
func (e *erasing) each(ctx context.Context, found []*foundCase) (errs []error) {
	for _, f := range found {
		if ctx.Err() != nil {
			return append(errs, &exit{interrupted, errors.New("interrupted: type the same again to go on")})
		}
		told, err := e.one(f)
		if told == nil && err == nil {
			continue // nothing of the person is in it
		}
		if err != nil {
			told.Error = err.Error()
			errs = append(errs, err)
		}
		e.done.Cases = append(e.done.Cases, told)
	}
	return errs
}

// sharing returns the cases, beside those found, that have one of the answers that
// go: evidence that is the same is one file with many names.
func (e *erasing) sharing(found []*foundCase) (more []*foundCase) {
	if len(e.shared) == 0 {
		return nil
	}
	dirs := e.search.everyCase(true)
	for _, f := range found {
		delete(dirs, f.id)
	}
	for _, id := range sortedKeys(dirs) {
		s := pipeline.NewStore(filepath.Join(dirs[id], "evidence"))
		if slices.ContainsFunc(e.shared, s.Has) {
			more = append(more, &foundCase{id: id, dir: dirs[id]})
		}
	}
	return more
}

// strongest returns the error that decides the exit code: that a case is locked
// before all others, for trying again helps.
func strongest(errs []error) error {
	for _, err := range errs {
		if errors.As(err, new(*pipeline.Locked)) {
			return err
		}
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// left is the error of an erasure that left something.
func (e *erasing) left() error {
	if e.done.DryRun {
		return nil
	}
	for _, x := range e.done.Cases {
		if x.remains() {
			return &exit{code: doubtful}
		}
	}
	if len(e.done.Entries)+len(e.done.Files)+len(e.search.missed) > 0 {
		return &exit{code: doubtful}
	}
	if n, of := e.search.strange, len(e.search.subject.Entities); n > 0 && n < of && !e.search.everywhere {
		return &exit{doubtful, fmt.Errorf("%d of the %d identifiers are in no case by themselves: see that they are written right; --everywhere looks into answers too", n, of)}
	}
	return nil
}
