package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"osint/pkg/report"
)

// A versionState is what this program is, and which formats it writes.
type versionState struct {
	build
	Ledger int    `json:"ledger"`           // format of the ledger that is there
	SQLite string `json:"sqlite,omitempty"` // of the library that reads it
}

func versions() versionState { return versionState{build: thisBuild()} }

// showState prints the state, as wide as the page is.
func (c *console) showState(s *state, asJSON bool) error {
	if asJSON {
		return c.json(s)
	}
	p := page{width: cmp.Or(c.width(c.stdout), 1<<10), color: c.colored(c.stdout)}
	part := func(name string, lines ...string) {
		for i, l := range lines {
			if i > 0 {
				name = ""
			}
			p.line(c.out, pad(name, 11), report.Safe(l))
		}
	}
	part("store", s.Store.lines()...)
	part("running", s.running()...)
	part("ledger", s.Ledger.lines()...)
	part("postgresql", s.Shared.lines()...)
	part("spool", s.spooled()...)
	part("keys", s.Keys.lines()...)
	if s.Money.Today > 0 || s.Money.Day != nil {
		part("money", s.Money.line())
	}
	for i, r := range s.Sources {
		part(map[bool]string{true: "sources"}[i == 0], r.lines()...)
	}
	part("versions", s.Versions.line())
	c.showConcerns(s.Attention)
	return c.flush()
}

// showConcerns prints what somebody should look at, with what to type.
func (c *console) showConcerns(all []concern) {
	p := page{width: cmp.Or(c.width(c.stdout), 1<<10), color: c.colored(c.stdout)}
	for _, x := range all {
		p.line(c.out, paintState(warn, p.color)+"       ", report.Safe(x.About+": "+x.What))
		p.line(c.out, pad("", 11)+"→ ", report.Safe(x.Next))
	}
}

func (x storeState) lines() []string {
	room := count(x.Cases, "case") + ", " + bytesText(x.Bytes)
	if x.Batches > 0 {
		room = count(x.Cases, "case") + ", those of " + countOf(x.Batches, "batch", "batches") + " among them, " + bytesText(x.Bytes)
	}
	if x.Free != nil {
		room += "; " + bytesText(*x.Free) + " free"
	}
	lines := []string{x.Dir, room}
	if x.Open > 0 {
		lines = append(lines, count(x.Open, "case")+" did not end: osint cases list names them, osint resume goes on")
	}
	return lines
}

func (s *state) running() (lines []string) {
	for _, r := range s.Running {
		what := "case"
		if r.Batch {
			what = "batch"
		}
		lines = append(lines, fmt.Sprintf("%s %s: process %d on %s since %s", what, r.Dir, r.PID, r.Host, r.Since.Format(time.RFC3339)))
	}
	if len(lines) == 0 {
		return []string{"nothing"}
	}
	return lines
}

func (l ledgerState) lines() []string {
	switch l.State {
	case "absent":
		return []string{"none yet: the next run makes " + l.Path}
	case "unreadable":
		return []string{l.Path, "can't be read: " + l.Error}
	}
	signed := "all signed"
	if l.Unsigned > 0 {
		signed = fmt.Sprintf("the last %d not signed yet", l.Unsigned)
	}
	beat := "none"
	if l.Heartbeat != nil {
		beat = l.Heartbeat.Format(time.RFC3339)
	}
	lines := []string{l.Path, fmt.Sprintf("%s, %s, %s", entries(l.Entries), bytesText(l.Bytes), signed)}
	if l.SignedTo != nil {
		lines = append(lines, fmt.Sprintf("last checkpoint: %s, to %s", entries(l.Signed), l.SignedTo.Format(time.RFC3339)))
	}
	return append(lines, "last heartbeat: "+beat, "signed by "+l.Key)
}

func (s *state) spooled() (lines []string) {
	for _, x := range s.Spool {
		what := "nothing waits"
		if x.Waiting > 0 {
			what = waits(x.Waiting)
		}
		when := "never tried"
		if x.At != nil {
			when = "last tried " + x.At.Format(time.RFC3339)
		}
		lines = append(lines, fmt.Sprintf("%s for %s, %s", what, x.Dest, when))
	}
	if len(lines) == 0 {
		return []string{"nothing waits: there is nowhere to ship to"}
	}
	return lines
}

func (k keysState) lines() []string {
	if !k.There {
		return []string{"none yet: " + k.Dir}
	}
	whose := "yours alone"
	if n := len(k.Exposed); n > 0 {
		whose = "others can read " + strings.Join(k.Exposed, ", ")
	}
	return []string{k.Dir, fmt.Sprintf("mode %s; keys of %s, %s of the ledger; %s", k.Mode, count(k.Cases, "case"), count(k.Ledgers, "key"), whose)}
}

func (r sourceState) lines() []string {
	text := pad(r.Source, 13) + " " + pad(strings.ReplaceAll(r.State, "-", " "), 11)
	if r.At != nil {
		text += fmt.Sprintf("%s %s, %d of %d answered", r.At.Format(time.RFC3339), r.Outcome, r.Answered, r.Asked)
	}
	if r.Until != nil {
		text += ", until " + r.Until.Format(time.RFC3339)
	}
	if r.Fails > 0 {
		text += fmt.Sprintf(": failed %d times", r.Fails)
	}
	lines := []string{strings.TrimRight(text, " ")}
	if r.Today > 0 || r.Month > 0 {
		lines = append(lines, "  "+r.allowance.text())
	}
	if r.Spent > 0 {
		lines = append(lines, fmt.Sprintf("  $%.2f spent today", r.Spent))
	}
	return lines
}

func (v versionState) line() string {
	text := fmt.Sprintf("osint %s, %s, %s/%s; case %d, report %d, batch %d", v.Version, v.Go, v.OS, v.Arch, v.Schemas.Case, v.Schemas.Report, v.Schemas.Batch)
	if v.SQLite != "" {
		text += fmt.Sprintf(", ledger %d, SQLite %s", v.Ledger, v.SQLite)
	}
	return text
}
