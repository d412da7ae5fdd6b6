package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestExamples runs every example of every command that needs no network, in
// a folder with one case, and reads the flags of the others.
func TestExamples(t *testing.T) {
	home(t)
	t.Chdir(t.TempDir())
	if _, errs, code := runHere(t, "investigate", "brindleford.example", "--lab", "brindleford", "--out", "CASE", "--quiet"); code != 0 && code != tooLittle {
		t.Fatal(code, errs)
	}
	proof := "" // the ID of an answer that is kept as it was received
	for _, line := range strings.Split(read(t, "CASE/case.jsonl"), "\n") {
		if strings.Contains(line, `"exchanged":`) && strings.Contains(line, `"kept":"raw"`) {
			proof = regexp.MustCompile(`x[0-9a-f]{20}`).FindString(line)
		}
	}
	root := newRoot(newConsole())
	each(root, func(cmd *cobra.Command) {
		if cmd.Annotations["topic"] != "" {
			return
		}
		if strings.TrimSpace(cmd.Example) == "" {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for _, line := range strings.Split(cmd.Example, "\n") {
			example(t, strings.TrimSpace(line), proof)
		}
	})
}

func example(t *testing.T, line, proof string) {
	line = regexp.MustCompile(`source <\((.*)\)`).ReplaceAllString(line, "$1")
	line = regexp.MustCompile(`x0123456789abcdef0123`).ReplaceAllString(line, proof)
	line, _, _ = strings.Cut(regexp.MustCompile(` [|>] | && `).ReplaceAllString(line, "\x00"), "\x00")
	var args []string
	for _, word := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1) {
		args = append(args, strings.Trim(word, "'"))
	}
	if len(args) == 0 || args[0] != "osint" {
		t.Errorf("not an example: %q", line)
		return
	}
	root := newRoot(newConsole())
	cmd, rest, err := root.Find(args[1:])
	if err == nil {
		cmd.InitDefaultHelpFlag()
		err = cmd.ParseFlags(rest)
	}
	if err != nil {
		t.Errorf("%s: %v", line, err)
		return
	}
	world := cmd.Flags().Lookup("lab")
	switch {
	case cmd.Name() == "serve", cmd.Name() == "batch", cmd.Name() == "investigate" && world.Value.String() == "":
		return // serves until it is stopped; wants files; asks the internet
	case cmd.Name() == "rm", cmd.Name() == "unset", cmd.Name() == "lost", cmd.Name() == "accept-rollback", cmd.Name() == "revoke", cmd.Name() == "resume" && !strings.Contains(line, "--lab"):
		return // TestScripts has them
	case cmd.Name() == "approve" && len(args) > 4, strings.Contains(cmd.CommandPath(), " suppress ") && cmd.Name() != "list":
		return // want a signature, or change a list: TestApprove and TestScripts have them
	case cmd.Name() == "sign", cmd.Name() == "update":
		return // want a registry: TestScripts has one
	case strings.Contains(line, " INCIDENT"):
		return // TestScripts has them
	case cmd.CommandPath() == "osint keys set":
		return // wants a value on stdin: TestScripts has them
	case cmd.Name() == "ship", cmd.Name() == "migrate", cmd.Name() == "recover":
		return // want a PostgreSQL: TestAuditShip has one
	}
	if _, errs, code := runHere(t, args[1:]...); code != 0 && code != tooLittle && code != tooRisky && (code != notAsked || cmd.Name() != "check") {
		t.Errorf("%s: exit code %d: %s", line, code, errs)
	}
	for _, file := range []string{projectFile, filepath.Join(os.Getenv("OSINT_HOME"), "config", userFile)} {
		_ = os.Remove(file) // what osint config set wrote is not for the next
	}
}

func each(cmd *cobra.Command, do func(*cobra.Command)) {
	do(cmd)
	for _, sub := range cmd.Commands() {
		each(sub, do)
	}
}

// TestHelp holds that -h, --help and help say the same of every command, and
// that its examples stand before its flags.
func TestHelp(t *testing.T) {
	home(t)
	each(newRoot(newConsole()), func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		if cmd.Annotations["topic"] != "" || cmd.Name() == "help" {
			return
		}
		want, errs, code := runHere(t, append(path, "--help")...)
		if code != 0 || errs != "" {
			t.Errorf("%s: %d, %s", cmd.CommandPath(), code, errs)
		}
		for _, args := range [][]string{append(path[:len(path):len(path)], "-h"), append([]string{"help"}, path...)} {
			if got, _, code := runHere(t, args...); got != want || code != 0 {
				t.Errorf("osint %s says something else than --help", strings.Join(args, " "))
			}
		}
		examples, flags := strings.Index(want, "\nExamples\n"), strings.Index(want, "\n      --")
		if examples < 0 || flags >= 0 && flags < examples {
			t.Errorf("%s: examples at %d, flags at %d", cmd.CommandPath(), examples, flags)
		}
		for _, line := range strings.Split(want, "\n") {
			if len([]rune(line)) > 100 {
				t.Errorf("%s: a line of %d columns: %s", cmd.CommandPath(), len([]rune(line)), line)
			}
		}
	})
	if root, _, _ := runHere(t); strings.Count(root, "\n") > 25 {
		t.Errorf("osint alone prints %d lines", strings.Count(root, "\n"))
	}
}

// TestCrash holds that a fault of ours is told without a stack, unless it is
// asked for, and how to go on.
func TestCrash(t *testing.T) {
	var errs bytes.Buffer
	vars := map[string]string{}
	c := &console{errs: &errs, getenv: func(name string) string { return vars[name] }}
	if code := c.crashed("index out of range", []byte("goroutine 1")); code != internal {
		t.Error(code)
	}
	if s := errs.String(); !strings.Contains(s, "osint resume CASE") || !strings.Contains(s, "OSINT_DEBUG=1") || strings.Contains(s, "goroutine") {
		t.Error(s)
	}
	errs.Reset()
	vars["OSINT_DEBUG"] = "1"
	c.crashed("index out of range", []byte("goroutine 1"))
	if !strings.Contains(errs.String(), "goroutine 1") {
		t.Error(errs.String())
	}
}

// TestOnlyRunsReachOut holds that no command but those that begin a run, and
// the three that look after sources, has a way out of this machine: nothing is
// looked up, reported or updated at the start of any other.
func TestOnlyRunsReachOut(t *testing.T) {
	may := []string{"work.go", "collectors_check.go", "doctor_world.go", "keys_ask.go"}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") && strings.Contains(read(t, f), "collectors.New(") && !slices.Contains(may, f) {
			t.Errorf("%s opens a way out", f)
		}
	}
}

// TestJSONFlags holds that every reading command takes --json.
func TestJSONFlags(t *testing.T) {
	each(newRoot(newConsole()), func(cmd *cobra.Command) {
		switch cmd.CommandPath() {
		case "osint compliance paper", "osint incident close", "osint compliance suppress add", "osint compliance suppress export", "osint compliance suppress import", "osint compliance suppress remove",
			"osint collectors update", "osint collectors keygen", "osint collectors sign":
			return // they write
		case "osint audit accept-rollback", "osint audit key lost", "osint audit key revoke", "osint audit key rotate",
			"osint", "osint investigate", "osint resume", "osint help", "osint man", "osint completion", "osint cases rm", "osint config set", "osint config unset",
			"osint retention hold", "osint retention release", "osint subject export", "osint keys set", "osint keys rm":
			return // they write, or what they print is for a shell, or JSON by itself
		}
		if !cmd.HasSubCommands() && cmd.Annotations["topic"] == "" && cmd.Flags().Lookup("json") == nil {
			t.Errorf("%s takes no --json", cmd.CommandPath())
		}
	})
}

// TestEveryFlagHasAVariable sets each flag of investigate from the
// environment.
func TestEveryFlagHasAVariable(t *testing.T) {
	values := map[string]string{"bool": "true", "int": "7", "duration": "7s", "string": "never", "expression": "high", "stringArray": "a b", "stringSlice": "a,b"}
	c := newConsole()
	cmd, _, _ := newRoot(c).Find([]string{"investigate"})
	count := 0
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !settable(f) {
			return
		}
		count++
		one := func(name string) string {
			if name == envName(f.Name) {
				return values[f.Value.Type()]
			}
			return ""
		}
		if err := fill(cmd, environment(one)); err != nil || !f.Changed {
			t.Errorf("%s does not set --%s: %v", envName(f.Name), f.Name, err)
		}
	})
	if count < 30 {
		t.Errorf("only %d flags", count)
	}
}

// TestExitOrder holds the codes that the help prints to those that are
// returned.
func TestExitCodes(t *testing.T) {
	help := exitCodeHelp()
	for _, code := range []string{"  0  ", "  1  ", "  2  ", "  3  ", "  4  ", " 10  ", " 24  ", " 75  ", "130  ", "143  "} {
		if !strings.Contains(help, code) {
			t.Errorf("the help does not tell of %s", code)
		}
	}
	if codeOf(usage("x")) != badUsage || codeOf(os.ErrClosed) != internal || codeOf(nil) != done {
		t.Error("codes are mixed up")
	}
}

// TestManPages writes every page and reads it as man does, without a warning:
// one for each command that is shown, and one on the files.
func TestManPages(t *testing.T) {
	home(t)
	dir := t.TempDir()
	if _, errs, code := runHere(t, "man", dir); code != 0 {
		t.Fatal(errs)
	}
	pages, err := filepath.Glob(dir + "/*")
	if err != nil {
		t.Fatal(err)
	}
	want := 1
	_ = eachCommand(newRoot(newConsole()), func(cmd *cobra.Command) error { want++; return nil })
	if len(pages) != want {
		t.Errorf("%d pages, want %d", len(pages), want)
	}
	if _, err := exec.LookPath("man"); err != nil {
		t.Skip("left out: man is not installed")
	}
	for _, page := range pages {
		cmd := exec.Command("man", "--warnings", "-l", page)
		cmd.Env = append(os.Environ(), "MANWIDTH=80", "MANPAGER=cat", "LC_ALL=C.UTF-8")
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil || errs.Len() > 0 || len(out) < 200 {
			t.Errorf("%s: %v: %s (%d bytes)", filepath.Base(page), err, errs.String(), len(out))
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
