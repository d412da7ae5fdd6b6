package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// overhead investigates the lively world with 50 ms at every source, with the
// ledger and in turn without, each run in a process of its own. The tool has no
// way to leave the ledger out: the runs are put together here of the parts that
// the tool uses, those with the ledger exactly as it does, and those without
// lack nothing else. What the ledger itself took is measured in the same runs,
// by the clock around each call of it.
func overhead() error {
	const runs = 20
	dir, err := os.MkdirTemp("", "osint-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var on, off, cpuOn, cpuOff, inside, waves, sync []float64
	for i := range 2*runs + 1 {
		with := i == 0 || i/2%2 == 1 // on, off on, on off, off on, …
		t, err := child("overhead-of", dir, fmt.Sprint(i), fmt.Sprint(with))
		if err != nil {
			return err
		}
		if i == 0 { // it makes the ledger, and warms the page cache
			continue
		}
		if !with {
			off, cpuOff = append(off, t.at("run")), append(cpuOff, t.at("cpu"))
			continue
		}
		on, cpuOn = append(on, t.at("run")), append(cpuOn, t.at("cpu"))
		inside = append(inside, (t.at("open")+t.at("lines")+t.at("waves")+t.at("attest")+t.at("close"))*1e3)
		waves, sync = append(waves, float64(t.Waves)), append(sync, t.at("waves")/float64(t.Waves)*1e3)
	}
	for _, f := range [][]float64{on, off, cpuOn, cpuOff} {
		slices.Sort(f)
	}
	fmt.Printf("%-30s %.3f s / %.3f s = %.3f  goal 1.05 (medians of %d runs each; of CPU %.3f)\n", "a run with / without ledger",
		on[runs/2], off[runs/2], on[runs/2]/off[runs/2], runs, cpuOn[runs/2]/cpuOff[runs/2])
	fmt.Printf("%-30s %s ms  goal 15\n", "in the ledger, a run", spread(inside, "%.1f"))
	fmt.Printf("%-30s %s ms, %s of them  goal 1\n", "in the ledger, a wave", spread(sync, "%.2f"), spread(waves, "%.0f"))
	return nil
}

// at returns how long the steps of a name took together, in seconds.
func (t *timing) at(name string) (sum float64) {
	for _, s := range t.Steps {
		if s.Name == name {
			sum += s.Seconds
		}
	}
	return sum
}

// overheadOf does one run and says how long it took, and what of it passed in
// the ledger.
func overheadOf(home, id string, with bool) error {
	w, err := enterWorld("brindleford", 50*time.Millisecond)
	if err != nil {
		return err
	}
	defer w.Close()
	t := new(timing)
	began, cpu := time.Now(), processor()
	if err := w.investigate(home, id, with, t); err != nil {
		return err
	}
	t.Steps = append(t.Steps, timed{"run", time.Since(began).Seconds()}, timed{"cpu", (processor() - cpu).Seconds()})
	return json.NewEncoder(os.Stdout).Encode(t)
}

// investigate does what osint investigate --active does in an installation: it
// collects, judges, attests, renders, and attests the reports.
func (w *world) investigate(home, id string, with bool, t *timing) (err error) {
	keys := filepath.Join(home, "keys")
	f, err := pipeline.Create(filepath.Join(home, id), keys)
	if err != nil {
		return err
	}
	defer f.Close()
	attest := func() error { return nil }
	if with {
		var l *audit.Ledger
		var s *stopwatch
		err := t.take("open", func() (err error) {
			if l, err = audit.Open(filepath.Join(home, "audit"), keys, audit.Options{Actor: "bench", Tool: "bench"}); err != nil {
				return err
			}
			sink, err := l.For(f.Vault().Case, filepath.Join(f.Dir, "case.jsonl"), audit.Consent{})
			s = &stopwatch{Sink: sink}
			return err
		})
		if err != nil {
			return err
		}
		f.Also(s)
		attest = func() error { return t.attest(l, f) }
		defer func() {
			t.Waves = s.waves
			t.Steps = append(t.Steps, timed{"lines", s.events.Seconds()}, timed{"waves", s.syncs.Seconds()})
			err = errors.Join(err, t.take("close", l.Close))
		}()
	}
	c, err := w.run(f).Do(context.Background(), f.Sinks()...)
	if err == nil {
		err = attest()
	}
	if err == nil {
		err = render(report.Build(c, report.Options{Reveal: f.Vault().Reveal}))
	}
	if err == nil {
		err = f.Append(&pipeline.Event{Reported: &pipeline.Act{By: "bench", What: "reports"}})
	}
	if err == nil {
		err = attest()
	}
	return err
}

// attest proves the lines of a case as they are, in the case itself.
func (t *timing) attest(l *audit.Ledger, f *pipeline.Folder) error {
	var data []byte
	err := t.take("attest", func() error {
		a, err := l.Attest(f.Vault().Case, filepath.Join(f.Dir, "case.jsonl"))
		if err == nil {
			data, err = json.Marshal(a)
		}
		return err
	})
	if err != nil {
		return err
	}
	return f.Append(&pipeline.Event{Attested: &pipeline.Act{What: "lines", Data: data}})
}

func render(d *report.Document) error {
	for _, format := range report.Formats() {
		if err := format.Render(io.Discard, d); err != nil {
			return fmt.Errorf("render %s: %w", format.Name, err)
		}
	}
	return nil
}

// A stopwatch measures what passes in a sink.
type stopwatch struct {
	pipeline.Sink
	events, syncs time.Duration
	waves         int
}

func (s *stopwatch) Event(e *pipeline.Event) error {
	began := time.Now()
	defer func() { s.events += time.Since(began) }()
	return s.Sink.Event(e)
}

func (s *stopwatch) Sync() error {
	began := time.Now()
	defer func() { s.syncs += time.Since(began) }()
	s.waves++
	return s.Sink.Sync()
}
