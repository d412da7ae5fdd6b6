package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// A retaining is one osint retention run.
type retaining struct {
	c        *console
	typed    compliance.Retention
	search   search
	yes, dry bool
	asJSON   bool

	limits compliance.Retention
	now    time.Time
	stock  *stock
	ledger *audit.Ledger // nil: nothing is destroyed
	done   *retentionTold
}

func retentionRun(c *console) *cobra.Command {
	r := &retaining{c: c, search: search{c: c}}
	cmd := &cobra.Command{
		Use: "run", Short: "Destroy what has been kept long enough, and again what was erased before", Args: exactly(),
		Long: `Limits are those of the organisation's document (retention:), of the mandate that a
case rests on, and of the flags; the shortest holds, counted from when a case
began. Past that of its class, what is sealed goes with its keys and the answers it
rests on; past that for reports, rendered ones; past internal and max_days the
whole case, as by osint cases prune. Keys of cases whose folder is gone go after
max_days too.

First of all, what was erased before and came back, as with a backup of the key
store, is destroyed again, also in a case that is held. Nothing else is done to a
case that is held. Put it into cron once a day.

All cases are gone through: where cases are kept, where the key store knows
others, and in --in.`,
		Example: "  osint retention run --dry-run\n  osint retention run --max-days 365 --restricted 30 --dry-run --json\n  osint retention run --yes",
		RunE:    func(cmd *cobra.Command, _ []string) error { return r.run(cmd.Context()) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringArrayVar(&r.search.in, "in", nil, "`DIR`: look there too: a case, a batch, or a folder of them; repeatable")
	fs.BoolVar(&r.dry, "dry-run", false, "say what would go, and destroy nothing")
	fs.BoolVar(&r.yes, "yes", false, "do it: what was destroyed is gone")
	jsonFlag(cmd, &r.asJSON)
	retentionFlags(fs, &r.typed)
	return cmd
}

func (r *retaining) run(ctx context.Context) (err error) {
	if r.limits, err = r.c.limits(r.typed); err != nil {
		return err
	}
	r.search.keys, r.now = r.c.places(false).keys(), r.c.today()
	r.stock = &stock{names: map[inode]uint64{}, locks: map[string]*os.File{}}
	defer func() { r.stock.release() }()
	r.done = &retentionTold{DryRun: !r.yes || r.dry, At: r.now, Limits: r.limits, Rows: []retentionRow{}}
	do := func() error { return r.all(ctx) }
	if !r.done.DryRun {
		do = func() error {
			return r.c.recording(func(l *audit.Ledger) error {
				r.ledger = l
				return r.all(ctx)
			})
		}
	}
	failed := do()
	if err := r.done.show(r.c, r.asJSON); err != nil {
		return err
	}
	if failed == nil && r.done.DryRun && !r.dry && r.done.due() {
		return usage("nothing was destroyed: say so with --yes, or --dry-run to be told only")
	}
	return failed
}

// all goes through the erasures on record, and then through all cases.
func (r *retaining) all(ctx context.Context) error {
	dirs, gone, err := r.search.known()
	if err != nil {
		return err
	}
	errs := []error{r.again(ctx, dirs)}
	var goes []*stored
	for _, id := range sortedKeys(dirs) {
		if ctx.Err() != nil {
			return &exit{interrupted, errors.New("interrupted: type the same again to go on")}
		}
		whole, err := r.one(id, dirs[id])
		if err != nil {
			r.done.add(retentionRow{Case: id, Dir: dirs[id], What: "left", Why: err.Error()})
			errs = append(errs, err)
		}
		if whole != nil {
			goes = append(goes, whole)
		}
	}
	if r.ledger != nil {
		errs = append(errs, r.stock.remove(goes, r.search.keys, r.removal))
	}
	for _, id := range gone {
		errs = append(errs, r.orphan(id))
	}
	return strongest(errs)
}

// removal puts on record that a case, or what is left of it, goes.
func (r *retaining) removal(id string) error {
	_, err := r.ledger.Append(audit.Act{Type: audit.CaseRemove, Case: id, Body: audit.Body{"reason": "osint retention run"}})
	return err
}

// one applies the limits to a case. It returns the case if all of it goes.
func (r *retaining) one(id, dir string) (whole *stored, err error) {
	cs, v, err := r.search.look(dir)
	if err != nil {
		return nil, err
	}
	s := scheduleOf(cs, r.limits)
	row := retentionRow{Case: id, Dir: dir, Target: title(cs.Opened.Seeds), Began: cs.Began.UTC()}
	classes := s.expired(r.now)
	old, _ := oldReports(cs, dir, r.limits.Reports, r.now)
	var t *pipeline.Traces
	if len(classes) > 0 {
		if t, err = pipeline.Expired(dir, cs, v, classes...); err != nil {
			return nil, err
		}
	}
	switch h := holdOn(cs); {
	case h != nil && (past(s.Whole, r.now) || len(old) > 0 || t != nil && !t.None()):
		row.What, row.Why = "held", h.Reason
		r.done.add(row)
		return nil, nil
	case h != nil:
		return nil, nil
	case past(s.Whole, r.now):
		x := r.stock.measured(dir)
		if err := r.stock.lock(x); err != nil {
			return nil, err
		}
		row.What, row.Why = "case", "kept until "+s.Whole.Format(time.DateOnly)
		r.done.add(row)
		return x, nil
	case len(old) == 0 && (t == nil || t.None()):
		return nil, nil
	}
	var names []string
	for _, c := range classes {
		names = append(names, string(c))
	}
	what := strings.Join(names, " and ") + " data"
	if t == nil || t.None() {
		t, what = &pipeline.Traces{}, "reports"
	}
	row.What, row.Values, row.Answers, row.Keys, row.Reports = what, len(t.Values), t.Answers, len(t.Kids), old
	row.Why = "kept long enough"
	r.done.add(row)
	if r.ledger == nil {
		return nil, nil
	}
	return nil, r.expire(dir, classes, old, what)
}

// expire destroys, of a case, what is past its limit.
func (r *retaining) expire(dir string, classes []pipeline.Class, old []string, what string) error {
	folder, err := pipeline.Open(dir, r.search.keys)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := r.c.enter(r.ledger, folder, audit.Consent{}); err != nil {
		return err
	}
	if holdOn(folder.Case) != nil {
		return fmt.Errorf("%s is held by now, and left as it is", dir)
	}
	t := &pipeline.Traces{}
	if len(classes) > 0 {
		if t, err = pipeline.Expired(dir, folder.Case, folder.Vault(), classes...); err != nil {
			return err
		}
	}
	x := pipeline.Erasure{Traces: t, By: r.c.operator(), What: what, Reason: "osint retention run: kept long enough", Reports: old}
	return folder.Erase(x, func() error { return r.c.prove(r.ledger, folder) })
}

// orphan destroys the keys of a case whose folder is gone, once all of it would
// have to go.
func (r *retaining) orphan(id string) error {
	info, err := os.Stat(filepath.Join(r.search.keys, id+".keys"))
	if err != nil {
		return nil // gone meanwhile
	}
	days := shorter(r.limits.Internal, r.limits.MaxDays)
	if days == 0 || !past(info.ModTime().UTC().AddDate(0, 0, days), r.now) {
		return nil
	}
	r.done.add(retentionRow{Case: id, What: "keys", Began: info.ModTime().UTC(), Why: "its folder is not here, and nothing was sealed since"})
	if r.ledger == nil {
		return nil
	}
	if err := r.removal(id); err != nil {
		return err
	}
	return pipeline.ForgetKeys(r.search.keys, id)
}
