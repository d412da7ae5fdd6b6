package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// odd is a collector of one function.
type odd struct {
	spec Spec
	do   func(ctx context.Context, t Task, out Out) error
}

func (o odd) Spec() Spec                                         { return o.spec }
func (o odd) Collect(ctx context.Context, t Task, out Out) error { return o.do(ctx, t, out) }

func oddly(name string, timeout time.Duration, do func(context.Context, Task, Out) error) Collector {
	return odd{Spec{Name: name, Consumes: []Kind{KindDomain}, Timeout: timeout, Source: Source{Name: name}}, do}
}

// Whatever a collector does ends as one outcome, and never as the end of the
// run.
func TestOutcomes(t *testing.T) {
	late := make(chan struct{})
	cols := []Collector{
		oddly("panics", 0, func(context.Context, Task, Out) error { var m map[string]int; m["x"] = 1; return nil }),
		oddly("hangs", 20*time.Millisecond, func(_ context.Context, _ Task, out Out) error {
			<-late
			_, err := out.Exchanged(Exchange{Question: "late", At: day, Outcome: OK}, []byte("x"))
			out.Observed(obj("has-name", KindHost, "late.acme.example"))
			return err
		}),
		oddly("slow", 20*time.Millisecond, func(ctx context.Context, _ Task, _ Out) error { <-ctx.Done(); return ctx.Err() }),
		oddly("floods", 0, func(_ context.Context, _ Task, out Out) error {
			x, _ := out.Exchanged(Exchange{Question: "q", At: day, Outcome: OK}, []byte("x"))
			for i := range maxObservations + 10 {
				o := obj("has-name", KindHost, fmt.Sprintf("h%d.acme.example", i%7))
				o.Subject, o.Category, o.Exchanges = ent(KindDomain, "acme.example"), Technical, []ExchangeID{x.ID}
				out.Observed(o)
			}
			return nil
		}),
		oddly("lies", 0, func(_ context.Context, task Task, out Out) error {
			out.Observed(Observation{Subject: task.Subject, Predicate: "expires-at", Value: 7, Category: Technical})
			return nil
		}),
		oddly("errs", 0, func(context.Context, Task, Out) error { return errors.New("odd answer") }),
		oddly("keyless", 0, func(context.Context, Task, Out) error { return Fail(NoKey, "set X") }),
		oddly("silent", 0, func(context.Context, Task, Out) error { return nil }),
	}
	dir, keys := t.TempDir(), t.TempDir()
	f, err := Create(dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := newWorld(1, 0).run(f.Vault())
	r.Collectors, r.Grace = cols, 30*time.Millisecond
	slow := oddly("patient", 0, func(ctx context.Context, _ Task, _ Out) error { // keeps the run open until the late exchange is in
		time.AfterFunc(150*time.Millisecond, func() { close(late) })
		time.Sleep(300 * time.Millisecond)
		return nil
	})
	r.Collectors = append(r.Collectors, slow)
	c, err := r.Do(t.Context(), f.Sinks()...)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"panics": "malformed: collector panicked: assignment to entry in nil map at run_test.go:", "hangs": "timeout: did not end",
		"slow": "timeout: no end within", "floods": "partial: cut at 50000", "lies": "malformed: made observations that do not fit: expires-at wants",
		"errs": "malformed: odd answer", "keyless": "no-key: set X", "silent": "empty", "patient": "empty",
	}
	for _, task := range c.Tasks {
		got := string(task.Finished.Outcome) + ": " + task.Finished.Reason
		if w := want[task.Key.Collector]; !strings.HasPrefix(got, w) {
			t.Errorf("%s: %q, want %q", task.Key.Collector, got, w)
		}
		delete(want, task.Key.Collector)
	}
	if len(want) > 0 {
		t.Errorf("no end of %v", want)
	}
	if _, met := c.Entities[ent(KindHost, "late.acme.example")]; met {
		t.Error("an observation of an abandoned task was kept")
	}
	if c.Exchange(NewExchangeID(TaskKey{"hangs", ent(KindDomain, "acme.example")}, "late", 0)) == nil {
		t.Error("a late exchange left this machine and is not on record")
	}
}

// A run that is told to stop closes a case that can be reported, and resumed
// to the whole.
func TestInterrupted(t *testing.T) {
	whole, wdir, wkeys := newWorld(1, 0).investigate(t, nil)
	wv, err := ReadVault(whole, wdir, wkeys)
	if err != nil {
		t.Fatal(err)
	}
	for _, how := range []string{"interrupted", "timeout"} {
		for after := range 8 {
			dir, keys := t.TempDir(), t.TempDir()
			f, err := Create(dir, keys)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(uint64(after), 4*time.Millisecond)
			r := w.run(f.Vault())
			ctx, stop := context.WithCancel(t.Context())
			if how == "timeout" {
				r.Opened.Limits.Timeout = time.Duration(1+after) * time.Millisecond
			} else {
				time.AfterFunc(time.Duration(after)*time.Millisecond, stop)
			}
			c, err := r.Do(ctx, f.Sinks()...)
			stop()
			if err != nil || c.Closed == nil || c.Closed.Outcome != how || c.Assessment == nil {
				t.Fatalf("%s after %d: %v, closed %+v", how, after, err, c.Closed)
			}
			for _, task := range c.Tasks {
				if task.Finished == nil {
					t.Errorf("%s has no end", task.Key)
				}
			}
			f.Close()
			if f, err = Open(dir, keys); err != nil {
				t.Fatal(err)
			}
			w = newWorld(1, 0)
			r = w.run(f.Vault())
			r.Opened, r.Past = *f.Case.Opened, f.Case
			r.Opened.Limits.Timeout = 0
			if err := f.Replay(r.Gate.(Sink)); err != nil {
				t.Fatal(err)
			}
			c, err = r.Do(t.Context(), f.Sinks()...)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := canon(t, whole, wv), canon(t, c, f.Vault()); a != b {
				t.Errorf("%s after %d ms, resumed:\n%s", how, after, diff(a, b))
			}
			f.Close()
		}
	}
}

// full is a sink on a disk that fills up.
type full struct{ left int }

func (f *full) Event(*Event) error {
	if f.left--; f.left < 0 {
		return errors.New("no space left on device")
	}
	return nil
}
func (f *full) Sync() error { return nil }

// slots is a pacer that counts.
type slots struct{ taken, given int }

func (s *slots) Take(Source) (time.Duration, error) { s.taken++; return 0, nil }
func (s *slots) Done(Source, Outcome)               { s.given++ }

// show is a renderer whose reader has gone away.
type show struct{ full }

func (s *show) Progress(Progress) {}

// A record that can't be written ends the run as broken; a renderer that
// can't be written to does not.
func TestBrokenRecord(t *testing.T) {
	var broken *Broken
	for room := 2; room < 60; room += 3 {
		f, err := Create(t.TempDir(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		r, p := newWorld(1, time.Millisecond).run(f.Vault()), &slots{}
		r.Pacer = p
		if _, err := r.Do(t.Context(), append(f.Sinks(), &full{room})...); !errors.As(err, &broken) {
			t.Errorf("full disk: %v", err)
		}
		if p.taken != p.given {
			t.Errorf("full after %d lines: %d slots taken, %d given back", room, p.taken, p.given)
		}
		f.Close()
	}
	g, err := Create(t.TempDir(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	r := newWorld(1, 0).run(g.Vault())
	if c, err := r.Do(t.Context(), append(g.Sinks(), &show{full{5}})...); err != nil || c.Closed == nil {
		t.Errorf("closed pipe: %v", err)
	}
}

// Evidence that can't be written is a broken record too, not a malformed
// answer.
func TestUnwritableEvidence(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(dir, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.WriteFile(filepath.Join(dir, "evidence"), []byte("a file where a folder is due"), 0o600); err != nil {
		t.Fatal(err)
	}
	var broken *Broken
	if _, err := newWorld(1, 0).run(f.Vault()).Do(t.Context(), f.Sinks()...); !errors.As(err, &broken) {
		t.Errorf("got %v", err)
	}
}

func TestFolder(t *testing.T) {
	_, dir, keys := newWorld(1, 0).investigate(t, nil)
	f, err := Open(dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	var held *Locked
	if _, err := Open(dir, keys); !errors.As(err, &held) || held.PID != os.Getpid() {
		t.Errorf("second open: %v", err)
	}
	if err := f.Append(&Event{Noted: &Act{By: "ada", What: "a remark"}}); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := Create(dir, keys); err == nil || !strings.Contains(err.Error(), "osint resume") {
		t.Errorf("create over a case: %v", err)
	}
	c, err := Read(dir)
	if err != nil || len(c.Acts) != 1 {
		t.Errorf("noted: %v, %d acts", err, len(c.Acts))
	}
	if _, err := Read(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no case at") {
		t.Errorf("no case: %v", err)
	}

	// Cut anywhere, a case reads up to its last whole line; broken in the
	// middle, it says where.
	path := filepath.Join(dir, "case.jsonl")
	whole, _ := os.ReadFile(path)
	for cut := len(whole) - 1; cut > len(whole)-2000; cut -= 97 {
		os.WriteFile(path, whole[:cut], 0o600)
		c, err := Read(dir)
		if err != nil || c.Seq != uint64(strings.Count(string(whole[:cut]), "\n")) {
			t.Fatalf("cut at %d: %v, %d lines", cut, err, c.Seq)
		}
	}
	lines := strings.SplitAfter(string(whole), "\n")
	lines[4] = "{broken\n"
	os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600)
	var broken *BrokenCase
	if c, err := Read(dir); !errors.As(err, &broken) || broken.Line != 5 || c.Seq != 4 {
		t.Errorf("broken in the middle: %v", err)
	}
}

// pace is a pacer with a scripted source.
type pace struct{ turns, done int }

func (p *pace) Take(s Source) (time.Duration, error) {
	if s.Name == "deep" {
		return 0, Fail(QuotaExceeded, "50 of 50 today")
	}
	if s.Name == "names" && p.turns < 3 {
		p.turns++
		return 2 * time.Millisecond, nil
	}
	return 0, nil
}
func (p *pace) Done(Source, Outcome) { p.done++ }

func TestPace(t *testing.T) {
	p := new(pace)
	c, _, _ := newWorld(1, 0).investigate(t, func(r *Run) { r.Pacer = p })
	ran, quota := 0, 0
	for _, task := range c.Tasks {
		if task.Attempts > 0 {
			ran++
		}
		if task.Finished.Outcome == QuotaExceeded {
			quota++
		}
	}
	if p.turns != 3 || p.done != ran || quota == 0 {
		t.Errorf("%d waits, %d slots given back of %d, %d over quota", p.turns, p.done, ran, quota)
	}
}

// strict is a gate that refuses one collector.
type strict struct {
	lawful
	refuses string
}

func (g *strict) Ask(s Spec, l Lead) Ruling {
	if s.Name == g.refuses {
		return Ruling{Verdict: Deny, Rule: "strict", Keep: KeepNone}
	}
	return g.lawful.Ask(s, l)
}

// Who stands in for a collector that may not be asked is asked at once,
// whichever of the two is ruled on first.
func TestStandInOfTheRefused(t *testing.T) {
	for _, name := range []string{"a-stand-in", "z-stand-in"} {
		asked := false
		c, _, _ := newWorld(1, 0).investigate(t, func(r *Run) {
			r.Gate = &strict{refuses: "registry"}
			r.Collectors = append(r.Collectors, odd{Spec{Name: name, Consumes: []Kind{KindDomain}, StandsInFor: "registry"},
				func(context.Context, Task, Out) error { asked = true; return nil }})
		})
		if task := c.Task(TaskKey{name, ent(KindDomain, "acme.example")}); !asked || task == nil || task.Finished.Outcome != Empty {
			t.Errorf("%s: asked %v, %+v", name, asked, task)
		}
	}
}

func TestBudgetAndLimits(t *testing.T) {
	c, _, _ := newWorld(1, 0).investigate(t, func(r *Run) { r.Opened.Limits.CostUSD = 0.05 })
	var spent float64
	skipped := 0
	for _, task := range c.Tasks {
		spent += task.Finished.Cost
		if strings.HasPrefix(task.Finished.Reason, "budget") {
			skipped++
		}
	}
	if spent > 0.05 || skipped == 0 {
		t.Errorf("spent %v, %d skipped", spent, skipped)
	}
	c, _, _ = newWorld(1, 0).investigate(t, func(r *Run) { r.Opened.Limits.Depth = 0 })
	for _, task := range c.Tasks {
		if task.Key.Subject != ent(KindDomain, "acme.example") {
			t.Errorf("depth 0 asked about %s", task.Key.Subject)
		}
	}
}
