package audit

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// twin is a ledger as a copy of itself.
type twin struct {
	*Reader
	change func(seq int64, leaf []byte) []byte
	forge  func(note []byte) []byte
}

func (c twin) Entries(ctx context.Context, _ string, from, to int64, f func([]byte) error) error {
	return c.Reader.Entries(ctx, from, to, func(seq int64, leaf []byte) error {
		if c.change != nil {
			leaf = c.change(seq, leaf)
		}
		return f(leaf)
	})
}

func (c twin) Seals(ctx context.Context, _ string, above int64) (notes [][]byte, err error) {
	cs, err := c.Reader.Checkpoints(ctx, above, 1<<40)
	for _, x := range cs {
		if c.forge != nil {
			x.Note = c.forge(x.Note)
		}
		notes = append(notes, x.Note)
	}
	return notes, err
}

// TestRecover: an older copy, and a ledger that is gone, get what they lack;
// what a copy makes up is not taken, and leaves no trace.
func TestRecover(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, Options{})
	for range 3 {
		if _, err := l.Append(append(acts(40), Act{Type: Segment, Case: "c-1", Body: Body{"first": 1, "last": 2, "sha256": "00"}})...); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	older, err := os.ReadFile(filepath.Join(dir, "audit", File))
	if err != nil {
		t.Fatal(err)
	}
	l = openTest(t, dir, Options{})
	if _, err := l.Rotate("test"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(acts(40)...); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	full, err := OpenReader(filepath.Join(dir, "audit"))
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	size, _ := full.Size()
	root, _ := full.Root(size)

	for what, begin := range map[string][]byte{"older": older, "gone": nil} {
		at := filepath.Join(t.TempDir(), "audit")
		place := func() {
			os.RemoveAll(at)
			if begin != nil {
				os.MkdirAll(at, 0o700)
				if err := os.WriteFile(filepath.Join(at, File), begin, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		recover := func(c Copy) (Recovered, error) {
			return Recover(t.Context(), at, filepath.Join(dir, "keys"), Options{}, c)
		}
		for lie, c := range map[string]twin{
			"changed": {full, func(seq int64, b []byte) []byte {
				if seq == 150 {
					return []byte(strings.Replace(string(b), "dns", "dnt", 1))
				}
				return b
			}, nil},
			"forged": {full, nil, func(n []byte) []byte { return []byte(strings.Replace(string(n), "\n", " \n", 1)) }},
			"signed by nobody": {full, nil, func(n []byte) []byte {
				text, _, _ := strings.Cut(string(n), "\n\n")
				return []byte(text + "\n\n\u2014 " + full.ID + " AAAAAAAA\n")
			}},
		} {
			place()
			r, err := recover(c)
			if err == nil || r.Had != r.Has {
				t.Errorf("%s: a copy that is %s was taken: %+v", what, lie, r)
			}
			_, err = os.Stat(filepath.Join(at, File))
			if (err == nil) != (begin != nil) {
				t.Errorf("%s, %s: there is a file: %v", what, lie, err == nil)
			}
		}
		place()
		r, err := recover(twin{Reader: full})
		if err != nil || r.Has != size || r.Ledger != full.ID {
			t.Fatalf("%s: %+v: %v", what, r, err)
		}
		back, err := Open(at, filepath.Join(dir, "keys"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n, got, err := back.Head(); err != nil || n != size || got != root || len(back.ring.keys) != 2 {
			t.Errorf("%s: %d entries with root %v, want %d with %v: %v", what, n, got, size, root, err)
		}
		if spans, err := back.segments("c-1"); err != nil || len(spans) == 0 {
			t.Errorf("%s: %d segments: %v", what, len(spans), err)
		}
		back.Close()
		if r, err := recover(twin{Reader: full}); err != nil || r.Had != r.Has {
			t.Errorf("%s: twice: %+v: %v", what, r, err)
		}
	}
}
