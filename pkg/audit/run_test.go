package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

// The investigation of these tests: one domain, four names, and a question or
// two about each. begun is called when a task begins.
type asker struct{ begun func(subject string) }

func (a *asker) Spec() pipeline.Spec {
	return pipeline.Spec{Name: "names", Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost}, Source: pipeline.Source{Name: "names"}}
}

func (a *asker) Collect(_ context.Context, t pipeline.Task, out pipeline.Out) error {
	a.begun(t.Key.String())
	x, err := out.Exchanged(pipeline.Exchange{Source: "names", Operation: "ask", Question: t.Key.String(), Outcome: pipeline.OK, At: time.Now()}, []byte("answer"))
	if err != nil || t.Subject.Kind != pipeline.KindDomain {
		return err
	}
	for i := range 4 {
		host := pipeline.Entity{Kind: pipeline.KindHost, Value: fmt.Sprintf("n%d.%s", i, t.Subject.Value)}
		out.Observed(pipeline.Observation{Collector: "names", Source: "names", Origin: "names", Subject: t.Subject, Predicate: "has-name", Object: &host,
			Category: pipeline.Technical, Grade: "B2", At: x.At, Exchanges: []pipeline.ExchangeID{x.ID}})
	}
	return nil
}

type lenient struct{}

func (lenient) Ask(pipeline.Spec, pipeline.Lead) pipeline.Ruling {
	return pipeline.Ruling{Verdict: pipeline.Allow, Rule: "test", Keep: pipeline.KeepRaw}
}

func (lenient) Keep(_ pipeline.Spec, o pipeline.Observation) (pipeline.Observation, pipeline.Ruling) {
	return o, pipeline.Ruling{Verdict: pipeline.Allow, Rule: "test", Keep: pipeline.KeepRaw}
}

func (lenient) Assess(*pipeline.Case, time.Time) ([]pipeline.Finding, *pipeline.Assessment, error) {
	return nil, &pipeline.Assessment{Model: "test"}, nil
}

func investigation(f *pipeline.Folder, begun func(string)) *pipeline.Run {
	return &pipeline.Run{Opened: pipeline.Opened{Limits: pipeline.Limits{Depth: 2}, TLP: "TLP:GREEN"}, Collectors: []pipeline.Collector{&asker{begun}},
		Gate: lenient{}, Assessor: lenient{}, Vault: f.Vault(), Scope: pipeline.Scope{Seeds: []pipeline.Entity{{Kind: pipeline.KindDomain, Value: "acme.example"}}}}
}

// deadly is a sink that kills its process around its nth sync.
type deadly struct {
	pipeline.Sink
	before bool
	left   int
}

func (d *deadly) Sync() error {
	if d.before {
		d.count()
	}
	err := d.Sink.Sync()
	if !d.before {
		d.count()
	}
	return err
}

func (d *deadly) count() {
	if d.left--; d.left < 0 {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Hour)
	}
}

// runVictim is the child process of TestKilledRun: it dies around the nth sync
// of the case file or of the ledger.
func runVictim(dir string) int {
	var sink, left int
	var when string
	if _, err := fmt.Sscanf(os.Getenv("OSINT_AUDIT_POINT"), "%d %s %d", &sink, &when, &left); err != nil {
		return 3
	}
	begun, err := os.OpenFile(filepath.Join(dir, "begun"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 3
	}
	l, err := Open(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), Options{})
	if err != nil {
		return 3
	}
	f, err := pipeline.Create(filepath.Join(dir, "case"), filepath.Join(dir, "keys"))
	if err != nil {
		return 3
	}
	s, err := l.For(f.Vault().Case, filepath.Join(f.Dir, "case.jsonl"), Consent{})
	if err != nil {
		return 3
	}
	f.Also(s)
	sinks := f.Sinks()
	sinks[sink] = &deadly{sinks[sink], when == "before", left}
	if _, err := investigation(f, func(task string) { fmt.Fprintln(begun, task) }).Do(context.Background(), sinks...); err != nil {
		return 4
	}
	return 0
}

// TestKilledRun kills a run around each sync of its case file and its ledger.
// No task has begun whose start is not in the ledger, nothing looks like a
// rollback, and once resumed the segments cover the case file without a gap.
func TestKilledRun(t *testing.T) {
	killed := 0
	for _, sink := range []int{3, 4} { // case file, ledger
		for _, when := range []string{"before", "after"} {
			for n := range 6 {
				if killRun(t, fmt.Sprintf("%d %s %d", sink, when, n)) {
					killed++
				}
			}
		}
	}
	if killed < 10 {
		t.Errorf("only %d runs were killed", killed)
	}
}

func killRun(t *testing.T, point string) (died bool) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "OSINT_AUDIT_RUN="+dir, "OSINT_AUDIT_POINT="+point,
		"GORACE=atexit_sleep_ms=0") // one that lives does not sleep before it ends
	if out, err := cmd.CombinedOutput(); err != nil {
		if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || s.Signal() != syscall.SIGKILL {
			t.Fatalf("%s: %v\n%s", point, err, out)
		}
		died = true
	}
	l := openTest(t, dir, Options{})
	defer l.Close()
	started := startedIn(t, l)
	begun, _ := os.ReadFile(filepath.Join(dir, "begun"))
	for _, task := range strings.Split(strings.TrimSpace(string(begun)), "\n") {
		if task != "" && !started[task] {
			t.Errorf("%s: %s began, and the ledger does not know", point, task)
		}
	}
	f, err := pipeline.Open(filepath.Join(dir, "case"), filepath.Join(dir, "keys"))
	if err != nil {
		return died // killed before anything was durable
	}
	defer f.Close()
	path := filepath.Join(f.Dir, "case.jsonl")
	s, err := l.For(f.Vault().Case, path, Consent{})
	if err != nil {
		t.Fatalf("%s: %v", point, err)
	}
	f.Also(s)
	if f.Case.Closed == nil {
		r := investigation(f, func(string) {})
		r.Opened, r.Past = *f.Case.Opened, f.Case
		if _, err := r.Do(t.Context(), f.Sinks()...); err != nil {
			t.Fatalf("%s: resume: %v", point, err)
		}
	}
	spans, err := l.segments(f.Vault().Case)
	if err != nil {
		t.Fatal(err)
	}
	next := uint64(1)
	for _, x := range spans {
		if x.First != next {
			t.Errorf("%s: a segment begins at line %d, want %d", point, x.First, next)
		}
		next = x.Last + 1
	}
	if next != s.Last()+1 || s.Last() == 0 {
		t.Errorf("%s: the segments end before line %d of %d", point, next, s.Last())
	}
	if _, err := l.Attest(f.Vault().Case, path); err != nil {
		t.Errorf("%s: %v", point, err)
	}
	return died
}

// startedIn returns the tasks whose start a ledger has.
func startedIn(t *testing.T, l *Ledger) map[string]bool {
	t.Helper()
	started := map[string]bool{}
	for seq := range l.edge.size {
		b, err := leafAt(l.s, seq)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := ParseLeaf(b)
		if err != nil {
			t.Fatal(err)
		}
		var body struct{ Collector, Kind, Subject string }
		if leaf.Type == TaskStart && json.Unmarshal(leaf.Body, &body) == nil {
			started[body.Collector+" "+body.Kind+":"+body.Subject] = true
		}
	}
	return started
}
