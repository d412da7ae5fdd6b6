package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/all"
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
	Today    int              `json:"today"`           // requests of this machine on this day, in UTC, where they are counted
	Daily    int              `json:"daily,omitempty"` // that the source allows
	Until    *time.Time       `json:"left_alone_until"`
}

// sources looks at every source that is one endpoint of somebody's.
func (s *state) sources(stateDir string, held *stock, now time.Time) {
	rows := map[string]*sourceState{}
	for _, e := range all.Entries() {
		if src := e.Spec.Source; src.Family != "target" {
			rows[src.Name] = &sourceState{Source: src.Name, State: "not-asked", Daily: src.Daily}
		}
	}
	recent(held, rows)
	turns, _, err := collectors.ReadTurns(stateDir, now)
	if err != nil {
		s.heed("sources", err.Error(), "osint doctor")
	}
	for _, t := range turns {
		r := rows[t.Source]
		if r == nil {
			continue
		}
		if r.Today = t.Today; t.Until.After(now) {
			until := t.Until.UTC().Truncate(time.Second)
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
