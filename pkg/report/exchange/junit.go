package exchange

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// JUnit writes the portable part of JUnit XML: a suite for each sheet, a case
// for each check. A check with findings fails; one whose findings somebody
// decided to bear, and one that does not apply or was not to be asked, is
// skipped; one whose sources did not answer is an error. Counts add up.
func JUnit(w io.Writer, sheets ...*Sheet) error {
	var b bytes.Buffer
	var all counts
	suites := make([]suite, len(sheets))
	for i, s := range sheets {
		suites[i] = suiteOf(s)
		all.add(suites[i].counts)
	}
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"osint\" %s>\n", all.head())
	for _, s := range suites {
		s.write(&b)
	}
	b.WriteString("</testsuites>\n")
	_, err := w.Write(b.Bytes())
	return err
}

type counts struct {
	tests, failures, errors, skipped int
	time                             time.Duration
}

func (c *counts) add(d counts) {
	c.tests += d.tests
	c.failures += d.failures
	c.errors += d.errors
	c.skipped += d.skipped
	c.time += d.time
}

// head returns the counts as the attributes that the whole and a suite share;
// what was skipped is said of a suite only, as Jenkins has it.
func (c counts) head() string {
	return fmt.Sprintf(`tests="%d" failures="%d" errors="%d" time="%.3f"`, c.tests, c.failures, c.errors, c.time.Seconds())
}

type suite struct {
	counts
	sheet *Sheet
	cases []testcase
}

// A testcase has an outcome unless it passed.
type testcase struct {
	class, name, outcome, kind, message, text string
}

func suiteOf(s *Sheet) suite {
	out := suite{sheet: s, counts: counts{time: s.Elapsed}}
	byRule := map[string][]report.Finding{}
	for _, f := range s.Findings {
		byRule[f.Rule] = append(byRule[f.Rule], f)
	}
	for _, c := range s.allChecks() {
		t := caseOf(c, byRule[c.Rule])
		out.cases = append(out.cases, t)
		out.tests++
		switch t.outcome {
		case "failure":
			out.failures++
		case "error":
			out.errors++
		case "skipped":
			out.skipped++
		}
	}
	return out
}

// allChecks returns the checks, and one for each rule that has a finding and
// no check.
func (s *Sheet) allChecks() []pipeline.Check {
	all, there := slices.Clone(s.Checks), map[string]bool{}
	for _, c := range all {
		there[c.Rule] = true
	}
	for _, f := range s.Findings {
		if !there[f.Rule] {
			there[f.Rule] = true
			all = append(all, pipeline.Check{Rule: f.Rule, Vector: f.Vector, Severity: f.Severity, State: "failed", Title: f.Title})
		}
	}
	return all
}

func caseOf(c pipeline.Check, fs []report.Finding) testcase {
	t := testcase{class: "osint." + c.Vector, name: strings.TrimSpace(c.Rule + " " + c.Title)}
	switch {
	case c.State == "failed":
		t.failed(fs)
	case c.State == "unknown" && c.Unanswered:
		t.outcome, t.kind, t.message = "error", "unanswered", "could not be judged: "+c.Reason
	case c.State == "unknown":
		t.outcome, t.message = "skipped", "could not be judged, and was not to be asked: "+c.Reason
	case c.State != "passed":
		t.outcome, t.message = "skipped", c.Reason
	}
	return t
}

func (t *testcase) failed(fs []report.Finding) {
	var lines, borne []string
	worst := pipeline.Info
	for _, f := range fs {
		line := fmt.Sprintf("%s, %s (%s): %s", f.Severity, report.Safe(f.Subject.Value), f.Status, text(f))
		if !live(f) {
			borne = append(borne, line)
			continue
		}
		if f.Severity.Rank() > worst.Rank() {
			worst = f.Severity
		}
		if len(lines) == 0 {
			t.message = f.Title
		}
		lines = append(lines, line+" To do: "+report.Safe(f.Remediation))
	}
	if len(lines) > 0 {
		t.outcome, t.kind = "failure", string(worst)
		t.text = strings.Join(append(lines, borne...), "\n")
		return
	}
	t.outcome, t.message, t.text = "skipped", "borne: "+reason(fs), strings.Join(borne, "\n")
}

// reason is why the findings of a check do not count.
func reason(fs []report.Finding) string {
	for _, f := range fs {
		if f.Suppression != nil {
			return fmt.Sprintf("%s (%s, until %s)", f.Suppression.Reason, f.Suppression.Who, f.Suppression.Expires)
		}
	}
	return "accepted or disputed"
}

func (s suite) write(b *bytes.Buffer) {
	at := s.sheet.Started.UTC().Format("2006-01-02T15:04:05")
	fmt.Fprintf(b, "  <testsuite name=\"%s\" %s skipped=\"%d\" timestamp=\"%s\" file=\"%s\">\n",
		xmlText("osint "+s.sheet.Target), s.head(), s.skipped, at, xmlText(s.sheet.Places.File))
	for _, t := range s.cases {
		fmt.Fprintf(b, "    <testcase classname=\"%s\" name=\"%s\" time=\"0\"", xmlText(t.class), xmlText(t.name))
		if t.outcome == "" {
			b.WriteString("/>\n")
			continue
		}
		fmt.Fprintf(b, ">\n      <%s message=\"%s\"", t.outcome, xmlText(t.message))
		if t.kind != "" {
			fmt.Fprintf(b, " type=\"%s\"", xmlText(t.kind))
		}
		fmt.Fprintf(b, ">%s</%s>\n    </testcase>\n", paragraphs(t.text), t.outcome)
	}
	b.WriteString("  </testsuite>\n")
}

// paragraphs escapes text that was put together of safe lines.
func paragraphs(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = xmlText(l)
	}
	return strings.Join(lines, "\n")
}
