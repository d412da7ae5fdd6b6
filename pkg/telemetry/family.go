package telemetry

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"osint/pkg/pipeline"
)

// The kinds of a metric.
const (
	Counter   = "counter"   // an amount of this run, which may be added to other runs'
	Gauge     = "gauge"     // a level, a peak or a share
	Histogram = "histogram" // how long each of many things took
)

// A family is a metric of one name.
type family struct {
	name, kind, unit, help string
	points                 []point
}

// A point is one value of a family, or, of a histogram, the times themselves,
// sorted.
type point struct {
	labels []string // name, value, name, value; names sorted
	value  float64
	times  []time.Duration
}

// families returns every metric that has a value, by name; points by their
// labels. What is zero is left out where its absence says the same.
func (u *Usage) families() []family {
	fs := []family{
		byKey("osint_run_targets", Counter, "targets", "Targets investigated, by how their runs ended.", "outcome", u.Targets, 1),
		byKey("osint_run_stage_seconds", Counter, "seconds", "Time each stage took; of several targets together.", "stage", u.Stages, float64(time.Second)),
		byKey("osint_run_findings", Counter, "findings", "Findings, by severity.", "severity", u.findings(), 1),
		single("osint_run_cpu_seconds", Gauge, "seconds", "Processor time of the process.", u.CPU.Seconds()),
		single("osint_run_peak_memory_bytes", Gauge, "bytes", "Most memory the process held.", float64(u.PeakRSS)),
		single("osint_run_queue_tasks_max", Gauge, "tasks", "Most tasks that waited for their source at once.", float64(u.QueueMax)),
		single("osint_run_queue_tasks_mean", Gauge, "tasks", "Tasks that waited for their source, on average while tasks were at work.", u.QueueMean()),
		single("osint_run_withheld", Counter, "values", "Values that were seen and, by ruling, not kept.", float64(u.Withheld)),
	}
	if u.Score != nil {
		fs = append(fs, single("osint_run_risk_score", Gauge, "points", "Risk score from 0 to 100; of several targets the highest.", *u.Score))
	}
	if u.Coverage != nil {
		fs = append(fs, single("osint_run_coverage_ratio", Gauge, "ratio", "Share of the weighted checks that ran, from 0 to 1; of several targets the lowest.", *u.Coverage))
	}
	fs = append(fs, u.ofSources()...)
	fs = slices.DeleteFunc(fs, func(f family) bool { return len(f.points) == 0 })
	slices.SortFunc(fs, func(a, b family) int { return cmp.Compare(a.name, b.name) })
	return fs
}

// ofSources are the metrics that each source has.
func (u *Usage) ofSources() []family {
	tasks := family{name: "osint_run_tasks", kind: Counter, unit: "tasks", help: "Tasks, by source and outcome; those that never began among them."}
	asked := family{name: "osint_run_exchanges", kind: Counter, unit: "exchanges", help: "Questions put and answers had, by source and outcome; those from the cache among them."}
	cached := family{name: "osint_run_exchanges_cached", kind: Counter, unit: "exchanges", help: "Answers that came from the cache."}
	took := family{name: "osint_run_latency_seconds", kind: Histogram, unit: "seconds", help: "Time each exchange took that left this machine."}
	bytes := family{name: "osint_run_answer_bytes", kind: Counter, unit: "bytes", help: "Size of the answers."}
	told := family{name: "osint_run_observations", kind: Counter, unit: "observations", help: "Observations made."}
	cost := family{name: "osint_run_cost_usd", kind: Counter, unit: "usd", help: "Recorded cost in US dollars."}
	for _, name := range slices.Sorted(maps.Keys(u.Sources)) {
		s := u.Sources[name]
		tasks.add(outcomes(name, s.Tasks)...)
		asked.add(outcomes(name, s.Exchanges)...)
		at := []string{"source", name}
		cached.add(point{labels: at, value: float64(s.Cached)})
		bytes.add(point{labels: at, value: float64(s.Bytes)})
		told.add(point{labels: at, value: float64(s.Observations)})
		cost.add(point{labels: at, value: s.CostUSD})
		if len(s.Latency) > 0 {
			took.points = append(took.points, point{labels: at, times: slices.Sorted(slices.Values(s.Latency))})
		}
	}
	return []family{tasks, asked, cached, took, bytes, told, cost}
}

// add takes points that are not zero.
func (f *family) add(points ...point) {
	for _, p := range points {
		if p.value != 0 {
			f.points = append(f.points, p)
		}
	}
}

func outcomes(source string, counts map[pipeline.Outcome]int) (points []point) {
	for _, o := range slices.Sorted(maps.Keys(counts)) {
		points = append(points, point{labels: []string{"outcome", string(o), "source", source}, value: float64(counts[o])})
	}
	return points
}

// findings has every severity, so that an alert may rest on a zero.
func (u *Usage) findings() map[pipeline.Severity]int {
	all := map[pipeline.Severity]int{pipeline.Info: 0, pipeline.Low: 0, pipeline.Medium: 0, pipeline.High: 0, pipeline.Critical: 0}
	maps.Copy(all, u.Findings)
	return all
}

func single(name, kind, unit, help string, v float64) family {
	return family{name, kind, unit, help, []point{{value: v}}}
}

func byKey[K ~string, V ~int | ~int64](name, kind, unit, help, label string, values map[K]V, per float64) family {
	f := family{name: name, kind: kind, unit: unit, help: help}
	for _, k := range slices.Sorted(maps.Keys(values)) {
		f.points = append(f.points, point{labels: []string{label, string(k)}, value: float64(values[k]) / per})
	}
	return f
}
