package compliance

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"pgregory.net/rapid"
)

var now = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

func statement() Statement {
	return Statement{Approver: "a.meyer", Case: "c-0123456789abcdef", Collectors: []string{"gravatar"}, Expires: Stamp(now.Add(720 * time.Hour)), Issued: Stamp(now),
		Reason: "LIA-7 covers it, <see> & file", Rules: []string{"gdpr-35-dpia"}, Subjects: []string{"email:sealed:aa:bb"}, Unknown: []string{"target.minor"}, Version: ApprovalVersion}
}

// plain is an approver with a plain key, and the key as PKCS#8.
func plain(t testing.TB, id string, seed byte) (Approver, []byte) {
	k := ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), ed25519.SeedSize)))
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return approverOf(t, id, "ed25519:"+base64.StdEncoding.EncodeToString(k.Public().(ed25519.PublicKey))),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// approverOf returns an approver with one key.
func approverOf(t testing.TB, id, key string) Approver {
	k, err := ParseKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return Approver{ID: id, Roles: []Word{"dpo"}, Keys: []Key{k}}
}

func noTerminal() ([]byte, error) { return nil, ErrNoPassphrase }

// TestVerify is the manual of what an approval must be.
func TestVerify(t *testing.T) {
	meyer, key := plain(t, "a.meyer", 1)
	other, otherKey := plain(t, "b.ito", 2)
	both := []Approver{meyer, other}
	for _, c := range []struct {
		name string
		do   func(s *Statement, by *Approver, key *[]byte)
		sent func(s *Statement)
		now  time.Time
		who  []Approver
		want string
	}{
		{name: "good"},
		{name: "an id in capitals", do: func(s *Statement, _ *Approver, _ *[]byte) { s.Approver = "A.Meyer" }},
		{name: "an hour before it expires", now: now.Add(719 * time.Hour)},
		{name: "expired", now: now.Add(720 * time.Hour), want: "expired 2026-12-26T10:00:00Z"},
		{name: "of tomorrow", now: now.Add(-time.Hour), want: "is yet to come"},
		{name: "a clock that is a little late", now: now.Add(-time.Minute)},
		{name: "by somebody else who may approve", do: func(_ *Statement, by *Approver, key *[]byte) { *by, *key = other, otherKey }, want: "not of this statement by this key"},
		{name: "by nobody known", who: []Approver{other}, want: "a.meyer is no approver in the organisation's document, which names b.ito"},
		{name: "no organisation", who: []Approver{}, want: "names no approvers"},
		{name: "for more collectors", sent: func(s *Statement) { s.Collectors = append(s.Collectors, "keybase") }, want: "not of this statement"},
		{name: "for longer", sent: func(s *Statement) { s.Expires = Stamp(now.Add(900 * time.Hour)) }, want: "not of this statement"},
		{name: "for another case", sent: func(s *Statement) { s.Case = "c-ff" }, want: "not of this statement"},
		{name: "for another rule", sent: func(s *Statement) { s.Rules = []string{"gdpr-9"} }, want: "not of this statement"},
		{name: "for somebody else", sent: func(s *Statement) { s.Subjects = []string{"email:sealed:aa:cc"} }, want: "not of this statement"},
		{name: "accepting more", sent: func(s *Statement) { s.Unknown = append(s.Unknown, "target.x") }, want: "not of this statement"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, by, k := statement(), meyer, key
			if c.do != nil {
				c.do(&s, &by, &k)
			}
			sig, err := Sign(s, by, k, noTerminal)
			if err != nil {
				t.Fatal(err)
			}
			if c.sent != nil {
				c.sent(&s)
			}
			if c.now.IsZero() {
				c.now = now
			}
			if c.who == nil {
				c.who = both
			}
			_, err = Verify(s, sig, c.who, c.now)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := Sign(statement(), meyer, otherKey, noTerminal); err == nil || !strings.Contains(err.Error(), "none of a.meyer's") {
		t.Error(err)
	}
	// A plain key that signed raw bytes in an SSH dress is another thing.
	if _, err := Signed(statement(), "ed25519:AAAA", meyer.Keys[0].String()); err == nil {
		t.Error("a signature of three bytes counts")
	}
}

// TestPassphrase holds that an encrypted key without a terminal is told of by
// name.
func TestPassphrase(t *testing.T) {
	by, key := plain(t, "a.meyer", 1)
	k, err := ssh.ParseRawPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKeyWithPassphrase(k.(ed25519.PrivateKey), "", []byte("right"))
	if err != nil {
		t.Fatal(err)
	}
	locked := pem.EncodeToMemory(block)
	if _, err := Sign(statement(), by, locked, noTerminal); !errors.Is(err, ErrNoPassphrase) {
		t.Error(err)
	}
	if _, err := Sign(statement(), by, locked, func() ([]byte, error) { return []byte("wrong"), nil }); err == nil || !strings.Contains(err.Error(), "does not open the key") {
		t.Error(err)
	}
	if _, err := Sign(statement(), by, locked, func() ([]byte, error) { return []byte("right"), nil }); err != nil {
		t.Error(err)
	}
	if _, err := Sign(statement(), by, []byte(by.Keys[0].Line()), noTerminal); err == nil || !strings.Contains(err.Error(), "public key") {
		t.Error(err)
	}
}

func TestStatement(t *testing.T) {
	want := `{"approver":"a.meyer","case":"c-0123456789abcdef","collectors":["gravatar"],"expires":"2026-12-26T10:00:00Z","issued":"2026-11-26T10:00:00Z",` +
		`"reason":"LIA-7 covers it, <see> & file","rules":["gdpr-35-dpia"],"subjects":["email:sealed:aa:bb"],"unknown":["target.minor"],"version":"osint-approval@v1"}` + "\n"
	if got := string(statement().Bytes()); got != want {
		t.Errorf("%s", got)
	}
	for _, bad := range []string{
		strings.Replace(want, `"rules":["gdpr-35-dpia"]`, `"rules":[]`, 1),
		strings.Replace(want, `"subjects":["email:sealed:aa:bb"]`, `"subjects":[]`, 1),
		strings.Replace(want, `LIA-7 covers it, <see> & file`, ` `, 1),
		strings.Replace(want, `LIA-7`, `LIA\n7`, 1),
		strings.Replace(want, `LIA-7`, "LIA\u202e7", 1),
		strings.Replace(want, `2026-12-26T10:00:00Z`, `2027-12-26T10:00:00Z`, 1),
		strings.Replace(want, `2026-12-26T10:00:00Z`, `2026-11-26T10:00:00Z`, 1),
		strings.Replace(want, `2026-12-26T10:00:00Z`, `2026-12-26T11:00:00+01:00`, 1),
		strings.Replace(want, `@v1`, `@v2`, 1),
		strings.Replace(want, `{"approver"`, `{"all":true,"approver"`, 1),
		strings.Replace(want, `["gravatar"]`, `["gravatar","gravatar"]`, 1),
		strings.Replace(want, `["gravatar"]`, `["x","gravatar"]`, 1),
		strings.Replace(want, `["gravatar"]`, `[ "gravatar"]`, 1),
		strings.Replace(want, `["gravatar"]`, `null`, 1),
		strings.Replace(want, `<see>`, `\u003csee\u003e`, 1),
		strings.Replace(want, `"case":`, `"case":"c-ff","case":`, 1),
		want + want,
	} {
		if _, err := ParseStatement([]byte(bad)); err == nil {
			t.Errorf("taken: %s", bad)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := statement()
		s.Reason = rapid.String().Draw(t, "reason")
		s.Rules = rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "rules")
		s.Tidy()
		if s.Check() != nil {
			return
		}
		back, err := ParseStatement(s.Bytes())
		if err != nil || string(back.Bytes()) != string(s.Bytes()) || back.Digest() != s.Digest() {
			t.Fatalf("%+v: %v", s, err)
		}
	})
}

func FuzzParseStatement(f *testing.F) {
	f.Add(statement().Bytes())
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ParseStatement(text)
		if err == nil && strings.TrimRight(string(text), "\r\n") != strings.TrimSuffix(string(s.Bytes()), "\n") {
			t.Errorf("two ways to write one statement: %q", text)
		}
	})
}

func FuzzSignature(f *testing.F) {
	by, key := plain(f, "a.meyer", 1)
	sig, _ := Sign(statement(), by, key, noTerminal)
	f.Add([]byte(sig))
	by = approverOf(f, "a.meyer", by.Keys[0].Line())
	sig, _ = Sign(statement(), by, key, noTerminal)
	f.Add([]byte(sig))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ReadSignature(b); err == nil {
			_, _ = Verify(statement(), s, []Approver{by}, now)
		}
	})
}
