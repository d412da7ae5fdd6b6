package main

import (
	"fmt"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// outcomeIn says how a case ended, or that it has not: "running" while a
// process is at work on it, "stopped" if none is.
func outcomeIn(cs *pipeline.Case, dir string) string {
	switch {
	case cs.Closed != nil:
		return cs.Closed.Outcome
	case pipeline.Holder(dir) != nil:
		return "running"
	}
	return "stopped"
}

// unfinished says of a case that did not run to its end how far it is to be
// believed, and what to type; "" of one that did.
func unfinished(cs *pipeline.Case, dir string) string {
	goOn := "osint resume " + strings.Join(quoted([]string{dir}), "")
	switch outcomeIn(cs, dir) {
	case "running":
		if h := pipeline.Holder(dir); h != nil && h.PID != 0 {
			return fmt.Sprintf("this case is still running (process %d on %s, since %s): it is told as far as it came", h.PID, h.Host, h.Since.Format(time.RFC3339))
		}
		return "this case is still running: it is told as far as it came"
	case "stopped":
		return "this case was killed before its end: it is told as far as it came; go on with it: " + goOn
	case "interrupted":
		return "this case was interrupted: what was still to be asked was not; go on with it: " + goOn
	case "timeout":
		return "this case reached its time limit: what was still to be asked was not; go on with it: " + goOn
	}
	return ""
}

// tidy removes what a killed run left in a case that is open, once the ledger
// agreed with its lines. What can't be removed does no harm, and is told.
func (c *console) tidy(f *pipeline.Folder) {
	if n, err := f.Tidy(); err != nil {
		c.say("osint: what a killed run left in %s can't be removed: %v", f.Dir, err)
	} else if n > 0 {
		c.say("osint: removed %s that a killed run left", count(n, "file"))
	}
}
