package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// testBinary is osint as the test binary: with the clock of
// clock_test_build.go, which needs a build tag.
func testBinary() {
	if text := os.Getenv("OSINT_TEST_NOW"); text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic(err)
		}
		lawClock = func() time.Time { return at }
	}
	main()
}

// TestLawClock holds that tests can set the clock of law, and that a release
// knows of no such thing: not even the variable's name is in it.
func TestLawClock(t *testing.T) {
	home(t)
	if _, errs, code := runHere(t, "investigate", "hollowmere.example", "--lab", "silent", "--quiet", "--format", "json"); code != 0 {
		t.Fatal(errs)
	}
	old := func() string {
		t.Helper()
		out, errs, code := runHere(t, "cases", "prune", "--older-than", "3650d", "--dry-run")
		if code != 0 {
			t.Fatal(errs)
		}
		return out
	}
	for _, path := range []string{os.Getenv("PATH"), racedPath} {
		t.Setenv("PATH", path)
		t.Setenv("OSINT_TEST_NOW", "")
		if out := old(); !strings.HasPrefix(out, "would remove 0 cases") {
			t.Error(out)
		}
		t.Setenv("OSINT_TEST_NOW", "2099-01-01T00:00:00Z")
		if out := old(); !strings.Contains(out, "would remove 1 case") {
			t.Error(out)
		}
	}

	release := filepath.Join(t.TempDir(), "osint")
	if err := buildProgram(release); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{release: false, os.Args[0]: true} {
		if has := bytes.Contains([]byte(read(t, path)), []byte("OSINT_TEST_")); has != want {
			t.Errorf("%s has OSINT_TEST_: %v", path, has)
		}
	}
	t.Setenv("PATH", filepath.Dir(release)+string(filepath.ListSeparator)+racedPath)
	if out := old(); !strings.HasPrefix(out, "would remove 0 cases") {
		t.Errorf("a release has the clock of a test: %s", out)
	}
	if strings.Contains(read(t, "../../Makefile"), "osinttest") {
		t.Error("the Makefile builds with the tag of tests")
	}
}
