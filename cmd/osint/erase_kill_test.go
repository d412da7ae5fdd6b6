package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEraseKilled kills osint erase at many moments: whatever it had done, typing
// the same again ends with nothing of the person left, one Erased line, reports
// made after it, and a case and a record that hold.
func TestEraseKilled(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	osint := func(home string, args ...string) *exec.Cmd {
		cmd := exec.Command("osint", args...)
		cmd.Env = append(os.Environ(), "OSINT_HOME="+home)
		return cmd
	}
	whole, home := filepath.Join(base, "whole"), filepath.Join(base, "home") // cases are found where they were
	if out, err := osint(home, "investigate", "brindleford.example", "--lab", "brindleford", "--active", "--quiet", "--format", "json,html").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Rename(home, whole); err != nil {
		t.Fatal(err)
	}
	erase := []string{"erase", "--subject", "marguerite.oakenshaw@brindleford.example", "--reason", "request 12", "--yes"}
	const erasedLine = `"erased":{"what"`
	killed, finished := 0, 0
	for i := range 6 {
		os.RemoveAll(home)
		if out, err := exec.Command("cp", "-a", whole, home).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		cmd := osint(home, erase...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cases, _ := filepath.Glob(filepath.Join(home, "data", "cases", "*"))
		for end := time.Now().Add(20 * time.Second); i > 0 && !strings.Contains(read(t, filepath.Join(cases[0], "case.jsonl")), erasedLine) && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(i*30) * time.Millisecond)
		_ = cmd.Process.Signal(syscall.SIGKILL)
		var died *exec.ExitError
		if err := cmd.Wait(); errors.As(err, &died) && died.ExitCode() == -1 {
			killed++
		}
		out, err := osint(home, erase...).CombinedOutput()
		if err != nil {
			t.Fatalf("round %d: %v: %s", i, err, out)
		}
		if strings.Contains(string(out), "is finished") {
			finished++
		}
		lines := read(t, filepath.Join(cases[0], "case.jsonl"))
		if n := strings.Count(lines, erasedLine); n != 1 {
			t.Errorf("round %d: %d Erased lines", i, n)
		}
		if strings.LastIndex(lines, `"reported":`) < strings.LastIndex(lines, erasedLine) {
			t.Errorf("round %d: the reports are those of before", i)
		}
		if out, err := osint(home, erase...).CombinedOutput(); err != nil || !strings.Contains(string(out), "nothing is held of this person") {
			t.Errorf("round %d, and typed a third time: %v: %s", i, err, out)
		}
		for _, check := range [][]string{{"verify", cases[0]}, {"audit", "verify", "--case", cases[0], "--evidence"}} {
			if out, err := osint(home, check...).CombinedOutput(); err != nil {
				t.Errorf("round %d: %v: %v: %s", i, check, err, out)
			}
		}
	}
	if killed < 2 || finished < 1 {
		t.Errorf("only %d of 6 were killed at work, %d of them behind the line", killed, finished)
	}
	t.Logf("%d killed, %d of them behind the line", killed, finished)
}
