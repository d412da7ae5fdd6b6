package main

import (
	"fmt"
	"strings"
	"time"

	"osint/pkg/report"
)

// An erasureTold is what osint erase says of what it did, or would do. No value
// of the person stands in it.
type erasureTold struct {
	DryRun   bool          `json:"dry_run"`
	At       time.Time     `json:"at"`
	By       string        `json:"by,omitempty"`
	Reason   string        `json:"reason"`
	Subjects []string      `json:"subjects"` // keyed digests: who knows the values and has the index key can prove whom
	Cases    []*erasedCase `json:"cases"`
	Cached   int           `json:"cached"`        // answers taken out of the cache
	Scrubbed []string      `json:"batch_files"`   // in which the values were replaced
	Files    []string      `json:"files_left"`    // in which they could not be
	Entries  []int64       `json:"record_clear"`  // entries of the record with a value in clear: they stay
	Shared   *sharedRecord `json:"shared_record"` // null: no PostgreSQL is configured

	Suppressed bool `json:"suppressed"` // the person is left alone from here on
}

// holds reports whether anything of the person was found.
func (d *erasureTold) holds() bool { return len(d.Cases)+d.Cached+len(d.Scrubbed)+len(d.Files) > 0 }

const leftAlone = "left alone from here on: no source is asked about the person"

func (e *erasing) show() error {
	d := e.done
	d.By, d.Subjects = e.c.operator(), append([]string{}, e.digests()...)
	if e.asJSON {
		return e.c.json(d)
	}
	if !d.holds() {
		fmt.Fprintf(e.c.out, "nothing is held of this person: %s\n", e.where())
		if d.Suppressed {
			fmt.Fprintln(e.c.out, leftAlone)
		}
		return e.c.flush()
	}
	word := "would erase from"
	if !d.DryRun {
		word = "erased from"
	}
	t := table{header: []string{word, "target", "values", "observations", "answers", "keys", "others' proof", "reports", "note"}, right: []int{2, 3, 4, 5, 6, 7}}
	for _, x := range d.Cases {
		dir := x.Dir
		if dir == "" {
			dir = x.Case
		}
		t.add(dir, x.Target, fmt.Sprint(x.Values), fmt.Sprint(len(x.Observations)), fmt.Sprint(x.Answers), fmt.Sprint(x.Keys), fmt.Sprint(len(x.Unproven)),
			fmt.Sprint(len(x.Reports)+len(x.Removed)), x.note())
	}
	if len(d.Cases) > 0 {
		if err := e.c.table(t); err != nil {
			return err
		}
	}
	for _, line := range e.lines() {
		fmt.Fprintln(e.c.out, line)
	}
	return e.c.flush()
}

// where says what was searched.
func (e *erasing) where() string {
	if e.search.everywhere {
		return "every case was read through"
	}
	text := "no case is named by the index"
	if e.search.older > 0 {
		text += fmt.Sprintf(", and %s older than it read through", count(e.search.older, "case"))
	}
	return text + "; what stands in clear in a case that the index does not name is found with --everywhere"
}

// note says what is to be known of one case.
func (x *erasedCase) note() string {
	var notes []string
	if x.Error != "" {
		notes = append(notes, x.Error)
	}
	if x.Held != "" {
		notes = append(notes, "held, and left as it is: "+x.Held+" (osint retention release)")
	}
	if x.Finished {
		notes = append(notes, "an erasure that was broken off is finished")
	}
	return strings.Join(notes, "; ")
}

// lines says what follows from it, and what is left.
func (e *erasing) lines() (lines []string) {
	d := e.done
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, x := range d.Cases {
		for _, c := range x.Copies {
			say("copy: %s: %s: tell who has it", report.Safe(x.Dir), c.told())
		}
	}
	for _, x := range d.Cases {
		for _, l := range x.Clear {
			say("left: %s: line %d (%s) has a value in clear, and no line ever changes: osint cases rm --yes removes the whole case", report.Safe(x.Dir), l.Line, l.Kind)
		}
		if n := len(x.Unread); n > 0 {
			say("left: %s: %s can't be read, so that nobody can tell whether the person is in it: %s; osint verify says what is wrong", report.Safe(x.Dir), count(n, "answer"), strings.Join(firstOf(texts(x.Unread), 5), " "))
		}
		if n := len(x.Unproven); n > 0 {
			say("unproven: %s: %s about others rest on answers that named the person: %s", report.Safe(x.Dir), count(n, "observation"), strings.Join(firstOf(x.Unproven, 5), " "))
		}
	}
	if len(d.Entries) > 0 {
		say("left: %s of the record, here and wherever it was shipped, hold a value in clear, and no entry ever changes: %s", entries(int64(len(d.Entries))), numbers(d.Entries, 10))
	}
	for _, f := range d.Files {
		say("left: %s: a value stands there in a spelling that can't be replaced", report.Safe(f))
	}
	if d.Cached > 0 {
		say("cache: %s", count(d.Cached, "answer"))
	}
	for _, f := range d.Scrubbed {
		say("batch: %s", report.Safe(f))
	}
	switch s := d.Shared; {
	case s == nil:
	case s.Told:
		say("shared record: %s has the erasure; it never had a value or key, and its entries are this record's", s.Dest)
	default:
		say("shared record: not told yet: %s; send it with osint audit ship", report.Safe(s.Error))
	}
	if d.Suppressed {
		say(leftAlone)
	}
	if len(d.Cases) > 0 {
		say("backups of the key store from before still have the keys: destroy them, and run osint retention run whenever one was restored")
	}
	return lines
}

func firstOf(s []string, n int) []string {
	if len(s) > n {
		return append(s[:n:n], "…")
	}
	return s
}

func numbers(ns []int64, most int) string {
	var texts []string
	for _, n := range ns {
		texts = append(texts, fmt.Sprint(n))
	}
	return strings.Join(firstOf(texts, most), ", ")
}
