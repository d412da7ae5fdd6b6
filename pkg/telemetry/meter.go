package telemetry

import (
	"time"

	"osint/pkg/pipeline"
)

// A Meter counts what one run uses. It is a [pipeline.Renderer]: the engine
// calls it from one goroutine, and whoever reports after the run may too. Of a
// case that is resumed it counts what this run does.
type Meter struct {
	sources map[string]string // of collectors
	now     func() time.Time
	use     Usage

	depth int       // tasks that wait
	since time.Time // when that was so
	stage time.Time // when reporting began
}

// NewMeter returns a Meter that knows which source each collector asks. now
// nil is the machine's clock.
func NewMeter(sources map[string]string, now func() time.Time) *Meter {
	if now == nil {
		now = time.Now
	}
	return &Meter{sources: sources, now: now, use: Usage{Began: now()}}
}

// Event implements [pipeline.Sink].
func (m *Meter) Event(e *pipeline.Event) error {
	u := &m.use
	switch {
	case e.Exchanged != nil:
		x := e.Exchanged
		s := u.source(x.Source)
		s.Exchanges[x.Outcome]++
		s.Bytes += int64(x.Bytes)
		s.CostUSD += x.Cost
		switch {
		case x.Cached:
			s.Cached++
		case x.Outcome.Asked():
			s.Latency = append(s.Latency, x.Elapsed)
		}
	case e.Observed != nil:
		u.source(e.Observed.Source).Observations++
	case e.Withheld != nil:
		u.Withheld += e.Withheld.Count
	case e.Finished != nil:
		u.source(m.asks(e.Finished.Task.Collector)).Tasks[e.Finished.Outcome]++
	case e.Found != nil:
		put(&u.Findings, e.Found.Severity, u.Findings[e.Found.Severity]+1)
	case e.Assessed != nil:
		score, coverage := e.Assessed.Score, e.Assessed.Coverage
		u.Score, u.Coverage = &score, &coverage
	case e.Closed != nil:
		u.CPU, u.PeakRSS = e.Closed.CPU, e.Closed.PeakRSS
		for _, s := range e.Closed.Stages {
			put(&u.Stages, s.Stage, s.Elapsed)
		}
	}
	return nil
}

// asks returns the source of a collector; one that is not known stands for
// itself.
func (m *Meter) asks(collector string) string {
	if s := m.sources[collector]; s != "" {
		return s
	}
	return collector
}

// Sync implements [pipeline.Sink]; there is nothing to make durable.
func (m *Meter) Sync() error { return nil }

// Progress implements [pipeline.Renderer]. The depth of the queue is what it
// is told, ten times a second at the most.
func (m *Meter) Progress(p pipeline.Progress) {
	now := m.now()
	m.use.QueueMax = max(m.use.QueueMax, p.Waiting)
	if !m.since.IsZero() {
		m.use.queued += time.Duration(m.depth) * now.Sub(m.since)
		m.use.worked += now.Sub(m.since)
	}
	m.depth, m.since = p.Waiting, now
	if p.Running+p.Waiting == 0 { // nothing is at work
		m.since = time.Time{}
	}
	if p.Stage != pipeline.Reporting {
		return
	}
	if m.stage.IsZero() {
		m.stage = now
	}
	put(&m.use.Stages, pipeline.Reporting, now.Sub(m.stage))
}

// End returns what was counted. outcome is how the run ended.
func (m *Meter) End(outcome string) *Usage {
	m.use.Ended, m.use.Targets = m.now(), map[string]int{outcome: 1}
	return &m.use
}
