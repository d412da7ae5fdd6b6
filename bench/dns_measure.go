package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A command is a client that writes one line for each name found.
type command struct {
	name string
	args []string
}

// measure runs commands in turn, so many times each. One that does not find
// what is there is an error: a fast client that loses names is none.
func (b *dnsRuns) measure(runs int, commands ...command) ([][]sample, error) {
	samples := make([][]sample, len(commands))
	for range runs {
		for i, c := range commands {
			var found tally
			s, err := onceInto(c.args, &found)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			if found.names != dnsThere || found.wrong > 0 {
				return nil, fmt.Errorf("%s found %d names of %d, and %d lines that are none", c.name, found.names, dnsThere, found.wrong)
			}
			samples[i] = append(samples[i], s)
		}
	}
	return samples, nil
}

// A tally counts the names hN of the zone that a client writes, one a line,
// each once; lines that are none it counts as wrong. It holds nothing else:
// what this process holds when it starts another counts as that one's peak.
type tally struct {
	names, wrong int
	seen         [dnsThere]bool
	line         []byte
}

func (t *tally) Write(p []byte) (int, error) {
	for _, c := range p {
		if c != '\n' {
			t.line = append(t.line, c)
			continue
		}
		var n int
		_, err := fmt.Sscanf(string(t.line), "h%d."+dnsZone, &n)
		switch {
		case err != nil || n < 0 || n >= dnsThere || t.seen[n]:
			t.wrong++
		default:
			t.seen[n] = true
			t.names++
		}
		t.line = t.line[:0]
	}
	return len(p), nil
}

// pinned makes a command run on one core, where that can be said.
func pinned(core int, args ...string) []string {
	if _, err := exec.LookPath("taskset"); err != nil {
		return args
	}
	return append([]string{"taskset", "-c", fmt.Sprint(core)}, args...)
}

func showDNS(name string, s []sample) {
	cpu, wall := figures(s, func(x sample) time.Duration { return x.cpu }), figures(s, func(x sample) time.Duration { return x.wall })
	fmt.Printf("%-28s CPU %s s  wall %s s  peak %.1f MiB  (%d runs)\n", name, spread(cpu, "%.3f"), spread(wall, "%.3f"), peak(s), len(s))
}

func figures(s []sample, of func(sample) time.Duration) (out []float64) {
	for _, x := range s {
		out = append(out, of(x).Seconds())
	}
	return out
}

func median(f []float64) float64 {
	slices.Sort(f)
	return f[len(f)/2]
}

func ratio(a, b []sample) float64 {
	cpu := func(x sample) time.Duration { return x.cpu }
	return median(figures(a, cpu)) / median(figures(b, cpu))
}

func rate(s []sample) float64 {
	return dnsNames / median(figures(s, func(x sample) time.Duration { return x.wall }))
}

// peak is the most that any run held, in MiB.
func peak(s []sample) (most float64) {
	for _, x := range s {
		most = max(most, float64(x.rss)/(1<<20))
	}
	return most
}

// onceInto runs a command whose output is looked at.
func onceInto(args []string, out io.Writer, env ...string) (sample, error) {
	cmd := exec.Command(args[0], args[1:]...)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr, cmd.Env = out, &said, append(os.Environ(), env...)
	began := time.Now()
	err := cmd.Run()
	wall := time.Since(began)
	if err != nil {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
	}
	if cmd.ProcessState == nil {
		return sample{}, err
	}
	use := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return sample{wall, time.Duration(use.Utime.Nano() + use.Stime.Nano()), use.Maxrss * 1024}, err
}

func exitedWith(err error, code int) bool {
	var failed *exec.ExitError
	return errors.As(err, &failed) && failed.ExitCode() == code
}
