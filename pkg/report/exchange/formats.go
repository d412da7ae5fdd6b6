package exchange

import (
	"io"

	"osint/pkg/report"
)

// Formats returns the formats in the order in which they are written. at is
// where findings are shown; without a file it is a stand-in.
func Formats(at Places) []report.Format {
	of := func(write func(io.Writer, ...*Sheet) error) func(io.Writer, *report.Document) error {
		return func(w io.Writer, d *report.Document) error { return write(w, Of(d, at)) }
	}
	return []report.Format{
		{Name: "sarif", Extension: ".sarif", Render: of(SARIF)},
		{Name: "junit", Extension: ".junit.xml", Render: of(JUnit)},
		{Name: "gitlab", Extension: ".gitlab.json", Render: of(GitLab)},
	}
}
