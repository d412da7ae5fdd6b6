package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"osint/pkg/risk"
	"osint/pkg/risk/tolerance"
	"osint/profiles"
)

const ciFiles = "../../docs/ci/"

// ciScripts returns the commands of each ready file, as a shell gets them.
func ciScripts(t *testing.T) map[string]string {
	t.Helper()
	scripts := map[string]string{}
	for _, file := range []string{"github.yml", "gitlab-ci.yml"} {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(read(t, ciFiles+file)), &doc); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		scripts[file] = strings.Join(commands(&doc), "\n")
	}
	cron := regexp.MustCompile(`(?m)^[0-9*]\S* \S+ \S+ \S+ \S+ +(.*)$`).FindStringSubmatch(read(t, ciFiles+"crontab"))
	unit := regexp.MustCompile(`(?m)^ExecStart=\S*/(.*)$`).FindStringSubmatch(read(t, ciFiles+"osint.service"))
	if cron == nil || unit == nil {
		t.Fatal("the crontab or the unit has no command")
	}
	scripts["crontab"] = strings.ReplaceAll(cron[1], `\%`, "%")
	scripts["osint.service"] = strings.ReplaceAll(unit[1], "coverage<0.5", "'coverage<0.5'") // systemd is no shell
	return scripts
}

// commands returns what stands under run and script.
func commands(n *yaml.Node) (lines []string) {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && (c.Value == "run" || c.Value == "script") {
			if v := n.Content[i+1]; v.Kind == yaml.ScalarNode {
				lines = append(lines, v.Value)
			} else {
				for _, x := range v.Content {
					lines = append(lines, x.Value)
				}
			}
		}
		lines = append(lines, commands(c)...)
	}
	return lines
}

// TestCIFilesParse reads each command of the ready files with our own command
// tree, and what its flags say with what reads them in a run.
func TestCIFilesParse(t *testing.T) {
	m, err := risk.Load(profiles.Rules())
	if err != nil {
		t.Fatal(err)
	}
	for file, script := range ciScripts(t) {
		found := 0
		for _, args := range osintLines(t, script) {
			found++
			root := newRoot(newConsole())
			cmd, rest, err := root.Find(args)
			if err == nil {
				err = cmd.ParseFlags(rest)
			}
			if err != nil {
				t.Errorf("%s: osint %v: %v", file, args, err)
				continue
			}
			f := cmd.Flags()
			if _, err := profiles.Load(f.Lookup("profile").Value.String()); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			names, _ := f.GetStringSlice("format")
			h := hosting{annotations: "auto"}
			host, err := h.read(newConsole())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := formats(names, host.places); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			a := acceptance{failOn: *f.Lookup("fail-on").Value.(*expressions)}
			if _, err := a.read(newConsole(), m); err != nil || len(a.failOn) == 0 {
				t.Errorf("%s: %v (%v)", file, err, a.failOn)
			}
		}
		if found == 0 {
			t.Errorf("%s runs no osint:\n%s", file, script)
		}
	}
	var ids []string
	for _, r := range m.Rules() {
		ids = append(ids, r.ID)
	}
	if _, err := tolerance.ReadSuppressions("suppressions.yaml", []byte(read(t, ciFiles+"suppressions.yaml")), ids); err != nil {
		t.Error(err)
	}
	for _, expr := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(between(read(t, ciFiles+"README.md"), "## What --fail-on may say", "Without --baseline"), -1) {
		if _, err := tolerance.Parse(expr[1], ids); err != nil {
			t.Errorf("README.md: %v", err)
		}
	}
}

func between(text, from, to string) string {
	_, text, _ = strings.Cut(text, from)
	text, _, _ = strings.Cut(text, to)
	return text
}

// osintLines lets a shell split a script into words, with osint in it replaced
// by what prints its arguments.
func osintLines(t *testing.T, script string) (lines [][]string) {
	t.Helper()
	const stub = "sudo() { :; }; osint() { printf '%s\\037' \"$@\" >&3; printf '\\036' >&3; }; cd() { :; }\n"
	out := filepath.Join(t.TempDir(), "out")
	cmd := exec.Command("sh", "-c", stub+script)
	f, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd.ExtraFiles = []*os.File{f}
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, l := range strings.Split(strings.TrimSuffix(read(t, out), "\036"), "\036") {
		lines = append(lines, strings.Split(strings.TrimSuffix(l, "\037"), "\037"))
	}
	return lines
}

// TestCIFilesRun runs what the ready files run, in the lab: first against a
// baseline in which nothing was found, then against one that has it all.
func TestCIFilesRun(t *testing.T) {
	home(t)
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("OSINT_LAB", "brindleford")
	work := filepath.Join(dir, "watch")
	if err := os.MkdirAll(filepath.Join(work, "osint"), 0o755); err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("osint/targets.txt", "brindleford.example\n")
	put("osint/suppressions.yaml", strings.ReplaceAll(read(t, ciFiles+"suppressions.yaml"), "example.com", "brindleford.example"))
	if _, errs, code := runHere(t, "investigate", "brindleford.example", "--profile", "ci", "--out", filepath.Join(work, "seen"), "--quiet", "--format", "json"); code != 0 && code != tooLittle {
		t.Fatal(code, errs)
	}
	all := read(t, filepath.Join(work, "seen/reports/report.json"))
	none := regexp.MustCompile(`"fingerprint": "[0-9a-f]+"`).ReplaceAllString(all, `"fingerprint": "00"`)
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_STEP_SUMMARY", filepath.Join(work, "summary.md"))
	for _, file := range []string{"github.yml", "gitlab-ci.yml", "crontab"} {
		script := "sudo() { :; }\n" + strings.ReplaceAll(ciScripts(t)[file], "example.com", "brindleford.example")
		for _, x := range []struct {
			baseline string
			codes    []int
		}{{none, []int{tooRisky}}, {all, []int{done, tooLittle}}} {
			put("osint/baseline.json", x.baseline)
			os.RemoveAll(filepath.Join(work, "case"))
			os.RemoveAll(filepath.Join(work, "cases"))
			cmd := exec.Command("sh", "-ec", script)
			cmd.Dir = work
			out, err := cmd.CombinedOutput()
			var failed *exec.ExitError
			if err != nil && !errors.As(err, &failed) {
				t.Fatal(err)
			}
			if code := cmd.ProcessState.ExitCode(); !slices.Contains(x.codes, code) {
				t.Errorf("%s ends with %d, want %v:\n%s", file, code, x.codes, out)
			}
		}
	}
	if !strings.Contains(read(t, filepath.Join(work, "summary.md")), "## osint brindleford") {
		t.Error("there is no step summary")
	}
}
