package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// content is a digest of what is read back: the leaves, and the checkpoints. It
// is "" if they can't be read.
func (s *site) content() string {
	db, err := open(s.path, false)
	if err != nil {
		return ""
	}
	defer db.Close()
	sum := sha256.New()
	for _, query := range []string{"SELECT seq, leaf FROM entry ORDER BY seq", "SELECT size, note FROM checkpoint ORDER BY size"} {
		rows, err := db.Query(query)
		if err != nil {
			return ""
		}
		defer rows.Close()
		for rows.Next() {
			var n int64
			var b []byte
			if err := rows.Scan(&n, &b); err != nil {
				return ""
			}
			fmt.Fprintf(sum, "%d %d ", n, len(b))
			sum.Write(b)
		}
		if rows.Err() != nil {
			return ""
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// flips changes one bit of a file after another, each time from the whole one,
// and fails if changed content passes.
func (s *site) flips(file string) {
	s.tb.Helper()
	rounds := 150
	if long() {
		rounds = 5000
	}
	seed := rand.Uint64()
	dice := rand.New(rand.NewPCG(seed, 1))
	whole, err := os.ReadFile(s.path + file)
	s.must(err)
	main, err := os.ReadFile(s.path)
	s.must(err)
	want := s.content()
	changed := 0
	for range rounds {
		at, bit := dice.IntN(len(whole)), byte(1)<<dice.IntN(8)
		b := bytes.Clone(whole)
		b[at] ^= bit
		os.Remove(s.path + "-shm")
		s.must(os.WriteFile(s.path, main, 0o600))
		s.must(os.WriteFile(s.path+file, b, 0o600))
		got := s.content()
		v, err := Verify(context.Background(), filepath.Dir(s.path), s.keys, Checks{})
		if got == want && err == nil {
			continue
		}
		changed++
		if err == nil && (v.Verdict == Sound || v.Verdict == Warned) {
			s.tb.Errorf("seed %d: byte %d of %s, bit %d: the content is another, and the verdict %v", seed, at, file, bit, v.Verdict)
		}
	}
	if changed < rounds/10 {
		s.tb.Errorf("only %d of %d flips changed anything", changed, rounds)
	}
}

func testFlips(t *testing.T, base *site) { base.copy(t).flips("") }

func testFlipsInLog(t *testing.T, base *site) {
	s := base.copy(t)
	l := s.open(Options{})
	_, err := l.Append(story(nextLine, 20)...)
	s.must(err)
	_, err = l.Sign()
	s.must(err)
	c := s.copy(t) // with the log, as after a kill
	s.close(l)
	if v := c.verify(Checks{}); v.Verdict != Sound {
		t.Fatalf("%v: %+v", v.Verdict, v.Flaws)
	}
	c.flips("-wal")
}

// broken is an anchor that can't be asked.
type broken struct{}

func (broken) Name() string { return "postgres://db.example/audit" }
func (broken) Checkpoints(context.Context, string) ([][]byte, error) {
	return nil, errors.New("connection refused")
}

// testUnreachable asks anchors that do not answer, or know nothing.
func testUnreachable(t *testing.T, base *site) {
	stranger := newSite(t)
	for name, anchors := range map[string][]Anchor{
		"unreachable":             {broken{}},
		"unreachable and another": {notes{base.note}, broken{}},
		"empty":                   {notes{}},
		"of another ledger":       {notes{stranger.note}},
		"not a checkpoint":        {notes{[]byte("hello\n")}},
	} {
		if v := base.verify(Checks{Anchors: anchors}); v.Verdict != Incomplete {
			t.Errorf("%s: %v: %+v", name, v.Verdict, v.Flaws)
		}
	}
}
