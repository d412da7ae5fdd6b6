package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"sync"

	"osint/pkg/audit"
	"osint/pkg/collectors"
	"osint/pkg/collectors/all"
	"osint/pkg/pipeline"
	"osint/pkg/report"
	"osint/pkg/telemetry"
)

// A watch tells machines of the runs of one process. Whatever goes wrong in it
// is one line on stderr, and changes no run.
type watch struct {
	c        *console
	textfile string       // "" is none
	push     *url.URL     // nil is nowhere
	log      *slog.Logger // nil is none
	stderr   bool         // the log goes there
	file     *os.File     // of the log; nil if it is none

	mu    sync.Mutex
	used  telemetry.Usage // of all runs that have ended
	fault error           // why the log is not whole
}

// close ends the log, and says if it is not whole.
func (w *watch) close() {
	if w.file != nil {
		if err := w.file.Close(); err != nil {
			w.logFailed(err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fault != nil {
		w.c.say("osint: the log is not whole: %v", w.fault)
	}
}

// logFailed notes the first reason. It is said when no screen is in the way.
func (w *watch) logFailed(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fault == nil {
		w.fault = err
	}
}

// asks are the sources of the collectors.
func asks() map[string]string {
	m := map[string]string{}
	for _, e := range all.Entries() {
		m[e.Spec.Name] = e.Spec.Source.Name
	}
	return m
}

// A watcher hears one run for the watch.
type watcher struct {
	*watch
	caseID string
	meter  *telemetry.Meter
	heard  []pipeline.Renderer
}

// over returns who hears a run of a case.
func (w *watch) over(caseID string) *watcher {
	m := telemetry.NewMeter(asks(), nil)
	x := &watcher{watch: w, caseID: caseID, meter: m, heard: []pipeline.Renderer{m}}
	if w.log != nil {
		x.heard = append(x.heard, telemetry.NewLog(w.log, caseID, asks()))
	}
	return x
}

// Event implements [pipeline.Sink].
func (x *watcher) Event(e *pipeline.Event) error {
	for _, s := range x.heard {
		_ = s.Event(e) // neither has an error
	}
	return nil
}

// Sync implements [pipeline.Sink].
func (x *watcher) Sync() error { return nil }

// Progress implements [pipeline.Renderer].
func (x *watcher) Progress(p pipeline.Progress) {
	for _, s := range x.heard {
		s.Progress(p)
	}
}

// ended takes up what a run used, puts it on record, and tells its end.
func (x *watcher) ended(l *audit.Ledger, outcome string, err error) {
	u := x.meter.End(outcome)
	if _, err := l.Append(audit.Act{Type: audit.Metric, Case: x.caseID, Body: audit.Body{"samples": samples(u)}}); err != nil {
		x.c.say("osint: what the run used is not on record: %v", err)
	}
	x.mu.Lock()
	x.used.Add(u)
	x.mu.Unlock()
	if x.log != nil {
		telemetry.End(x.log, x.caseID, codeOf(err), reasonOf(err))
	}
}

// samples are what a run used, as the ledger keeps it.
func samples(u *telemetry.Usage) (all []audit.Body) {
	for _, s := range u.Samples() {
		labels := audit.Body{}
		for name, value := range s.Labels {
			labels[name] = value
		}
		all = append(all, audit.Body{"kind": s.Kind, "labels": labels, "name": s.Name, "unit": s.Unit, "value_milli": s.Milli})
	}
	return all
}

// count takes up a target of which no run ended.
func (w *watch) count(outcome string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used.Add(&telemetry.Usage{Targets: map[string]int{outcome: 1}})
}

// reasonOf is what an error has to say; nil if that is nothing.
func reasonOf(err error) error {
	if e, ok := err.(*exit); ok {
		return e.err
	}
	return err
}

// tell writes and pushes the metrics of all runs, when the command is about to
// end with err.
func (w *watch) tell(ctx context.Context, net *collectors.Net, a telemetry.About, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a.Version, a.ExitCode = thisBuild().Version, codeOf(err)
	if w.textfile != "" {
		a.Name = nameOf(w.textfile)
		if err := writeFile(w.textfile, 0o644, func(out io.Writer) error { return w.used.WriteText(out, a) }); err != nil {
			w.c.say("osint: the metrics were not written: %v", err)
		}
	}
	if w.push != nil {
		a.Name = ""
		var text bytes.Buffer
		err := w.used.WriteText(&text, a)
		if err == nil { // also after an interrupt
			err = net.Deliver(context.WithoutCancel(ctx), http.MethodPut, w.push, telemetry.ContentType, text.Bytes())
		}
		if err != nil {
			w.c.say("osint: the metrics were not pushed: %s", report.Safe(fmt.Sprint(err)))
		}
	}
}
