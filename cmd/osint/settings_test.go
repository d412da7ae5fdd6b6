package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// here makes an empty folder with a home in it the working one, and returns a
// console that sees nothing but these variables.
func here(t *testing.T, vars map[string]string) *console {
	t.Helper()
	t.Chdir(t.TempDir())
	c := newConsole()
	c.errs = io.Discard
	vars["OSINT_HOME"] = filepath.Join(mustWD(t), "home")
	c.getenv = func(name string) string { return vars[name] }
	return c
}

func mustWD(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestPrecedence holds, for a flag of each type and each pair of layers, that
// the nearer one wins: typed, variable, project's file, user's file, default.
func TestPrecedence(t *testing.T) {
	layers := []string{"typed", "variable", "project", "user", "default"}
	for _, x := range []struct {
		flag     string
		in       [4]string // as each layer has it
		want     [5]string
		repeated bool
	}{
		{"color", [4]string{"always", "never", "always", "never"}, [5]string{"always", "never", "always", "never", "auto"}, false},
		{"quiet", [4]string{"true", "false", "true", "false"}, [5]string{"true", "false", "true", "false", "false"}, false},
		{"depth", [4]string{"1", "2", "3", "4"}, [5]string{"1", "2", "3", "4", "2"}, false},
		{"timeout", [4]string{"1s", "2s", "3s", "4s"}, [5]string{"1s", "2s", "3s", "4s", "0s"}, false},
		{"collector", [4]string{"dns,tls", "web", "[rdap, whois]", "[]"}, [5]string{"[dns,tls]", "[web]", "[rdap,whois]", "[]", "[]"}, true},
		{"exclude-entity", [4]string{"a.example", "b.example c.example", "[d.example, e.example]", "[f.example]"},
			[5]string{"[a.example]", "[b.example,c.example]", "[d.example,e.example]", "[f.example]", "[]"}, true},
		{"format", [4]string{"json", "html", "[pdf]", "[json, pdf]"}, [5]string{"[json]", "[html]", "[pdf]", "[json,pdf]", "[json,html,pdf]"}, true},
	} {
		for near := range layers {
			for far := near + 1; far < len(layers); far++ {
				for _, section := range []bool{false, true} {
					name := fmt.Sprintf("%s/%s over %s/%t", x.flag, layers[near], layers[far], section)
					t.Run(name, func(t *testing.T) {
						vars := map[string]string{}
						c := here(t, vars)
						var args []string
						for _, i := range []int{near, far} {
							text := x.flag + ": " + pick(x.in[:], i)
							if section {
								text = "investigate: {" + text + "}"
							}
							switch layers[i] {
							case "typed":
								args = []string{"--" + x.flag + "=" + x.in[i]}
							case "variable":
								vars[envName(x.flag)] = x.in[i]
							case "project":
								write(t, projectFile, text)
							case "user":
								write(t, c.userSheet().path, text)
							}
						}
						cmd, _, err := newRoot(c).Find([]string{"investigate"})
						if err == nil {
							err = cmd.ParseFlags(args)
						}
						if err == nil {
							err = c.settle(cmd)
						}
						if err != nil {
							t.Fatal(err)
						}
						want := x.want[near]
						if x.flag == "exclude-entity" && layers[near] == "project" && layers[far] == "user" {
							want = "[f.example,d.example,e.example]" // exclusions add up
						}
						if got := cmd.Flags().Lookup(x.flag).Value.String(); got != want {
							t.Errorf("got %s, want %s", got, want)
						}
					})
				}
			}
		}
	}
}

func pick(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// TestNarrowing holds that a project's file takes back no bound that the user
// set for all investigations.
func TestNarrowing(t *testing.T) {
	for _, x := range []struct{ flag, project, user, want string }{
		{"profile", "default", "passive-only", "passive-only"},
		{"depth", "2", "1", "1"},
		{"depth", "0", "1", "0"},
		{"workers", "8", "64", "8"},
		{"limit", "400", "20", "20"},
		{"timeout", "10m", "90s", "1m30s"},
		{"timeout", "30s", "90s", "30s"},
		{"collector", "[dns, rdap]", "[dns]", "[dns]"},
		{"collector", "[dns]", "[dns, rdap]", "[dns]"},
		{"collector", "[]", "[dns]", "[dns]"},
		{"collector", "[dns]", "[]", "[dns]"},
		{"type", "[comprehensive]", "[infrastructure]", "[infrastructure]"},
		{"type", "[infrastructure]", "[comprehensive]", "[infrastructure]"},
		{"exclude", "[]", "[whois]", "[whois]"},
		{"exclude", "[rdap]", "[whois]", "[whois,rdap]"},
		{"exclude-entity", "[a.example]", "[b.example]", "[b.example,a.example]"},
		{"color", "always", "never", "always"},
	} {
		c := here(t, map[string]string{})
		write(t, projectFile, x.flag+": "+x.project)
		write(t, c.userSheet().path, "investigate: {"+x.flag+": "+x.user+"}")
		root := newRoot(c)
		cmd, _, _ := root.Find([]string{"investigate"})
		if err := c.settle(cmd); err != nil {
			t.Fatal(err)
		}
		if got := cmd.Flags().Lookup(x.flag).Value.String(); got != x.want {
			t.Errorf("%s: project %s, user %s: got %s, want %s", x.flag, x.project, x.user, got, x.want)
		}
		k, err := c.look(newRoot(c), "investigate."+x.flag)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(k.Values, ","); got != strings.Trim(x.want, "[]") && got != x.user && x.flag != "timeout" {
			t.Errorf("%s: explained as %s, and is %s", x.flag, got, x.want)
		}
	}
}

// TestQuietAndProgress holds that the nearer of two flags that say the same
// thing wins.
func TestQuietAndProgress(t *testing.T) {
	for _, x := range []struct {
		vars map[string]string
		file string
		args []string
		want string
	}{
		{map[string]string{}, "quiet: true", []string{"--progress=plain"}, "plain"},
		{map[string]string{"OSINT_PROGRESS": "jsonl"}, "quiet: true", nil, "jsonl"},
		{map[string]string{"OSINT_PROGRESS": "jsonl"}, "", []string{"--quiet"}, "quiet"},
		{map[string]string{"OSINT_QUIET": "true"}, "progress: plain", nil, "quiet"},
		{map[string]string{}, "quiet: true", nil, "quiet"},
		{map[string]string{}, "", []string{"--quiet", "--progress=plain"}, "quiet"},
	} {
		c := here(t, x.vars)
		if x.file != "" {
			write(t, c.userSheet().path, x.file)
		}
		cmd, _, _ := newRoot(c).Find([]string{"investigate"})
		if err := cmd.ParseFlags(x.args); err != nil {
			t.Fatal(err)
		}
		if err := c.settle(cmd); err != nil {
			t.Fatal(err)
		}
		quiet, _ := cmd.Flags().GetBool("quiet")
		progress, _ := cmd.Flags().GetString("progress")
		s := showing{progress: progress, quiet: quiet, given: cmd.Flags()}
		if got := s.kind(); got != x.want {
			t.Errorf("%v, %q, %q: %s, want %s", x.vars, x.file, x.args, got, x.want)
		}
	}
}

// TestProjectMay holds that each flag is of one class, that the lists name
// flags that there are, and that a flag nobody thought of is refused.
func TestProjectMay(t *testing.T) {
	root := newRoot(newConsole())
	types := map[string]string{}
	each(root, func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if was, ok := types[f.Name]; ok && was != f.Value.Type() {
				t.Errorf("--%s is a %s in %s and a %s elsewhere: a file could not say it for both", f.Name, f.Value.Type(), cmd.CommandPath(), was)
			}
			types[f.Name] = f.Value.Type()
		})
	})
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { types[f.Name] = f.Value.Type() })
	for _, name := range projectMay {
		if types[name] == "" || onceOnly[name] != "" || projectMayNot[name] != "" {
			t.Errorf("projectMay: %s", name)
		}
	}
	for name := range onceOnly {
		if types[name] == "" {
			t.Errorf("onceOnly: there is no flag %s", name)
		}
	}
	s := &sheet{project: true}
	for name, kind := range types {
		x := setting{flag: &pflag.Flag{Name: name}, values: []string{"x"}}
		may := slices.Contains(projectMay, name) && name != "profile"
		if refused := s.refuses(x) != ""; refused == may {
			t.Errorf("%s (%s): refused %t", name, kind, refused)
		}
	}
	if s.refuses(setting{flag: &pflag.Flag{Name: "made-tomorrow"}}) == "" {
		t.Error("a flag that nobody thought of is not refused")
	}
}

// TestWhereAProjectsFileIs holds how far up it is looked for: a file above the
// repository, or above a folder that is in none, may be anybody's.
func TestWhereAProjectsFileIs(t *testing.T) {
	c := here(t, map[string]string{})
	top := mustWD(t)
	write(t, ".osint.yaml", "json: true")
	write(t, "repo/.git/HEAD", "")
	write(t, "repo/a/b/x", "")
	write(t, "loose/a/x", "")
	for dir, want := range map[string]string{".": ".osint.yaml", "repo/a/b": "repo/a/b/.osint.yaml", "loose/a": "loose/a/.osint.yaml"} {
		t.Chdir(filepath.Join(top, dir))
		if got := c.projectSheet().path; got != filepath.Join(top, want) {
			t.Errorf("in %s: %s", dir, got)
		}
	}
	write(t, filepath.Join(top, "repo/.osint.yaml"), "json: true")
	t.Chdir(filepath.Join(top, "repo/a/b"))
	if got := c.projectSheet().path; got != filepath.Join(top, "repo/.osint.yaml") {
		t.Error(got)
	}
	if err := os.Remove(filepath.Join(top, "repo/.osint.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(top, ".osint.yaml"), filepath.Join(top, "repo/.osint.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.sheets(newRoot(c)); err == nil || !strings.Contains(err.Error(), "is no plain file") {
		t.Error(err)
	}
	if err := os.Remove(filepath.Join(top, "repo/.osint.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(top, "repo/.osint.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.sheets(newRoot(c)); err == nil || !strings.Contains(err.Error(), "is no plain file") {
		t.Error(err)
	}
}
