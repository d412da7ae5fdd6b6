package compliance

import (
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// A Key is a public key that signs approvals: a line of OpenSSH ("ssh-ed25519
// AAAA… comment") of the kinds Ed25519, ECDSA and RSA, also one that lies on a
// token, or "ed25519:" and the base64 of the 32 bytes of one that signs without
// SSH.
type Key struct {
	public ssh.PublicKey
	line   string // as it is written, blanks apart
}

// rawEd25519 begins a key, and a signature, that are not of SSH.
const rawEd25519 = "ed25519:"

// weakRSA is how many bits of an RSA key are too few, below it.
const weakRSA = 2048

// ParseKey reads a public key as it is written in an organisation's document.
// The error says what to write instead.
func ParseKey(text string) (Key, error) {
	line := strings.Join(strings.Fields(text), " ")
	if raw, ok := strings.CutPrefix(line, rawEd25519); ok {
		b, err := base64.StdEncoding.DecodeString(raw)
		if err != nil || len(b) != ed25519.PublicKeySize {
			return Key{}, fmt.Errorf("%s is followed by the base64 of 32 bytes, and this is not that", rawEd25519)
		}
		k, err := ssh.NewPublicKey(ed25519.PublicKey(b))
		return Key{k, line}, err
	}
	kind, rest, _ := strings.Cut(line, " ")
	blob, _, _ := strings.Cut(rest, " ")
	switch {
	case strings.Contains(line, "PRIVATE KEY"):
		return Key{}, errors.New("this is a private key: take it out, replace it, and write the line of the public one (the file that ends in .pub)")
	case !strings.HasPrefix(kind, "ssh-") && !strings.HasPrefix(kind, "ecdsa-") && !strings.HasPrefix(kind, "sk-") && !strings.HasPrefix(kind, "rsa-"):
		return Key{}, errors.New(`this is no public key: write the line of one, "ssh-ed25519 AAAA… name", or "ed25519:" and the base64 of its 32 bytes`)
	}
	b, err := base64.StdEncoding.DecodeString(blob)
	if err != nil {
		return Key{}, errors.New("the second word of the line is no base64: copy the whole line of the .pub file")
	}
	k, err := ssh.ParsePublicKey(b)
	if err != nil || k.Type() != kind {
		return Key{}, errors.New("the line is no whole public key that is read here: copy the whole line of the .pub file, or make a key with ssh-keygen -t ed25519")
	}
	return Key{k, line}, usable(k)
}

// usable refuses keys of which a signature proves too little, and certificates,
// which stand for a key that nobody listed.
func usable(k ssh.PublicKey) error {
	const instead = "make one with ssh-keygen -t ed25519, and write the line of its .pub file"
	switch k.Type() {
	case ssh.KeyAlgoED25519, ssh.KeyAlgoSKED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoSKECDSA256:
		return nil
	case ssh.KeyAlgoRSA:
		if c, ok := k.(ssh.CryptoPublicKey); ok {
			if p, ok := c.CryptoPublicKey().(*rsa.PublicKey); ok && p.N.BitLen() >= weakRSA {
				return nil
			}
		}
		return fmt.Errorf("an RSA key of fewer than %d bits can be broken: %s", weakRSA, instead)
	}
	return fmt.Errorf("keys of the kind %s are not read here: %s", k.Type(), instead)
}

// UnmarshalText reads a key: see [ParseKey].
func (k *Key) UnmarshalText(text []byte) (err error) {
	*k, err = ParseKey(string(text))
	return err
}

// MarshalText writes a key as it was read.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.line), nil }

// String returns the key as it was read.
func (k Key) String() string { return k.line }

// Fingerprint returns what ssh-keygen -l prints of the key: "SHA256:" and the
// digest of its SSH form, however it is written.
func (k Key) Fingerprint() string { return ssh.FingerprintSHA256(k.public) }

// Line returns the key as a line of OpenSSH without a comment.
func (k Key) Line() string { return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.public))) }

// is reports whether two are one key, however each is written.
func (k Key) is(other ssh.PublicKey) bool {
	return string(k.public.Marshal()) == string(other.Marshal())
}

// raw reports whether the key signs without SSH.
func (k Key) raw() bool { return strings.HasPrefix(k.line, rawEd25519) }
