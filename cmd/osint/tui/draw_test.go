package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

var day = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)

func entity(k pipeline.Kind, v string) pipeline.Entity { return pipeline.Entity{Kind: k, Value: v} }

// story is a run as events, up to the middle of its collection or to its end.
func story(whole bool) []*pipeline.Event {
	acme := entity(pipeline.KindDomain, "acme.example")
	ip := entity(pipeline.KindIP, "192.0.2.7")
	key := func(c string) pipeline.TaskKey { return pipeline.TaskKey{Collector: c, Subject: acme} }
	allow := func(v pipeline.Verdict, names ...string) pipeline.Group {
		return pipeline.Group{Ruling: pipeline.Ruling{Verdict: v, Rule: "r"}, Collectors: names}
	}
	events := []*pipeline.Event{
		{Opened: &pipeline.Opened{Case: "c-0011223344556677", Seeds: []pipeline.Entity{acme, ip}, TLP: "TLP:AMBER",
			Profile: pipeline.ProfileRef{Name: "default"}, Tool: pipeline.Tool{Lab: "brindleford"},
			Plan: &pipeline.Plan{Sources: 4, Target: true, Countries: []string{"GB"}, Sends: []pipeline.Kind{pipeline.KindDomain, pipeline.KindIP}, Requests: 40,
				NotAsked: []pipeline.Unasked{{Why: "mode", Collectors: 1}}},
			Collectors: []pipeline.CollectorRef{{Name: "ct-crtsh", Source: "crt.sh"}, {Name: "dns", Source: "dns"}, {Name: "rdap", Source: "rdap"},
				{Name: "tls", Source: "target"}, {Name: "web", Source: "target"}, {Name: "whois", Source: "whois"}}}},
		{Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: acme}, Groups: []pipeline.Group{
			allow(pipeline.Allow, "ct-crtsh", "dns", "rdap", "whois"), allow(pipeline.Deny, "tls"), allow(pipeline.ReviewIt, "web")}}},
		{Started: &pipeline.Started{Task: key("dns"), Attempt: 1}},
		{Started: &pipeline.Started{Task: key("rdap"), Attempt: 1}},
		{Exchanged: &pipeline.Exchange{Task: key("dns"), Cost: 0}},
		{Exchanged: &pipeline.Exchange{Task: key("rdap"), Cost: 0.02}},
		{Observed: &pipeline.Observation{Collector: "dns", Subject: acme, Predicate: "resolves-to", Object: &ip}},
		{Observed: &pipeline.Observation{Collector: "dns", Subject: acme, Predicate: "txt-record", Value: "v=\x1b[31mred\u202eevil"}},
		{Finished: &pipeline.Finished{Task: key("rdap"), Outcome: pipeline.Timeout, Reason: "no answer in 10 s"}},
	}
	if whole {
		events = append(events, &pipeline.Event{Finished: &pipeline.Finished{Task: key("dns"), Outcome: pipeline.OK}},
			&pipeline.Event{Finished: &pipeline.Finished{Task: key("whois"), Outcome: pipeline.Skipped, Reason: "not needed"}})
		for i, s := range []pipeline.Severity{pipeline.Low, pipeline.Critical, pipeline.Medium, pipeline.High, pipeline.Info} {
			events = append(events, &pipeline.Event{Found: &pipeline.Finding{ID: fmt.Sprint("f-", i), Rule: "R", Severity: s,
				Title: "A weakness of " + string(s) + " weight", Subject: acme}})
		}
		events = append(events, &pipeline.Event{Assessed: &pipeline.Assessment{Score: 71.25, Level: "high"}})
	}
	for i, e := range events {
		e.Seq, e.Time = uint64(i)+1, day.Add(time.Duration(i)*time.Second)
	}
	return events
}

func progress(whole bool) pipeline.Progress {
	if whole {
		return pipeline.Progress{Stage: pipeline.Assessing, Percent: 85, Done: 4, Total: 4}
	}
	return pipeline.Progress{Stage: pipeline.Collecting, Percent: 33, Running: 1, Waiting: 2, Done: 1, Total: 4, Wait: 1200 * time.Millisecond, WaitFor: "crt.sh"}
}

func show(whole bool, w, h int) *model {
	b := newBoard()
	for _, e := range story(whole) {
		b.take(e)
	}
	b.progress = progress(whole)
	return &model{board: b.copy(), look: newLook(Options{Safe: report.Safe}), width: w, height: h}
}

// TestScreens compares whole screens with golden files: the manual of what a
// reader sees. Run with -update to write them anew, and read them.
func TestScreens(t *testing.T) {
	for _, c := range []struct {
		name  string
		whole bool
		w, h  int
		keys  string
	}{
		{"collecting-60x20", false, 60, 20, ""},
		{"collecting-80x24", false, 80, 24, ""},
		{"collecting-120x30", false, 120, 30, ""},
		{"findings-60x20", true, 60, 20, ""},
		{"findings-filtered-80x24", true, 80, 24, "fff"},
		{"help-60x20", false, 60, 20, "?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := show(c.whole, c.w, c.h)
			for _, k := range c.keys {
				m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{k}})
			}
			got := ""
			for _, line := range strings.Split(m.draw(75*time.Second), "\n") {
				got += strings.TrimRight(line, " ") + "\n"
			}
			golden := filepath.Join("testdata", c.name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
		})
	}
}

// TestFits holds that no screen is wider or higher than its terminal, whatever
// the size, what has happened, and what was pressed; and that no control
// character but our own colours gets out.
func TestFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := show(rapid.Bool().Draw(t, "whole"), rapid.IntRange(20, 220).Draw(t, "w"), rapid.IntRange(5, 70).Draw(t, "h"))
		m.look = newLook(Options{Safe: report.Safe, Color: rapid.Bool().Draw(t, "color")})
		if rapid.Bool().Draw(t, "notice") {
			m.board.notice = "finishing: what is known is judged and reported"
		}
		for range rapid.IntRange(0, 3).Draw(t, "long") {
			s := rapid.String().Draw(t, "text")
			e := entity(pipeline.KindHost, s)
			m.board.findings = append(m.board.findings, &pipeline.Finding{Severity: pipeline.High, Title: s, Subject: e})
			m.board.lately = append(m.board.lately, &pipeline.Observation{Subject: e, Predicate: "alias-of", Object: &e})
			m.board.opened.Seeds = append(m.board.opened.Seeds[:0:0], e)
		}
		for _, k := range rapid.SliceOfN(rapid.SampledFrom([]tea.KeyMsg{{Type: tea.KeyDown}, {Type: tea.KeyUp}, {Type: tea.KeyHome}, {Type: tea.KeyEsc},
			{Type: tea.KeyRunes, Runes: []rune("f")}, {Type: tea.KeyRunes, Runes: []rune("?")}}), 0, 12).Draw(t, "keys") {
			m.Update(k)
			m.draw(0)
		}
		lines := strings.Split(m.draw(time.Hour), "\n")
		if len(lines) > m.height {
			t.Fatalf("%d lines on %d", len(lines), m.height)
		}
		for _, l := range lines {
			if w := ansi.StringWidth(l); w > m.width {
				t.Fatalf("%d columns on %d: %q", w, m.width, l)
			}
			if bare := ansi.Strip(l); strings.ContainsFunc(bare, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x200b }) {
				t.Fatalf("a control character got out: %q", bare)
			}
		}
		if m.fault != nil {
			t.Fatal(m.fault)
		}
	})
}

// TestNoColor holds that without colour there is no escape sequence at all.
func TestNoColor(t *testing.T) {
	for _, whole := range []bool{false, true} {
		if s := show(whole, 100, 30).draw(0); strings.Contains(s, "\x1b") {
			t.Errorf("an escape sequence: %q", s)
		}
	}
	m := show(true, 100, 30)
	m.look = newLook(Options{Safe: report.Safe, Color: true})
	if !strings.Contains(m.draw(0), "\x1b[") {
		t.Error("no colour where it was asked for")
	}
}

// TestCounts holds that the rows say what became of each task, also when a
// case is resumed.
func TestCounts(t *testing.T) {
	b := newBoard()
	for _, e := range story(false) {
		b.take(e)
	}
	if r := b.row("dns"); r.running != 1 || r.waiting != 0 || r.calls != 1 {
		t.Errorf("dns: %+v", r)
	}
	if r := b.row("rdap"); r.running != 0 || r.outcomes[pipeline.Timeout] != 1 || r.cost != 0.02 || r.trouble == "" {
		t.Errorf("rdap: %+v", r)
	}
	if r := b.row("whois"); r.waiting != 1 {
		t.Errorf("whois: %+v", r)
	}
	if b.row("tls").refused != 1 || b.row("web").review != 1 {
		t.Error("what was not allowed is not counted")
	}
	b.take(&pipeline.Event{Resumed: &pipeline.Act{}, Time: day})
	if r := b.row("dns"); r.running != 0 || r.waiting != 0 {
		t.Errorf("after a resume: %+v", r)
	}
}
