package main

import (
	"fmt"
	"sync/atomic"

	"osint/pkg/pipeline"
)

// watched is a screen that remembers how far the run is, so that a signal can
// ask, whatever is shown.
type watched struct {
	screen
	last atomic.Pointer[pipeline.Progress]
}

// Progress implements [pipeline.Renderer].
func (w *watched) Progress(p pipeline.Progress) {
	w.last.Store(&p)
	w.screen.Progress(p)
}

// tell says how far the run is, in one line.
func (w *watched) tell() {
	p := w.last.Load()
	if p == nil {
		w.Notice("starting")
		return
	}
	w.Notice(fmt.Sprintf("%d %%, %s: %s", p.Percent, p.Stage, tasks(*p)))
}

// tasks says how many tasks ended, are at work and wait, and for whom.
func tasks(p pipeline.Progress) string {
	text := fmt.Sprintf("%d of %d tasks ended, %d at work", p.Done, p.Total, p.Running)
	if p.Waiting > 0 {
		text += fmt.Sprintf(", %d waiting", p.Waiting)
	}
	if p.Wait > 0 {
		text += fmt.Sprintf("; %.1f s until %s may be asked again", p.Wait.Seconds(), p.WaitFor)
	}
	return text
}
