package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVerifyCase(t *testing.T) {
	words := []string{"a", "b", "c", "d"}
	whole := noted(1, words...)
	s := emptySite(t)
	file := filepath.Join(s.dir, "case.jsonl")
	l := s.open(Options{})
	for n := 2; n <= 4; n += 2 {
		s.record(l, file, noted(1, words[:n]...))
		_, err := l.Attest(someCase, file)
		s.must(err)
	}
	_, err := l.Append(story(1, 3)[:5]...)
	s.must(err)
	s.close(l)
	for name, x := range map[string]struct {
		text string
		want Verdict
		says string
	}{
		"whole":              {whole, Sound, ""},
		"torn line":          {whole + `{"seq":5`, Sound, ""},
		"one more":           {whole + noted(5, "e"), Warned, "its lines from 5 on are not on record"},
		"changed":            {strings.Replace(whole, `"b"`, `"x"`, 1), Tampered, "lines 1 to 2"},
		"changed at the end": {strings.Replace(whole, `"d"`, `"x"`, 1), Tampered, "lines 3 to 4"},
		"cut":                {noted(1, "a", "b", "c"), SetBackTo, "has 3 lines, and the ledger knows 4"},
		"empty":              {"", SetBackTo, "has 0 lines"},
		"line left out":      {noted(1, "a", "b") + noted(4, "d") + noted(5, "e"), Tampered, "lines 3 to 4"},
	} {
		s.must(os.WriteFile(file, []byte(x.text), 0o600))
		v := s.verify(Checks{Cases: []CaseFile{{someCase, file}}})
		if v.Verdict != x.want || !strings.Contains(fmt.Sprint(v.Flaws), x.says) {
			t.Errorf("%s: %v, want %v: %+v", name, v.Verdict, x.want, v.Flaws)
		}
		if c := v.Cases[0]; c.Lines != 4 || x.want == Sound && (c.Found != 4 || c.Attested != 4) {
			t.Errorf("%s: %+v", name, c)
		}
	}
	s.must(os.Remove(file))
	gone := []CaseFile{{someCase, file}}
	if v := s.verify(Checks{Cases: gone}); v.Verdict != Incomplete {
		t.Errorf("gone: %v: %+v", v.Verdict, v.Flaws)
	}
	if v := s.verify(Checks{Cases: []CaseFile{{"c-other", ""}}}); v.Verdict != Incomplete {
		t.Errorf("unknown: %v: %+v", v.Verdict, v.Flaws)
	}
	s.append(Options{}, Act{Type: CaseRemove, Case: someCase, Body: Body{"reason": "osint cases prune"}})
	if v := s.verify(Checks{Cases: gone}); v.Verdict != Sound || v.Cases[0].Removed == nil {
		t.Errorf("removed: %v: %+v", v.Verdict, v.Flaws)
	}
	s.must(os.WriteFile(file, []byte(whole), 0o600))
	if v := s.verify(Checks{Cases: gone}); v.Verdict != Warned {
		t.Errorf("removed and here: %v: %+v", v.Verdict, v.Flaws)
	}
}

// TestVerifyBranch holds copies of a case against a record in which the operator
// went on with an older one: the copy that was given up is no forgery, and one that
// nobody recorded is.
func TestVerifyBranch(t *testing.T) {
	s := &site{tb: t, dir: t.TempDir()}
	s.path, s.keys = filepath.Join(s.dir, "audit", File), filepath.Join(s.dir, "keys")
	file := filepath.Join(s.dir, "case.jsonl")
	l := s.open(Options{})
	older, first, second := noted(1, "a", "b"), noted(1, "a", "b", "c", "d"), noted(1, "a", "b", "x", "y", "z")
	for _, lines := range []string{older, first, older, second} {
		s.must(os.WriteFile(file, []byte(lines), 0o600))
		_, err := l.For(someCase, file, Consent{Rollback: "the other was mailed away", Adopt: "mine"})
		s.must(err)
		_, err = l.Attest(someCase, file)
		s.must(err)
	}
	s.close(l)
	for name, x := range map[string]struct {
		text string
		want Verdict
		says string
	}{
		"went on":               {second, Warned, "went on"},
		"given up":              {first, SetBackTo, "given up here: from line 3 on"},
		"given up, gone on":     {first + noted(5, "e"), SetBackTo, "given up here"},
		"given up, and changed": {strings.Replace(first, `"d"`, `"x"`, 1) + noted(5, "z"), Tampered, "others than were recorded"},
		"of nobody":             {noted(1, "a", "b", "q", "y", "z"), Tampered, "others than were recorded"},
		"cut":                   {older, SetBackTo, "has 2 lines"},
	} {
		s.must(os.WriteFile(file, []byte(x.text), 0o600))
		v := s.verify(Checks{Cases: []CaseFile{{someCase, file}}})
		if v.Verdict != x.want || !strings.Contains(fmt.Sprint(v.Flaws), x.says) {
			t.Errorf("%s: %v, want %v: %+v", name, v.Verdict, x.want, v.Flaws)
		}
	}
}
