package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"osint/pkg/audit/postgres/pgtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// quickExit keeps a program with the race detector from sleeping a second
// before it ends.
const quickExit = "atexit_sleep_ms=0"

func TestMain(m *testing.M) {
	os.Setenv("GORACE", quickExit)
	testscript.Main(served{m}, map[string]func(){"osint": testBinary})
}

// served are tests that ship to no server but those they start, which end with
// them, and look for credentials in no place but those they make.
type served struct{ m *testing.M }

func (s served) Run() int {
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		for _, head := range []string{"POSTGRES_", "VAULT_", "SOPS_AGE_", "DBUS_SESSION_", "XDG_RUNTIME_"} {
			if strings.HasPrefix(name, head) {
				os.Unsetenv(name)
			}
		}
	}
	undo, err := quickProgram()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer undo()
	return pgtest.Main(s.m)
}

// TestScripts runs testdata/script: each reads like a page of the manual, with
// its commands, its files, and what is expected on each stream. Beside the
// usual words a script has
//
//	exits CODE PROGRAM ARG...   the program ends with that code
//	raced                       osint has the race detector from here on, if the tests have it
//
// and the lab's worlds as text below $WORLDS.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("OSINT_HOME", e.WorkDir+"/home")
			e.Setenv("TERM", "dumb")
			e.Setenv("GORACE", quickExit)
			worlds, err := filepath.Abs("../../testdata/lab")
			if err != nil {
				return err
			}
			e.Setenv("WORLDS", worlds)
			return nil
		},
		Cmds:      map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "raced": racedWord},
		Condition: condition,
	})
}

// condition has one beside the usual: [namespaces], whether the kernel lets us
// make a mount namespace.
func condition(name string) (bool, error) {
	if name != "namespaces" {
		return false, fmt.Errorf("there is no condition %q", name)
	}
	return exec.Command("unshare", "-rm", "true").Run() == nil, nil
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("exits: %v", err)
	}
	got := 0
	var failed *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &failed) {
		got = failed.ExitCode()
	} else if err != nil {
		ts.Fatalf("exits: %v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// home gives a test folders of its own.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("OSINT_HOME", dir)
	return dir
}

func runHere(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command("osint", args...)
	cmd.Env = os.Environ()
	var out, errs writer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return string(out), string(errs), cmd.ProcessState.ExitCode()
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) { *w = append(*w, p...); return len(p), nil }

// osintCommand is the program, in an installation of its own.
func osintCommand(home string, args ...string) *exec.Cmd {
	cmd := exec.Command("osint", args...)
	cmd.Env = append(os.Environ(), "OSINT_HOME="+filepath.Join(home, "home"))
	return cmd
}
