package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/cmd/osint/targets"
	"osint/pkg/compliance"
	"osint/pkg/pipeline/fleet"
	"osint/pkg/report"
	"osint/pkg/report/exchange"
	"osint/pkg/telemetry"
)

// A batch is one call of the command: what its flags say, and what its runs
// share.
type batch struct {
	*gear
	o       order // for every target that does not say otherwise
	typed   *pflag.FlagSet
	r       reach
	s       showing
	a       acceptance
	input   string
	column  string
	out     string
	width   int
	jitter  time.Duration
	patient time.Duration
	resume  bool
	asJSON  bool

	folder *batchFolder
	screen batchScreen
	sheets *sheets
}

func newBatch(c *console) *cobra.Command {
	b := &batch{}
	cmd := &cobra.Command{
		Use: "batch FILE|-", GroupID: groupRun, Short: "Investigate a list of targets in one process, for cron",
		Long: `FILE has a target a line; or is CSV with a header, or JSON lines. A column or
key that is named like a flag (scope, profile, active, tlp, ...) sets it for
that target. The whole file is checked before anything is asked.

Each target has a case of its own in a new, dated run below --out. index.json
there is compared with by the next run: with --quiet nothing is printed when
nothing changed. An interrupted run is left as it is, and the next is a new
one; --resume goes on with it instead. In a crontab:

  0 4 * * *  osint batch /etc/osint/targets.csv --profile ci --quiet --jitter 30m`,
		Example: `  osint batch targets.txt
  osint batch inventory.csv --column hostname --profile ci --out /srv/osint/estate
  osint batch targets.txt --fail-on new.severity>=high --format json,sarif
  osint batch targets.jsonl --resume`,
		Args:        exactly("a file of targets, or - for stdin"),
		Annotations: map[string]string{"exit-codes": "yes"},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&b.input, "input", "auto", "`FORM`: lines, csv or jsonl; auto goes by the name's ending and the first line (default auto)")
	fs.StringVar(&b.column, "column", "", "`NAME`: the column or key of the targets (default: target, domain, host, url or ip)")
	fs.IntVar(&b.width, "concurrency", 4, "`N`: targets at once")
	fs.DurationVar(&b.jitter, "jitter", 0, "`TIME`: wait up to so long before the start, at random")
	fs.DurationVar(&b.patient, "lock-timeout", 0, "`TIME`: wait so long for another batch in the folder to end")
	fs.BoolVar(&b.resume, "resume", false, "go on with the last run: what was interrupted, never begun, or failed")
	group(fs, "The batch", "input", "column", "concurrency", "jitter", "lock-timeout", "resume")
	b.o.flags(fs)
	b.r.flags(fs)
	fs.StringVar(&b.out, "out", "", "`DIR`: the batch's folder (default: one named after FILE, below the cases)")
	fs.StringSliceVar(&b.s.formats, "format", []string{"json", "html"}, "`LIST`: the reports of each case, "+strings.Join(namesOf(report.Formats()), ",")+"; and of all together, at the lines of FILE: "+strings.Join(namesOf(exchange.Formats(exchange.Places{})), ",")+" (default json,html)")
	fs.StringVar(&b.s.progress, "progress", "auto", "`HOW`: plain (a line for each target that ends), jsonl (typed objects, on stdout), quiet (default auto)")
	fs.BoolVar(&b.s.quiet, "quiet", false, "print nothing when nothing changed since the run before, and what changed when something did")
	fs.BoolVar(&b.asJSON, "json", false, "print the index instead of the table")
	fs.StringVar(&b.s.code.annotations, "annotations", "auto", "`WHEN`: auto (on GitHub Actions), always, never: annotations and a step summary (default auto)")
	group(fs, "Where to, and how it is shown", "out", "format", "progress", "quiet", "json", "annotations")
	b.a.flags(fs)
	b.s.watch.flags(fs)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		b.typed = fs
		return b.run(cmd.Context(), c, args[0])
	}
	return cmd
}

// run checks everything, then waits, then works.
func (b *batch) run(parent context.Context, c *console, file string) error {
	kind, err := b.kind()
	if err != nil {
		return err
	}
	list, jobs, err := b.read(c, file)
	if err != nil {
		return err
	}
	plain := b.s
	plain.progress = "quiet" // of each single run
	var spend money
	for _, j := range jobs {
		spend.run += j.mandate.limits.CostUSD
		spend.day = compliance.Least(spend.day, j.mandate.limits.CostUSDDay)
	}
	c.beside(b.out)
	if b.gear, err = c.begin(parent, &b.r, &plain, &b.a, spend, b.o.investigator); err != nil {
		return err
	}
	defer b.end()
	b.sheets = newSheets(c, b.gear, file)
	if b.watch.stderr && kind == "auto" { // the log tells of the runs
		kind = "quiet"
	}
	b.screen = c.batchScreen(kind)
	b.intr.shownBy(b.screen)
	b.notes(file, list, jobs)
	if err := b.spread(); err != nil {
		return err
	}
	if b.folder, err = b.openFolder(file); err != nil {
		return err
	}
	defer b.folder.close()
	err = b.finish(b.carryOut(jobs))
	if b.watch.log != nil {
		telemetry.End(b.watch.log, "", codeOf(err), reasonOf(err))
	}
	b.watch.tell(b.ctx, b.net, telemetry.About{Command: "batch", Lab: b.world}, err)
	return err
}

// kind returns how the batch is shown.
func (b *batch) kind() (string, error) {
	kind := b.s.kind()
	switch {
	case b.width < 1:
		return "", usage("--concurrency %d: write 1 or more", b.width)
	case b.jitter < 0 || b.patient < 0:
		return "", usage("--jitter and --lock-timeout: write a time such as 30s or 5m")
	case b.asJSON && kind == "jsonl":
		return "", usage("--json and --progress jsonl both want stdout: leave one out")
	}
	if err := oneOf("--progress", kind, "auto", "plain", "jsonl", "quiet"); err != nil {
		return "", err
	}
	return kind, oneOf("--input", b.input, append(targets.Formats(), "auto")...)
}

// notes says what was left out of the list, and where things are kept if that
// is not where one would look.
func (b *batch) notes(file string, list *targets.List, jobs []*job) {
	if b.places.note != "" {
		b.screen.note(b.places.note)
	}
	if len(list.Unused) > 0 {
		b.screen.note(fmt.Sprintf("%s: not used: %s; targets are read from %s", file, strings.Join(list.Unused, ", "), list.Column))
	}
	for _, j := range jobs {
		for _, line := range j.again {
			b.screen.note(fmt.Sprintf("%s:%d: the target stands on line %d already: it is asked about once", file, line, j.line))
		}
	}
}

// spread waits a random part of --jitter, so that many machines that start by
// the clock do not ask at once.
func (b *batch) spread() error {
	if b.jitter == 0 {
		return nil
	}
	wait := rand.N(b.jitter).Round(time.Second)
	b.screen.note(fmt.Sprintf("waiting %s before the start (--jitter %s)", wait, b.jitter))
	select {
	case <-time.After(wait):
		return nil
	case <-b.ctx.Done():
		return &exit{b.intr.Code(), errors.New("interrupted before the start: nothing was asked")}
	}
}

// carryOut runs all that is left to do and returns the record of it.
func (b *batch) carryOut(jobs []*job) *fleet.Index {
	b.folder.compare(jobs)
	b.screen.begin(b.folder, len(jobs))
	f := fleet.Fleet[*job, fleet.Row]{Width: b.width, Do: b.investigate, Fault: b.fault, Unbegun: b.unbegun,
		Ended: func(i int, r fleet.Row, running int) {
			if jobs[i].done == nil {
				b.folder.note(&r)
			}
			b.screen.ended(&r, running)
		}}
	return b.folder.index(f.Run(b.ctx, jobs), thisBuild(), b.world)
}

// finish writes the index, shows it, and says how the batch ended.
func (b *batch) finish(x *fleet.Index) error {
	b.screen.Close()
	failed := b.folder.write(x)
	if failed == nil {
		failed = b.sheets.write(filepath.Join(b.folder.dir, x.Run))
	}
	if x.Changed || !b.s.quiet || failed != nil {
		if err := b.show(x); err != nil {
			return err
		}
		if err := b.host.announce(b.c, b.asJSON || b.s.kind() == "jsonl", b.sheets.sorted()...); err != nil {
			return err
		}
	}
	b.share()
	switch {
	case failed != nil:
		return &exit{fleet.Graver(internal, x.Code), failed}
	case x.Code == 0:
		return nil
	case !x.Changed && b.s.quiet:
		return &exit{code: x.Code}
	}
	return &exit{x.Code, errors.New(b.troubles(x))}
}
