package profiles

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestNames(t *testing.T) {
	if got := strings.Join(Names(), " "); got != "default ci journalist passive-only person-diligence strict-eu" {
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
			if p.Report.Personal != "omit" && p.Policy.Persons != compliance.ByLaw || p.Limits.CostUSD != 0 {
				t.Errorf("shows people %q, as targets %q, may spend %g", p.Report.Personal, p.Policy.Persons, p.Limits.CostUSD)
			}
			if p.Policy.Persons == compliance.ByLaw && (p.Policy.Freedoms.Active != compliance.Never || p.Limits.Depth > 1 || p.Policy.TLP.Widest != compliance.Amber) {
				t.Errorf("people are looked into, and it may be seen, go far or be shared widely: %+v", p.Policy)
			}
			if p.Limits.Workers == 0 || p.Limits.Timeout == 0 || p.Limits.Entities == 0 {
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

// TestShelfOfPeople says what tells the profiles apart under which people may
// be targets.
func TestShelfOfPeople(t *testing.T) {
	const (
		seal   = compliance.Seal
		redact = compliance.Redact
		deny   = compliance.DenyIt
	)
	for _, c := range []struct {
		name                                string
		location, content, special, offence compliance.Handling
		label                               compliance.Label
		report                              string
		coverage                            float64
		frameworks                          string
		endpoints                           int
	}{
		{"strict-eu", redact, redact, deny, deny, compliance.Amber, "omit", 0.6, "gdpr", 37},
		{"journalist", seal, seal, seal, seal, compliance.Red, "token", 0.4, "", 0},
		{"person-diligence", redact, redact, redact, seal, compliance.Amber, "show", 0.8, "gdpr uk-gdpr", 0},
	} {
		p, err := Load(c.name)
		if err != nil {
			t.Fatal(err)
		}
		k := p.Policy.Categories
		if k[pipeline.Location] != c.location || k[pipeline.Content] != c.content || k[pipeline.Special] != c.special || k[pipeline.Criminal] != c.offence {
			t.Errorf("%s: %v", c.name, k)
		}
		if p.Policy.Persons != compliance.ByLaw || p.Policy.TLP.Default != c.label || p.Report.Personal != c.report || p.Risk.MinimumCoverage != c.coverage ||
			strings.Join(p.Policy.Frameworks, " ") != c.frameworks || len(p.Policy.Endpoints.Countries) != c.endpoints {
			t.Errorf("%s: %+v, %+v, %+v", c.name, p.Policy, p.Report, p.Risk)
		}
	}
}

// TestEEA holds the countries of strict-eu against the shelf's list of the
// same.
func TestEEA(t *testing.T) {
	p, err := Load("strict-eu")
	if err != nil {
		t.Fatal(err)
	}
	book, err := Law()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range book.Lists() {
		if l.ID != "eea" {
			continue
		}
		states := slices.DeleteFunc(l.At(l.CheckedAt), func(c string) bool { return c == "EU" }) // which is none
		if len(states) != len(p.Policy.Endpoints.Countries) {
			t.Errorf("%d states in the list, %d in the profile", len(states), len(p.Policy.Endpoints.Countries))
		}
		for _, c := range states {
			if !slices.Contains(p.Policy.Endpoints.Countries, compliance.Country(c)) {
				t.Errorf("%s is missing", c)
			}
		}
		return
	}
	t.Error("there is no list of the EEA")
}

// TestUnder holds that what a case has of a profile under a ceiling is that,
// citations too, and that no file may claim so.
func TestUnder(t *testing.T) {
	p, err := Load("default")
	if err != nil {
		t.Fatal(err)
	}
	p.Limits.CostUSD = 5
	one := 1.0
	under := p.Under(compliance.Ceiling{From: "policy ours.yaml", CostUSD: &one, CostUSDDay: &one, Freedoms: compliance.FreedomCeiling{Active: compliance.Never},
		Endpoints: compliance.Endpoints{Countries: []compliance.Country{}}})
	again, err := FromJSON(under.JSON())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.JSON(), under.JSON()) || !reflect.DeepEqual(again.Policy.Narrowed, under.Policy.Narrowed) || again.Policy.Endpoints.Countries == nil {
		t.Errorf("written\n%+v\nread back\n%+v", under, again)
	}
	want := "--active: policy ours.yaml never lets the subject see us (ceiling.freedoms.active: never, rule mode.active-never); leave the flag out\n" +
		"budget $2.00: policy ours.yaml spends at most $1.00 (ceiling.cost_usd, rule budget.ceiling); choose less"
	if err := again.Permits(compliance.Job{Active: true, BudgetUSD: 2}); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if day := under.Limits.CostUSDDay; day == nil || *day != 1 || again.Limits.CostUSDDay == nil || again.Policy.Narrowed[compliance.DayClause] != "policy ours.yaml" {
		t.Errorf("of a day: %v, read back %v, %v", day, again.Limits.CostUSDDay, again.Policy.Narrowed)
	}
	if p.Limits.CostUSD != 5 || p.Policy.Narrowed != nil || p.SHA256() == under.SHA256() {
		t.Error("the profile itself was changed")
	}
	if _, err := Parse("mine.yaml", under.JSON()); err == nil || !strings.Contains(err.Error(), "there is no key narrowed here") {
		t.Errorf("a file that says it was narrowed: %v", err)
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
		if !reflect.DeepEqual(again.Policy.Categories, p.Policy.Categories) || !reflect.DeepEqual(again.Limits, p.Limits) || !reflect.DeepEqual(again.Admit, p.Admit) {
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
	p, err = Parse("least.yaml", []byte(least+"scope: {admit: []}\nlimits: {depth: 0, cost_usd_day: 0}\nrisk: {weights: {EML: 0.5}, minimum_coverage: 0}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Admit) != 0 || p.Limits.Depth != 0 || p.Limits.CostUSDDay == nil || p.Limits.Workers != 64 || p.Risk.MinimumCoverage != 0 || p.Risk.Weights["EML"] != 0.5 {
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
		"house":                        `profile "house": there is none of that name, and a file needs its path, such as ./house.yaml: write one of default, ci, journalist, passive-only, person-diligence, strict-eu`,
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
