package pipeline

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func find(t *testing.T, keys, value string) []Indexed {
	t.Helper()
	x, err := OpenIndex(keys)
	if err != nil {
		t.Fatal(err)
	}
	found, err := x.Find(value)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func missing(t *testing.T, keys string) []string {
	t.Helper()
	x, err := OpenIndex(keys)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := x.Missing()
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// A run leaves the cases of a person where they are found again, and nobody
// else learns from it who that is.
func TestIndex(t *testing.T) {
	c, dir, keys := newWorld(1, 0).investigate(t, nil)
	id := c.Opened.Case
	for _, spelled := range []string{planted[0], "  ADA   plumtree ", planted[1]} {
		found := find(t, keys, spelled)
		if len(found) != 1 || found[0].Case != id {
			t.Errorf("%q: %v", spelled, found)
		}
	}
	if found := find(t, keys, "Bob Nobody"); found != nil {
		t.Errorf("who is in no case is found: %v", found)
	}
	if ids := missing(t, keys); len(ids) > 0 {
		t.Errorf("not in the index: %v", ids)
	}
	k, err := OpenKeys(keys, id)
	if err != nil || k.Place() != dir {
		t.Errorf("it lies in %s: %q, %v", dir, k.Place(), err)
	}
	assertNoPlanted(t, keys)
	err = filepath.WalkDir(keys, func(path string, d os.DirEntry, err error) error {
		if info, _ := d.Info(); !d.IsDir() && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := ForgetKeys(keys, id); err != nil {
		t.Fatal(err)
	}
	if found := find(t, keys, planted[0]); found != nil || len(missing(t, keys)) > 0 {
		t.Errorf("a case that was removed is in the index: %v", found)
	}
}

// A case without personal values makes no index and no keys.
func TestNoIndexWithoutPeople(t *testing.T) {
	dir, keys := t.TempDir(), filepath.Join(t.TempDir(), "keys")
	f, err := Create(dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Append(&Event{Opened: &Opened{Case: f.Vault().Case, Seeds: []Entity{ent(KindDomain, "a.example")}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(keys); !os.IsNotExist(err) {
		t.Errorf("a key store was made: %v", err)
	}
}

// Keys that are older than the index, came back from a backup, or are under an
// index key that is gone are told, so that nobody overlooks them.
func TestIndexMissing(t *testing.T) {
	c, _, keys := newWorld(1, 0).investigate(t, nil)
	id := c.Opened.Case
	file := filepath.Join(keys, id+".keys")
	saved, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	is := func(when string, want ...string) {
		t.Helper()
		if got := missing(t, keys); !slices.Equal(got, want) {
			t.Errorf("%s: %v are missing, want %v", when, got, want)
		}
	}
	is("after a run")
	if err := ForgetKeys(keys, id); err != nil {
		t.Fatal(err)
	}
	is("when it was removed")
	if err := os.WriteFile(file, saved, 0o600); err != nil {
		t.Fatal(err)
	}
	is("when its keys came back", id)
	other, _, _ := newWorld(2, 0).investigate(t, nil)
	old := bytes.ReplaceAll(saved, []byte(`"index"`), []byte(`"x"`))
	if err := os.WriteFile(filepath.Join(keys, other.Opened.Case+".keys"), old, 0o600); err != nil {
		t.Fatal(err)
	}
	want := []string{id, other.Opened.Case}
	slices.Sort(want)
	is("with one that is older than the index", want...)
	if err := os.WriteFile(filepath.Join(keys, "index.key"), bytes.Repeat([]byte{1}, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	is("under another index key", want...)
}

// A case whose keys are older than the index is in it once it was entered.
func TestEnter(t *testing.T) {
	dir, keys := peopled(t)
	for _, name := range []string{"index", "index.key"} {
		if err := os.RemoveAll(filepath.Join(keys, name)); err != nil {
			t.Fatal(err)
		}
	}
	if ids := missing(t, keys); len(ids) != 1 || find(t, keys, planted[0]) != nil {
		t.Fatalf("missing: %v", ids)
	}
	f, err := Open(dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Enter(); err != nil {
		t.Fatal(err)
	}
	if ids := missing(t, keys); len(ids) > 0 {
		t.Errorf("still missing: %v", ids)
	}
	if found := find(t, keys, planted[0]); len(found) != 1 {
		t.Errorf("found: %v", found)
	}
	if err := f.Erase(Erasure{Traces: trace(t, f, subject(t, ada...))}, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if found := find(t, keys, planted[0]); found != nil {
		t.Errorf("left: %v", found)
	}
}

// What was torn by a kill takes nothing with it, neither in the index nor among
// the keys.
func TestTornLines(t *testing.T) {
	keys := t.TempDir()
	k, err := OpenKeys(keys, "c-1")
	if err != nil {
		t.Fatal(err)
	}
	first, _ := k.For("ada@a.example")
	if err := k.Sync(); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(keys, "index", "*.jsonl"))
	for _, path := range append(files, k.path()) {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString(`{"kid":"torn`)
		f.Close()
	}
	if k, err = OpenKeys(keys, "c-1"); err != nil {
		t.Fatal(err)
	}
	var values []string
	for i := range 300 { // some of them in that shard
		values = append(values, strings.Repeat("x", i+1)+"@a.example")
		k.For(values[i])
	}
	if err := k.Sync(); err != nil {
		t.Fatal(err)
	}
	if k, err = OpenKeys(keys, "c-1"); err != nil {
		t.Fatal(err)
	}
	if again, _ := k.For("ada@a.example"); again != first {
		t.Error("the first value has another key")
	}
	for _, v := range values {
		if len(find(t, keys, v)) != 1 {
			t.Fatalf("%q was lost from the index", v)
		}
	}
	if len(k.held) != 301 {
		t.Errorf("%d keys are left", len(k.held))
	}
}

// Many processes write to one index at once, and others take out of it.
func TestIndexTogether(t *testing.T) {
	keys := t.TempDir()
	var all sync.WaitGroup
	for i := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			id := "c-" + strings.Repeat(string(rune('a'+i)), 4)
			for j := range 20 {
				k, err := OpenKeys(keys, id)
				if err != nil {
					t.Error(err)
					return
				}
				k.For("ada@a.example")
				k.For(strings.Repeat("y", j+1) + "@a.example")
				if err := k.Sync(); err != nil {
					t.Error(err)
				}
			}
			if i%2 == 0 {
				if err := ForgetKeys(keys, id); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	all.Wait()
	if got := find(t, keys, "ada@a.example"); len(got) != 4 {
		t.Errorf("%d cases are found, want 4", len(got))
	}
}

// What a person is called in a text is found in every way that answers write it.
func TestSubjectIn(t *testing.T) {
	s, err := NewSubject(ent(KindEmail, "ada.plumtree@acme.example"), ent(KindPerson, "Ada Plumtree"), ent(KindPhone, "+442079460123"))
	if err != nil {
		t.Fatal(err)
	}
	quoted, _ := json.Marshal("<Ada.Plumtree@ACME.example>")
	for _, text := range []string{
		"ada.plumtree@acme.example", "mailto:Ada.Plumtree@Acme.Example", "x=ada.plumtree%40acme.example&y", string(quoted), "ada.plumtree&#64;acme.example",
		"Ada Plumtree", "PLUMTREE, ADA", "Ada\n  Plumtree", "?name=Ada+Plumtree", "tel:+44-20-7946-0123", "+44 (20) 7946 0123", "0044 20 79460123",
		`ns1 ada\.plumtree.acme.example. 2026`, "\x0cada.plumtree\x04acme\x07example\x00", "\\u0041da Plumtree",
	} {
		if !s.In([]byte(text)) {
			t.Errorf("not found in %q", text)
		}
	}
	for _, text := range []string{"nada.plumtree@acme.example", "x.ada.plumtree@acme.example", "ada.plumtree@acme.example2", "Ada Plumtreeson", "Granada Plumtree",
		"+4420794601234", "ada", "plumtree", ""} {
		if s.In([]byte(text)) {
			t.Errorf("found in %q", text)
		}
	}
	if got := s.Scrub("Ada Plumtree <ADA.plumtree@acme.example> asked, +44 20 7946 0123", "X"); got != "X <X> asked, X" {
		t.Errorf("scrubbed to %q", got)
	}
	for _, e := range []Entity{ent(KindDomain, "a.example"), ent(KindEmail, "info@a.example")} {
		if _, err := NewSubject(e); err == nil {
			t.Errorf("%s is a person", e)
		}
	}
}

func FuzzSubjectIn(f *testing.F) {
	s, err := NewSubject(ent(KindEmail, "ada.plumtree@acme.example"), ent(KindPerson, "Ada Plumtree"), ent(KindPhone, "+442079460123"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("Ada Plumtree", "x")
	f.Add(`%`, `\u00`)
	f.Fuzz(func(t *testing.T, before, after string) {
		s.In([]byte(before + after))
		if clean := s.Scrub(before+" Ada Plumtree "+after, "[]"); strings.Contains(clean, " Ada Plumtree ") {
			t.Errorf("left in %q", clean)
		}
	})
}
