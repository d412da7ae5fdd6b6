package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"osint/cmd/osint/tui"
	"osint/pkg/pipeline"
	"osint/pkg/pipeline/fleet"
	"osint/pkg/report"
)

// A batchScreen shows a batch while it runs. Its methods may be called from
// any goroutine.
type batchScreen interface {
	note(text string)                  // worth knowing, not data
	begin(f *batchFolder, targets int) // the first turn comes
	ended(r *fleet.Row, running int)   // a target's end
	Notice(text string)                // of a signal: always shown
	Close() error                      // nothing more is shown
}

// batchScreen returns the screen of a kind: see --progress.
func (c *console) batchScreen(kind string) batchScreen {
	switch kind {
	case "quiet":
		return &batchQuiet{c.errs}
	case "jsonl":
		return &batchJSONL{j: newJSONL(c.stdout, c.errs)}
	}
	p := &batchPlain{w: c.errs, width: c.width(c.stderr), began: time.Now(), over: make(chan struct{})}
	p.live = kind == "auto" && tui.IsTerminal(c.stderr) && c.getenv("TERM") != "dumb"
	return p
}

// batchQuiet shows signals alone: what is to be said is said at the end.
type batchQuiet struct{ w io.Writer }

func (*batchQuiet) note(string)             {}
func (*batchQuiet) begin(*batchFolder, int) {}
func (*batchQuiet) ended(*fleet.Row, int)   {}
func (q *batchQuiet) Notice(text string)    { io.WriteString(q.w, "osint: "+text+"\n") }
func (*batchQuiet) Close() error            { return nil }

// batchPlain writes a line for each target that ends; on a terminal a count
// stands below them and is written over.
type batchPlain struct {
	w     io.Writer
	width int
	live  bool
	began time.Time

	mu             sync.Mutex
	total, done    int
	running        int
	counting, shut bool // the count is on the screen; it may not be any more
	over           chan struct{}
	ticks          sync.WaitGroup
}

func (p *batchPlain) note(text string) { p.line("osint: " + report.Safe(text)) }

func (p *batchPlain) Notice(text string) { p.line("osint: " + text) }

// line writes a line above the count.
func (p *batchPlain) line(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	io.WriteString(p.w, text+"\n")
	p.count()
}

func (p *batchPlain) begin(f *batchFolder, targets int) {
	p.mu.Lock()
	p.total, p.began = targets, time.Now()
	p.mu.Unlock()
	word := "run"
	if f.resumed > 0 {
		word = "going on with run"
	}
	p.line(fmt.Sprintf("%7.1fs  %s %s: %s in %s", 0.0, word, f.run, count(targets, "target"), f.dir))
	if p.live {
		p.ticks.Go(func() {
			for {
				select {
				case <-time.After(time.Second):
					p.mu.Lock()
					p.wipe()
					p.count()
					p.mu.Unlock()
				case <-p.over:
					return
				}
			}
		})
	}
}

func (p *batchPlain) ended(r *fleet.Row, running int) {
	p.mu.Lock()
	p.done, p.running = p.done+1, running
	n, of := p.done, p.total
	p.mu.Unlock()
	text := fmt.Sprintf("%7.1fs  [%*d/%d] %s: %s", time.Since(p.began).Seconds(), len(fmt.Sprint(of)), n, of, report.Safe(r.Target), became(r))
	if p.width > 20 {
		text = wrapHanging(text, p.width, 10)
	}
	p.line(text)
}

// became says in a few words what became of a target.
func became(r *fleet.Row) string {
	if r.Outcome != fleet.Complete && r.Outcome != fleet.TimedOut {
		if r.Reason != "" {
			return string(r.Outcome) + ": " + r.Reason
		}
		return string(r.Outcome)
	}
	parts := []string{r.Level, fmt.Sprintf("coverage %.0f %%", 100*r.Coverage)}
	if r.Score != nil {
		parts[0] += fmt.Sprintf(" %.1f", *r.Score)
	}
	if r.Was == nil {
		parts = append(parts, count(len(r.Standing), "finding"))
	} else {
		parts = append(parts, fmt.Sprintf("%d new, %d gone", len(r.New), len(r.Gone)))
	}
	if r.Outcome == fleet.TimedOut {
		parts = append(parts, "at its time limit")
	}
	text := strings.Join(parts, ", ")
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return text
}

// wipe takes the count off the screen; count puts it there. p.mu is held.
func (p *batchPlain) wipe() {
	if p.counting {
		io.WriteString(p.w, "\r\x1b[K")
		p.counting = false
	}
}

func (p *batchPlain) count() {
	if !p.live || p.shut || p.total == 0 {
		return
	}
	text := fmt.Sprintf("%d of %d ended, %d at work, %s", p.done, p.total, p.running, time.Since(p.began).Round(time.Second))
	io.WriteString(p.w, tui.Clip(text, max(p.width-1, 10)))
	p.counting = true
}

func (p *batchPlain) Close() error {
	p.mu.Lock()
	p.wipe()
	if !p.shut {
		p.shut = true
		close(p.over)
	}
	p.mu.Unlock()
	p.ticks.Wait()
	return nil
}

// batchJSONL writes one object a line, each with its type: version, batch,
// row.
type batchJSONL struct {
	mu sync.Mutex
	j  *jsonl
}

func (s *batchJSONL) line(v any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.j.line(compact(v)) // a closed stdout ends the batch no more than a run
	_ = s.j.Sync()
}

func (s *batchJSONL) note(text string) { s.j.Notice(report.Safe(text)) }

func (s *batchJSONL) Notice(text string) { s.j.Notice(text) }

func (s *batchJSONL) begin(f *batchFolder, targets int) {
	s.line(struct {
		Type    string `json:"type"`
		Run     string `json:"run"`
		Dir     string `json:"dir"`
		Resumed int    `json:"resumed"`
		Targets int    `json:"targets"`
	}{"batch", f.run, f.dir, f.resumed, targets})
}

func (s *batchJSONL) ended(r *fleet.Row, _ int) {
	s.line(struct {
		Type string `json:"type"`
		*fleet.Row
	}{"row", r})
}

func (s *batchJSONL) Close() error { return s.j.Close() }

// severities are named from the gravest.
func severities() []pipeline.Severity {
	return []pipeline.Severity{pipeline.Critical, pipeline.High, pipeline.Medium, pipeline.Low, pipeline.Info}
}
