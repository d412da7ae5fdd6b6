package telemetry

import (
	"time"

	"osint/pkg/pipeline"
)

// A Usage is what one run used and came to, or several together. The zero
// value is that of no run.
type Usage struct {
	Began, Ended time.Time
	Targets      map[string]int // runs, by how they ended: complete, interrupted, timeout, failed …
	Stages       map[pipeline.Stage]time.Duration
	CPU          time.Duration // of the process, since it began
	PeakRSS      int64         // of the process, in bytes
	QueueMax     int           // tasks that waited for their source at once
	Sources      map[string]*Source
	Findings     map[pipeline.Severity]int
	Withheld     int // values that were seen and not kept

	Score    *float64 // 0..100, the highest; nil: nothing was judged
	Coverage *float64 // 0..1, the lowest

	queued time.Duration // time that tasks waited, added up
	worked time.Duration // time over which it was
}

// A Source is what was asked of one source.
type Source struct {
	Tasks        map[pipeline.Outcome]int
	Exchanges    map[pipeline.Outcome]int // cached answers among them
	Cached       int
	Latency      []time.Duration // of each exchange that left this machine
	Bytes        int64           // of answers
	Observations int
	CostUSD      float64
}

// QueueMean is how many tasks waited for their source on average while tasks
// were at work.
func (u *Usage) QueueMean() float64 {
	if u.worked <= 0 {
		return 0
	}
	return float64(u.queued) / float64(u.worked)
}

// source returns what is counted of a source.
func (u *Usage) source(name string) *Source {
	s := u.Sources[name]
	if s == nil {
		s = &Source{Tasks: map[pipeline.Outcome]int{}, Exchanges: map[pipeline.Outcome]int{}}
		put(&u.Sources, name, s)
	}
	return s
}

// Add adds another run's usage: amounts add up, of peaks the higher counts, of
// coverage the lower. Runs of one process that overlap have one processor time
// and one memory, so the higher counts there too. o is not changed, and may be
// used no more.
func (u *Usage) Add(o *Usage) {
	if u.Began.IsZero() || !o.Began.IsZero() && o.Began.Before(u.Began) {
		u.Began = o.Began
	}
	if o.Ended.After(u.Ended) {
		u.Ended = o.Ended
	}
	sum(&u.Targets, o.Targets)
	sum(&u.Stages, o.Stages)
	sum(&u.Findings, o.Findings)
	u.CPU, u.PeakRSS, u.QueueMax = max(u.CPU, o.CPU), max(u.PeakRSS, o.PeakRSS), max(u.QueueMax, o.QueueMax)
	u.Withheld += o.Withheld
	u.queued += o.queued
	u.worked += o.worked
	if o.Score != nil && (u.Score == nil || *o.Score > *u.Score) {
		u.Score = o.Score
	}
	if o.Coverage != nil && (u.Coverage == nil || *o.Coverage < *u.Coverage) {
		u.Coverage = o.Coverage
	}
	for name, from := range o.Sources {
		to := u.source(name)
		sum(&to.Tasks, from.Tasks)
		sum(&to.Exchanges, from.Exchanges)
		to.Latency = append(to.Latency, from.Latency...)
		to.Cached += from.Cached
		to.Bytes += from.Bytes
		to.Observations += from.Observations
		to.CostUSD += from.CostUSD
	}
}

func sum[K comparable, V ~int | ~int64](to *map[K]V, from map[K]V) {
	for k, v := range from {
		put(to, k, (*to)[k]+v)
	}
}

func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}
