package exchange

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is the sample of the report package, with a baseline, suppressions
// and conditions added.
func sample(t testing.TB) *report.Document {
	t.Helper()
	text, err := os.ReadFile("../testdata/sample.json")
	if err != nil {
		t.Fatal(err)
	}
	var d report.Document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	d.Baseline.Counts = &report.BaselineCounts{New: 5, Known: 1}
	d.Findings[0].Status = pipeline.Known
	d.Findings[1].Status, d.Findings[1].Suppression = pipeline.Suppressed, &report.Borne{Reason: "moves | in <January>", Who: "Ann Example", Expires: "2027-01-31"}
	d.FailOn = []pipeline.Condition{{Expression: "high", Holds: true, Judged: true, Reason: "high holds because of EML-DMARC-NONE on acme.example (high)"}}
	for i := range d.Risk.Checks {
		c := &d.Risk.Checks[i]
		c.Title, c.Unanswered = "What "+c.Rule+" is about", c.Rule == "EXP-CT-STAGING"
	}
	return &d
}

func lines(d *report.Document) Places {
	return Places{File: "osint/targets.txt", Lines: map[pipeline.Entity]int{d.Case.Seeds[0]: 7}, Line: 1, Real: true}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := "testdata/" + name
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s differs from what is written now (%v); look at it, then go test -update", file, err)
	}
}

func write(t testing.TB, do func(io.Writer, ...*Sheet) error, sheets ...*Sheet) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := do(&b, sheets...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	d := sample(t)
	for _, f := range Formats(lines(d)) {
		var b bytes.Buffer
		if err := f.Render(&b, d); err != nil {
			t.Fatal(err)
		}
		golden(t, "sample"+f.Extension, b.Bytes())
	}
	d.Findings[0].Title += " p=none"
	s := Of(d, lines(d)).Mask([]string{"p=none"})
	var notes, summary bytes.Buffer
	if err := Annotations(&notes, s); err != nil {
		t.Fatal(err)
	}
	if err := StepSummary(&summary, 1<<20, s); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.annotations.txt", notes.Bytes())
	golden(t, "sample.summary.md", summary.Bytes())
	for what, text := range map[string]string{"annotations": notes.String(), "summary": summary.String()} {
		if strings.Contains(text, "p=none") || strings.Contains(text, `p\=none`) || strings.ContainsAny(text, "\x1b\x00\r") {
			t.Errorf("the %s show what they must not:\n%s", what, text)
		}
	}
}

func schema(t testing.TB, file string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t testing.TB, s *jsonschema.Schema, text []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		t.Error(err)
	}
}

// samples are sheets of all kinds, that the formats must hold for.
func samples(t testing.TB) map[string][]*Sheet {
	d := sample(t)
	one := Of(d, lines(d))
	bare := Of(report.Build(pipeline.NewCase(), report.Options{}), Places{})
	stopped := *one
	stopped.Exit, stopped.Finished, stopped.Score, stopped.Compared = cutShort, nil, nil, false
	sealed := *one
	sealed.Findings = append(sealed.Findings[:1:1], sealed.Findings[0])
	for i := range sealed.Findings {
		sealed.Findings[i].Fingerprint, sealed.Findings[i].ID = "", fmt.Sprintf("f-%d", i)
	}
	return map[string][]*Sheet{"sample": {one}, "empty": {bare}, "none": nil, "several": {one, bare, &stopped}, "stopped": {&stopped}, "without fingerprints": {&sealed}}
}

func TestSARIF(t *testing.T) {
	s := schema(t, "testdata/sarif-2.1.0.json")
	for what, sheets := range samples(t) {
		t.Run(what, func(t *testing.T) { valid(t, s, write(t, SARIF, sheets...)) })
	}
	var log sarifLog
	if err := json.Unmarshal(write(t, SARIF, samples(t)["sample"]...), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	for _, r := range run.Results {
		if run.Tool.Driver.Rules[r.Index].ID != r.Rule {
			t.Errorf("%s points at rule %s", r.Rule, run.Tool.Driver.Rules[r.Index].ID)
		}
		if at := r.Locations[0].Physical; at.Artifact.URI != "osint/targets.txt" || at.Region.StartLine != 7 {
			t.Errorf("%s stands at %+v", r.Rule, at)
		}
		if (len(r.Suppressions) > 0) != (r.Properties["status"] == "suppressed") {
			t.Errorf("%s: suppressions %v, status %v", r.Rule, r.Suppressions, r.Properties["status"])
		}
	}
	if i := run.Invocations[0]; i.Exit == nil || *i.Exit != tooRisky || !i.Successful || len(i.Notifications) == 0 {
		t.Errorf("%+v", i)
	}
}

// What a code host would refuse is cut, the gravest stay, and it is said.
func TestSARIFLimits(t *testing.T) {
	d := sample(t)
	one := d.Findings[0]
	d.Findings = nil
	for i := range maxResults + 7 {
		f := one
		f.ID, f.Fingerprint, f.Severity = fmt.Sprint("f-", i), fmt.Sprintf("%020x", i), pipeline.Low
		if i > maxResults {
			f.Severity = pipeline.Critical
		}
		d.Findings = append(d.Findings, f)
	}
	text := write(t, SARIF, Of(d, Places{}))
	var log sarifLog
	if err := json.Unmarshal(text, &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if n := len(run.Results); n != maxResults || run.Results[0].Properties["severity"] != "critical" {
		t.Errorf("%d results, the first %v", n, run.Results[0].Properties)
	}
	if last := run.Invocations[0].Notifications; !strings.HasPrefix(last[len(last)-1].Message.Text, "25000 of 25007 findings are here") {
		t.Errorf("nothing says that it was cut: %+v", last)
	}
	if size, _ := gzipped(text); size > maxGzipped {
		t.Errorf("%d bytes compressed", size)
	}
}

func TestJUnit(t *testing.T) {
	type outcome struct {
		Message string `xml:"message,attr"`
	}
	type parsed struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Skipped  int `xml:"skipped,attr"`
			Cases    []struct {
				Name    string   `xml:"name,attr"`
				Failure *outcome `xml:"failure"`
				Error   *outcome `xml:"error"`
				Skipped *outcome `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	lint, missing := exec.LookPath("xmllint")
	for what, sheets := range samples(t) {
		text := write(t, JUnit, sheets...)
		var x parsed
		if err := xml.Unmarshal(text, &x); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		var sum [4]int
		for _, s := range x.Suites {
			var n [4]int
			for _, c := range s.Cases {
				n[0]++
				for i, o := range []*outcome{c.Failure, c.Error, c.Skipped} {
					if o != nil {
						n[i+1]++
					}
				}
			}
			if n != [4]int{s.Tests, s.Failures, s.Errors, s.Skipped} {
				t.Errorf("%s: a suite counts %v and says %+v", what, n, s)
			}
			for i := range sum {
				sum[i] += n[i]
			}
		}
		if [3]int(sum[:3]) != [3]int{x.Tests, x.Failures, x.Errors} {
			t.Errorf("%s: the suites count %v, the whole says %d %d %d", what, sum, x.Tests, x.Failures, x.Errors)
		}
		if missing == nil {
			file := filepath.Join(t.TempDir(), "junit.xml")
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(lint, "--noout", "--nonet", "--schema", "testdata/junit.xsd", file).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", what, err, out)
			}
		}
	}
	if missing != nil {
		t.Skip("xmllint is not installed: the XML was not held against its schema")
	}
}

func TestGitLab(t *testing.T) {
	s := schema(t, "testdata/codequality.schema.json")
	for what, sheets := range samples(t) {
		text := write(t, GitLab, sheets...)
		valid(t, s, text)
		var list []degradation
		if err := json.Unmarshal(text, &list); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, x := range list {
			if seen[x.Fingerprint] && what != "several" {
				t.Errorf("%s: %s stands twice", what, x.Fingerprint)
			}
			seen[x.Fingerprint] = true
		}
	}
}

// At most ten of a kind, the gravest first; every line is one command.
func TestAnnotationsAreFew(t *testing.T) {
	d := sample(t)
	for i := range 40 {
		f := d.Findings[0]
		f.Severity, f.Title = []pipeline.Severity{pipeline.Low, pipeline.Medium, pipeline.High, pipeline.Critical}[i%4], "x\n::error::y %0A"
		d.Findings = append(d.Findings, f)
	}
	var b bytes.Buffer
	if err := Annotations(&b, Of(d, Places{}), Of(d, Places{})); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, l := range strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n") {
		kind, _, _ := strings.Cut(strings.TrimPrefix(l, "::"), " ")
		count[kind]++
		if strings.Contains(l, "file=") {
			t.Errorf("a stand-in is annotated: %s", l)
		}
	}
	if count["error"] != 10 || count["warning"] != 10 || count["notice"] != 10 || len(count) != 3 {
		t.Errorf("%v", count)
	}
	if strings.Contains(b.String(), "::error title=EML-DMARC-NONE acme.example (high)") {
		t.Error("a high one stands there, and critical ones do not")
	}
}

func TestStepSummaryFits(t *testing.T) {
	d := sample(t)
	for range 500 {
		d.Findings = append(d.Findings, d.Findings[0])
	}
	s := Of(d, Places{})
	for _, most := range []int{0, 10, 200, 5000, 60000} {
		for _, sheets := range [][]*Sheet{{s}, {s, s, s}, {Of(sample(t), Places{}), s}} {
			var b bytes.Buffer
			if err := StepSummary(&b, most, sheets...); err != nil {
				t.Fatal(err)
			}
			if b.Len() > most {
				t.Errorf("%d bytes of at most %d", b.Len(), most)
			}
			if most >= 200 && !strings.Contains(b.String(), "did not fit here") {
				t.Errorf("at most %d: nothing says that it was cut", most)
			}
		}
	}
}

func TestPlaces(t *testing.T) {
	e := func(text string) pipeline.Entity {
		x, err := pipeline.ParseEntity(text)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	p := Places{File: "a b/t#x.txt", Line: 2, Lines: map[pipeline.Entity]int{e("acme.example"): 3, e("www.acme.example"): 4, e("192.0.2.1"): 5, e("192.0.2.128/25"): 6, e("192.0.2.192/26"): 7}}
	for text, want := range map[string]int{"acme.example": 3, "www.acme.example": 4, "a.www.acme.example": 4, "mail.acme.example": 3, "192.0.2.1": 5, "192.0.2.2": 2, "192.0.2.129": 6, "192.0.2.200": 7, "other.example": 2, "https://www.acme.example/x": 4} {
		if got := p.of(e(text)); got != want {
			t.Errorf("%s stands at line %d, want %d", text, got, want)
		}
	}
	if got := p.uri(); got != "a%20b/t%23x.txt" {
		t.Error(got)
	}
	if got := (Places{}).of(e("acme.example")); got != 1 {
		t.Error(got)
	}
}
