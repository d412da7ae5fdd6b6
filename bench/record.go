package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
)

// record runs whole investigations of so many hosts with the engine, a made-up
// collector that answers at once, the case file and the ledger, and in turn with
// them without the ledger. The lines are mixed as the lively world's are: a task
// has three exchanges and three observations.
func record() error {
	const runs, hosts = 7, 3000
	dir, err := os.MkdirTemp("", "osint-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var rates, cpus, entries [2][]float64
	for i := range runs {
		for j := range 2 {
			with := (i+j)%2 == 0
			t, err := child("record-of", filepath.Join(dir, fmt.Sprint(i, with)), fmt.Sprint(hosts), fmt.Sprint(with))
			if err != nil {
				return err
			}
			k := 0
			if !with {
				k = 1
			}
			rates[k] = append(rates[k], float64(t.Lines)/t.Steps[0].Seconds)
			cpus[k] = append(cpus[k], t.Steps[1].Seconds/float64(t.Lines)*1e6)
			entries[k] = append(entries[k], float64(t.Entries)/float64(t.Lines))
		}
	}
	fmt.Printf("%-30s %s events/s, %s µs of CPU each, %.2f entries an event  goal 80,000/s (%d runs)\n", "a run, case and ledger",
		spread(rates[0], "%.0f"), spread(cpus[0], "%.1f"), slices.Max(entries[0]), runs)
	fmt.Printf("%-30s %s events/s, %s µs of CPU each\n", "floor: the case alone", spread(rates[1], "%.0f"), spread(cpus[1], "%.1f"))
	return nil
}

// recordOf does one run in this process and counts what it wrote.
func recordOf(dir string, hosts int, with bool) error {
	f, err := pipeline.Create(filepath.Join(dir, "case"), filepath.Join(dir, "keys"))
	if err != nil {
		return err
	}
	defer f.Close()
	t := new(timing)
	if with {
		l, err := audit.Open(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), audit.Options{Actor: "bench", Tool: "bench"})
		if err != nil {
			return err
		}
		defer l.Close()
		s, err := l.For(f.Vault().Case, filepath.Join(f.Dir, "case.jsonl"), audit.Consent{})
		if err != nil {
			return err
		}
		f.Also(s)
		defer func() {
			t.Entries, _, _ = l.Head()
			_ = json.NewEncoder(os.Stdout).Encode(t)
		}()
	} else {
		defer func() { _ = json.NewEncoder(os.Stdout).Encode(t) }()
	}
	run := &pipeline.Run{Opened: pipeline.Opened{Limits: pipeline.Limits{Depth: 1}, TLP: "TLP:GREEN"}, Gate: lenient{}, Assessor: lenient{}, Vault: f.Vault(),
		Scope: pipeline.Scope{Seeds: []pipeline.Entity{{Kind: pipeline.KindDomain, Value: "corp.example"}}}}
	run.Collectors = append(run.Collectors, &instant{name: "names", consumes: pipeline.KindDomain, names: hosts})
	for _, name := range []string{"dns", "tls", "web"} {
		run.Collectors = append(run.Collectors, &instant{name: name, consumes: pipeline.KindHost})
	}
	var c *pipeline.Case
	cpu := processor()
	err = t.take("run", func() (err error) { c, err = run.Do(context.Background(), f.Sinks()...); return err })
	t.Steps = append(t.Steps, timed{"cpu", (processor() - cpu).Seconds()})
	if err == nil {
		t.Lines = c.Lines
	}
	return err
}

// An instant is a collector that has its answers.
type instant struct {
	name     string
	consumes pipeline.Kind
	names    int // of hosts, for a domain
}

func (i *instant) Spec() pipeline.Spec {
	return pipeline.Spec{Name: i.name, Consumes: []pipeline.Kind{i.consumes}, Source: pipeline.Source{Name: i.name, Family: i.name}, Mode: pipeline.Active}
}

func (i *instant) Collect(_ context.Context, t pipeline.Task, out pipeline.Out) error {
	for n := range 3 {
		x, err := out.Exchanged(pipeline.Exchange{Source: i.name, Operation: "ask", Question: t.Key.String() + " " + strconv.Itoa(n), Locator: i.name + ":" + t.Subject.Value,
			Outcome: pipeline.OK, Status: 200, At: time.Now(), Elapsed: 40 * time.Millisecond}, nil)
		if err != nil {
			return err
		}
		if i.names == 0 {
			out.Observed(i.saw(t, x, says("txt-record", i.name+" says "+strconv.Itoa(n)+" of it")))
			continue
		}
		for h := n; h < i.names; h += 3 {
			out.Observed(i.saw(t, x, to("has-name", pipeline.KindHost, fmt.Sprintf("h%05d.%s", h, t.Subject.Value))))
		}
	}
	return nil
}

func (i *instant) saw(t pipeline.Task, x pipeline.Exchange, o pipeline.Observation) pipeline.Observation {
	o.Collector, o.Source, o.Origin, o.Subject = i.name, i.name, i.name, t.Subject
	o.Category, o.Grade, o.At, o.Exchanges = pipeline.Technical, pipeline.Own, x.At, []pipeline.ExchangeID{x.ID}
	return o
}

// lenient allows all, and assesses nothing.
type lenient struct{}

func (lenient) Ask(pipeline.Spec, pipeline.Lead) pipeline.Ruling {
	return pipeline.Ruling{Verdict: pipeline.Allow, Rule: "bench", Keep: pipeline.KeepRaw}
}

func (lenient) Keep(_ pipeline.Spec, o pipeline.Observation) (pipeline.Observation, pipeline.Ruling) {
	return o, pipeline.Ruling{Verdict: pipeline.Allow, Rule: "bench", Keep: pipeline.KeepRaw}
}

func (lenient) Assess(*pipeline.Case, time.Time) ([]pipeline.Finding, *pipeline.Assessment, error) {
	return nil, &pipeline.Assessment{Model: "bench"}, nil
}
