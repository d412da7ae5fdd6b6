package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
)

// erase erases a person who is in 1, 10 and 100 of 1,000 cases, and one who is in
// 10 of 100: the whole command, with the record. Every case has six people more,
// and answers that name them.
func erase(binary string) error {
	for _, cases := range []int{100, 1000} {
		home, err := os.MkdirTemp("", "osint-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(home)
		began := time.Now()
		if err := peopled(home, cases); err != nil {
			return err
		}
		fmt.Printf("%-44s %s\n", fmt.Sprintf("(%d cases were made in", cases), time.Since(began).Round(time.Millisecond).String()+")")
		for _, in := range []int{1, 10, 100} {
			if in == cases || in*10 > cases && cases == 100 {
				continue
			}
			took, cpu, err := erasedIn(binary, home, whoIsIn(in))
			if err != nil {
				return err
			}
			fmt.Printf("%-44s %.0f ms, %.0f ms of CPU; a case: %.1f ms, %.1f ms of CPU\n", fmt.Sprintf("erase a person who is in %d of %d cases", in, cases),
				took.Seconds()*1e3, cpu.Seconds()*1e3, took.Seconds()*1e3/float64(in), cpu.Seconds()*1e3/float64(in))
		}
		took, cpu, err := erasedIn(binary, home, "somebody.else@corp.example")
		if err != nil {
			return err
		}
		fmt.Printf("%-44s %.0f ms, %.0f ms of CPU\n", fmt.Sprintf("erase a person who is in none of %d", cases), took.Seconds()*1e3, cpu.Seconds()*1e3)
	}
	return nil
}

func whoIsIn(cases int) string { return fmt.Sprintf("in%d@corp.example", cases) }

func erasedIn(binary, home, who string) (took, cpu time.Duration, err error) {
	cmd := exec.Command(binary, "erase", "--subject", who, "--reason", "bench", "--yes", "--json")
	cmd.Env = append(os.Environ(), "OSINT_HOME="+home)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, 0, fmt.Errorf("%v: %s", err, out)
	}
	return time.Since(began), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// peopled makes cases in an installation of its own.
func peopled(home string, cases int) error {
	keys := filepath.Join(home, "state", "keys")
	l, err := audit.Open(filepath.Join(home, "state", "audit"), keys, audit.Options{Actor: "bench", Tool: "bench"})
	if err != nil {
		return err
	}
	errs, turns := make(chan error, cases), make(chan bool, 16) // what they wait for is the disk
	for i := range cases {
		people := []string{}
		for n := range 6 {
			people = append(people, fmt.Sprintf("p%d-%d@corp.example", i, n))
		}
		for _, in := range []int{1, 10, 100} {
			if every := cases / min(in, cases); i%every == 0 && i/every < in {
				people = append(people, whoIsIn(in))
			}
		}
		go func() {
			turns <- true
			errs <- peopledCase(l, filepath.Join(home, "data", "cases", fmt.Sprintf("corp.example-%04d", i)), keys, people)
			<-turns
		}()
	}
	for range cases {
		err = errors.Join(err, <-errs)
	}
	return errors.Join(err, l.Close())
}

// peopledCase makes one case, as a run writes it: in two waves.
func peopledCase(l *audit.Ledger, dir, keys string, people []string) error {
	f, err := pipeline.Create(dir, keys)
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := l.For(f.Vault().Case, filepath.Join(dir, "case.jsonl"), audit.Consent{})
	if err != nil {
		return err
	}
	f.Also(s)
	target := pipeline.Entity{Kind: pipeline.KindDomain, Value: "corp.example"}
	key := pipeline.TaskKey{Collector: "rdap", Subject: target}
	events := []*pipeline.Event{
		{Opened: &pipeline.Opened{Schema: pipeline.SchemaVersion, Case: f.Vault().Case, Seeds: []pipeline.Entity{target}, TLP: "TLP:AMBER", Resolved: []byte("{}")}},
		{Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: target}, Scope: "subject", Groups: []pipeline.Group{{Ruling: pipeline.Ruling{Verdict: pipeline.Allow, Rule: "bench"}, Collectors: []string{"rdap"}}}}},
		{Started: &pipeline.Started{Task: key, Attempt: 1}},
	}
	for i, p := range people {
		person := f.Vault().SealEntity(pipeline.Entity{Kind: pipeline.KindEmail, Value: p})
		x := &pipeline.Exchange{ID: pipeline.NewExchangeID(key, p, 0), Task: key, Source: "rdap", Outcome: pipeline.OK, At: benchTime, Kept: pipeline.KeepSealed}
		if x.SHA256, x.Kid, err = f.Vault().SealBody([]byte("contact of corp.example: " + p)); err != nil {
			return err
		}
		o := &pipeline.Observation{ID: fmt.Sprintf("o%d", i), Subject: target, Predicate: "has-contact", Object: &person, Category: pipeline.Contact, At: benchTime, Asked: target, Exchanges: []pipeline.ExchangeID{x.ID}}
		events = append(events, &pipeline.Event{Exchanged: x}, &pipeline.Event{Observed: o})
	}
	events = append(events, &pipeline.Event{Finished: &pipeline.Finished{Task: key, Outcome: pipeline.OK}}, &pipeline.Event{Closed: &pipeline.Closed{Outcome: "complete"}})
	for i, e := range events {
		e.Seq, e.Time = uint64(i+1), benchTime
		for _, sink := range f.Sinks() {
			if err := sink.Event(e); err != nil {
				return err
			}
		}
	}
	for _, sink := range f.Sinks() {
		if err := sink.Sync(); err != nil {
			return err
		}
	}
	return nil
}
