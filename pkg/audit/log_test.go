package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// logged makes a ledger with n entries about hosts, closes it, and returns its
// folder.
func logged(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	l, err := Open(dir, t.TempDir(), Options{Actor: "ann", Tool: "osint test"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if _, err := l.Append(Act{Type: TaskStart, Case: "c-1", Body: Body{"collector": "dns", "subject": fmt.Sprint("host", i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func countOf(l *Log, q Query) (n int, err error) {
	_, err = l.Read(context.Background(), q, func(Entry) error { n++; return nil })
	return n, err
}

// TestLogFaults: what is no ledger, or not any more, is said to be so; a leaf
// that is none ends every reading that looks at it.
func TestLogFaults(t *testing.T) {
	if _, err := OpenLog(t.TempDir()); !errors.Is(err, ErrAbsent) {
		t.Errorf("none: %v", err)
	}
	var broken *Damaged
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, File), []byte("a diary, in ink, of more bytes than a header of SQLite has: one hundred of them, that is, and then some"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLog(dir); !errors.As(err, &broken) {
		t.Errorf("no ledger: %v", err)
	}
	for _, bad := range []string{"{}", `{"actor":"ann","body":{"subject":"host3"`, "\xff"} {
		dir := logged(t, 9)
		db, err := sql.Open("sqlite", filepath.Join(dir, File))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("DROP TRIGGER entry_update; UPDATE entry SET leaf = ? WHERE seq = 4", []byte(bad)); err != nil {
			t.Fatal(err)
		}
		db.Close()
		l, err := OpenLog(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []Query{{}, {Types: []Type{Risk}}, {Subjects: []string{"host8"}, Case: "c-1"}} {
			if n, err := countOf(l, q); !errors.As(err, &broken) {
				t.Errorf("%q instead of a leaf, asked for %+v: %d entries, %v", bad, q, n, err)
			}
		}
		if n, err := countOf(l, Query{Limit: 3}); n != 3 || err != nil {
			t.Errorf("the newest are sound: %d, %v", n, err)
		}
		l.Close()
	}
	// A leaf of another place in this one.
	dir = logged(t, 9)
	db, err := sql.Open("sqlite", filepath.Join(dir, File))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("DROP TRIGGER entry_update; UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE seq = 5) WHERE seq = 4"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	l, err := OpenLog(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := countOf(l, Query{}); !errors.As(err, &broken) {
		t.Errorf("one leaf twice: %v", err)
	}
}

// TestLogBeside: others write while it is read, and what is read is of one
// moment.
func TestLogBeside(t *testing.T) {
	dir := t.TempDir()
	w, err := Open(dir, t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	more := func() error {
		_, err := w.Append(Act{Type: Metric}, Act{Type: Metric})
		return err
	}
	for range 200 {
		if err := more(); err != nil {
			t.Fatal(err)
		}
	}
	l, err := OpenLog(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	n := 0
	_, err = l.Read(context.Background(), Query{}, func(Entry) error {
		if n++; n%40 == 1 { // within the reading
			return more()
		}
		return nil
	})
	if err != nil || n != 401 {
		t.Errorf("read %d entries while others came: %v", n, err)
	}
	if n, err := countOf(l, Query{}); err != nil || n != 401+2*11 {
		t.Errorf("%d entries after: %v", n, err)
	}
	var g sync.WaitGroup
	for range 4 {
		g.Go(func() {
			l, err := OpenLog(dir)
			if err != nil {
				t.Error(err)
				return
			}
			defer l.Close()
			if n, err := countOf(l, Query{Types: []Type{Metric}}); err != nil || n%2 != 0 {
				t.Errorf("half of a commit was read: %d, %v", n, err)
			}
		})
		if err := more(); err != nil {
			t.Error(err)
		}
	}
	g.Wait()
}

// TestLogStops: what stops the reader stops the reading.
func TestLogStops(t *testing.T) {
	l, err := OpenLog(logged(t, 9))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	enough := errors.New("enough")
	for _, q := range []Query{{}, {NewestFirst: true}, {Limit: 8}} {
		n := 0
		if _, err := l.Read(context.Background(), q, func(Entry) error { n++; return enough }); err != enough || n != 1 {
			t.Errorf("%+v: %d entries, %v", q, n, err)
		}
	}
}

// TestLookup: it finds in every leaf what a parser of JSON finds.
func TestLookup(t *testing.T) {
	words := rapid.SampledFrom([]string{"subject", "outcome", "groups", "a", "a_1", "x", "verdict"})
	values := rapid.OneOf(rapid.Map(rapid.String(), func(s string) any { return s }), rapid.Map(rapid.Int64Range(-largest, largest), func(n int64) any { return n }),
		rapid.Just(any(true)), rapid.Just(any(Body{"subject": "inner", "verdict": "deny"})), rapid.Just(any([]Body{{"verdict": "review"}, {"verdict": "deny"}, {"verdict": "deny"}})))
	rapid.Check(t, func(t *rapid.T) {
		body := Body(rapid.MapOf(words, values).Draw(t, "body"))
		text, err := appendBody(nil, body)
		if err != nil {
			t.Fatal(err)
		}
		leaf := Leaf{Ledger: "l", Session: "0011223344556677", Type: Risk, Body: text}
		var want map[string]any
		if err := json.Unmarshal(leaf.append(nil), &want); err != nil {
			t.Fatal(err)
		}
		in := want["body"].(map[string]any)
		for _, key := range []string{"subject", "outcome", "groups", "a", "none"} {
			s, _ := in[key].(string)
			n, _ := in[key].(float64)
			if got := leaf.Text(key); got != s {
				t.Fatalf("%s of %s: %q", key, text, got)
			}
			if got := leaf.Int(key); float64(got) != n {
				t.Fatalf("%s of %s: %d", key, text, got)
			}
			value, err := lookup(leaf.append(nil), "body."+key)
			var got any
			if err == nil && value != nil {
				err = json.Unmarshal(value, &got)
			}
			if a, b := fmt.Sprint(got), fmt.Sprint(in[key]); err != nil || a != b {
				t.Fatalf("body.%s of %s: %s, want %s: %v", key, text, a, b, err)
			}
		}
		if _, list := in["groups"].([]any); list && leaf.Text("outcome") == "" && leaf.Outcome() != "deny,review" {
			t.Fatalf("the verdicts of %s are %q", text, leaf.Outcome())
		}
	})
}
