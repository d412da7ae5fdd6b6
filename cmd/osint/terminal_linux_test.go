package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// onTerminal runs osint on a pseudo-terminal of its own and returns what it
// wrote there. The terminal never answers.
func onTerminal(t *testing.T, width uint16, env []string, args ...string) string {
	t.Helper()
	return typing(t, width, env, "", "", args...)
}

// typing is onTerminal where somebody types a line as soon as he is asked.
func typing(t *testing.T, width uint16, env []string, asked, line string, args ...string) string {
	t.Helper()
	back, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("left out: this machine has no pseudo-terminals:", err)
	}
	defer back.Close()
	if err := unix.IoctlSetPointerInt(int(back.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(back.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	front, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(front.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: width}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("osint", args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = front, front, front
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	front.Close()
	var seen strings.Builder
	for buf := make([]byte, 4096); ; {
		n, err := back.Read(buf)
		seen.Write(buf[:n])
		if asked != "" && strings.Contains(seen.String(), asked) {
			asked = ""
			if _, err := back.WriteString(line + "\n"); err != nil {
				t.Fatal(err)
			}
		}
		if err != nil { // EIO: the last one who had the terminal is gone
			break
		}
	}
	_ = cmd.Wait()
	return seen.String()
}

// TestStill holds that nothing is asked of a terminal: no escape sequence is
// sent by a command that shows no screen, though a library would like to ask
// for the background's colour before main.
func TestStill(t *testing.T) {
	home(t)
	for _, args := range [][]string{{"version"}, {"--help"}, {"profile", "list"}, {"verison"}} {
		if s := onTerminal(t, 80, []string{"TERM=xterm-256color", "CI=", "NO_COLOR=1"}, args...); strings.Contains(s, "\x1b") || s == "" {
			t.Errorf("osint %s sent %q", strings.Join(args, " "), s)
		}
	}
}

// TestTerm holds that TERM is as it was when main begins.
func TestTerm(t *testing.T) {
	home(t)
	raced(t) // a run, and the screen that shows it
	args := []string{"investigate", "hollowmere.example", "--lab", "silent", "--active", "--out", t.TempDir() + "/case", "--format", "json"}
	if s := onTerminal(t, 80, []string{"TERM=xterm-256color", "CI="}, args...); !strings.Contains(s, "\x1b[?1049h") || !strings.Contains(s, "\x1b[?1049l") {
		t.Errorf("no screen on a terminal: %q", s)
	}
	args[7] += "2"
	if s := onTerminal(t, 80, []string{"TERM=dumb", "CI="}, args...); strings.Contains(s, "\x1b") {
		t.Errorf("escape sequences on a dumb terminal: %q", s)
	}
}

// TestNarrow holds that no line is wider than the terminal.
func TestNarrow(t *testing.T) {
	home(t)
	dir := t.TempDir() + "/case"
	env := []string{"TERM=xterm", "CI=", "NO_COLOR=1"}
	for _, args := range [][]string{
		{"investigate", "brindleford.example", "--lab", "brindleford", "--out", dir, "--progress", "plain", "--format", "json"},
		{"show", dir, "findings"}, {"show", dir, "entities"}, {"show", dir, "relations"}, {"show", dir, "sources"}, {"show", dir, "rulings"},
		{"collectors"}, {"profile", "list"}, {"lab", "list"}, {"plan", "brindleford.example", "192.0.2.7"},
		{"plan", "brindleford.example", "--active", "--verbose"},
	} {
		for _, line := range strings.Split(onTerminal(t, 60, env, args...), "\r\n") {
			if n := len([]rune(line)); n > 60 && !strings.Contains(line, dir) { // a path is never cut
				t.Errorf("osint %s: %d columns: %q", strings.Join(args[:1], " "), n, line)
			}
		}
	}
}

// TestAttended holds that whoever looks at a terminal is somebody, unless it is
// said otherwise.
func TestAttended(t *testing.T) {
	home(t)
	env := []string{"TERM=xterm", "CI=", "NO_COLOR=1"}
	for want, args := range map[string][]string{
		`"unattended": false`: {"plan", "brindleford.example", "--json"},
		`"unattended": true`:  {"plan", "brindleford.example", "--json", "--unattended"},
	} {
		if out := onTerminal(t, 80, env, args...); !strings.Contains(out, want) {
			t.Errorf("osint %s: no %s in %s", strings.Join(args, " "), want, out)
		}
	}
}

// TestNeverAsks holds that no command waits for somebody to answer: on a
// terminal that never does, each ends and says which flag to give.
func TestNeverAsks(t *testing.T) {
	home(t)
	dir := t.TempDir() + "/case"
	env := []string{"TERM=xterm", "CI=", "NO_COLOR=1"}
	onTerminal(t, 80, env, "investigate", "hollowmere.example", "--lab", "silent", "--active", "--out", dir, "--quiet")
	if s := onTerminal(t, 80, env, "cases", "rm", dir); !strings.Contains(s, "say so with --yes") {
		t.Errorf("%q", s)
	}
	if s := onTerminal(t, 80, env, "investigate"); !strings.Contains(s, "no target: type") {
		t.Errorf("%q", s)
	}
	if s := onTerminal(t, 80, env, "config", "set", "color"); !strings.Contains(s, "needs a key and a value") {
		t.Errorf("%q", s)
	}
}

// TestLogAndScreen holds that no line of a log gets into a screen: it goes to
// a file or nowhere, and to ask for it on a screen is an error.
func TestLogAndScreen(t *testing.T) {
	home(t)
	dir := t.TempDir()
	env := []string{"TERM=xterm-256color", "CI=", "LOG_LEVEL=debug"}
	args := func(more ...string) []string {
		return append([]string{"investigate", "hollowmere.example", "--lab", "silent", "--active", "--out", t.TempDir() + "/case", "--format", "json"}, more...)
	}
	if s := onTerminal(t, 80, env, args()...); !strings.Contains(s, "\x1b[?1049h") || strings.Contains(s, "@timestamp") {
		t.Errorf("%q", s)
	}
	if s := onTerminal(t, 80, env, args("--log-file", dir+"/log")...); !strings.Contains(s, "\x1b[?1049h") || strings.Contains(s, "@timestamp") {
		t.Errorf("%q", s)
	}
	if log := read(t, dir+"/log"); !strings.Contains(log, `"event.action":"exchanged"`) {
		t.Error(log)
	}
	if s := onTerminal(t, 80, env, args("--log-level", "info")...); !strings.Contains(s, "name a --log-file, or write --progress plain") {
		t.Errorf("%q", s)
	}
}
