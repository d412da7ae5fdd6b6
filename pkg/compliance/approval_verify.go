package compliance

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"osint/pkg/pipeline"
)

// A Signer is who signed a statement, as far as the signature tells.
type Signer struct {
	Key         string // public, a line as in a .pub file, without comment
	Fingerprint string // SHA256:…
}

// Signed returns whose signature of a statement this is, or an error if it is
// none. key is the public key of a plain signature; an SSH signature carries its
// own, and key, where it is given, must be that one. It says nothing of who the
// key belongs to.
func Signed(s Statement, signature, key string) (Signer, error) {
	var want Key
	if key != "" {
		k, err := ParseKey(key)
		if err != nil {
			return Signer{}, fmt.Errorf("the key of an approval: %w", err)
		}
		want = k
	}
	return want.signed(s, signature)
}

// signed is [Signed] by a key; the zero one is whichever the signature carries.
func (k Key) signed(s Statement, signature string) (Signer, error) {
	if b64, ok := strings.CutPrefix(signature, rawEd25519); ok {
		raw, err := base64.StdEncoding.DecodeString(b64)
		switch {
		case k.public == nil:
			return Signer{}, errors.New("a plain signature without the key that it is of")
		case err != nil || k.public.Type() != ssh.KeyAlgoED25519:
			return Signer{}, errors.New("not a signature of Ed25519")
		case !ed25519.Verify(k.public.(ssh.CryptoPublicKey).CryptoPublicKey().(ed25519.PublicKey), s.Bytes(), raw):
			return Signer{}, errUnsigned
		}
		return Signer{k.Line(), k.Fingerprint()}, nil
	}
	sig, err := sshsig.Unarmor([]byte(signature))
	if err != nil {
		return Signer{}, errors.New("not a signature of SSH")
	}
	if k.public == nil {
		k.public = sig.PublicKey
	}
	if err := usable(sig.PublicKey); err != nil {
		return Signer{}, fmt.Errorf("signed by a key that doesn't count: %w", err)
	}
	switch err := sshsig.Verify(bytes.NewReader(s.Bytes()), sig, k.public, sig.HashAlgorithm, ApprovalVersion); {
	case errors.Is(err, sshsig.ErrPublicKeyMismatch):
		return Signer{}, errors.New("the signature is of another key, " + ssh.FingerprintSHA256(sig.PublicKey))
	case errors.Is(err, sshsig.ErrNamespaceMismatch):
		return Signer{}, fmt.Errorf("signed for %q: sign with ssh-keygen -Y sign -n %s", sig.Namespace, ApprovalVersion)
	case err != nil:
		return Signer{}, errUnsigned
	}
	return Signer{k.Line(), k.Fingerprint()}, nil
}

var errUnsigned = errors.New("the signature is not of this statement by this key")

// Verify reports whose signature of a statement this is, if it holds now: it is
// by one of the keys that the approver whom the statement names has today, and
// has not expired. Whether it suits the case, [Statement.Suits] says.
func Verify(s Statement, signature string, approvers []Approver, now time.Time) (Signer, error) {
	if err := s.Check(); err != nil {
		return Signer{}, err
	}
	by, err := approver(approvers, s.Approver)
	if err != nil {
		return Signer{}, err
	}
	var who Signer
	err = fmt.Errorf("%s has no key", by.ID)
	for _, key := range by.Keys {
		if who, err = key.signed(s, signature); err == nil {
			break
		}
	}
	if err != nil && len(by.Keys) > 1 {
		err = fmt.Errorf("the signature is by none of the %d keys of %s (%w)", len(by.Keys), by.ID, err)
	}
	if err == nil {
		err = s.timely(now)
	}
	if err != nil {
		return Signer{}, err
	}
	return who, nil
}

// timely says why a statement that is well formed does not hold at a time.
func (s Statement) timely(now time.Time) error {
	issued, _ := stamp(s.Issued)
	expires, _ := stamp(s.Expires)
	switch {
	case issued.After(now.Add(clockSkew)):
		return fmt.Errorf("the approval is issued %s, which is yet to come: look at the clocks", s.Issued)
	case !now.Before(expires):
		return fmt.Errorf("the approval expired %s", s.Expires)
	}
	return nil
}

// approver returns the one of an id.
func approver(list []Approver, id string) (Approver, error) {
	if len(list) == 0 {
		return Approver{}, errors.New("the organisation's document names no approvers: add approvers: [{id: …, keys: [\"ssh-ed25519 …\"]}]")
	}
	var known []string
	for _, a := range list {
		if strings.EqualFold(a.ID, id) {
			return a, nil
		}
		known = append(known, a.ID)
	}
	return Approver{}, fmt.Errorf("%s is no approver in the organisation's document, which names %s", id, strings.Join(known, ", "))
}

// Suits says why a statement can't be of a case: it is of another, or the one who
// approves is one who operates it. operators are those who do so now, beside
// whom the lines name.
func (s Statement) Suits(c *pipeline.Case, operators ...string) error {
	o := c.Opened
	if s.Case != o.Case {
		return fmt.Errorf("the approval is of case %s, and this is %s", s.Case, o.Case)
	}
	if strings.TrimSpace(o.Investigator) == "" {
		return errors.New("the case names no investigator, so nobody can be told from him: start it anew with --investigator ID")
	}
	operators = append([]string{o.Investigator}, operators...)
	for _, e := range c.Acts {
		if e.Resumed != nil {
			operators = append(operators, e.Resumed.By)
		}
	}
	for _, id := range operators {
		if id != "" && strings.EqualFold(strings.TrimSpace(id), strings.TrimSpace(s.Approver)) {
			return fmt.Errorf("%s works on this case, and nobody approves his own: another person must", s.Approver)
		}
	}
	return nil
}
