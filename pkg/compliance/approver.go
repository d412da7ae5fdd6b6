package compliance

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"osint/pkg/pipeline/rule"
)

// An Approver may settle what a rule of law leaves to review.
type Approver struct {
	ID    string `yaml:"id" json:"id"`       // as approvals name them; nobody's own operator id
	Roles []Word `yaml:"roles" json:"roles"` // such as dpo or legal
	Keys  []Key  `yaml:"keys" json:"keys"`   // any of which signs for them
}

// Check implements [rule.Checker].
func (a Approver) Check() error {
	var errs []error
	if strings.TrimSpace(a.ID) == "" {
		errs = append(errs, errors.New("id is missing: write the id by which approvals name this person, such as id: a.meyer"))
	}
	if len(a.Roles) == 0 {
		errs = append(errs, errors.New("roles are missing: say in what role this person approves, such as roles: [dpo]"))
	}
	if len(a.Keys) == 0 {
		errs = append(errs, errors.New("keys are missing: an approval is signed, so write the line of a public key, such as that of ~/.ssh/id_ed25519.pub"))
	}
	return errors.Join(errs...)
}

// A Key is a public Ed25519 key, written as a line of OpenSSH ("ssh-ed25519
// AAAA… comment") or as "ed25519:" and the base64 of its 32 bytes.
type Key struct {
	Public ed25519.PublicKey
	line   string // as it is written, blanks apart
}

const (
	sshEd25519 = "ssh-ed25519"
	rawEd25519 = "ed25519:"
)

// ParseKey reads a public key as it is written in an organisation's document.
// The error says what to write instead.
func ParseKey(text string) (Key, error) {
	line := strings.Join(strings.Fields(text), " ")
	if raw, ok := strings.CutPrefix(line, rawEd25519); ok {
		b, err := base64.StdEncoding.DecodeString(raw)
		if err != nil || len(b) != ed25519.PublicKeySize {
			return Key{}, fmt.Errorf("%s is followed by the base64 of 32 bytes, and this is not that", rawEd25519)
		}
		return Key{b, line}, nil
	}
	kind, rest, _ := strings.Cut(line, " ")
	blob, _, _ := strings.Cut(rest, " ")
	switch {
	case strings.Contains(line, "PRIVATE KEY"):
		return Key{}, errors.New("this is a private key: take it out, replace it, and write the line of the public one (the file that ends in .pub)")
	case strings.HasPrefix(kind, "ssh-") || strings.HasPrefix(kind, "ecdsa-") || strings.HasPrefix(kind, "sk-"):
		if kind != sshEd25519 {
			return Key{}, fmt.Errorf("keys of the kind %s are not read here: make one with ssh-keygen -t ed25519, and write the line of its .pub file", kind)
		}
	default:
		return Key{}, errors.New(`this is no public key: write the line of one, "ssh-ed25519 AAAA… name", or "ed25519:" and the base64 of its 32 bytes`)
	}
	b, err := base64.StdEncoding.DecodeString(blob)
	if err != nil {
		return Key{}, errors.New("the second word of the line is no base64: copy the whole line of the .pub file")
	}
	name, b, ok := cutString(b)
	public, b, more := cutString(b)
	if !ok || !more || string(name) != sshEd25519 || len(public) != ed25519.PublicKeySize || len(b) != 0 {
		return Key{}, errors.New("the line is no whole Ed25519 key: copy the whole line of the .pub file")
	}
	return Key{public, line}, nil
}

// cutString takes one string of the SSH wire format (RFC 4251) off b.
func cutString(b []byte) (s, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n, b := binary.BigEndian.Uint32(b), b[4:]
	if uint64(n) > uint64(len(b)) {
		return nil, nil, false
	}
	return b[:n], b[n:], true
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
func (k Key) Fingerprint() string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(sshEd25519)))
	b = append(b, sshEd25519...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(k.Public)))
	sum := sha256.Sum256(append(b, k.Public...))
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// approvers are an organisation's.
type approvers []Approver

// Check implements [rule.Checker]: one id is one person, and one key signs for
// one.
func (as approvers) Check() error {
	ids, keys := map[string]bool{}, map[string]string{}
	var errs []error
	for _, a := range as {
		if ids[a.ID] {
			errs = append(errs, fmt.Errorf("%q stands here twice: write all its keys in one entry", a.ID))
		}
		ids[a.ID] = true
		for _, k := range a.Keys {
			if other, taken := keys[string(k.Public)]; taken && other != a.ID {
				errs = append(errs, fmt.Errorf("the key %s is %q's and %q's: give each person a key of their own", k.Fingerprint(), other, a.ID))
			}
			keys[string(k.Public)] = a.ID
		}
	}
	return errors.Join(errs...)
}

var _ rule.Checker = approvers{}
