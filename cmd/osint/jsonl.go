package main

import (
	"bufio"
	"io"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// jsonl writes the case's lines, after one line that says what they are; what
// is hidden in them is escaped. A line is written once it is durable.
type jsonl struct {
	w    *bufio.Writer
	errs io.Writer
}

func newJSONL(w, errs io.Writer) *jsonl {
	j := &jsonl{bufio.NewWriterSize(w, 1<<16), errs}
	b := thisBuild()
	j.line(compact(struct {
		Type    string `json:"type"`
		Schema  int    `json:"schema"`
		Tool    string `json:"tool"`
		Version string `json:"version"`
	}{"version", pipeline.SchemaVersion, "osint", b.Version}))
	return j
}

func (j *jsonl) line(b []byte) error {
	if _, err := j.w.Write(b); err != nil {
		return err
	}
	return j.w.WriteByte('\n')
}

// Event implements [pipeline.Sink].
func (j *jsonl) Event(e *pipeline.Event) error { return j.line(report.VisibleJSON(e.Line())) }

// Sync implements [pipeline.Sink].
func (j *jsonl) Sync() error { return j.w.Flush() }

// Progress implements [pipeline.Renderer]: progress is no line of a case.
func (j *jsonl) Progress(pipeline.Progress) {}

func (j *jsonl) Notice(text string) { io.WriteString(j.errs, "osint: "+text+"\n") }

func (j *jsonl) Close() error { return j.w.Flush() }
