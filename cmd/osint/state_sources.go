package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// A sourceState is what this machine knows of a source without asking it: its
// last answers, from the newest cases, and its pace.
type sourceState struct {
	Source   string           `json:"source"`
	State    string           `json:"state"` // answers, fails, left-alone, or not-asked
	Outcome  pipeline.Outcome `json:"last_outcome,omitempty"`
	At       *time.Time       `json:"last_asked"`
	Asked    int              `json:"asked"` // exchanges in the newest cases
	Answered int              `json:"answered"`
	Until    *time.Time       `json:"left_alone_until"` // by its own wish, or because it failed so often
	allowance
}

// A spending is money that the runs of this machine spent today, in UTC.
type spending struct {
	Today float64  `json:"usd_today"`
	Day   *float64 `json:"usd_day_limit"` // the organisation's; null is none
}

func (s spending) line() string {
	text := fmt.Sprintf("$%.2f spent today", s.Today)
	if s.Day != nil {
		text += fmt.Sprintf(", of $%.2f", *s.Day)
	}
	return text
}

// sources looks at every source that is one endpoint of somebody's.
func (s *state) sources(ctx context.Context, c *console, stateDir string, held *stock, now time.Time) {
	rows := map[string]*sourceState{}
	for name, a := range c.allowances(ctx) {
		a.judge(now)
		rows[name] = &sourceState{Source: name, State: "not-asked", allowance: a}
	}
	recent(held, rows)
	if under, err := c.policy(); err == nil { // else osint doctor says so
		s.Money.Day = under.dayLimit()
	}
	turns, spent, err := collectors.ReadTurns(stateDir, now)
	if err != nil {
		s.heed("sources", err.Error(), "osint doctor")
	}
	s.Money.Today = spent
	for _, t := range turns {
		r := rows[t.Source]
		if r == nil {
			continue
		}
		r.used(t, now)
		until := t.Until
		if t.Again.After(until) {
			until = t.Again
		}
		if until.After(now) {
			until = until.UTC().Truncate(time.Second)
			r.State, r.Until = "left-alone", &until
		}
	}
	for _, r := range rows {
		s.Sources = append(s.Sources, *r)
	}
	slices.SortFunc(s.Sources, func(a, b sourceState) int { return strings.Compare(a.Source, b.Source) })
}

// How much is read of the newest cases.
const (
	recentCases = 20
	recentBytes = 16 << 20
)

// recent takes up what the newest cases tell of sources; those of a made-up
// world tell nothing.
func recent(held *stock, rows map[string]*sourceState) {
	cases := slices.Clone(held.cases)
	slices.SortFunc(cases, func(a, b *stored) int { return b.began.Compare(a.began) })
	left := int64(recentBytes)
	for n := 0; len(cases) > 0 && n < recentCases && left > 0; cases = cases[1:] {
		f, err := os.Open(filepath.Join(cases[0].dir, caseFile))
		if err != nil {
			continue
		}
		if first, err := firstLine(f); err == nil && first.Opened.Tool.Lab == "" {
			n++
			left -= exchanges(f, left, rows)
		}
		f.Close()
	}
}

// exchanges reads the exchanges among the lines of a case, no more than limit
// bytes of them, and returns how much it read.
func exchanges(f *os.File, limit int64, rows map[string]*sourceState) int64 {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0
	}
	in := &io.LimitedReader{R: f, N: limit}
	lines := bufio.NewReaderSize(in, 1<<16)
	for {
		line, err := lines.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			continue // longer than an exchange is
		}
		if err != nil {
			return limit - in.N
		}
		var e struct {
			Exchanged *struct {
				Source  string           `json:"source"`
				Outcome pipeline.Outcome `json:"outcome"`
				At      time.Time        `json:"at"`
				Cached  bool             `json:"cached"`
			} `json:"exchanged"`
		}
		if !bytes.Contains(line[:min(len(line), 128)], []byte(`"exchanged":`)) || json.Unmarshal(line, &e) != nil || e.Exchanged == nil {
			continue
		}
		if x := e.Exchanged; rows[x.Source] != nil && !x.Cached && x.Outcome.Asked() {
			rows[x.Source].saw(x.Outcome, x.At.UTC().Truncate(time.Second))
		}
	}
}

func (r *sourceState) saw(o pipeline.Outcome, at time.Time) {
	r.Asked++
	if o.Answered() {
		r.Answered++
	}
	if r.At != nil && at.Before(*r.At) {
		return
	}
	r.Outcome, r.At, r.State = o, &at, "fails"
	if o.Answered() {
		r.State = "answers"
	}
}
