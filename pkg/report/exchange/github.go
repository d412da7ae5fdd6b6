package exchange

import (
	"fmt"
	"io"
	"strings"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// maxAnnotations is how many annotations of a kind GitHub shows of one step.
const maxAnnotations = 10

// Annotations writes the workflow commands by which GitHub shows the
// conditions that hold and the findings that count, the gravest first, at most
// ten of a kind over all the sheets.
func Annotations(w io.Writer, sheets ...*Sheet) error {
	var b strings.Builder
	count := map[string]int{}
	say := func(kind, place, title, message string) {
		if count[kind]++; count[kind] > maxAnnotations {
			return
		}
		fmt.Fprintf(&b, "::%s %stitle=%s::%s\n", kind, place, commandProperty(title), commandData(message))
	}
	for _, s := range sheets {
		for _, c := range s.Conditions {
			if c.Holds {
				say("error", "", "osint "+s.Target, "--fail-on "+report.Safe(c.Reason))
			}
		}
	}
	for _, rank := range []pipeline.Severity{pipeline.Critical, pipeline.High, pipeline.Medium, pipeline.Low, pipeline.Info} {
		for _, s := range sheets {
			for _, f := range s.live() {
				if f.Severity == rank {
					say(annotation[rank], s.annotated(f), fmt.Sprintf("%s %s (%s)", f.Rule, report.Safe(f.Subject.Value), f.Severity),
						text(f)+" To do: "+report.Safe(f.Remediation))
				}
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var annotation = map[pipeline.Severity]string{pipeline.Critical: "error", pipeline.High: "error", pipeline.Medium: "warning", pipeline.Low: "notice", pipeline.Info: "notice"}

// annotated is where an annotation stands; nowhere if the file is no real one.
func (s *Sheet) annotated(f report.Finding) string {
	if !s.Places.Real {
		return ""
	}
	return fmt.Sprintf("file=%s,line=%d,", commandProperty(report.Safe(s.Places.File)), s.Places.of(f.Subject))
}

// StepSummary writes what stands on the page of a run, in Markdown, in at most
// so many bytes: the level, the conditions that hold, the findings that count,
// what could not be seen. What did not fit is said.
func StepSummary(w io.Writer, most int, sheets ...*Sheet) error {
	var b strings.Builder
	for i, s := range sheets {
		part := s.summary()
		left := len(sheets) - i
		note := fmt.Sprintf("\n%d more targets did not fit here; the reports have them.\n", left)
		if left == 1 {
			note = "\nMore did not fit here; the report has it.\n"
		}
		if b.Len()+len(part)+len(note) > most {
			if lines := whole(part, most-b.Len()-len(note)); left == 1 {
				b.WriteString(lines)
			}
			if b.Len()+len(note) <= most {
				b.WriteString(note)
			}
			break
		}
		b.WriteString(part)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// whole returns the lines of a text that fit into so many bytes.
func whole(text string, most int) string {
	if most <= 0 {
		return ""
	}
	if len(text) <= most {
		return text
	}
	return text[:strings.LastIndexByte(text[:most], '\n')+1]
}

func (s *Sheet) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## osint %s\n", Markdown(s.Target))
	for _, l := range strings.Split(s.Bottom, "\n") {
		fmt.Fprintf(&b, "\n%s\n", Markdown(l))
	}
	for _, c := range s.Conditions {
		if c.Holds {
			fmt.Fprintf(&b, "\n**Broken:** `--fail-on` %s\n", Markdown(c.Reason))
		}
	}
	fs := s.live()
	if len(fs) > 0 {
		b.WriteString("\n| Severity | Rule | Subject | Finding | Status | To do |\n|---|---|---|---|---|---|\n")
	}
	for _, f := range fs {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", f.Severity, Markdown(f.Rule), Markdown(f.Subject.Value), Markdown(f.Title), f.Status, Markdown(f.Remediation))
	}
	if n := len(s.Findings) - len(fs); n > 0 {
		fmt.Fprintf(&b, "\n%d more that somebody decided to bear, or disputes.\n", n)
	}
	if len(s.Troubles) > 0 {
		b.WriteString("\n<details><summary>What could not be seen</summary>\n\n")
		for _, t := range s.Troubles {
			fmt.Fprintf(&b, "- %s\n", Markdown(t.Text))
		}
		b.WriteString("\n</details>\n")
	}
	return b.String() + "\n"
}
