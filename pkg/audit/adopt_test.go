package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// record lets the ledger hear the lines of a case that it has not heard, as a run
// does, and writes the file.
func (s *site) record(l *Ledger, file, lines string) {
	s.tb.Helper()
	sink, err := l.For(someCase, file, Consent{})
	s.must(err)
	_, err = pipeline.Replay(strings.NewReader(lines), sink)
	s.must(err)
	s.must(sink.Sync())
	s.must(os.WriteFile(file, []byte(lines), 0o600))
}

// TestAdopt holds which lines that are not on record are taken in, and as what.
func TestAdopt(t *testing.T) {
	began := `{"seq":1,"time":"2026-11-25T10:00:00Z","opened":{"schema":1,"case":"` + someCase + `","seeds":[{"kind":"domain","value":"a.example"}]}}` + "\n" +
		`{"seq":2,"time":"2026-11-25T10:00:00Z","ruled":{"lead":{"entity":{"kind":"domain","value":"a.example"},"depth":0},"scope":"subject","reason":"","groups":[{"ruling":{"verdict":"allow","rule":"r","keep":"raw"},"collectors":["dns"]}]}}` + "\n" +
		`{"seq":3,"time":"2026-11-25T10:00:00Z","started":{"task":"dns domain:a.example","attempt":1}}` + "\n"
	answer := `{"seq":4,"time":"2026-11-25T10:00:00Z","observed":{"id":"o1","collector":"dns"}}` + "\n"
	ended := `{"seq":4,"time":"2026-11-25T10:00:00Z","closed":{"outcome":"complete"}}` + "\n"
	for name, x := range map[string]struct {
		known, now string
		adopt      string
		refused    bool
		act        string // "": nothing is said to be adopted
	}{
		"nothing new":             {known: began, now: began},
		"a run was killed":        {known: began, now: began + answer, act: "adopted"},
		"killed before it asked":  {now: began, act: "adopted"},
		"a case of nobody":        {now: began + answer, refused: true},
		"a case, answered for":    {now: began + answer, adopt: "mine", act: "adopted"},
		"no run was under way":    {known: began + ended, now: began + ended + noted(5, "forged"), refused: true},
		"the same, answered for":  {known: began + ended, now: began + ended + noted(5, "e"), adopt: "the disk was full", act: "adopted"},
		"a judgement of somebody": {known: began + ended, now: began + ended + `{"seq":5,"time":"2026-11-25T10:00:00Z","assessed":{"score":99}}` + "\n", refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := &site{tb: t, dir: t.TempDir()}
			s.path, s.keys = filepath.Join(s.dir, "audit", File), filepath.Join(s.dir, "keys")
			l := s.open(Options{})
			defer l.Close()
			file := filepath.Join(s.dir, "case.jsonl")
			if x.known != "" {
				s.record(l, file, x.known)
			}
			s.must(os.WriteFile(file, []byte(x.now), 0o600))
			before := l.edge.size
			sink, err := l.For(someCase, file, Consent{Adopt: x.adopt})
			if x.refused {
				if !errors.As(err, new(*Unrecorded)) || l.edge.size != before {
					t.Fatalf("taken in: %v, %d entries more", err, l.edge.size-before)
				}
				return
			}
			s.must(err)
			if got := sink.Adopted() != ""; got != (x.act != "") {
				t.Errorf("adopted: %q", sink.Adopted())
			}
			marked := 0
			for seq := before; seq < l.edge.size; seq++ {
				b, err := leafAt(l.s, seq)
				s.must(err)
				leaf, err := ParseLeaf(b)
				s.must(err)
				if bytes.Contains(leaf.Body, []byte(`"adopted":true`)) {
					marked++
				}
				var body struct{ Act string }
				if seq == before && (json.Unmarshal(leaf.Body, &body) != nil || body.Act != x.act) {
					t.Errorf("the first entry says %s", b)
				}
			}
			if want := int(l.edge.size - before); marked != want {
				t.Errorf("%d of %d entries say that they were adopted", marked, want)
			}
			want := Sound
			if x.act != "" {
				want = Warned
			}
			_, err = l.Sign()
			s.must(err)
			if v := s.verify(Checks{Cases: []CaseFile{{someCase, file}}}); v.Verdict != want {
				t.Errorf("%v, want %v: %+v", v.Verdict, want, v.Flaws)
			}
		})
	}
}

// TestImport takes in a case that comes with the proof of another ledger, and no
// line behind it.
func TestImport(t *testing.T) {
	from := &site{tb: t, dir: t.TempDir()}
	from.path, from.keys = filepath.Join(from.dir, "audit", File), filepath.Join(from.dir, "keys")
	file := filepath.Join(from.dir, "case.jsonl")
	l := from.open(Options{})
	defer l.Close()
	text := noted(1, "a", "b")
	from.record(l, file, text)
	a, err := l.Attest(someCase, file)
	from.must(err)
	e, err := a.Event()
	from.must(err)
	e.Seq = 3
	text += string(e.Line()) + "\n"

	to := &site{tb: t, dir: t.TempDir()}
	to.path, to.keys = filepath.Join(to.dir, "audit", File), filepath.Join(to.dir, "keys")
	other := to.open(Options{})
	defer other.Close()
	file = filepath.Join(to.dir, "case.jsonl")
	for _, forged := range []string{text + noted(4, "c"), strings.Replace(text, `"b"`, `"x"`, 1)} {
		to.must(os.WriteFile(file, []byte(forged), 0o600))
		if _, err := other.For(someCase, file, Consent{}); !errors.As(err, new(*Unrecorded)) {
			t.Errorf("taken in: %v", err)
		}
	}
	to.must(os.WriteFile(file, []byte(text), 0o600))
	sink, err := other.For(someCase, file, Consent{})
	to.must(err)
	if !strings.Contains(sink.Adopted(), Fingerprint(l.Key())) {
		t.Errorf("imported as %q", sink.Adopted())
	}

	// Here, a proof that a process was killed behind is no news.
	to.must(os.WriteFile(filepath.Join(from.dir, "case.jsonl"), []byte(text), 0o600))
	if sink, err = l.For(someCase, filepath.Join(from.dir, "case.jsonl"), Consent{}); err != nil || sink.Adopted() != "" {
		t.Errorf("%v, adopted %q", err, sink.Adopted())
	}
}

// TestGone removes a ledger whose head is there: no other takes its place until
// somebody says why.
func TestGone(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, Options{})
	id := l.ID
	l.Close()
	ledgers, keys := filepath.Join(dir, "audit"), filepath.Join(dir, "keys")
	for range 2 {
		if err := os.RemoveAll(ledgers); err != nil {
			t.Fatal(err)
		}
		var gone *Gone
		if _, err := Open(ledgers, keys, Options{}); !errors.As(err, &gone) || gone.Ledger != id || gone.Had != 1 {
			t.Fatalf("a ledger took the place of one that is gone: %v", err)
		}
	}
	l, err := AcceptRollback(ledgers, keys, Options{}, "the disk broke")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := AcceptRollback(ledgers, keys, Options{}, "again"); !errors.Is(err, ErrNotSetBack) {
		t.Errorf("what stands was accepted: %v", err)
	}
	if _, err := AcceptRollback(t.TempDir(), t.TempDir(), Options{}, "none"); !errors.Is(err, ErrAbsent) {
		t.Errorf("what never was, was accepted: %v", err)
	}
	leaf, err := leafAt(l.s, 0)
	if err != nil || !bytes.Contains(leaf, []byte(id)) || !bytes.Contains(leaf, []byte("the disk broke")) {
		t.Errorf("the new one does not name the old: %s, %v", leaf, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	openTest(t, dir, Options{}).Close()
}
