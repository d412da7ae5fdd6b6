package main

import (
	"io"

	"osint/cmd/osint/tui"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// A screen shows a run until it is closed.
type screen interface {
	pipeline.Renderer
	Notice(text string) // may be called from any goroutine
	Close() error
}

func screenNames() []string { return []string{"auto", "tui", "plain", "jsonl", "quiet"} }

// screenKind says which screen --progress means here.
func (c *console) screenKind(kind string) (string, error) {
	if err := oneOf("--progress", kind, screenNames()...); err != nil {
		return "", err
	}
	watched := tui.IsTerminal(c.stderr) && tui.IsTerminal(c.in) && c.getenv("TERM") != "dumb"
	if kind == "auto" {
		kind = "plain"
		if watched {
			kind = "tui"
		}
	}
	if kind == "tui" && !watched {
		return "", usage("--progress tui needs a terminal: write --progress plain")
	}
	return kind, nil
}

// screen returns the screen of a kind, which has begun to show. What its
// reader does reaches i.
func (c *console) screen(kind string, i *interrupt) (s screen) {
	switch kind {
	case "tui":
		s = tui.New(tui.Options{Out: c.stderr, In: c.in, Color: c.colored(c.stderr), Safe: report.Safe, Stop: func() { i.hit(interrupted) }})
	case "jsonl":
		s = newJSONL(c.stdout, c.errs)
	case "quiet":
		s = &quiet{c.errs}
	default:
		s = newPlain(plainOptions{out: c.errs, color: c.colored(c.stderr), verbose: c.verbose, width: c.width(c.stderr)})
	}
	w := &watched{screen: s}
	i.shownBy(w)
	return w
}

// quiet shows nothing but what must be said.
type quiet struct{ w io.Writer }

func (*quiet) Event(*pipeline.Event) error { return nil }
func (*quiet) Sync() error                 { return nil }
func (*quiet) Progress(pipeline.Progress)  {}
func (q *quiet) Notice(text string)        { io.WriteString(q.w, "osint: "+text+"\n") }
func (*quiet) Close() error                { return nil }
