package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/pkg/risk"
	"osint/pkg/risk/tolerance"
)

// An acceptance is what --fail-on, --baseline and --suppress say: which
// findings are borne, and what breaks a build.
type acceptance struct {
	failOn             expressions
	baseline, suppress string
}

func (a *acceptance) flags(fs *pflag.FlagSet) {
	fs.Var(&a.failOn, "fail-on", "`EXPR`: end with code 10 if it holds, such as high, new.severity>=high, score>=60, coverage<0.7, rule==EML-05, with && || !; repeatable")
	fs.StringVar(&a.baseline, "baseline", "", "`CASE|FILE`: an earlier case, or its report.json: findings are new or known by it; none takes back one that is recorded")
	fs.StringVar(&a.suppress, "suppress", "", "`FILE`: findings that are borne, by whom, why and until when (YAML, kind: Suppressions); none takes back those that are recorded")
	group(fs, "What breaks a build", "fail-on", "baseline", "suppress")
}

// expressions are the values of a flag that may be repeated, of which each
// may hold blanks: a variable holds one.
type expressions []string

func (e *expressions) String() string        { return strings.Join(*e, " ") }
func (e *expressions) Set(text string) error { *e = append(*e, text); return nil }
func (e *expressions) Type() string          { return "expression" }

// nothing is the value of --baseline and --suppress that takes back what the
// case's last triage said. A file of that name is ./none.
const nothing = "none"

// terms are an acceptance that was understood.
type terms struct {
	model        *risk.Model
	conditions   []*tolerance.Condition
	suppressions *tolerance.Suppressions // nil: none
	past         *pipeline.Case          // nil: none
	digest       string                  // of what past was read from

	noPast, noSuppressions bool // nor does one hold that is recorded
}

// given reports whether any of the flags was.
func (a *acceptance) given() bool { return len(a.failOn) > 0 || a.baseline != "" || a.suppress != "" }

// read understands an acceptance. All that is wrong with it is a usage error.
func (a *acceptance) read(c *console, m *risk.Model) (t *terms, err error) {
	t = &terms{model: m}
	var rules []string
	for _, r := range m.Rules() {
		rules = append(rules, r.ID)
	}
	for _, text := range a.failOn {
		x, err := tolerance.Parse(text, rules)
		if err != nil {
			return nil, usage("--fail-on %w", err)
		}
		t.conditions = append(t.conditions, x)
	}
	t.noPast, t.noSuppressions = a.baseline == nothing, a.suppress == nothing
	if a.suppress != "" && !t.noSuppressions {
		text, err := os.ReadFile(a.suppress)
		if err != nil {
			return nil, usage("--suppress: %w", err)
		}
		if t.suppressions, err = tolerance.ReadSuppressions(a.suppress, text, rules); err != nil {
			return nil, usage("%w", err)
		}
	}
	if a.baseline != "" && !t.noPast {
		if t.past, t.digest, err = c.earlier(a.baseline); err != nil {
			return nil, usage("--baseline: %w", err)
		}
	}
	return t, nil
}

// earlier reads a case to compare with: a folder, a name, or a JSON report.
// digest is that of the file it was read from.
func (c *console) earlier(name string) (cs *pipeline.Case, digest string, err error) {
	path := name
	if info, e := os.Stat(name); e != nil || !info.Mode().IsRegular() {
		dir, err := c.find(name)
		if err != nil {
			return nil, "", err
		}
		path = filepath.Join(dir, caseFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, "", err
	}
	if filepath.Base(path) == caseFile {
		cs = pipeline.NewCase()
		_, err = pipeline.Replay(bytes.NewReader(text), cs)
	} else {
		cs, err = report.Parse(text)
	}
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("%s: %w", name, err)
	case cs.Closed == nil:
		return nil, "", fmt.Errorf("%s: the run was stopped before it judged, so there is nothing to compare with: osint resume it first", name)
	}
	sum := sha256.Sum256(text)
	return cs, hex.EncodeToString(sum[:]), nil
}

// triage says how a case stands by these terms. What they do not speak of
// stands as the case's last triage said; nil if nobody ever spoke.
func (t *terms) triage(cs *pipeline.Case, at time.Time) *pipeline.Triage {
	out := &pipeline.Triage{}
	if cs.Triaged != nil {
		*out = *cs.Triaged
		out.FailOn = nil
		if t.noPast {
			out.Baseline = nil
		}
		if t.noSuppressions {
			out.Suppressions = nil
		}
	} else if t.past == nil && t.suppressions == nil && len(t.conditions) == 0 {
		return nil
	}
	if t.past != nil {
		out.Baseline = t.model.Compare(cs, t.past)
		out.Baseline.SHA256 = t.digest
	}
	if t.suppressions != nil {
		out.Suppressions = t.suppressions.Apply(cs.Findings, at)
	}
	cs.Triage(out)
	for _, x := range t.conditions {
		out.FailOn = append(out.FailOn, x.Judge(cs))
	}
	return out
}

// recorded says what holds for a case because an earlier command said so and
// this one does not speak of it; "" if nothing does. t may be nil.
func recorded(t *terms, cs *pipeline.Case) string {
	if cs.Triaged == nil {
		return ""
	}
	var what, off []string
	if b := cs.Triaged.Baseline; b != nil && (t == nil || t.past == nil) {
		what, off = append(what, "the baseline "+b.Case), append(off, "--baseline "+nothing)
	}
	if s := cs.Triaged.Suppressions; s != nil && (t == nil || t.suppressions == nil) {
		what, off = append(what, "the suppressions of "+s.File), append(off, "--suppress "+nothing)
	}
	if len(what) == 0 {
		return ""
	}
	return fmt.Sprintf("still in force, as the case records: %s; type %s to do without", strings.Join(what, " and "), strings.Join(off, " "))
}

// warn says what a reader must know of a triage beside its outcome.
func (c *console) warn(t *terms, cs *pipeline.Case) {
	for _, line := range t.warnings(cs) {
		c.say("osint: %s", report.Safe(line))
	}
}

func (t *terms) warnings(cs *pipeline.Case) (lines []string) {
	if t.suppressions != nil {
		lines = tolerance.Warnings(cs.Triaged.Suppressions)
	}
	if t.past == nil {
		return lines
	}
	b := cs.Triaged.Baseline
	if !slices.ContainsFunc(t.past.Opened.Seeds, func(e pipeline.Entity) bool { return slices.Contains(cs.Opened.Seeds, e) }) {
		lines = append(lines, fmt.Sprintf("--baseline: %s is a case of other targets (%s)", b.Case, title(t.past.Opened.Seeds)))
	}
	if n := len(b.Unseen); n > 0 {
		lines = append(lines, fmt.Sprintf("--baseline: %d of its findings could not be judged again, and are not taken for gone", n))
	}
	return lines
}

// failing is the error of conditions that hold.
func failing(t *pipeline.Triage) error {
	var lines []string
	for _, x := range t.FailOn {
		if x.Holds {
			lines = append(lines, "--fail-on "+x.Reason)
		}
	}
	return &exit{tooRisky, errors.New(strings.Join(lines, "\n"))}
}

// triage records how the case stands, before it is reported.
func (w *work) triage(cs *pipeline.Case) error {
	t := w.terms.triage(cs, time.Now().UTC())
	if t == nil {
		return nil
	}
	e := &pipeline.Event{Triaged: t}
	if err := w.folder.Append(e); err != nil {
		return err
	}
	return w.heard(cs, e)
}

// heard lets the fold and the screen of a run hear a line that was appended
// after it.
func (w *work) heard(cs *pipeline.Case, e *pipeline.Event) error {
	if w.folder.Case != cs { // it was made by this run
		if err := cs.Event(e); err != nil {
			return err
		}
	}
	_, _ = w.screen.Event(e), w.hears.Event(e) // the run is over: a screen that failed is of no account
	return nil
}
