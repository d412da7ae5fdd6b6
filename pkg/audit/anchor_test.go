package audit

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func TestFileAnchor(t *testing.T) {
	s := newSite(t)
	f := FileAnchor(filepath.Join(t.TempDir(), "anchor"))
	size := s.verify(Checks{}).Size
	for i := range 3 {
		l := s.open(Options{})
		if i > 0 {
			_, err := l.Append(acts(7)...)
			s.must(err)
		}
		c, err := l.Sign()
		s.must(err)
		s.must(f.Append(c))
		s.must(f.Append(c))
		s.close(l)
	}
	found, err := f.Checkpoints(context.Background(), "")
	if err != nil || len(found) != 3 {
		t.Fatalf("%d checkpoints: %v", len(found), err)
	}
	if v := s.verify(Checks{Anchors: []Anchor{f}}); v.Verdict != Sound || v.Level != Anchored || len(v.Anchors) != 3 {
		t.Errorf("%v %s: %+v", v.Verdict, v.Level, v.Flaws)
	}
	if age, ok := s.verify(Checks{Anchors: []Anchor{f}}).Age(); !ok || age < 0 {
		t.Errorf("age %v", age)
	}
	whole, err := os.ReadFile(string(f))
	s.must(err)
	for name, change := range map[string]struct {
		to   string
		want Verdict
	}{
		"cut in a line":      {string(whole[:len(whole)-5]), Incomplete},
		"cut in the text":    {string(whole[:len(whole)-130]), Incomplete},
		"empty":              {"", Incomplete},
		"spaced":             {"\n\n" + string(whole) + "\n\n", Sound},
		"with a size edited": {strings.Replace(string(whole), fmt.Sprintf("\n%d\n", size), fmt.Sprintf("\n%d\n", size-1), 1), Tampered},
	} {
		s.must(os.WriteFile(string(f), []byte(change.to), 0o600))
		if v := s.verify(Checks{Anchors: []Anchor{f}}); v.Verdict != change.want {
			t.Errorf("%s: %v: %+v", name, v.Verdict, v.Flaws)
		} else if v.Verdict == Tampered && (v.Sentence() != "anchor "+f.Name()+" was altered, or is damaged: 1 finding; the record itself holds (L0)" || strings.Contains(v.Next, "stop")) {
			t.Errorf("%s: the record is accused: %s; %s", name, v.Sentence(), v.Next)
		}
	}
	s.must(os.Remove(string(f)))
	if v := s.verify(Checks{Anchors: []Anchor{f}}); v.Verdict != Incomplete {
		t.Errorf("no such file: %v", v.Verdict)
	}
}

// server is an anchor that holds entries.
type server struct {
	notes
	size int64
	root tlog.Hash
}

func (s server) Held(context.Context, string, int64) (Holding, error) {
	return Holding{s.size, s.size, s.root}, nil
}
func (s server) Dest() string { return "pg" }

// A receiver that lost or changed entries, and receipts that know better than
// the ledger.
func TestHolder(t *testing.T) {
	base := newSite(t)
	db, err := open(base.path, false)
	base.must(err)
	defer db.Close()
	at := func(size int64) tlog.Hash {
		e, err := edgeOf(size, nodes{db})
		base.must(err)
		return e.root()
	}
	receipt := func(size int64, root tlog.Hash) string {
		return "INSERT INTO anchor VALUES ('pg', " + fmt.Sprint(size) + ", " + blob(root[:]) + ", 0)"
	}
	all := base.verify(Checks{}).Size
	for name, r := range map[string]struct {
		holder   server
		receipts []string
		want     Verdict
		level    Level
	}{
		"all":               {server{size: all, root: at(all)}, []string{receipt(all, at(all))}, Sound, Anchored},
		"some":              {server{size: 99, root: at(99)}, []string{receipt(99, at(99))}, Sound, Anchored},
		"lost some":         {server{size: 99, root: at(99)}, []string{receipt(120, at(120))}, SetBackTo, ""},
		"lost all":          {server{}, []string{receipt(120, at(120))}, SetBackTo, ""},
		"changed some":      {server{size: 99, root: at(98)}, nil, Forked, ""},
		"knows more":        {server{size: all + 1, root: at(all)}, nil, SetBackTo, ""},
		"nothing":           {server{}, nil, Incomplete, ""},
		"receipt for more":  {server{size: 99, root: at(99)}, []string{receipt(all+1, at(99))}, SetBackTo, ""},
		"receipt for other": {server{size: 99, root: at(99)}, []string{receipt(98, at(99))}, Forked, ""},
	} {
		s := base.copy(t)
		s.sql(r.receipts...)
		v := s.verify(Checks{Anchors: []Anchor{r.holder}})
		if v.Verdict != r.want || r.level != "" && v.Level != r.level {
			t.Errorf("%s: %v %s, want %v: %+v", name, v.Verdict, v.Level, r.want, v.Flaws)
		}
	}
}

// A ledger that was written anew by somebody without the key names another one
// than that which signs here.
func TestAnotherKeyHere(t *testing.T) {
	s := newSite(t)
	skey, vkey, err := note.GenerateKey(rand.Reader, s.signer().Name())
	s.must(err)
	leaves := s.leaves()
	genesis, err := ParseLeaf([]byte(leaves[0]))
	s.must(err)
	leaves[0] = strings.Replace(leaves[0], genesis.Text("key"), vkey, 1)
	own, err := note.NewSigner(skey)
	s.must(err)
	s.forge(forgery{sign: func(size int64) []note.Signer {
		if size%interval == 0 || size == int64(len(leaves)) {
			return []note.Signer{own}
		}
		return nil
	}}, leaves...)
	s.noHead()
	if v := s.verify(Checks{}); v.Verdict != Tampered || len(v.Flaws) != 2 || !strings.Contains(v.Flaws[0].What, "the one that signs here") {
		t.Errorf("%v: %+v", v.Verdict, v.Flaws)
	}
	if v := s.verify(Checks{Anchors: []Anchor{notes{s.note}}}); !strings.Contains(fmt.Sprint(v.Flaws), "knows other first") {
		t.Errorf("and an anchor: %v: %+v", v.Verdict, v.Flaws)
	}
	s.noKey()
	if v := s.verify(Checks{Anchors: []Anchor{notes{s.note}}}); v.Verdict != Forked {
		t.Errorf("elsewhere, with an anchor: %v: %+v", v.Verdict, v.Flaws)
	}
}
