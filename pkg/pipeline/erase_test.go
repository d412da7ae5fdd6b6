package pipeline

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var ada = []Entity{ent(KindPerson, planted[0]), ent(KindEmail, planted[1])}

func subject(t testing.TB, es ...Entity) *Subject {
	t.Helper()
	s, err := NewSubject(es...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// peopled makes a case of two people whom one sealed answer names, of an answer
// in clear that names the first, and of a line in clear that does.
func peopled(t testing.TB) (dir, keys string) {
	t.Helper()
	dir, keys = filepath.Join(t.TempDir(), "case"), filepath.Join(t.TempDir(), "keys")
	f, err := Create(dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	v, target := f.Vault(), ent(KindDomain, "acme.example")
	key := TaskKey{"registry", target}
	must(f.Append(&Event{Opened: &Opened{Case: v.Case, Seeds: []Entity{target}, Purpose: "we were told of Ada Plumtree", TLP: "TLP:AMBER"}}))
	answer := func(id ExchangeID, keep Keep, body string) {
		x := &Exchange{ID: id, Task: key, Source: "registry", Outcome: OK, Kept: keep}
		var err error
		if keep == KeepSealed {
			x.SHA256, x.Kid, err = v.SealBody([]byte(body))
		} else {
			x.SHA256, err = v.store.Put([]byte(body))
		}
		must(err)
		must(f.Append(&Event{Exchanged: x}))
	}
	saw := func(id string, object Entity, on ExchangeID) {
		object = v.SealEntity(object)
		must(f.Append(&Event{Observed: &Observation{ID: id, Subject: target, Predicate: "has-contact", Object: &object, Category: object.Category(), Asked: target, Exchanges: []ExchangeID{on}}}))
	}
	answer("x1", KeepSealed, "two people")
	saw("o1", ada[0], "x1")
	saw("o2", ada[1], "x1")
	saw("o3", ent(KindPerson, "Bob Elderberry"), "x1")
	answer("x2", KeepSealed, "Bob alone")
	saw("o4", ent(KindEmail, "bob@acme.example"), "x2")
	answer("x3", KeepRaw, "<a href='mailto:Ada.Plumtree%40acme.example'>")
	answer("x4", KeepRaw, "nobody")
	answer("x5", KeepSealed, "and Plumtree, Ada, of whom nothing was kept")
	must(f.Append(&Event{Observed: &Observation{ID: "o5", Subject: target, Predicate: "note", Value: v.SealText("ask for ADA PLUMTREE at the desk"), Category: Content, Asked: target, Exchanges: []ExchangeID{"x5"}}}))
	return dir, keys
}

func trace(t testing.TB, f *Folder, s *Subject) *Traces {
	t.Helper()
	traces, err := Trace(f.Dir, f.Case, f.Vault(), s)
	if err != nil {
		t.Fatal(err)
	}
	return traces
}

func TestErase(t *testing.T) {
	dir, keys := peopled(t)
	f, err := Open(dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := subject(t, ada...)
	before, _ := os.ReadFile(filepath.Join(dir, "case.jsonl"))
	traces := trace(t, f, s)
	if got := fmt.Sprint(traces.Observations, traces.Others, traces.Answers, traces.Clear); got != "[o1 o2 o5] [o3] 3 [{1 opened}]" {
		t.Errorf("traced %s", got)
	}
	proved := 0
	erasure := Erasure{Traces: traces, By: "dpo", What: "a person", Reason: "asked for it"}
	if err := f.Erase(erasure, func() error { proved++; return nil }); err != nil || proved != 1 {
		t.Fatal(proved, err)
	}
	after, _ := os.ReadFile(filepath.Join(dir, "case.jsonl"))
	if !strings.HasPrefix(string(after), string(before)) || strings.Count(string(after[len(before):]), "\n") != 1 {
		t.Error("lines changed, or more than one was added")
	}
	gone := func(when string) {
		t.Helper()
		c, err := Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		v, err := ReadVault(c, dir, keys)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range c.Observations {
			for token := range o.tokens() {
				if _, ok := v.RevealText(token); ok != (o.ID == "o3" || o.ID == "o4") {
					t.Errorf("%s: what %s names can be read: %v", when, o.ID, ok)
				}
			}
		}
		for _, x := range c.Exchanges {
			_, err := v.Body(x)
			if there := err == nil; there != slices.Contains([]ExchangeID{"x2", "x4"}, x.ID) {
				t.Errorf("%s: answer %s can be read: %v", when, x.ID, there)
			}
		}
		if found := find(t, keys, planted[0]); found != nil {
			t.Errorf("%s: the index has %v", when, found)
		}
		if found := find(t, keys, "bob elderberry"); len(found) != 1 {
			t.Errorf("%s: the index lost somebody else", when)
		}
		left, err := Trace(dir, c, v, subject(t, ent(KindPerson, "Bob Elderberry")))
		if err != nil || len(left.Observations) != 1 {
			t.Errorf("%s: Bob is not found any more: %v, %v", when, left, err)
		}
	}
	gone("erased")
	if left := trace(t, f, s); !left.None() {
		t.Errorf("left: %v", left)
	}
	if err := f.Erase(Erasure{Traces: trace(t, f, s)}, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(filepath.Join(dir, "case.jsonl")); len(again) != len(after) {
		t.Error("erasing nothing added a line")
	}
	assertNoFile(t, keys, planted[0], planted[1])
}

func assertNoFile(t *testing.T, dir string, texts ...string) {
	t.Helper()
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if data, err := os.ReadFile(path); err == nil {
			for _, text := range texts {
				if strings.Contains(string(data), text) {
					t.Errorf("%s holds %q", path, text)
				}
			}
		}
		return nil
	})
}

// eraser is the child process of TestEraseKill: it dies behind a step.
func eraser() int {
	last, _ := strconv.Atoi(os.Getenv("OSINT_ERASE"))
	f, err := Open(os.Getenv("OSINT_DIR"), os.Getenv("OSINT_KEYS"))
	if err != nil {
		return 3
	}
	s, _ := NewSubject(ada...)
	traces, err := Trace(f.Dir, f.Case, f.Vault(), s)
	if err != nil {
		return 3
	}
	x, _ := OpenIndex(os.Getenv("OSINT_KEYS"))
	steps := f.erasing(Erasure{Traces: traces, Subjects: []string{x.Digest(ada[0].Value), x.Digest(ada[1].Value)}}, func() error { return nil })
	for i, step := range steps {
		if err := step(); err != nil {
			return 4
		}
		if i == last {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			time.Sleep(time.Hour)
		}
	}
	return 0
}

// An erasure that was killed behind any step is finished by the next, which
// writes no second line, and nobody can read what the line says was destroyed.
func TestEraseKill(t *testing.T) {
	for step := range 7 {
		dir, keys := peopled(t)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("OSINT_ERASE=%d", step), "OSINT_DIR="+dir, "OSINT_KEYS="+keys)
		var died *exec.ExitError
		if err := cmd.Run(); !errors.As(err, &died) || died.ExitCode() != -1 {
			t.Fatalf("step %d: %v", step, err)
		}
		if found := find(t, keys, planted[0]); (found == nil) != (step == 6) {
			t.Errorf("step %d: the index has %v", step, found)
		}
		f, err := Open(dir, keys)
		if err != nil {
			t.Fatal(err)
		}
		if kids, digests := f.Case.Erasures(); len(kids) != 5 || len(digests) != 6 {
			t.Errorf("step %d: the line names %d keys and %d digests", step, len(kids), len(digests))
		}
		lines := f.Case.Seq
		if err := f.Erase(Erasure{Traces: trace(t, f, subject(t, ada...))}, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		if left := trace(t, f, subject(t, ada...)); !left.None() || f.Case.Seq != lines {
			t.Errorf("step %d: left: %v; %d lines more", step, left, f.Case.Seq-lines)
		}
		if n, err := f.Reapply(); n != 0 || err != nil {
			t.Errorf("step %d: %d things are still there: %v", step, n, err)
		}
		if found := find(t, keys, planted[0]); found != nil {
			t.Errorf("step %d: the index has %v", step, found)
		}
		f.Close()
	}
}

// Keys and evidence that come back with a backup are destroyed again.
func TestReapply(t *testing.T) {
	dir, keys := peopled(t)
	saved := t.TempDir()
	for _, d := range []string{dir, keys} {
		if err := os.CopyFS(filepath.Join(saved, filepath.Base(d)), os.DirFS(d)); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Open(dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	traces := trace(t, f, subject(t, ada...))
	if err := f.Erase(Erasure{Traces: traces}, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	id := f.Case.Opened.Case
	f.Close()
	restore := func(from, to string) {
		t.Helper()
		os.RemoveAll(to)
		if err := os.CopyFS(to, os.DirFS(filepath.Join(saved, from))); err != nil {
			t.Fatal(err)
		}
		_ = filepath.WalkDir(to, func(p string, d os.DirEntry, _ error) error {
			if !d.IsDir() {
				os.Chmod(p, 0o600)
			}
			return nil
		})
	}
	restore("keys", keys)
	restore("case/evidence", filepath.Join(dir, "evidence"))
	if f, err = Open(dir, keys); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Reapply(); err != nil || n != len(traces.Kids)+len(traces.Digests) {
		t.Errorf("%d of %d and %d were destroyed again: %v", n, len(traces.Kids), len(traces.Digests), err)
	}
	f.Close()
	restore("keys", keys)
	if n, err := LoseKeys(keys, id, traces.Kids); err != nil || n != len(traces.Kids) {
		t.Errorf("without its folder: %d of %d: %v", n, len(traces.Kids), err)
	}
	if found := find(t, keys, planted[0]); found != nil {
		t.Errorf("the index has %v", found)
	}
}

// What is past the limit of its class goes with the answers, and what is not
// stays.
func TestExpired(t *testing.T) {
	dir, keys := peopled(t)
	f, err := Open(dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, x := range []struct {
		classes []Class
		want    string
	}{{[]Class{Restricted}, "1 values, 1 answers"}, {[]Class{Restricted, Confidential}, "5 values, 3 answers"}} {
		traces, err := Expired(dir, f.Case, f.Vault(), x.classes...)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%d values, %d answers", len(traces.Values), traces.Answers); got != x.want {
			t.Errorf("%v: %s, want %s", x.classes, got, x.want)
		}
	}
}

// What an operator types about the job names no seed who is a person, however
// it is spelled.
func TestTypedTextsAreScrubbed(t *testing.T) {
	c, dir, _ := newWorld(1, 0).investigate(t, func(r *Run) {
		r.Scope.Seeds = append(r.Scope.Seeds, ada...)
		r.Opened.Purpose, r.Opened.Reference = "ADA PLUMTREE asked us", "mail of Ada.Plumtree@acme.example"
	})
	if o := c.Opened; !IsToken(strings.TrimSuffix(o.Purpose, " asked us")) || !IsToken(strings.TrimPrefix(o.Reference, "mail of ")) {
		t.Errorf("purpose %q, reference %q", o.Purpose, o.Reference)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "case.jsonl")); subject(t, ada...).In(data) {
		t.Error("she stands in the case in clear")
	}
}

// A person is erased with what the case says of them: not the identifier alone
// that somebody typed. A name leads to nobody, since others may have it.
func TestTraceFollows(t *testing.T) {
	mail, account, other := Entity{KindEmail, "ada@corp.example"}, Entity{KindAccount, "site.example/ada"}, Entity{KindEmail, "other@corp.example"}
	name := Entity{KindPerson, "Ada Plumtree"}
	dir := t.TempDir()
	f, err := Create(filepath.Join(dir, "case"), filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	v := f.Vault()
	see := func(subject Entity, p Predicate, object *Entity, value any) *Event {
		o := &Observation{Collector: "x", Subject: v.SealEntity(subject), Asked: v.SealEntity(subject), Predicate: p, Value: value, Category: Identity}
		if object != nil {
			sealed := v.SealEntity(*object)
			o.Object = &sealed
		}
		o.ID = o.Digest()
		return &Event{Observed: o}
	}
	f.Case = NewCase()
	for _, e := range []*Event{{Opened: &Opened{Case: v.Case}}, see(mail, "has-account", &account, "verified"), see(mail, "goes-by", &name, nil),
		see(account, "describes-itself", nil, v.SealText("likes pears")), see(other, "goes-by", &name, nil)} {
		if err := f.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	for _, typed := range []Entity{mail, account} {
		held := map[string]bool{}
		for _, h := range trace(t, f, subject(t, typed)).Values {
			held[h.Clear] = true
		}
		for _, want := range []string{mail.Value, account.Value, name.Value, "likes pears"} {
			if !held[want] {
				t.Errorf("by %s: %q stays", typed, want)
			}
		}
		if held[other.Value] {
			t.Errorf("by %s: another goes with it, who has the same name", typed)
		}
	}
}

// TestTraceUnread holds that an answer which is here and can't be read is told:
// the person may be in it.
func TestTraceUnread(t *testing.T) {
	dir, keys := peopled(t)
	cs, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ReadVault(cs, dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	path := v.store.path(cs.Exchange("x4").SHA256)
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("no gzip"), 0o600); err != nil {
		t.Fatal(err)
	}
	traces, err := Trace(dir, cs, v, subject(t, ada...))
	if err != nil || !slices.Equal(traces.Unread, []ExchangeID{"x4"}) {
		t.Errorf("%v, %v", traces.Unread, err)
	}
}
