package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"osint/pkg/audit"
	"osint/pkg/collectors"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/pkg/risk"
	"osint/pkg/telemetry"
	"osint/profiles"
)

// gear is what all runs of a process share: the way out, the rules, the
// places, and who hears a signal.
type gear struct {
	c       *console
	places  places
	formats []report.Format
	kind    string // of screen
	world   string
	lab     *lab.Lab
	net     *collectors.Net
	model   *risk.Model
	terms   *terms
	ledger  *audit.Ledger
	host    *host
	watch   *watch

	ctx  context.Context // ends with the first signal
	intr *interrupt
	stop func()
}

// work is one run in the making: what it uses, and who watches.
type work struct {
	*gear
	command string // that was typed
	folder  *pipeline.Folder
	gate    pipeline.Gate
	seeds   []pipeline.Entity    // in clear
	words   *collectors.WordList // nil: no sweep was asked for
	screen  screen
	hears   *watcher // nil: the run has not begun
}

// money is what may be spent: by the runs of this process, and by all of this
// machine on a day, where nil is no limit.
type money struct {
	run float64
	day *float64
}

// begin opens the way out. Everything that can be wrong in the flags is said
// here, before anything is made.
func (c *console) begin(parent context.Context, r *reach, s *showing, a *acceptance, m money, investigator string) (g *gear, err error) {
	g = &gear{c: c, world: r.lab.world}
	if g.host, err = s.code.read(c); err != nil {
		return nil, err
	}
	if g.formats, err = formats(s.formats, g.host.places); err != nil {
		return nil, err
	}
	if g.kind, err = c.screenKind(s.kind()); err != nil {
		return nil, err
	}
	if g.watch, err = s.watch.read(c, g.kind); err != nil {
		return nil, err
	}
	if g.watch.stderr && s.kind() == "auto" { // the log tells of the run
		g.kind = "quiet"
	}
	options, err := r.options()
	if err != nil {
		return nil, err
	}
	if g.model, err = risk.Load(profiles.Rules()); err != nil {
		return nil, err
	}
	if g.terms, err = a.read(c, g.model); err != nil {
		return nil, err
	}
	if g.lab, err = r.lab.enter(&options); err != nil {
		return nil, err
	}
	g.places = c.places(true)
	options.BudgetUSD, options.DayUSD, options.Unattended = m.run, m.day, r.alone(c)
	if g.lab == nil { // nothing of a made-up world is remembered
		options.CacheDir, options.StateDir = g.places.cache, g.places.state
	}
	c.endow(parent, &options)
	if g.net, err = collectors.New(options); err == nil {
		if g.ledger, err = c.ledger(g.places, investigator); err != nil && g.places.note != "" {
			err = fmt.Errorf("%w: %s", err, g.places.note)
		}
	}
	if err != nil {
		return nil, errors.Join(err, g.end())
	}
	g.ctx, g.intr, g.stop = interruptible(parent, func(s string) { c.say("osint: %s", s) }, os.Exit)
	return g, nil
}

// end gives back all that was taken, in the reverse order.
func (g *gear) end() error {
	if g.stop != nil {
		g.stop()
	}
	var errs []error
	if g.ledger != nil {
		errs = append(errs, g.ledger.Close())
	}
	if g.net != nil {
		errs = append(errs, g.net.Close())
	}
	if g.lab != nil {
		errs = append(errs, g.lab.Close())
	}
	if g.watch != nil {
		g.watch.close()
	}
	return errors.Join(errs...)
}

// end closes what belongs to one run.
func (w *work) end() error {
	var errs []error
	if w.screen != nil {
		errs = append(errs, w.screen.Close())
	}
	if w.folder != nil {
		errs = append(errs, w.folder.Close())
	}
	return errors.Join(errs...)
}

// create makes the case folder: out, or a new one below the others.
func (w *work) create(out string, m *mandate) (err error) {
	last := "" // case of the same target, beside the new one
	if w.places.note != "" {
		w.c.say("osint: %s", w.places.note)
	}
	if out == "" {
		last = caseBefore(w.places.cases(), m.scope.Seeds)
		if out, err = newFolder(w.places.cases(), m.scope.Seeds); err != nil {
			return err
		}
	} else if info, err := os.Stat(filepath.Join(out, caseFile)); err == nil && info.Size() > 0 {
		return usage("%s holds a case already: choose another --out, or continue it with: osint resume %s", out, out)
	} else if other := foreign(out); other != "" {
		return usage("--out %s: holds %s, which is no case's: choose a new folder, or an empty one", out, other)
	}
	if err := os.MkdirAll(out, 0o700); err != nil {
		return usage("--out: %w", err)
	}
	if w.folder, err = pipeline.Create(out, w.places.keys()); err != nil {
		return err
	}
	if last != "" {
		w.folder.Beside(last)
	}
	return w.c.enter(w.ledger, w.folder, audit.Consent{})
}

const caseFile = "case.jsonl"

// newFolder makes a folder for a case, named after its first target, if that
// is no person, and the time.
func newFolder(cases string, seeds []pipeline.Entity) (string, error) {
	name := caseName(seeds) + "-" + time.Now().UTC().Format(runLayout)
	if err := os.MkdirAll(cases, 0o700); err != nil {
		return "", fmt.Errorf("make the folder of cases: %w; name another with --out", err)
	}
	for n := 1; ; n++ {
		dir := filepath.Join(cases, name)
		if n > 1 {
			dir += fmt.Sprintf("-%d", n)
		}
		if err := os.Mkdir(dir, 0o700); err == nil || !os.IsExist(err) {
			return dir, err
		}
	}
}

func caseName(seeds []pipeline.Entity) string {
	if seeds[0].Personal() {
		return "case"
	}
	return fileName(seeds[0].Value)
}

// caseBefore returns the last case of the same target below the others; "" if
// there is none.
func caseBefore(cases string, seeds []pipeline.Entity) (dir string) {
	for _, n := range caseNames(cases) { // sorted, so by time
		if rest, ok := strings.CutPrefix(n, caseName(seeds)+"-"); ok && isRun(rest) {
			dir = filepath.Join(cases, n)
		}
	}
	return dir
}

// fileName keeps what any file system takes.
func fileName(s string) string {
	b := []byte(s)
	for i, c := range b {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			b[i] = '_'
		}
	}
	if len(b) > 80 {
		b = b[:80]
	}
	return string(b)
}

// first returns the run that opens the case.
func (w *work) first(o *order, m *mandate) (*pipeline.Run, error) {
	vault := w.folder.Vault()
	gate, err := w.c.gate(m.profile.Policy, m.job, m.stands, vault.Reveal)
	if err != nil {
		return nil, err
	}
	p, err := w.c.planOf(m, w.world)
	if err != nil {
		return nil, err
	}
	b := thisBuild()
	w.words = m.words
	r := w.run(m.profile, gate)
	r.Scope, w.seeds = m.scope, m.scope.Seeds
	r.Opened = pipeline.Opened{
		Types: m.types, Priority: o.priority, Purpose: o.purpose, LawfulBasis: o.basis, Reference: o.reference, Investigator: o.investigator,
		TLP: string(gate.Label()), Profile: pipeline.ProfileRef{Name: m.profile.ID, SHA256: m.profile.SHA256()}, Resolved: m.profile.JSON(),
		Limits: m.limits, Plan: &p.Summary, Tool: pipeline.Tool{Name: "osint", Version: b.Version, Commit: b.Commit, Lab: w.world},
		Active: o.active, Only: o.collectors, Exclude: o.exclude, Requested: m.job.Requested, Law: m.stands.ref(vault, m.scope.Seeds),
	}
	if m.words != nil {
		r.Opened.WordList = &m.words.Ref
	}
	return r, nil
}

// run returns what every run has in common.
func (w *work) run(p *profiles.Profile, gate pipeline.Gate) *pipeline.Run {
	w.gate = gate
	r := &pipeline.Run{Gate: gate, Pacer: w.net, Vault: w.folder.Vault(), By: w.c.operator(),
		Assessor: w.model.Assessor(risk.Options{Weights: p.Risk.Weights, MinimumCoverage: p.Risk.MinimumCoverage, Past: w.terms.past})}
	for _, e := range w.c.placed() {
		e.WordList = w.words
		r.Collectors = append(r.Collectors, collectors.Bind(w.net, e))
	}
	return r
}

// carryOut runs, reports, and says how it ended.
func (w *work) carryOut(r *pipeline.Run, p *profiles.Profile) error {
	w.screen = w.c.screen(w.kind, w.intr)
	if r.Past != nil {
		if err := w.catchUp(); err != nil {
			return err
		}
	}
	cs, out, files, err := w.perform(r)
	if out != nil {
		w.screen.Close()
		w.c.warn(w.terms, cs)
		w.c.notShown(out)
	}
	if err == nil {
		err = w.closing(out, files)
	}
	if err == nil {
		err = w.host.tell(w.c, out, w.kind == "jsonl")
	}
	err = w.verdict(w.intr.Code(), cs, p, err)
	w.screen.Close() // nothing is said into it
	w.hears.ended(w.ledger, string(outcomeOf(cs, codeOf(err))), err)
	w.watch.tell(w.ctx, w.net, telemetry.About{Command: w.command, Lab: w.world}, err)
	w.share()
	return err
}

// perform runs, and renders what came of it. out is nil if the run failed.
func (w *work) perform(r *pipeline.Run) (cs *pipeline.Case, out *handout, files []string, err error) {
	w.hears = w.watch.over(w.folder.Vault().Case)
	cs, err = r.Do(w.ctx, append(w.folder.Sinks(), w.screen, w.hears)...)
	if err == nil {
		err = w.triage(cs)
	}
	if err == nil {
		err = w.attest(cs)
	}
	if err == nil {
		out, files, err = w.report(cs)
	}
	if err == nil {
		err = w.attest(cs)
	}
	return cs, out, files, err
}
