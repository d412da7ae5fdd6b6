package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// killer is a sink that kills its own process with SIGKILL at a point: the
// nth event, or around the nth sync.
type killer struct {
	Sink
	at    string // "event", "before", "after"
	left  *int
	inner bool
}

func (k *killer) Event(e *Event) error {
	if k.at == "event" {
		k.count()
	}
	if k.Sink == nil {
		return nil
	}
	return k.Sink.Event(e)
}

func (k *killer) Sync() error {
	if k.at == "before" {
		k.count()
	}
	if k.Sink != nil {
		if err := k.Sink.Sync(); err != nil {
			return err
		}
	}
	if k.at == "after" {
		k.count()
	}
	return nil
}

func (k *killer) count() {
	if *k.left--; *k.left < 0 {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Hour)
	}
}

// victim is the child process of TestKill: an investigation, or its
// continuation, that dies where OSINT_KILL says ("sink:when:count").
func victim() int {
	dir, keys := os.Getenv("OSINT_DIR"), os.Getenv("OSINT_KEYS")
	where := strings.Split(os.Getenv("OSINT_KILL"), ":")
	sink, _ := strconv.Atoi(where[0])
	left, _ := strconv.Atoi(where[2])
	w := newWorld(rand.Uint64(), 300*time.Microsecond)
	log, err := os.OpenFile(filepath.Join(keys, "left"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 3
	}
	f, err := Create(dir, keys)
	if err != nil {
		return 3
	}
	r := w.run(f.Vault())
	for _, c := range r.Collectors {
		c.(*fake).log = func(q string) { fmt.Fprintln(log, q) }
	}
	sinks := f.Sinks()
	sinks[sink] = &killer{Sink: sinks[sink], at: where[1], left: &left}
	if _, err := r.Do(context.Background(), sinks...); err != nil {
		return 4
	}
	return 0
}

// After a kill at any place a run resumes to the fold of an undisturbed one,
// asking nothing again whose answer is in the case.
func TestKill(t *testing.T) {
	c, dir, keys := newWorld(7, 0).investigate(t, nil)
	v, err := ReadVault(c, dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	want := canon(t, c, v)
	var points []string
	for n := range int(c.Seq) {
		points = append(points, fmt.Sprintf("3:event:%d", n))
	}
	for sink := range 4 {
		for n := range 6 {
			points = append(points, fmt.Sprintf("%d:before:%d", sink, n), fmt.Sprintf("%d:after:%d", sink, n))
		}
	}
	killed := 0
	for i, p := range points {
		if i%3 != 0 && os.Getenv("OSINT_LONG") == "" {
			continue
		}
		if died := killAndResume(t, p, want); died {
			killed++
		}
	}
	if killed < len(points)/6 {
		t.Errorf("only %d of %d points killed", killed, len(points))
	}
}

func killAndResume(t *testing.T, point, want string) (died bool) {
	t.Helper()
	dir, keys := t.TempDir(), t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "OSINT_KILL="+point, "OSINT_DIR="+dir, "OSINT_KEYS="+keys,
		"GORACE=atexit_sleep_ms=0") // one that lives does not sleep before it ends
	out, err := cmd.CombinedOutput()
	if err != nil {
		if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || s.Signal() != syscall.SIGKILL {
			t.Fatalf("%s: %v\n%s", point, err, out)
		}
		died = true
	}
	f, err := Open(dir, keys)
	if err != nil {
		if strings.Contains(err.Error(), "no first line") {
			return died // killed before anything was durable: there is nothing to resume
		}
		t.Fatalf("%s: %v", point, err)
	}
	defer f.Close()
	if f.Case.Closed != nil {
		return died
	}
	answered := map[string]bool{}
	for _, x := range f.Case.Exchanges {
		if x.Readable() {
			answered[x.Question] = true
		}
	}
	w := newWorld(3, 200*time.Microsecond)
	r := w.run(f.Vault())
	r.Opened, r.Past = *f.Case.Opened, f.Case
	if err := f.Replay(r.Gate.(Sink)); err != nil {
		t.Fatal(err)
	}
	c, err := r.Do(t.Context(), f.Sinks()...)
	if err != nil {
		t.Fatalf("%s: resume: %v", point, err)
	}
	for _, q := range w.left {
		if answered[q] {
			t.Errorf("%s: asked again: %s", point, q)
		}
	}
	if got := canon(t, c, f.Vault()); got != want {
		t.Errorf("%s: another fold after resume:\n%s", point, diff(want, got))
	}
	assertNoPlanted(t, dir)
	checkLines(t, dir)
	return died
}

// checkLines reads the file as a stranger would: numbers without a gap, one
// known key beside number and time.
func checkLines(t *testing.T, dir string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "case.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		var l map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		if string(l["seq"]) != strconv.Itoa(i+1) || len(l) != 3 {
			t.Errorf("line %d is %s", i+1, line)
		}
	}
}
