package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"osint/pkg/pipeline"
)

// labRun investigates the lively world with 100 ms at every source, the lab
// in a process of its own, and sets the time of the run against the chain of
// dependent exchanges computed from the case it left.
func labRun(binary string) error {
	const runs = 7
	flags, stop, err := serve(binary, "brindleford", "100ms")
	if err != nil {
		return err
	}
	defer stop()
	dir, err := os.MkdirTemp("", "osint-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var ratios []float64
	var whole []time.Duration
	for i := range runs {
		out := filepath.Join(dir, fmt.Sprint(i))
		args := append([]string{"investigate", "brindleford.example", "--active", "--quiet", "--out", out}, flags...)
		cmd := exec.Command(binary, args...)
		cmd.Env = append(os.Environ(), "OSINT_HOME="+filepath.Join(dir, fmt.Sprint("home", i))) // no cache from the run before
		cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
		began := time.Now()
		err := cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != 0 && code != 3 { // 3: coverage, an answer all the same
			return fmt.Errorf("run %d: %w", i, err)
		}
		whole = append(whole, time.Since(began))
		c, err := pipeline.Read(out)
		if err != nil {
			return err
		}
		chain := c.Chain()
		collected := stage(c, pipeline.Profiling) + stage(c, pipeline.Collecting)
		longest := chain[len(chain)-1].Total
		ratios = append(ratios, float64(collected)/float64(longest))
		if i == runs-1 {
			describe(c, chain, collected)
		}
	}
	slices.Sort(ratios)
	slices.Sort(whole)
	fmt.Printf("%-28s %.3f (%.3f–%.3f)  goal 1.15  (%d runs)\n", "collecting / longest chain", ratios[runs/2], ratios[0], ratios[runs-1], runs)
	fmt.Printf("%-28s %.2f s (%.2f–%.2f)  goal 2.5 s\n", "whole process", whole[runs/2].Seconds(), whole[0].Seconds(), whole[runs-1].Seconds())
	return nil
}

func stage(c *pipeline.Case, s pipeline.Stage) time.Duration {
	for _, t := range c.Closed.Stages {
		if t.Stage == s {
			return t.Elapsed
		}
	}
	return 0
}

func describe(c *pipeline.Case, chain []pipeline.Link, collected time.Duration) {
	fmt.Printf("%d exchanges, %d observations, collected in %.0f ms; the longest chain:\n", len(c.Exchanges), len(c.Observations), ms(collected))
	for _, l := range chain {
		fmt.Printf("  %6.0f ms  %-14s %s\n", ms(l.Total), l.Exchange.Task.Collector, l.Exchange.Locator)
	}
	var most []string
	for name, n := range c.RoundTrips() {
		most = append(most, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(most)
	fmt.Printf("  round trips one after another, at most 4: %s\n", strings.Join(most, ", "))
}

// serve starts a world of the lab and returns the flags that lead to it.
func serve(binary, world, latency string) (flags []string, stop func(), err error) {
	cmd := exec.Command(binary, "lab", "serve", world, "--lab-latency", latency, "--json")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		stop()
		return nil, nil, fmt.Errorf("lab serve: %w", err)
	}
	var said struct {
		Flags []string `json:"flags"`
	}
	if err := json.Unmarshal(line, &said); err != nil {
		stop()
		return nil, nil, fmt.Errorf("lab serve said %q: %w", line, err)
	}
	return said.Flags, stop, nil
}
