package pipeline

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv("OSINT_KILL") != "" {
		os.Exit(victim())
	}
	if os.Getenv("OSINT_ERASE") != "" {
		os.Exit(eraser())
	}
	goleak.VerifyTestMain(m)
}

// One fold, whatever the order in which answers arrive.
func TestConfluence(t *testing.T) {
	rounds := 25
	if os.Getenv("OSINT_LONG") != "" {
		rounds = 300
	}
	var want string
	for seed := range rounds {
		w := newWorld(uint64(seed), 2*time.Millisecond)
		workers := []int{64, 1, 3}[seed%3]
		c, dir, keys := w.investigate(t, func(r *Run) { r.Opened.Limits.Workers = workers })
		v, err := ReadVault(c, dir, keys)
		if err != nil {
			t.Fatal(err)
		}
		got := canon(t, c, v)
		if want == "" {
			want = got
			for _, s := range []string{"ruled email:ada", "observed reverse ip:192.0.2.9", "task backup domain:acme.example skipped", "withheld domain:acme.example has-contact no-phones 1"} {
				if !strings.Contains(want, s) {
					t.Fatalf("the world is too tame: no %q in\n%s", s, want)
				}
			}
		}
		if got != want {
			t.Fatalf("seed %d, %d workers: another fold:\n%s", seed, workers, diff(want, got))
		}
	}
}

// A case read back from its file folds to the same, byte for byte.
func TestReplay(t *testing.T) {
	c, dir, keys := newWorld(1, time.Millisecond).investigate(t, nil)
	again, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ReadVault(again, dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := canon(t, c, v), canon(t, again, v); a != b {
		t.Error(diff(a, b))
	}
	in, err := os.Open(filepath.Join(dir, "case.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	copied := new(copySink)
	if _, err := Replay(in, copied); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(filepath.Join(dir, "case.jsonl"))
	if !bytes.Equal(copied.Bytes(), whole) {
		t.Error("a replay's lines are not the file's")
	}
}

type copySink struct{ bytes.Buffer }

func (c *copySink) Event(e *Event) error {
	c.Write(e.Line())
	return c.WriteByte('\n')
}
func (c *copySink) Sync() error { return nil }

// Personal values stand nowhere in clear: not in the case, not in evidence.
func TestPlanted(t *testing.T) {
	_, dir, _ := newWorld(1, 0).investigate(t, nil)
	assertNoPlanted(t, dir)
	// The same, when the person is the target.
	_, dir, _ = newWorld(1, 0).investigate(t, func(r *Run) {
		r.Scope.Seeds = append(r.Scope.Seeds, ent(KindEmail, planted[1]))
		r.Collectors = append(r.Collectors, &fake{spec: Spec{Name: "leaky", Consumes: []Kind{KindEmail}},
			answer: func(Entity) []Observation { return nil },
			fail:   map[string]error{planted[1]: Fail(Unreachable, "GET https://x.example/?q=ada.plumtree%40acme.example failed")}})
	})
	assertNoPlanted(t, dir)
}

func assertNoPlanted(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.HasSuffix(path, ".gz") {
			name := filepath.Base(filepath.Dir(path)) + strings.TrimSuffix(filepath.Base(path), ".gz")
			data, err = NewStore(filepath.Join(dir, "evidence")).Get(name)
		}
		for _, p := range append(planted, "ada.plumtree%40acme.example") {
			if bytes.Contains(data, []byte(p)) {
				t.Errorf("%s stands in clear in %s", p, path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func diff(want, got string) string {
	a, b := map[string]bool{}, map[string]bool{}
	for _, l := range strings.Split(want, "\n") {
		a[l] = true
	}
	for _, l := range strings.Split(got, "\n") {
		b[l] = true
	}
	var out strings.Builder
	for _, l := range strings.Split(want, "\n") {
		if !b[l] {
			out.WriteString("- " + l + "\n")
		}
	}
	for _, l := range strings.Split(got, "\n") {
		if !a[l] {
			out.WriteString("+ " + l + "\n")
		}
	}
	return out.String()
}
