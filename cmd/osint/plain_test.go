package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"osint/cmd/osint/tui"
	"osint/pkg/pipeline"
)

var day = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)

// told feeds a renderer a run: events, and progress where Event is nil.
func told(r pipeline.Renderer, now *time.Time, verbose bool) {
	acme := pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"}
	sealed := pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:k:d"}
	seq := uint64(0)
	event := func(after time.Duration, e pipeline.Event) {
		seq++
		*now = day.Add(after)
		e.Seq, e.Time = seq, *now
		r.Event(&e)
	}
	ended := func(after time.Duration, c string, s pipeline.Entity, o pipeline.Outcome, why string) {
		event(after, pipeline.Event{Finished: &pipeline.Finished{Task: pipeline.TaskKey{Collector: c, Subject: s}, Outcome: o, Reason: why}})
	}
	progress := func(after time.Duration, p pipeline.Progress) {
		*now = day.Add(after)
		r.Progress(p)
	}
	progress(0, pipeline.Progress{Stage: pipeline.Planning})
	event(0, pipeline.Event{Opened: &pipeline.Opened{Case: "c-0011223344556677", Seeds: []pipeline.Entity{acme, sealed}, TLP: "TLP:AMBER",
		Profile: pipeline.ProfileRef{Name: "default"}}})
	for range 2 { // told once
		event(time.Millisecond, pipeline.Event{Ruled: &pipeline.Ruled{Groups: []pipeline.Group{{Collectors: []string{"tls", "web"},
			Ruling: pipeline.Ruling{Verdict: pipeline.Deny, Rule: "mode.active-not-requested", Reason: "The subject could see us."}}}}})
	}
	progress(20*time.Millisecond, pipeline.Progress{Stage: pipeline.Collecting, Percent: 20})
	ended(time.Second, "dns", acme, pipeline.OK, "")
	for range 4 { // two told, the rest counted
		ended(2*time.Second, "rdap", acme, pipeline.Timeout, "no answer\r\x1b[2Jin 10 s")
	}
	ended(3*time.Second, "whois", sealed, pipeline.RateLimited, "too fast")
	for s := 4; s < 24; s++ { // each second: told once in ten
		progress(time.Duration(s)*time.Second, pipeline.Progress{Stage: pipeline.Collecting, Percent: 40, Running: 2, Waiting: 1, Done: 6, Total: 9,
			Wait: 1200 * time.Millisecond, WaitFor: "crt.sh"})
	}
	progress(24*time.Second, pipeline.Progress{Stage: pipeline.Assessing, Percent: 85})
	for _, rule := range []string{"EML-02", "INF-22", "INF-22", "INF-22", "INF-22"} {
		event(24*time.Second, pipeline.Event{Found: &pipeline.Finding{Rule: rule, Severity: pipeline.High, Title: "A weakness by " + rule}})
	}
	event(24*time.Second, pipeline.Event{Assessed: &pipeline.Assessment{Score: 71.25, Level: "high", Coverage: .5, Insufficient: true}})
	event(25*time.Second, pipeline.Event{Closed: &pipeline.Closed{Outcome: "timeout"}})
}

// TestPlain compares what is told with golden files.
func TestPlain(t *testing.T) {
	for name, o := range map[string]plainOptions{"plain": {}, "plain-verbose": {verbose: true}, "plain-60-columns": {width: 60}} {
		t.Run(name, func(t *testing.T) {
			now := day
			var b bytes.Buffer
			o.out, o.now = &b, func() time.Time { return now }
			told(newPlain(o), &now, o.verbose)
			if strings.ContainsAny(b.String(), "\r\x1b") {
				t.Error("a control character got out")
			}
			for _, l := range strings.Split(b.String(), "\n") {
				if w := tui.Columns(l); o.width > 0 && w > o.width {
					t.Errorf("%d columns: %q", w, l)
				}
			}
			golden(t, name+".txt", b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// TestJSONL holds that the lines are the case's own, whole, and written when
// they are durable.
func TestJSONL(t *testing.T) {
	var out, errs bytes.Buffer
	j := newJSONL(&out, &errs)
	e := &pipeline.Event{Seq: 1, Time: day, Opened: &pipeline.Opened{Case: "c-0011223344556677"}}
	if err := j.Event(e); err != nil {
		t.Fatal(err)
	}
	if out.Len() != 0 {
		t.Error("shown before it was durable")
	}
	if err := j.Sync(); err != nil {
		t.Fatal(err)
	}
	first, rest, _ := strings.Cut(out.String(), "\n")
	if !strings.HasPrefix(first, `{"type":"version","schema":1,`) || rest != string(e.Line())+"\n" {
		t.Errorf("got %q", out.String())
	}
	j.Progress(pipeline.Progress{Stage: pipeline.Collecting})
	j.Notice("finishing")
	j.Close()
	if strings.Count(out.String(), "\n") != 2 || errs.String() != "osint: finishing\n" {
		t.Errorf("got %q, %q", out.String(), errs.String())
	}
}

// TestInterrupt holds that the first signal ends the run and the second the
// process, with the code of the signal.
func TestInterrupt(t *testing.T) {
	defer goleak.VerifyNone(t)
	forced := make(chan int, 1)
	said := make(chan string, 1)
	ctx, i, stop := interruptible(context.Background(), func(s string) { said <- s }, func(code int) { forced <- code })
	defer stop()
	if i.Code() != 0 {
		t.Fatal("a code before any signal")
	}
	syscall.Kill(os.Getpid(), syscall.SIGTERM)
	<-ctx.Done()
	if s := <-said; s != finishing || i.Code() != terminated {
		t.Errorf("said %q, code %d", s, i.Code())
	}
	syscall.Kill(os.Getpid(), syscall.SIGINT)
	if code := <-forced; code != interrupted {
		t.Errorf("forced with %d", code)
	}
}

// TestWrap holds that wrapping loses no word and keeps the width, but for
// words that are wider.
func TestWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-zé世]{1,9}`)).Draw(t, "words")
		width, indent := rapid.IntRange(30, 90).Draw(t, "width"), rapid.IntRange(0, 12).Draw(t, "indent")
		text := strings.Join(words, " ")
		got := wrap(text, width, indent)
		if strings.Join(strings.Fields(got), " ") != text {
			t.Fatalf("%q became %q", text, got)
		}
		for _, l := range strings.Split(got, "\n") {
			if tui.Columns(l) > width {
				t.Fatalf("%d columns: %q", tui.Columns(l), l)
			}
		}
	})
}
