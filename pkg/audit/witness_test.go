package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

// An eyewitness signs as C2SP's tlog-cosignature says, by its letter and with
// nothing of ours.
type eyewitness struct {
	name string
	key  ed25519.PrivateKey
}

func newEyewitness(name string) *eyewitness {
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	return &eyewitness{name, key}
}

// id is the key's number: SHA-256(name || "\n" || 0x04 || public key)[:4].
func (e *eyewitness) id() []byte {
	h := sha256.New()
	h.Write([]byte(e.name))
	h.Write([]byte{'\n', 4})
	h.Write(e.key.Public().(ed25519.PublicKey))
	return h.Sum(nil)[:4]
}

func (e *eyewitness) vkey() string {
	public := append([]byte{4}, e.key.Public().(ed25519.PublicKey)...)
	return e.name + "+" + hex.EncodeToString(e.id()) + "+" + base64.StdEncoding.EncodeToString(public)
}

// cosign appends the witness's line to a checkpoint.
func (e *eyewitness) cosign(note []byte, at time.Time) []byte {
	body := string(note[:strings.Index(string(note), "\n\n")+1])
	sig := ed25519.Sign(e.key, []byte("cosignature/v1\ntime "+fmt.Sprint(at.Unix())+"\n"+body))
	line := binary.BigEndian.AppendUint64(e.id(), uint64(at.Unix()))
	return append(append([]byte{}, note...), "— "+e.name+" "+base64.StdEncoding.EncodeToString(append(line, sig...))+"\n"...)
}

func TestWitness(t *testing.T) {
	s := newSite(t)
	w, stranger, twin := newEyewitness("witness.example/1"), newEyewitness("other.example"), newEyewitness("witness.example/1")
	at := time.Unix(1764140000, 0)
	with := func(note []byte, pins ...string) *Verification {
		t.Helper()
		return s.verify(Checks{Anchors: []Anchor{notes{note}}, Witnesses: pins})
	}
	good := w.cosign(s.note, at)
	if v := with(good, stranger.vkey(), w.vkey()); v.Verdict != Sound || v.Level != Witnessed {
		t.Errorf("cosigned: %v %s: %+v", v.Verdict, v.Level, v.Flaws)
	} else if b := v.Anchors[1]; b.Name != w.name || b.Size != v.Size || !b.Until.Equal(at) {
		t.Errorf("%+v", v.Anchors)
	}
	if v := with(stranger.cosign(good, at), w.vkey()); v.Level != Witnessed {
		t.Errorf("cosigned by one who is not known too: %s: %+v", v.Level, v.Flaws)
	}
	late := w.cosign(s.note, at)
	late[len(late)-60] ^= 1
	for name, note := range map[string][]byte{
		"nobody":                  s.note,
		"one who is not pinned":   stranger.cosign(s.note, at),
		"another of that name":    twin.cosign(s.note, at),
		"a signature was changed": late,
	} {
		if v := with(note, w.vkey()); v.Level == Witnessed {
			t.Errorf("cosigned by %s: %v %s: %+v", name, v.Verdict, v.Level, v.Flaws)
		}
	}
	if v := with(good); v.Level != Anchored {
		t.Errorf("no witness is pinned: %s", v.Level)
	}
	for _, bad := range []string{"", "w", "w+00000000+BAAA", strings.Replace(w.vkey(), "+", "+0", 1), strings.Replace(w.vkey(), w.name, "w", 1), s.verify(Checks{}).Key} {
		if _, err := newWitness(bad); err == nil {
			t.Errorf("%q is a witness", bad)
		}
	}
}

// A witness makes a checkpoint count that the key alone no longer could.
func TestWitnessOfRevokedKey(t *testing.T) {
	s := newSite(t)
	w := newEyewitness("witness.example")
	note := w.cosign(s.note, time.Now())
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
	c.Witnesses = []string{w.vkey()}
	if v := s.verify(c); v.Level != Witnessed {
		t.Errorf("and a witness saw it: %s: %+v", v.Level, v.Flaws)
	}
}
