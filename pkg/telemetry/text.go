package telemetry

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// About says which run a text is of.
type About struct {
	Name     string // tells runs apart whose files lie in one folder; "" is no label
	Version  string // of osint
	Command  string // investigate, resume, batch
	Lab      string // world, where the internet was ours
	ExitCode int
}

// ContentType is that of [Usage.WriteText].
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// WriteText writes the usage in the text format of Prometheus. A file or a
// group holds one run, the last: so all amounts are gauges, for a counter
// would have to grow from run to run. Latencies are a histogram of that run.
func (u *Usage) WriteText(w io.Writer, a About) error {
	about := []string{"command", a.Command, "lab", a.Lab, "version", a.Version}
	fs := append(u.families(),
		family{"osint_run_info", Gauge, "", "Which osint ran; always 1.", []point{{labels: about, value: 1}}},
		single("osint_run_exit_code", Gauge, "", "Exit code of the run; osint help exit-codes says what each means.", float64(a.ExitCode)),
		single("osint_run_began_timestamp_seconds", Gauge, "", "When the run began.", unix(u.Began)),
		single("osint_run_ended_timestamp_seconds", Gauge, "", "When the run ended.", unix(u.Ended)))
	slices.SortFunc(fs, func(a, b family) int { return strings.Compare(a.name, b.name) })
	return writeFamilies(w, a.Name, fs)
}

// writeFamilies writes families in their order. name is a label of every line,
// unless it is empty.
func writeFamilies(w io.Writer, name string, fs []family) error {
	out := bufio.NewWriter(w)
	for _, f := range fs {
		kind := Gauge
		if f.kind == Histogram {
			kind = Histogram
		}
		fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, kind)
		for _, p := range f.points {
			p.labels = append([]string{"name", name}, p.labels...)
			p.write(out, f)
		}
	}
	return out.Flush()
}

// bounds are the upper bounds of the buckets of a histogram, in seconds.
var bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}

func (p point) write(w io.Writer, f family) {
	if f.kind != Histogram {
		line(w, f.name, p.labels, p.value)
		return
	}
	total := 0.0
	for _, t := range p.times {
		total += t.Seconds()
	}
	bucket := func(le string, n int) {
		line(w, f.name+"_bucket", append(slices.Clone(p.labels), "le", le), float64(n))
	}
	for _, b := range bounds {
		limit := time.Duration(b * float64(time.Second))
		bucket(number(b), sort.Search(len(p.times), func(i int) bool { return p.times[i] > limit }))
	}
	bucket("+Inf", len(p.times))
	line(w, f.name+"_sum", p.labels, total)
	line(w, f.name+"_count", p.labels, float64(len(p.times)))
}

// line writes one sample.
func line(w io.Writer, name string, labels []string, v float64) {
	var pairs []string
	for l := range slices.Chunk(labels, 2) {
		if l[1] != "" {
			pairs = append(pairs, l[0]+`="`+escape.Replace(strings.ToValidUTF8(l[1], "\uFFFD"))+`"`)
		}
	}
	if len(pairs) > 0 {
		name += "{" + strings.Join(pairs, ",") + "}"
	}
	fmt.Fprintf(w, "%s %s\n", name, number(v))
}

// escape makes a value of a label what the format wants between quotes.
var escape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func unix(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
