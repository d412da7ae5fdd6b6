package telemetry

import (
	"context"
	"log/slog"
	"slices"

	"osint/pkg/pipeline"
)

// A record is one line in the making.
type record struct {
	to     *slog.Logger
	level  slog.Level
	text   string
	labels []any
	attrs  []slog.Attr
}

func (l *Log) act(level slog.Level, action, text string) *record {
	return (&record{to: l.to, level: level, text: text, attrs: []slog.Attr{slog.String("event.action", action)}}).label("case", l.caseID)
}

// label adds labels: names and values in turn. One that is empty is left out.
func (r *record) label(pairs ...string) *record {
	for p := range slices.Chunk(pairs, 2) {
		if p[1] != "" {
			r.labels = append(r.labels, slog.String(p[0], p[1]))
		}
	}
	return r
}

// of adds the labels of a task.
func (r *record) of(k pipeline.TaskKey, l *Log) *record {
	return r.label("collector", k.Collector, "source", l.sources[k.Collector], "subject", k.Subject.String())
}

// outcome adds an outcome, and what it is in the schema's three words.
func (r *record) outcome(o pipeline.Outcome) *record {
	word := "unknown" // nobody was asked
	switch {
	case o.Answered():
		word = "success"
	case o.Asked():
		word = "failure"
	}
	return r.label("outcome", string(o)).with(slog.String("event.outcome", word))
}

func (r *record) with(attrs ...slog.Attr) *record {
	for _, a := range attrs {
		if a.Value.Kind() != slog.KindString || a.Value.String() != "" {
			r.attrs = append(r.attrs, a)
		}
	}
	return r
}

func (r *record) write() {
	if len(r.labels) > 0 {
		r.attrs = append(r.attrs, slog.Group("labels", r.labels...))
	}
	r.to.LogAttrs(context.Background(), r.level, r.text, r.attrs...)
}
