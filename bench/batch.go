package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// batch investigates lists of 10, 100 and 1,000 alike domains, 50 ms at every
// source, the lab in a process of its own. The cost of a target is what each
// beyond the first takes, so that starting up is not counted.
func batch(binary string, sizes []string) error {
	if len(sizes) == 0 {
		sizes = []string{"10", "100", "1000"}
	}
	alone, err := batchOf(binary, 1)
	if err != nil {
		return err
	}
	var first float64
	for _, s := range sizes {
		n, err := strconv.Atoi(s)
		if err != nil || n < 2 {
			return fmt.Errorf("batch %s: want numbers of targets from 2", s)
		}
		got, err := batchOf(binary, n)
		if err != nil {
			return err
		}
		each := ms(got.cpu-alone.cpu) / float64(n-1)
		if first == 0 {
			first = each
		}
		fmt.Printf("%5d targets  wall %7.2f s  CPU of a target %6.1f ms, %.2f x the first  goal 1.10  peak %5.1f MiB  goal 200 MiB\n",
			n, got.wall.Seconds(), each, each/first, float64(got.rss)/(1<<20))
	}
	return nil
}

// batchOf runs one list in an installation of its own.
func batchOf(binary string, n int) (s sample, err error) {
	flags, stop, err := serve(binary, fmt.Sprint("estate:", n), "50ms")
	if err != nil {
		return s, err
	}
	defer stop()
	dir, err := os.MkdirTemp("", "osint-bench-")
	if err != nil {
		return s, err
	}
	defer os.RemoveAll(dir)
	list := filepath.Join(dir, "targets.txt")
	var names strings.Builder
	for i := range n {
		fmt.Fprintf(&names, "d%05d.example\n", i)
	}
	if err := os.WriteFile(list, []byte(names.String()), 0o600); err != nil {
		return s, err
	}
	args := append([]string{"batch", list, "--profile", "ci", "--progress", "quiet", "--concurrency", "16", "--out", filepath.Join(dir, "out")}, flags...)
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), "OSINT_HOME="+filepath.Join(dir, "home"))
	cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return s, fmt.Errorf("batch of %d: %w", n, err)
	}
	use := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return sample{time.Since(began), time.Duration(use.Utime.Nano() + use.Stime.Nano()), use.Maxrss * 1024}, nil
}
