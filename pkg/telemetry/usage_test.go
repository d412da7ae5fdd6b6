package telemetry

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"pgregory.net/rapid"

	"osint/pkg/pipeline"
)

var update = flag.Bool("update", false, "write the golden files anew")

var start = time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)

// night plays the events of a small run to a sink.
func night(t testing.TB, sinks ...pipeline.Renderer) {
	t.Helper()
	subject := pipeline.Entity{Kind: pipeline.KindDomain, Value: "brindleford.example"}
	task := pipeline.TaskKey{Collector: "ct", Subject: subject}
	other := pipeline.TaskKey{Collector: "whois", Subject: subject}
	x := func(source string, o pipeline.Outcome, ms int, cached bool) *pipeline.Event {
		return &pipeline.Event{Exchanged: &pipeline.Exchange{ID: "x1", Task: task, Source: source, Operation: "get", Outcome: o, Elapsed: time.Duration(ms) * time.Millisecond, Bytes: 100, Cost: 0.01, Cached: cached}}
	}
	events := []*pipeline.Event{
		{Opened: &pipeline.Opened{Case: "c-1", Seeds: []pipeline.Entity{subject}, Profile: pipeline.ProfileRef{Name: "ci"}, TLP: "TLP:AMBER", Purpose: "about Ms. Quill", Investigator: "Ida Marsh", Reference: "Quill/7"}},
		{Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: subject}, Scope: "subject", Groups: []pipeline.Group{{Ruling: pipeline.Ruling{Verdict: pipeline.Deny, Rule: "r-1", Reason: "the subject would notice"}, Collectors: []string{"tls"}}}}},
		{Started: &pipeline.Started{Task: task, Attempt: 1}},
		x("crt.sh", pipeline.OK, 40, false), x("crt.sh", pipeline.OK, 900, false), x("crt.sh", pipeline.Timeout, 30000, false), x("crt.sh", pipeline.OK, 7, true),
		x("whois", pipeline.Cancelled, 5, false),
		{Observed: &pipeline.Observation{Collector: "ct", Source: "crt.sh", Subject: subject, Predicate: "has-name", Grade: "B2"}},
		{Withheld: &pipeline.Withheld{Task: task, Predicate: "has-name", Count: 3, Ruling: pipeline.Ruling{Rule: "r-2"}}},
		{Finished: &pipeline.Finished{Task: task, Outcome: pipeline.Partial, Elapsed: time.Second, Exchanges: 4, Observations: 1}},
		{Finished: &pipeline.Finished{Task: other, Outcome: pipeline.Timeout, Reason: "no answer"}},
		{Found: &pipeline.Finding{ID: "f-1", Rule: "INF-01", Title: "A server that nobody looks after", Severity: pipeline.High, Vector: "infrastructure", Subject: subject}},
		{Assessed: &pipeline.Assessment{Score: 41.25, Level: "medium", Coverage: 0.5}},
		{Closed: &pipeline.Closed{Outcome: "complete", CPU: 250 * time.Millisecond, PeakRSS: 32 << 20, Stages: []pipeline.StageTime{{Stage: pipeline.Collecting, Elapsed: 2 * time.Second}}}},
		{Noted: &pipeline.Act{By: "Ida Marsh", What: "Ms. Quill called"}},
	}
	for i, e := range events {
		e.Seq = uint64(i + 1)
		for _, s := range sinks {
			if err := s.Event(e); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// clock is a clock that a test moves.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func usageOfNight(t testing.TB) *Usage {
	c := &clock{start}
	m := NewMeter(map[string]string{"ct": "crt.sh"}, c.Now)
	night(t, m)
	for _, depth := range []int{0, 4, 2, 0} { // a second each
		m.Progress(pipeline.Progress{Stage: pipeline.Collecting, Waiting: depth, Running: 1})
		c.now = c.now.Add(time.Second)
	}
	m.Progress(pipeline.Progress{Stage: pipeline.Reporting, Percent: 95})
	c.now = c.now.Add(500 * time.Millisecond)
	m.Progress(pipeline.Progress{Stage: pipeline.Reporting, Percent: 100})
	return m.End("complete")
}

// TestMeter holds what is counted, of what, and what is not.
func TestMeter(t *testing.T) {
	u := usageOfNight(t)
	s := u.Sources["crt.sh"]
	if s.Exchanges[pipeline.OK] != 3 || s.Exchanges[pipeline.Timeout] != 1 || s.Cached != 1 || len(s.Latency) != 3 || s.Bytes != 400 || s.Observations != 1 || s.CostUSD != 0.04 {
		t.Errorf("crt.sh: %+v", s)
	}
	if s.Tasks[pipeline.Partial] != 1 || u.Sources["whois"].Tasks[pipeline.Timeout] != 1 || len(u.Sources["whois"].Latency) != 0 {
		t.Errorf("tasks: %+v, %+v", s.Tasks, u.Sources["whois"])
	}
	if u.QueueMax != 4 || u.QueueMean() != 1.5 || u.Withheld != 3 || u.Findings[pipeline.High] != 1 || *u.Score != 41.25 || *u.Coverage != 0.5 {
		t.Errorf("%+v, mean %v", u, u.QueueMean())
	}
	if u.CPU != 250*time.Millisecond || u.PeakRSS != 32<<20 || u.Stages[pipeline.Reporting] != 500*time.Millisecond || u.Ended.Sub(u.Began) != 4500*time.Millisecond {
		t.Errorf("%+v", u)
	}
}

// TestAdd holds what adds up over several runs, and of what the worst counts.
func TestAdd(t *testing.T) {
	var all Usage
	a, b := usageOfNight(t), usageOfNight(t)
	low, high := 0.25, 77.0
	b.Coverage, b.Score, b.PeakRSS, b.Targets = &low, &high, 64<<20, map[string]int{"failed": 1}
	all.Add(a)
	all.Add(b)
	s := all.Sources["crt.sh"]
	if s.Exchanges[pipeline.OK] != 6 || len(s.Latency) != 6 || all.Targets["complete"] != 1 || all.Targets["failed"] != 1 {
		t.Errorf("%+v, %+v", s, all.Targets)
	}
	if all.PeakRSS != 64<<20 || all.CPU != a.CPU || *all.Coverage != 0.25 || *all.Score != 77 || all.QueueMean() != 1.5 || all.Stages[pipeline.Collecting] != 4*time.Second {
		t.Errorf("%+v", all)
	}
}

// TestSamples holds that what a ledger keeps has quantiles, whole numbers, and
// an order of its own.
func TestSamples(t *testing.T) {
	all := usageOfNight(t).Samples()
	find := func(name string, labels ...string) int64 {
		for _, s := range all {
			match := s.Name == name
			for l := range slices.Chunk(labels, 2) {
				match = match && s.Labels[l[0]] == l[1]
			}
			if match {
				return s.Milli
			}
		}
		t.Errorf("no %s %v", name, labels)
		return 0
	}
	for q, want := range map[string]int64{"0.5": 900, "0.95": 30000, "1": 30000} {
		if got := find("osint_run_latency_seconds", "source", "crt.sh", "quantile", q); got != want {
			t.Errorf("quantile %s: %d, want %d", q, got, want)
		}
	}
	if find("osint_run_exchanges", "source", "crt.sh", "outcome", "ok") != 3000 || find("osint_run_risk_score") != 41250 || find("osint_run_cost_usd", "source", "crt.sh") != 40 {
		t.Error(all)
	}
	again := usageOfNight(t).Samples()
	if !slices.EqualFunc(all, again, func(a, b Sample) bool {
		return a.Name == b.Name && a.Milli == b.Milli && len(a.Labels) == len(b.Labels)
	}) {
		t.Error("two equal runs have samples in another order")
	}
}

func text(t testing.TB, u *Usage, a About) string {
	t.Helper()
	var b bytes.Buffer
	if err := u.WriteText(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestText compares the text with a golden file, and has the parser of
// Prometheus itself read it.
func TestText(t *testing.T) {
	got := text(t, usageOfNight(t), About{Name: "estate", Version: "1.2.3", Command: "batch", ExitCode: 3})
	const golden = "testdata/night.prom"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("go test ./pkg/telemetry -update writes it anew:\n%s", got)
	}
	fs := parse(t, got)
	h := fs["osint_run_latency_seconds"].GetMetric()[0].GetHistogram()
	if h.GetSampleCount() != 3 || h.GetSampleSum() != 30.94 || len(h.GetBucket()) != len(bounds)+1 {
		t.Errorf("%v", h)
	}
	for name, f := range fs {
		for _, m := range f.GetMetric() {
			if m.GetLabel()[0].GetName() != "command" && !slices.ContainsFunc(m.GetLabel(), func(l *dto.LabelPair) bool { return l.GetName() == "name" && l.GetValue() == "estate" }) {
				t.Errorf("%s has no name: %v", name, m)
			}
		}
	}
}

// TestPromtool has the tool that checks what is exposed look at it.
func TestPromtool(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed: Debian's package prometheus has it")
	}
	cmd := exec.Command(tool, "check", "metrics")
	cmd.Stdin = strings.NewReader(text(t, usageOfNight(t), About{Name: "estate", Version: "1.2.3", Command: "batch"}))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

func parse(t interface{ Fatalf(string, ...any) }, text string) map[string]*dto.MetricFamily {
	p := expfmt.NewTextParser(model.UTF8Validation)
	fs, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return fs
}

// TestLabels holds that a label reads back as it was written, whatever is in
// it, and that the buckets of any times add up.
func TestLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.StringMatching(`[^\x00]{1,20}`).Draw(t, "source")
		u := &Usage{Began: start, Ended: start}
		s := u.source(source)
		s.Exchanges[pipeline.OK] = 1
		for _, ms := range rapid.SliceOfN(rapid.IntRange(0, 100_000), 1, 40).Draw(t, "times") {
			s.Latency = append(s.Latency, time.Duration(ms)*time.Millisecond)
		}
		var b bytes.Buffer
		if err := u.WriteText(&b, About{Name: rapid.String().Draw(t, "name")}); err != nil {
			t.Fatal(err)
		}
		m := parse(t, b.String())["osint_run_latency_seconds"].GetMetric()[0]
		for _, l := range m.GetLabel() {
			if l.GetName() == "source" && l.GetValue() != strings.ToValidUTF8(source, "\uFFFD") {
				t.Fatalf("%q came back as %q", source, l.GetValue())
			}
		}
		last := uint64(0)
		for _, bucket := range m.GetHistogram().GetBucket() {
			if bucket.GetCumulativeCount() < last {
				t.Fatalf("buckets fall: %v", m)
			}
			last = bucket.GetCumulativeCount()
		}
		if last != uint64(len(s.Latency)) {
			t.Fatalf("%d of %d times are in a bucket", last, len(s.Latency))
		}
	})
}

// BenchmarkMeter plays one event after another to what hears each run.
func BenchmarkMeter(b *testing.B) {
	m := NewMeter(nil, nil)
	e := &pipeline.Event{Exchanged: &pipeline.Exchange{Source: "crt.sh", Outcome: pipeline.OK, Elapsed: time.Millisecond}}
	for b.Loop() {
		_ = m.Event(e)
	}
}
