package profiles

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestNames(t *testing.T) {
	if got := strings.Join(Names(), " "); got != "default ci passive-only" {
		t.Errorf("got %s", got)
	}
}

// TestShelf holds every profile on the shelf to what all of them promise.
func TestShelf(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			p, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			if p.ID != name || p.Policy.Profile != name || p.Title == "" || p.Version == "" {
				t.Errorf("%q is called %q, %q, version %q", name, p.ID, p.Title, p.Version)
			}
			for _, c := range pipeline.Categories() {
				if _, said := p.Policy.Categories[c]; !said {
					t.Errorf("nothing is said of %s", c)
				}
			}
			if p.Policy.Freedoms.Active == compliance.Always {
				t.Error("the subject may always see us")
			}
			if p.Report.Personal != "omit" || p.Policy.Persons != compliance.RefusePersons || p.Limits.CostUSD != 0 {
				t.Errorf("shows people %q, as targets %q, may spend %g", p.Report.Personal, p.Policy.Persons, p.Limits.CostUSD)
			}
			if len(p.Admit) == 0 || p.Limits.Workers == 0 || p.Limits.Timeout == 0 || p.Limits.Entities == 0 {
				t.Errorf("no end: %+v", p.Limits)
			}
			if err := p.Permits(compliance.Job{}); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestShelfMeans says what tells the profiles apart.
func TestShelfMeans(t *testing.T) {
	for _, c := range []struct {
		name    string
		active  compliance.Freedom
		timeout time.Duration
	}{
		{"default", compliance.OnRequest, 15 * time.Minute},
		{"passive-only", compliance.Never, 15 * time.Minute},
		{"ci", compliance.Never, time.Minute},
	} {
		p, err := Load(c.name)
		if err != nil {
			t.Fatal(err)
		}
		f := p.Policy.Freedoms
		if f.Passive != compliance.Always || f.Relayed != compliance.Always || f.Active != c.active {
			t.Errorf("%s: %+v", c.name, f)
		}
		if h := p.Policy.Categories[pipeline.Contact]; h != compliance.Seal {
			t.Errorf("%s: contact data: %s", c.name, h)
		}
		if p.Limits.Timeout != c.timeout || p.Limits.Depth != 2 || p.Risk.MinimumCoverage != 0.6 || p.Policy.TLP.Default != compliance.Amber {
			t.Errorf("%s: %+v, %+v, %s", c.name, p.Limits, p.Risk, p.Policy.TLP)
		}
		if err := p.Permits(compliance.Job{Active: true}); (err == nil) != (c.active != compliance.Never) {
			t.Errorf("%s: --active: %v", c.name, err)
		}
		if err := p.Permits(compliance.Job{BudgetUSD: 1}); err == nil || !strings.Contains(err.Error(), "budget.ceiling") {
			t.Errorf("%s: a dollar: %v", c.name, err)
		}
	}
}

// TestResolved holds that a profile read back from a case is the same one.
func TestResolved(t *testing.T) {
	for _, name := range Names() {
		p, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		again, err := FromJSON(p.JSON())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(again.JSON(), p.JSON()) || again.SHA256() != p.SHA256() {
			t.Errorf("%s: written\n%s\nread back\n%s", name, p.JSON(), again.JSON())
		}
		if !reflect.DeepEqual(again.Policy.Categories, p.Policy.Categories) || again.Limits != p.Limits || !reflect.DeepEqual(again.Admit, p.Admit) {
			t.Errorf("%s: written\n%+v\nread back\n%+v", name, p, again)
		}
		again.Limits.Depth++
		if again.SHA256() == p.SHA256() {
			t.Errorf("%s: another profile has the same digest", name)
		}
	}
}

// least is a profile that says only what must be said.
const least = `apiVersion: osint.profile/v1
kind: Profile
metadata: {id: least, title: As little as can be, version: "1"}
freedoms: {passive: always, relayed: never, active: never}
categories: {technical: allow}
persons: refuse
tlp: {default: TLP:RED, widest: TLP:RED}
`

func TestDefaults(t *testing.T) {
	p, err := Parse("least.yaml", []byte(least))
	if err != nil {
		t.Fatal(err)
	}
	if p.Limits != (pipeline.Limits{Depth: 2, Workers: 64}) || p.Risk.MinimumCoverage != 0.6 ||
		p.Report.Personal != "omit" || len(p.Admit) != 1 || p.Admit[0].Predicate != "resolves-to" {
		t.Errorf("got %+v", p)
	}
	p, err = Parse("least.yaml", []byte(least+"scope: {admit: []}\nlimits: {depth: 0}\nrisk: {weights: {EML: 0.5}, minimum_coverage: 0}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Admit) != 0 || p.Limits.Depth != 0 || p.Limits.Workers != 64 || p.Risk.MinimumCoverage != 0 || p.Risk.Weights["EML"] != 0.5 {
		t.Errorf("what was written was lost: %+v", p)
	}
	if again, err := FromJSON(p.JSON()); err != nil || !bytes.Equal(again.JSON(), p.JSON()) {
		t.Errorf("read back: %v\n%s\n%s", err, p.JSON(), again.JSON())
	}
}

// TestBadProfiles loads each testdata/bad/*.yaml and compares what is said of
// it with the golden file beside it: the manual of what is wrong in a profile
// and what to write instead. Run with -update to write the golden files anew,
// and read them.
func TestBadProfiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			_, err := Load(filepath.ToSlash(file))
			if err == nil {
				t.Fatal("loads")
			}
			got := err.Error() + "\n"
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
			for _, line := range strings.Split(strings.TrimSpace(got), "\n") {
				if !strings.HasPrefix(line, filepath.ToSlash(file)+":") {
					t.Errorf("no file and line: %s", line)
				}
			}
		})
	}
}

func TestLoadFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.yml")
	if err := os.WriteFile(file, []byte(least), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := Load(file); err != nil || p.ID != "least" {
		t.Errorf("got %+v, %v", p, err)
	}
	for name, want := range map[string]string{
		"cii":                          `profile "cii": there is none of that name, and a file needs its path, such as ./cii.yaml: did you mean ci?`,
		"house":                        `profile "house": there is none of that name, and a file needs its path, such as ./house.yaml: write one of default, ci, passive-only`,
		"":                             `there is none of that name`,
		filepath.Join(dir, "not-here"): "no such file",
		dir + "/":                      "is a directory",
	} {
		if _, err := Load(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", name, err, want)
		}
	}
}

func TestRules(t *testing.T) {
	rules := Rules()
	if len(rules) == 0 {
		t.Fatal("no rules on the shelf")
	}
	for file, text := range rules {
		if !strings.HasPrefix(file, "rules/") || len(text) == 0 {
			t.Errorf("%s has %d bytes", file, len(text))
		}
	}
}

// TestText holds that a profile is shown as it was written.
func TestText(t *testing.T) {
	text, err := Text("default")
	if err != nil || !bytes.Contains(text, []byte("# Who may notice that we ask?")) {
		t.Errorf("got %.60q, %v", text, err)
	}
}

// FuzzParse holds that whatever loads is read back as the same, and that
// whatever does not is told with its place.
func FuzzParse(f *testing.F) {
	f.Add([]byte(least))
	for _, name := range Names() {
		text, err := Text(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Parse("x.yaml", text)
		if err != nil {
			if _, ok := err.(rule.Problems); !ok {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		again, err := FromJSON(p.JSON())
		if err != nil {
			t.Fatalf("%v\n%s", err, p.JSON())
		}
		if !bytes.Equal(again.JSON(), p.JSON()) {
			t.Errorf("written\n%s\nread back\n%s", p.JSON(), again.JSON())
		}
	})
}

func ExampleLoad() {
	p, err := Load("ci")
	fmt.Println(p.Title, p.Limits.Timeout, err)
	// Output: A minute in a build 1m0s <nil>
}
