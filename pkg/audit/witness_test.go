package audit

import (
	"strings"
	"testing"
	"time"

	"osint/pkg/audit/internal/eyewitness"
)

func TestWitness(t *testing.T) {
	s := newSite(t)
	w, stranger, twin := eyewitness.New("witness.example/1"), eyewitness.New("other.example"), eyewitness.New("witness.example/1")
	at := time.Unix(1764140000, 0)
	with := func(note []byte, pins ...string) *Verification {
		t.Helper()
		return s.verify(Checks{Anchors: []Anchor{notes{note}}, Witnesses: pins})
	}
	good := w.Cosign(s.note, at)
	if v := with(good, stranger.VKey(), w.VKey()); v.Verdict != Sound || v.Level != Witnessed {
		t.Errorf("cosigned: %v %s: %+v", v.Verdict, v.Level, v.Flaws)
	} else if b := v.Anchors[1]; b.Name != "witness.example/1" || b.Size != v.Size || !b.Until.Equal(at) {
		t.Errorf("%+v", v.Anchors)
	}
	if v := with(stranger.Cosign(good, at), w.VKey()); v.Level != Witnessed {
		t.Errorf("cosigned by one who is not known too: %s: %+v", v.Level, v.Flaws)
	}
	late := w.Cosign(s.note, at)
	late[len(late)-60] ^= 1
	for name, note := range map[string][]byte{
		"nobody":                  s.note,
		"one who is not pinned":   stranger.Cosign(s.note, at),
		"another of that name":    twin.Cosign(s.note, at),
		"a signature was changed": late,
	} {
		if v := with(note, w.VKey()); v.Level == Witnessed {
			t.Errorf("cosigned by %s: %v %s: %+v", name, v.Verdict, v.Level, v.Flaws)
		}
	}
	if v := with(good); v.Level != Anchored {
		t.Errorf("no witness is pinned: %s", v.Level)
	}
	for _, bad := range []string{"", "w", "w+00000000+BAAA", strings.Replace(w.VKey(), "+", "+0", 1), strings.Replace(w.VKey(), "witness.example/1", "w", 1), s.verify(Checks{}).Key} {
		if _, err := newWitness(bad); err == nil {
			t.Errorf("%q is a witness", bad)
		}
	}
}

// A witness makes a checkpoint count that the key alone no longer could.
func TestWitnessOfRevokedKey(t *testing.T) {
	s := newSite(t)
	w := eyewitness.New("witness.example")
	note := w.Cosign(s.note, time.Now())
	l := s.open(Options{})
	old := l.Key()
	_, err := l.Rotate("stolen")
	s.must(err)
	s.must(l.Revoke(old, 10, "stolen"))
	s.close(l)
	c := Checks{Anchors: []Anchor{notes{note}}}
	if v := s.verify(c); v.Verdict != Warned || v.Level != Local {
		t.Errorf("an anchor of the revoked key: %v %s: %+v", v.Verdict, v.Level, v.Flaws)
	}
	c.Witnesses = []string{w.VKey()}
	if v := s.verify(c); v.Level != Witnessed {
		t.Errorf("and a witness saw it: %s: %+v", v.Level, v.Flaws)
	}
}
