package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"osint/pkg/pipeline"
)

// comprehensive investigates the world that every source knows, with 100 ms at
// each, by all collectors there are and every credential, the lab in a process of
// its own: the time of the run against its longest chain, its memory, and what a
// second run asks again while answers hold.
func comprehensive(binary string) error {
	const runs = 5
	flags, stop, err := serve(binary, "ravensworth", "100ms")
	if err != nil {
		return err
	}
	defer stop()
	dir, err := os.MkdirTemp("", "osint-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	everybody, env, err := everything(binary, dir)
	if err != nil {
		return err
	}
	var ratios, again, memory []float64
	var last, second *pipeline.Case
	for i := range runs {
		home := filepath.Join(dir, fmt.Sprint("home", i))
		c, _, most, err := investigateAll(binary, filepath.Join(dir, fmt.Sprint(i)), home, append(everybody, flags...), env)
		if err != nil {
			return fmt.Errorf("run %d: %w", i, err)
		}
		chain := c.Chain()
		ratios = append(ratios, float64(stage(c, pipeline.Profiling)+stage(c, pipeline.Collecting))/float64(chain[len(chain)-1].Total))
		memory = append(memory, most)
		twice, took, _, err := investigateAll(binary, filepath.Join(dir, fmt.Sprint(i, "b")), home, append(everybody, flags...), env)
		if err != nil {
			return fmt.Errorf("run %d, again: %w", i, err)
		}
		again, last, second = append(again, took.Seconds()), c, twice
	}
	fmt.Printf("%d tasks of %d collectors, %d exchanges, %d observations\n", len(last.Tasks), collectorsOf(last), len(last.Exchanges), len(last.Observations))
	fmt.Printf("%-28s %s  goal 1.15\n", "collecting / longest chain", spread(ratios, "%.3f"))
	fmt.Printf("%-28s %s MiB  goal 200\n", "peak of the process", spread(memory, "%.0f"))
	kept, sent := whoAgain(second)
	fmt.Printf("%-28s %s s  goal 1; %d answers from the cache, asked again: %s\n", "a second run", spread(again, "%.2f"), kept, sent)
	return nil
}

// everything returns the flags that ask every collector, in work that is not
// commercial, and an environment with every credential.
func everything(binary, dir string) (flags, env []string, err error) {
	profile, err := exec.Command(binary, "profile", "show", "default").Output()
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(dir, "everything.yaml")
	text := bytes.Replace(profile, []byte("commercial: true"), []byte("commercial: false"), 1)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, nil, err
	}
	out, err := exec.Command(binary, "collectors", "--json").Output()
	if err != nil {
		return nil, nil, err
	}
	var all struct {
		Collectors []struct {
			Name      string
			OnRequest string `json:"on_request"`
			Keys      []string
		}
	}
	if err := json.Unmarshal(out, &all); err != nil {
		return nil, nil, err
	}
	flags = []string{"investigate", "ravensworth.example", "--active", "--quiet", "--format", "json", "--profile", file, "--workers", "256"}
	var with []string
	for _, c := range all.Collectors {
		if strings.HasPrefix(c.OnRequest, "--with ") {
			with = append(with, c.Name)
		}
		for _, k := range c.Keys {
			if !strings.HasSuffix(k, "_URL") && !strings.HasSuffix(k, "_HOST") {
				env = append(env, k+"=bench-key")
			}
		}
	}
	return append(flags, "--with", strings.Join(with, ",")), env, nil
}

func investigateAll(binary, out, home string, args, env []string) (c *pipeline.Case, took time.Duration, mib float64, err error) {
	cmd := exec.Command(binary, append(args, "--out", out)...)
	cmd.Env = append(append(os.Environ(), "OSINT_HOME="+home), env...)
	cmd.Stderr = os.Stderr
	began := time.Now()
	err = cmd.Run()
	took = time.Since(began)
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 3 { // 3: coverage, an answer all the same
		return nil, 0, 0, err
	}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		mib = float64(u.Maxrss) / 1024
	}
	c, err = pipeline.Read(out)
	return c, took, mib, err
}

func collectorsOf(c *pipeline.Case) int {
	names := map[string]bool{}
	for _, t := range c.Tasks {
		names[t.Key.Collector] = true
	}
	return len(names)
}

// whoAgain counts what the cache answered, and says who was asked again.
func whoAgain(c *pipeline.Case) (kept int, sent string) {
	by := map[string]int{}
	for _, x := range c.Exchanges {
		if x.Cached {
			kept++
		} else {
			by[x.Source]++
		}
	}
	var parts []string
	for name, n := range by {
		parts = append(parts, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(parts)
	return kept, strings.Join(parts, ", ")
}
