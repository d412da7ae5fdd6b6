package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"osint/pkg/audit"
)

// together is how many acts a commit holds where commits are measured.
const together = 256

// ledger measures what it takes to put acts on record: many to a commit, from
// one caller and from many, and one by one. Bare SQLite writes the same rows in
// turn with it, so that both meet the same disk.
func ledger() error {
	const runs, rounds = 5, 80
	dir, err := os.MkdirTemp("", "osint-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l, err := audit.Open(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), audit.Options{Actor: "bench", Tool: "bench"})
	if err != nil {
		return err
	}
	defer l.Close()
	table, err := newFloor(filepath.Join(dir, "bare.db"), l)
	if err != nil {
		return err
	}
	defer table.close()
	acts := finished(together)
	many := &series{name: "one caller, 256 acts a commit", each: together, do: func() error { _, err := l.Append(acts...); return err }}
	crowd := &series{name: "256 callers, one act each", each: together, do: func() error { return crowded(l, acts) }}
	floor := &series{name: "floor: SQLite, 256 rows", each: together, do: func() error { return table.insert(together) }}
	one := &series{name: "one act", each: 1, do: func() error { _, err := l.Append(acts[0]); return err }}
	least := &series{name: "floor: SQLite, one row", each: 1, do: func() error { return table.insert(1) }}
	for range runs {
		if err := inTurn(rounds, 4, many, crowd, floor); err != nil {
			return err
		}
		if err := inTurn(rounds, 10, one, least); err != nil {
			return err
		}
	}
	many.print("goal 100,000/s, p99 15 ms")
	crowd.print("")
	floor.print("")
	one.print("")
	least.print("")
	fmt.Printf("%-30s %s  goal 1.25 (medians of %d runs; of CPU %s)\n", "one act / one row", spread(ratios(one.medians, least.medians), "%.2f"), runs, spread(ratios(one.cpus, least.cpus), "%.2f"))
	return opened(dir)
}

// A series is one way to write, and how long its commits took.
type series struct {
	name string
	each int // rows of a commit
	do   func() error

	commits             []time.Duration
	cpu                 time.Duration
	rates, medians, p99 []float64 // of the runs: rows/s, ms, ms
	cpus                []float64 // µs of CPU a row
}

// inTurn lets each series do some commits, over and over, and ends the run.
func inTurn(rounds, some int, all ...*series) error {
	for range rounds {
		for _, s := range all {
			cpu := processor()
			for range some {
				began := time.Now()
				if err := s.do(); err != nil {
					return fmt.Errorf("%s: %w", s.name, err)
				}
				s.commits = append(s.commits, time.Since(began))
			}
			s.cpu += processor() - cpu
		}
	}
	for _, s := range all {
		var sum time.Duration
		for _, c := range s.commits {
			sum += c
		}
		rows := float64(len(s.commits) * s.each)
		slices.Sort(s.commits)
		s.rates = append(s.rates, rows/sum.Seconds())
		s.medians = append(s.medians, ms(s.commits[len(s.commits)/2]))
		s.p99 = append(s.p99, ms(s.commits[len(s.commits)*99/100]))
		s.cpus = append(s.cpus, float64(s.cpu.Microseconds())/rows)
		s.commits, s.cpu = s.commits[:0], 0
	}
	return nil
}

func (s *series) print(goal string) {
	fmt.Printf("%-30s %s rows/s  commit p50 %s ms, p99 %s ms  CPU %s µs a row  %s\n", s.name,
		spread(s.rates, "%.0f"), spread(slices.Clone(s.medians), "%.2f"), spread(s.p99, "%.1f"), spread(slices.Clone(s.cpus), "%.1f"), goal)
}

func ratios(a, b []float64) (r []float64) {
	for i := range a {
		r = append(r, a[i]/b[i])
	}
	return r
}

// crowded appends each act from a goroutine of its own.
func crowded(l *audit.Ledger, acts []audit.Act) error {
	var wg sync.WaitGroup
	failed := make(chan error, len(acts))
	for i := range acts {
		wg.Go(func() {
			if _, err := l.Append(acts[i]); err != nil {
				failed <- err
			}
		})
	}
	wg.Wait()
	close(failed)
	return <-failed
}

// opened measures opening and closing a ledger that has entries, nothing being
// written.
func opened(dir string) error {
	const runs = 21
	var took, cpu []float64
	for range runs {
		began, spent := time.Now(), processor()
		l, err := audit.Open(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), audit.Options{Actor: "bench", Tool: "bench"})
		if err == nil {
			err = l.Close()
		}
		if err != nil {
			return err
		}
		took, cpu = append(took, ms(time.Since(began))), append(cpu, ms(processor()-spent))
	}
	fmt.Printf("%-30s %s ms, %s ms of CPU (%d runs)\n", "open and close", spread(took, "%.1f"), spread(cpu, "%.1f"), runs)
	return nil
}

// finished returns n acts of the most frequent kind, with bodies of some 250
// bytes.
func finished(n int) (acts []audit.Act) {
	for i := range n {
		acts = append(acts, audit.Act{Type: audit.TaskFinish, Case: "c-0123456789abcdef", Body: audit.Body{
			"line": 1000 + i, "at": int64(1764140000123), "collector": "tls", "source": "tls", "kind": "host", "subject": fmt.Sprintf("h%05d.corp.example", i),
			"outcome": "failed", "reason": "the handshake was cut off: connection reset by peer", "elapsed_ms": 50 + i, "exchanges": 1, "observations": 3, "bytes": 4096, "cost_microusd": 0}})
	}
	return acts
}
