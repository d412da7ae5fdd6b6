package compliance

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"osint/pkg/pipeline"
)

func parsed(t testing.TB, text string) pipeline.Entity {
	e, err := pipeline.ParseEntity(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func entities(t testing.TB, texts ...string) (out []pipeline.Entity) {
	for _, text := range texts {
		out = append(out, parsed(t, text))
	}
	return out
}

func asked(t testing.TB, keys string, at time.Time, text string) bool {
	s, err := OpenSuppressions(keys)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Clock(func() time.Time { return at })
	_, ok := s.Suppressed(parsed(t, text))
	return ok
}

// TestSuppressed is the manual of who is left alone.
func TestSuppressed(t *testing.T) {
	keys := t.TempDir()
	if asked(t, keys, now, "jane@corp.example") {
		t.Error("suppressed by no list")
	}
	as := Entry{Reason: "objected (Art. 21)", Source: "letter of 3 November", Date: now}
	if _, err := Suppress(keys, entities(t, "Jane.Doe+news@Corp.example", "phone:+44 (0)20 7946 0000", "person:José  Núñez", "account:github.com/octocat", "acme.example"), as); err != nil {
		t.Fatal(err)
	}
	as.Expires = now.Add(time.Hour)
	if _, err := Suppress(keys, entities(t, "person:Max Muster"), as); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"jane.doe@corp.example": true, "JANE.DOE+other@corp.example": true, "jane@corp.example": false, "jane.doe@other.example": false,
		"+442079460000": true, "phone:0044 20 7946 0000": true, "+442079460001": false,
		"person:josé núñez": true, "person:JOSE\u0301 NU\u0301N\u0303EZ": true, "person:Jose Nunez": true,
		"account:GitHub.com/OctoCat": true, "account:gitlab.com/octocat": false,
		"acme.example": true, "www.acme.example": false, "person:max muster": true,
	} {
		if got := asked(t, keys, now, text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if asked(t, keys, now.Add(time.Hour), "person:max muster") {
		t.Error("an entry that expired holds")
	}
	s, err := OpenSuppressions(keys)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, ok := s.Suppressed(pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:k:d"}); ok {
		t.Error("a token is on a list")
	}
	var none *Suppressions
	if _, ok := none.Suppressed(parsed(t, "acme.example")); ok {
		t.Error("suppressed by nothing")
	}
	// Nothing in the store tells who.
	for _, f := range s.Lists() {
		b, _ := os.ReadFile(f.path)
		for _, name := range []string{"jane", "corp.example", "2079460000", "José", "octocat", "acme"} {
			if bytes.Contains(b, []byte(name)) {
				t.Errorf("%s stands in %s", name, f.path)
			}
		}
	}
}

// TestUnreadable holds that a list which can't be read lets nobody be asked.
func TestUnreadable(t *testing.T) {
	keys := t.TempDir()
	if _, err := Suppress(keys, entities(t, "acme.example", "b.example", "c.example"), Entry{Reason: "r", Date: now}); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSuppressions(keys)
	if err != nil {
		t.Fatal(err)
	}
	path := s.lists[0].path
	b, _ := os.ReadFile(path)
	os.WriteFile(path, bytes.ReplaceAll(b, []byte(entryHead), []byte(`{"d1gest":"`)), 0o600)
	if e, ok := s.Suppressed(parsed(t, "z.example")); !ok || !strings.Contains(e.Reason, "can't be read") {
		t.Errorf("%+v, %v", e, ok)
	}
	s.Close()
	for name, break_ := range map[string]func(){
		"no key": func() { os.Rename(strings.TrimSuffix(path, ".jsonl")+".key", path+".gone") },
		"a key for all": func() {
			os.Rename(path+".gone", strings.TrimSuffix(path, ".jsonl")+".key")
			os.Chmod(strings.TrimSuffix(path, ".jsonl")+".key", 0o644)
		},
		"a key of 3 bytes": func() {
			os.Remove(strings.TrimSuffix(path, ".jsonl") + ".key")
			os.WriteFile(strings.TrimSuffix(path, ".jsonl")+".key", []byte("aabbcc\n"), 0o600)
		},
		"an empty file": func() { os.WriteFile(path, nil, 0o600) },
	} {
		break_()
		if _, err := OpenSuppressions(keys); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

// TestSuppressionFolder holds that no name of the folder hides the lists in it, and
// that one which can't be read lets nobody be asked.
func TestSuppressionFolder(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "a[b")
	if _, err := Suppress(keys, entities(t, "acme.example"), Entry{Reason: "r", Date: now}); err != nil {
		t.Fatal(err)
	}
	if !asked(t, keys, now, "acme.example") {
		t.Error("the list is not seen")
	}
	if err := os.RemoveAll(suppressionDir(keys)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(suppressionDir(keys), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSuppressions(keys); err == nil {
		t.Error("what is no folder was opened")
	}
}

// TestSuppressionEdits holds a list against a set in memory: what is added,
// replaced and taken off, in any order.
func TestSuppressionEdits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		keys, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		want := map[string]string{}
		for range rapid.IntRange(1, 5).Draw(rt, "edits") {
			var some []pipeline.Entity
			for _, n := range rapid.SliceOfN(rapid.IntRange(0, 15), 1, 8).Draw(rt, "who") {
				some = append(some, pipeline.Entity{Kind: pipeline.KindDomain, Value: fmt.Sprintf("d%d.example", n)})
			}
			reason := rapid.StringN(0, 300, 900).Draw(rt, "reason")
			if rapid.Bool().Draw(rt, "add") {
				_, err = Suppress(keys, some, Entry{Reason: reason, Date: now})
				for _, e := range some {
					want[e.Value] = reason
				}
			} else {
				_, err = Unsuppress(keys, some)
				for _, e := range some {
					delete(want, e.Value)
				}
			}
			if err != nil {
				rt.Fatal(err)
			}
		}
		s, err := OpenSuppressions(keys)
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		for n := range 16 {
			e := pipeline.Entity{Kind: pipeline.KindDomain, Value: fmt.Sprintf("d%d.example", n)}
			got, ok := s.Suppressed(e)
			reason, there := want[e.Value]
			if ok != there || got.Reason != strings.ToValidUTF8(reason, "\ufffd") {
				rt.Fatalf("%s: %+v, %v, want %q, %v", e, got, ok, reason, there)
			}
		}
		if len(s.lists) > 0 && s.lists[0].Entries != len(want) {
			rt.Fatalf("%d entries, says %d", len(want), s.lists[0].Entries)
		}
	})
}

// TestSuppressionExchange holds that a list of another installation means here
// what it means there.
func TestSuppressionExchange(t *testing.T) {
	there, here, file := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "list.jsonl")
	if _, err := ExportSuppressions(there, file); err == nil {
		t.Error("exported what is not there")
	}
	var many []pipeline.Entity
	for n := range 300 {
		many = append(many, pipeline.Entity{Kind: pipeline.KindEmail, Value: fmt.Sprintf("p%d@corp.example", n)})
	}
	x, err := Suppress(there, many, Entry{Reason: "opted out", Source: "DROP", Date: now})
	if err != nil || x.Entries != 300 || len(x.Digests) != 0 {
		t.Fatal(x, err)
	}
	if _, err := ExportSuppressions(there, file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !IsSuppressions(text) {
		t.Fatal(err)
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("others can read it: %v", info.Mode())
	}
	if _, err := Suppress(here, entities(t, "own@corp.example", "p7@corp.example"), Entry{Reason: "r", Date: now}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second replaces the first
		x, err = ImportSuppressions(here, bytes.NewReader(text), "parent")
		if err != nil || x.Entries != 300 {
			t.Fatal(x, err)
		}
	}
	for who, want := range map[string]bool{"p0@corp.example": true, "p299+x@corp.example": true, "p300@corp.example": false, "own@corp.example": true} {
		if asked(t, here, now, who) != want {
			t.Errorf("%s: %v", who, !want)
		}
	}
	x, err = Unsuppress(here, entities(t, "p7@corp.example"))
	if err != nil || x.Changed != 1 || !slices.Equal(x.Also, []string{"parent"}) || !asked(t, here, now, "p7@corp.example") {
		t.Errorf("%+v, %v", x, err)
	}
	if _, err := ImportSuppressions(there, bytes.NewReader(text), ""); err == nil || !strings.Contains(err.Error(), "own list") {
		t.Error(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	lines[1], lines[2] = lines[2], lines[1]
	for name, bad := range map[string]string{
		"cut":           strings.Join(lines[:100], ""),
		"out of order":  strings.Join(lines, ""),
		"no digest":     strings.Replace(string(text), `"digest":"`, `"digest":"x`, 1),
		"another key":   strings.Replace(string(text), `"key":"`, `"key":"00`, 1),
		"another list":  "hello\n",
		"a path for id": strings.Replace(string(text), `"list":"`, `"list":"../`, 1),
	} {
		if _, err := ImportSuppressions(here, strings.NewReader(bad), "parent"); err == nil {
			t.Errorf("%s: taken in", name)
		}
		if !asked(t, here, now, "p200@corp.example") {
			t.Fatalf("%s: the list that was there is gone", name)
		}
	}
	if _, err := RemoveSuppressions(here, "own"); err == nil {
		t.Error("the own list is gone")
	}
	if _, err := RemoveSuppressions(here, "parent"); err != nil || asked(t, here, now, "p0@corp.example") {
		t.Error(err)
	}
	left, _ := filepath.Glob(filepath.Join(here, "suppression", "*"))
	if len(left) != 3 { // list, key, lock
		t.Errorf("left behind: %v", left)
	}
}

func TestReadEntities(t *testing.T) {
	got, err := ReadEntities(strings.NewReader("# objections\n\nJane@corp.example\r\nperson:Jane Doe\n"))
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	for _, bad := range []string{"x@y.example\nJane Doe, Main Street\n", "a@b.example\nemail:jane@@secret\n", "b.example\nemail:sealed:aa:bb\n"} {
		_, err := ReadEntities(strings.NewReader(bad))
		if err == nil || !strings.HasPrefix(err.Error(), "line 2") || strings.Contains(err.Error(), "Main") || strings.Contains(err.Error(), "secret") {
			t.Error(err)
		}
	}
}

// TestSuppressionBusy holds that two do not edit one list at a time.
func TestSuppressionBusy(t *testing.T) {
	keys := t.TempDir()
	err := holding(keys, func(string) error {
		_, err := Suppress(keys, entities(t, "a.example"), Entry{Reason: "r", Date: now})
		return err
	})
	var held *pipeline.Locked
	if !errors.As(err, &held) {
		t.Error(err)
	}
}

// BenchmarkSuppressed looks up one in a million.
func BenchmarkSuppressed(b *testing.B) {
	keys := b.TempDir()
	const n = 1_000_000
	many := make([]pipeline.Entity, n)
	for i := range many {
		many[i] = pipeline.Entity{Kind: pipeline.KindEmail, Value: fmt.Sprintf("p%d@corp.example", i)}
	}
	began := time.Now()
	if _, err := Suppress(keys, many, Entry{Reason: "objected (Art. 21)", Source: "DROP", Date: now}); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d digested and written in %v", n, time.Since(began))
	began = time.Now()
	s, err := OpenSuppressions(keys)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.Logf("opened in %v", time.Since(began))
	b.ReportAllocs()
	for b.Loop() {
		i := rand.IntN(2 * n)
		if _, ok := s.Suppressed(pipeline.Entity{Kind: pipeline.KindEmail, Value: fmt.Sprintf("p%d@corp.example", i)}); ok != (i < n) {
			b.Fatal(i, ok)
		}
	}
}
