package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// plain writes one line for each thing worth saying: no cursor is moved, no
// line written twice.
type plain struct {
	o plainOptions

	mu      sync.Mutex // a notice may come at any time
	began   time.Time  // of this run: the first event's, or the resume's
	stage   pipeline.Stage
	spoke   time.Time       // when progress was last told
	refused map[string]bool // rules whose refusal was told
	failed  map[string]int  // tasks by collector and outcome
	rule    string          // of the last finding
	ofRule  int             // findings of that rule
}

type plainOptions struct {
	out     io.Writer
	color   bool
	verbose bool
	width   int              // of the terminal; 0 is none
	now     func() time.Time // nil: the machine's clock
}

// progressEvery is how often progress is told when nothing else is.
const progressEvery = 10 * time.Second

// alike is how many failures of one collector, or findings of one rule, are told one
// by one.
const alike = 2

func newPlain(o plainOptions) *plain {
	if o.now == nil {
		o.now = time.Now
	}
	return &plain{o: o, began: o.now(), spoke: o.now(), refused: map[string]bool{}, failed: map[string]int{}}
}

// line writes one line, after how long the run has taken.
func (p *plain) line(at time.Time, format string, args ...any) error {
	text := fmt.Sprintf("%7.1fs  ", max(0, at.Sub(p.began).Seconds())) + fmt.Sprintf(format, args...)
	if w := p.o.width; w > 20 {
		text = wrapHanging(text, w, 10)
	}
	_, err := io.WriteString(p.o.out, text+"\n")
	return err
}

// Event implements [pipeline.Sink].
func (p *plain) Event(e *pipeline.Event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case e.Opened != nil:
		p.began = e.Time
		return p.opened(e.Time, e.Opened)
	case e.Resumed != nil:
		p.began = e.Time
		return p.line(e.Time, "resuming")
	case e.Ruled != nil:
		return p.ruled(e.Time, e.Ruled)
	case e.Finished != nil:
		return p.finished(e.Time, e.Finished)
	case e.Found != nil:
		return p.found(e.Time, e.Found)
	case e.Assessed != nil:
		if err := p.rest(e.Time); err != nil {
			return err
		}
		a := e.Assessed
		if !a.Judged() {
			return p.line(e.Time, "no score: none of the rules applies to what was found")
		}
		word := a.Level
		if a.Insufficient {
			word += ", indicative only"
		}
		return p.line(e.Time, "score %.1f of 100: %s; %.0f %% of the weighted checks ran", a.Score, word, 100*a.Coverage)
	case e.Closed != nil:
		return p.closed(e.Time, e.Closed)
	}
	return nil
}

func (p *plain) opened(at time.Time, o *pipeline.Opened) error {
	text := title(o.Seeds) + ": case " + o.Case + ", profile " + report.Safe(o.Profile.Name) + ", " + o.TLP
	if o.Tool.Lab != "" {
		text += ", in the lab's world " + report.Safe(o.Tool.Lab)
	}
	if err := p.line(at, "investigating %s", text); err != nil || o.Plan == nil {
		return err
	}
	for _, l := range o.Plan.Lines() {
		if err := p.line(at, "%s", l); err != nil {
			return err
		}
	}
	return nil
}

// ruled tells the first refusals by each rule.
func (p *plain) ruled(at time.Time, r *pipeline.Ruled) error {
	told := map[string]bool{}
	for _, g := range r.Groups {
		rule, v := g.Ruling.Rule, g.Ruling.Verdict
		if v != pipeline.Deny && v != pipeline.ReviewIt || p.refused[rule] || told[rule] || rule == compliance.RuleOnRequest {
			continue
		}
		told[rule] = true
		who, reason := keptFrom(r.Groups, rule)
		what := "not asked"
		if v == pipeline.ReviewIt {
			what = "waits for review"
		}
		if len(who) > 0 {
			what += ": " + strings.Join(who, ", ")
		}
		if err := p.line(at, "%s: %s (%s)", what, report.Safe(reason), rule); err != nil {
			return err
		}
	}
	maps.Copy(p.refused, told)
	return nil
}

// keptFrom returns all whom a rule kept from being asked about one entity, and
// why: in words for all where each has its own.
func keptFrom(groups []pipeline.Group, rule string) (who []string, reason string) {
	n := 0
	for _, g := range groups {
		if g.Ruling.Rule == rule {
			who, n = append(who, g.Collectors...), n+1
			reason = cmp.Or(reason, g.Ruling.Reason)
		}
	}
	if n > 1 {
		reason = cmp.Or(forSeveral[rule], reason)
	}
	return who, reason
}

// forSeveral are reasons that are each source's own, said of several.
var forSeveral = map[string]string{
	"terms.non-commercial": "Their terms do not allow commercial work.",
	"terms.paid-plan":      "Their terms allow commercial work only on a paid plan, and the profile's contracts do not name them.",
	pipeline.RuleNoKey:     "They need credentials that are not there: osint keys check names them.",
	"budget.ceiling":       "Each could cost more than the job may spend.",
}

// finished tells the first failures of each collector, or every end.
func (p *plain) finished(at time.Time, f *pipeline.Finished) error {
	bad := f.Outcome.Asked() && !f.Outcome.Answered()
	key := f.Task.Collector + " " + string(f.Outcome)
	if bad {
		p.failed[key]++
	}
	if !p.o.verbose && (!bad || p.failed[key] > alike) {
		return nil
	}
	text := fmt.Sprintf("%s %s: %s", f.Task.Collector, shown(f.Task.Subject), f.Outcome)
	if f.Reason != "" {
		text += ": " + report.Safe(f.Reason)
	}
	return p.line(at, "%s", text)
}

// found tells the first findings of each rule.
func (p *plain) found(at time.Time, f *pipeline.Finding) error {
	if f.Rule != p.rule {
		if err := p.rest(at); err != nil {
			return err
		}
		p.rule, p.ofRule = f.Rule, 0
	}
	if p.ofRule++; p.ofRule > alike && !p.o.verbose {
		return nil
	}
	return p.line(at, "%s  %s", severity(f.Severity, p.o.color), report.Safe(f.Title))
}

// rest tells how many findings of the last rule were not told.
func (p *plain) rest(at time.Time) error {
	n := p.ofRule - alike
	p.rule, p.ofRule = "", 0
	if n <= 0 || p.o.verbose {
		return nil
	}
	return p.line(at, "%s  … and %d more like this", strings.Repeat(" ", 8), n)
}

func (p *plain) closed(at time.Time, c *pipeline.Closed) error {
	for _, key := range slices.Sorted(maps.Keys(p.failed)) {
		if n := p.failed[key]; n > alike && !p.o.verbose {
			if err := p.line(at, "%s: %d times in all", key, n); err != nil {
				return err
			}
		}
	}
	clear(p.failed)
	if c.Outcome != "complete" {
		return p.line(at, "the run ended early: %s", c.Outcome)
	}
	return nil
}

// Sync implements [pipeline.Sink].
func (p *plain) Sync() error { return nil }

// Progress implements [pipeline.Renderer]: a new stage is told, and otherwise
// how far it is, once in ten seconds.
func (p *plain) Progress(x pipeline.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.now()
	switch {
	case x.Stage == pipeline.Planning: // the first line is told by Opened
	case x.Stage != p.stage:
		p.stage, p.spoke = x.Stage, now
		p.line(now, "%3d %%  %s", x.Percent, x.Stage)
	case now.Sub(p.spoke) >= progressEvery:
		p.spoke = now
		p.line(now, "%3d %%  %s: %s", x.Percent, x.Stage, tasks(x))
	}
}

func (p *plain) Notice(text string) { io.WriteString(p.o.out, "osint: "+text+"\n") }

func (p *plain) Close() error { return nil }
