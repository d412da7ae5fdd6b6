package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// Under the race detector SQLite, which is C made Go, takes ten times as long,
// and a test that runs osint often does little else. So osint in the PATH of a
// test is then a program without it, built with the tag osinttest; a test in
// which much happens at once asks for the one with it, by the word raced in a
// script, by [raced] or by [racedProgram]. With OSINT_LONG set every test has that one; without
// the detector every test runs the test binary.

// racedPath is a PATH in which osint has the detector that the test binary
// has.
var racedPath string

// quickProgram puts osint without the detector first in PATH, where the test
// binary has it, and returns how that is undone.
func quickProgram() (undo func(), err error) {
	racedPath = os.Getenv("PATH")
	if !withDetector() || os.Getenv("OSINT_LONG") != "" || testing.CoverMode() != "" {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "osint-test-")
	if err != nil {
		return nil, err
	}
	undo = func() { os.RemoveAll(dir) }
	if err := buildProgram(filepath.Join(dir, "osint"), "-tags", "osinttest"); err != nil {
		undo()
		return nil, err
	}
	return undo, os.Setenv("PATH", dir+string(filepath.ListSeparator)+racedPath)
}

// buildProgram builds osint without the detector, of packages that go vet has
// built already.
func buildProgram(to string, flags ...string) error {
	if out, err := exec.Command("go", append([]string{"build", "-buildvcs=false", "-o", to}, flags...)...).CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %v\n%s", err, out)
	}
	return nil
}

func withDetector() bool {
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-race" {
			return s.Value == "true"
		}
	}
	return false
}

// raced has a test that is not parallel run osint with the detector.
func raced(t *testing.T) { t.Setenv("PATH", racedPath) }

// racedProgram returns where osint with the detector lies.
func racedProgram() string {
	return filepath.Join(filepath.SplitList(racedPath)[0], "osint")
}

// racedWord does so for the rest of a script.
func racedWord(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: raced")
	}
	ts.Setenv("PATH", racedPath)
}

// TestProgram holds which osint a test runs.
func TestProgram(t *testing.T) {
	quick := withDetector() && os.Getenv("OSINT_LONG") == "" && testing.CoverMode() == ""
	detector := func() bool {
		t.Helper()
		path, err := exec.LookPath("osint")
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("go", "version", "-m", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(out), "\t-race=true\n")
	}
	if detector() != (withDetector() && !quick) {
		t.Errorf("detector: %v", detector())
	}
	raced(t)
	if detector() != withDetector() {
		t.Errorf("raced: detector: %v", detector())
	}
}
