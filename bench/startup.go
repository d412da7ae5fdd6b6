package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// sample is one run of a process.
type sample struct {
	wall, cpu time.Duration
	rss       int64 // bytes, the most it held
}

// startup runs `BINARY version`, one completion as a shell asks for it, and each
// floor binary in turn, and prints medians side by side.
func startup(binary string, floors []string) error {
	const runs = 51
	commands := [][]string{{binary, "version"}, {binary, "__complete", "investigate", "--profile", ""}}
	for _, f := range floors {
		commands = append(commands, []string{f})
	}
	samples := make([][]sample, len(commands))
	for range runs + 2 { // the first two warm the page cache
		for i, c := range commands {
			s, err := once(c)
			if err != nil {
				return fmt.Errorf("%v: %w", c, err)
			}
			samples[i] = append(samples[i], s)
		}
	}
	for i, c := range commands {
		show(strings.Join(c[:min(2, len(c))], " "), samples[i][2:])
	}
	if info, err := os.Stat(binary); err == nil {
		fmt.Printf("%-28s %.1f MB\n", "size of the binary", float64(info.Size())/1e6)
	}
	return inits(binary)
}

func once(command []string) (sample, error) {
	cmd := exec.Command(command[0], command[1:]...)
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, err
	}
	wall := time.Since(began)
	use := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	cpu := time.Duration(use.Utime.Nano() + use.Stime.Nano())
	return sample{wall, cpu, use.Maxrss * 1024}, nil
}

func show(name string, s []sample) {
	wall := func(a, b sample) int { return int(a.wall - b.wall) }
	rss := func(a, b sample) int { return int(a.rss - b.rss) }
	slices.SortFunc(s, wall)
	low, mid, high := s[0].wall, s[len(s)/2].wall, s[len(s)-1].wall
	slices.SortFunc(s, rss)
	fmt.Printf("%-28s wall %.2f ms (%.2f–%.2f)  peak %.1f MiB  (%d runs)\n", name, ms(mid), ms(low), ms(high), float64(s[len(s)/2].rss)/(1<<20), len(s))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

var initLine = regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, (\S+) ms clock`)

// inits prints the packages that take longest to initialise: the median of
// several traces, for a single one is noise.
func inits(binary string) error {
	times := map[string][]float64{}
	for range 11 {
		cmd := exec.Command(binary, "version")
		cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
		trace, err := cmd.CombinedOutput()
		if err != nil {
			return err
		}
		for _, m := range initLine.FindAllStringSubmatch(string(trace), -1) {
			t, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				return err
			}
			times[m[1]] = append(times[m[1]], t)
		}
	}
	type row struct {
		name string
		ms   float64
	}
	var rows []row
	for name, ts := range times {
		slices.Sort(ts)
		rows = append(rows, row{name, ts[len(ts)/2]})
	}
	slices.SortFunc(rows, func(a, b row) int { return int((b.ms - a.ms) * 1e6) })
	for _, r := range rows[:min(4, len(rows))] {
		fmt.Printf("  init %-40s %.3f ms\n", r.name, r.ms)
	}
	return nil
}
