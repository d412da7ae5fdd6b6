package telemetry

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// A Sample is one value of one metric, as a ledger or a table keeps it.
type Sample struct {
	Kind   string            `json:"kind"` // counter or gauge
	Labels map[string]string `json:"labels,omitempty"`
	Name   string            `json:"name"`
	Unit   string            `json:"unit"`
	Milli  int64             `json:"value_milli"` // thousandths of the unit
}

// quantiles are those by which a sample tells of many times; 1 is the longest.
var quantiles = []float64{0.5, 0.95, 1}

// Samples returns every value, by name and then by labels. Of a histogram
// there are quantiles, as gauges with a label that says which.
func (u *Usage) Samples() []Sample {
	all := []Sample{}
	for _, f := range u.families() {
		for _, p := range f.points {
			if f.kind != Histogram {
				all = append(all, Sample{f.kind, labelled(p.labels), f.name, f.unit, milli(p.value)})
				continue
			}
			for _, q := range quantiles {
				labels := labelled(p.labels)
				labels["quantile"] = strconv.FormatFloat(q, 'g', -1, 64)
				all = append(all, Sample{Gauge, labels, f.name, f.unit, milli(quantile(p.times, q).Seconds())})
			}
		}
	}
	return all
}

// most is the largest number that every reader of JSON takes exactly.
const most = 1 << 53

func milli(v float64) int64 {
	return int64(math.Round(min(max(v*1000, -most), most)))
}

func labelled(pairs []string) map[string]string {
	m := map[string]string{}
	for pair := range slices.Chunk(pairs, 2) {
		m[pair[0]] = pair[1]
	}
	return m
}

// quantile returns the nearest-rank quantile of times that are sorted and not
// none.
func quantile(times []time.Duration, q float64) time.Duration {
	rank := int(math.Ceil(q * float64(len(times))))
	return times[min(max(rank, 1), len(times))-1]
}
