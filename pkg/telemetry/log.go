package telemetry

import (
	"log/slog"
	"strings"

	"osint/pkg/pipeline"
)

// A Log tells of one run in structured lines: one for each act, and at debug
// one for each question and each observation too. It is a [pipeline.Renderer].
// Values are as the case's lines have them; what people wrote freely (purpose,
// reference, names, notes) stands in no line.
type Log struct {
	to      *slog.Logger
	sources map[string]string // of collectors
	caseID  string
}

// NewLog returns a Log of a run of the case. sources are as in [NewMeter].
func NewLog(to *slog.Logger, caseID string, sources map[string]string) *Log {
	return &Log{to, sources, caseID}
}

// Sync implements [pipeline.Sink]: a line is written when it is told.
func (l *Log) Sync() error { return nil }

// Progress implements [pipeline.Renderer].
func (l *Log) Progress(pipeline.Progress) {}

// Event implements [pipeline.Sink].
func (l *Log) Event(e *pipeline.Event) error {
	switch {
	case e.Opened != nil:
		l.opened(e.Opened)
	case e.Ruled != nil:
		l.ruled(e.Ruled)
	case e.Started != nil:
		l.act(slog.LevelDebug, "task-started", "task started").of(e.Started.Task, l).write()
	case e.Exchanged != nil:
		l.exchanged(e.Exchanged)
	case e.Observed != nil:
		o := e.Observed
		l.act(slog.LevelDebug, "observed", "observed "+string(o.Predicate)).label("collector", o.Collector, "source", o.Source,
			"subject", o.Subject.String(), "predicate", string(o.Predicate), "grade", string(o.Grade)).write()
	case e.Withheld != nil:
		w := e.Withheld
		l.act(slog.LevelInfo, "withheld", "a value was seen and not kept").of(w.Task, l).label("predicate", string(w.Predicate), "category", string(w.Category)).
			with(slog.String("rule.id", w.Ruling.Rule), slog.Int("osint.values", w.Count)).write()
	case e.Finished != nil:
		l.finished(e.Finished)
	case e.Found != nil:
		f := e.Found
		l.act(slog.LevelInfo, "found", f.Title).label("finding", f.ID, "severity", string(f.Severity), "vector", f.Vector, "subject", f.Subject.String()).
			with(slog.String("rule.id", f.Rule), slog.Int("event.severity", f.Severity.Rank())).write()
	case e.Assessed != nil:
		a := e.Assessed
		l.act(slog.LevelInfo, "assessed", "score "+number(a.Score)+": "+a.Level).label("level", a.Level).
			with(slog.Float64("event.risk_score", a.Score), slog.Float64("osint.coverage", a.Coverage)).write()
	case e.Closed != nil:
		l.closed(e.Closed)
	case e.Triaged != nil:
		l.act(slog.LevelInfo, "triaged", "triaged").write()
	default:
		if name, _ := e.Act(); name != "" {
			l.act(slog.LevelInfo, name, name).write()
		}
	}
	return nil
}

func (l *Log) opened(o *pipeline.Opened) {
	var seeds []string
	for _, s := range o.Seeds {
		seeds = append(seeds, s.String())
	}
	l.act(slog.LevelInfo, "opened", "run begun").label("seeds", strings.Join(seeds, " "), "profile", o.Profile.Name, "tlp", o.TLP, "lab", o.Tool.Lab, "priority", o.Priority).
		with(slog.Bool("osint.active", o.Active), slog.Int("osint.collectors", len(o.Collectors))).write()
}

// ruled tells each ruling on a lead.
func (l *Log) ruled(r *pipeline.Ruled) {
	if r.Skip != "" {
		l.act(slog.LevelDebug, "ruled", "not considered").label("subject", r.Lead.Entity.String(), "scope", r.Scope).with(slog.String("event.reason", r.Skip)).write()
	}
	for _, g := range r.Groups {
		v := string(g.Ruling.Verdict)
		l.act(slog.LevelInfo, "ruled", "ruled: "+v).label("verdict", v, "subject", r.Lead.Entity.String(), "scope", r.Scope, "collectors", strings.Join(g.Collectors, " ")).
			with(slog.String("rule.id", g.Ruling.Rule), slog.String("event.reason", g.Ruling.Reason)).write()
	}
}

func (l *Log) exchanged(x *pipeline.Exchange) {
	l.act(slog.LevelDebug, "exchanged", "asked "+x.Source).label("collector", x.Task.Collector, "source", x.Source, "subject", x.Task.Subject.String(), "exchange", string(x.ID), "operation", x.Operation, "locator", x.Locator).
		outcome(x.Outcome).with(took(x.Elapsed), slog.String("event.reason", x.Error), slog.Int("http.response.bytes", x.Bytes)).write()
}

func (l *Log) finished(f *pipeline.Finished) {
	level := slog.LevelInfo
	if f.Outcome.Asked() && !f.Outcome.Answered() {
		level = slog.LevelWarn
	}
	l.act(level, "task-finished", "task finished: "+string(f.Outcome)).of(f.Task, l).outcome(f.Outcome).with(took(f.Elapsed), slog.String("event.reason", f.Reason),
		slog.Int("osint.exchanges", f.Exchanges), slog.Int("osint.observations", f.Observations), slog.Float64("osint.cost_usd", f.Cost)).write()
}

func (l *Log) closed(c *pipeline.Closed) {
	level := slog.LevelInfo
	if c.Outcome != "complete" || len(c.Verified.Bad) > 0 {
		level = slog.LevelWarn
	}
	l.act(level, "closed", "collection closed: "+c.Outcome).with(slog.Float64("osint.cpu_seconds", c.CPU.Seconds()), slog.Int64("osint.peak_memory_bytes", c.PeakRSS),
		slog.Int("osint.bad_evidence", len(c.Verified.Bad))).write()
}

// End tells how a case, or with no id the whole command, ended. err may be nil.
func End(to *slog.Logger, caseID string, exitCode int, err error) {
	l := NewLog(to, caseID, nil)
	a := l.act(slog.LevelInfo, "ended", "ended")
	a.with(slog.Int("process.exit_code", exitCode))
	switch exitCode {
	case 0:
	case 3, 10: // too little was seen; a condition of the operator's holds
		a.level = slog.LevelWarn
	default:
		a.level = slog.LevelError
	}
	if err != nil {
		a.with(slog.String("error.message", err.Error()))
	}
	a.write()
}
