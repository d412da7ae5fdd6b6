package compliance

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// ErrNoPassphrase is the error of an encrypted key where nobody can be asked.
var ErrNoPassphrase = errors.New("the key is encrypted, and there is no terminal to ask for its passphrase on")

// SignElsewhere is what to do where osint can't sign itself.
const SignElsewhere = "print the statement with --print-statement, sign it with ssh-keygen -Y sign -n " + ApprovalVersion + " -f KEY STATEMENT, and give the signature as --signature"

// Sign signs a statement with a private key: in the form of OpenSSH, of PKCS#1,
// SEC 1 or PKCS#8, in PEM. passphrase is asked for one where the key is
// encrypted. A key that the organisation lists as ed25519: signs plainly, any
// other in the way of ssh-keygen -Y sign.
func Sign(s Statement, by Approver, key []byte, passphrase func() ([]byte, error)) (signature string, err error) {
	if err := s.Check(); err != nil {
		return "", err
	}
	private, err := readPrivate(key, passphrase)
	if err != nil {
		return "", err
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return "", fmt.Errorf("a key that doesn't sign: %w", err)
	}
	switch listed, ok := by.key(signer.PublicKey()); {
	case !ok:
		return "", fmt.Errorf("key %s is none of %s's in the organisation's document: use one that is, or have it added there", ssh.FingerprintSHA256(signer.PublicKey()), by.ID)
	case listed.raw():
		sig, err := private.(crypto.Signer).Sign(nil, s.Bytes(), crypto.Hash(0))
		return rawEd25519 + base64.StdEncoding.EncodeToString(sig), err
	}
	sig, err := sshsig.Sign(bytes.NewReader(s.Bytes()), signer, sshsig.HashSHA512, ApprovalVersion)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return string(sshsig.Armor(sig)), nil
}

// readPrivate reads a private key.
func readPrivate(key []byte, passphrase func() ([]byte, error)) (any, error) {
	if _, err := ParseKey(string(key)); err == nil {
		return nil, errors.New("it is a public key; where an agent or a token holds the private one, " + SignElsewhere)
	}
	block, _ := pem.Decode(key)
	if block == nil {
		return nil, errors.New("no private key: the file that ssh-keygen wrote is wanted, or one in PEM")
	}
	if block.Type == "ENCRYPTED PRIVATE KEY" {
		return nil, errors.New("an encrypted key in PKCS#8, which is not read here: sign with openssl pkeyutl, and give the signature as --signature")
	}
	private, err := ssh.ParseRawPrivateKey(key)
	if errors.As(err, new(*ssh.PassphraseMissingError)) {
		word, asked := passphrase()
		if asked != nil {
			return nil, asked
		}
		if private, err = ssh.ParseRawPrivateKeyWithPassphrase(key, word); err != nil {
			return nil, errors.New("the passphrase does not open the key")
		}
	}
	if err != nil {
		return nil, errors.New("a private key that can't be read; " + SignElsewhere)
	}
	if k, ok := private.(*ed25519.PrivateKey); ok { // as OpenSSH's form gives it
		private = *k
	}
	return private, nil
}

// ReadSignature brings the bytes of a signature into the form that a case keeps:
// an armored SSH signature, or "ed25519:" and base64. It takes those, 64 bytes
// as openssl writes them, and their base64.
func ReadSignature(b []byte) (string, error) {
	if len(b) == ed25519.SignatureSize {
		return rawEd25519 + base64.StdEncoding.EncodeToString(b), nil
	}
	text := strings.TrimSpace(string(b))
	if sig, err := sshsig.Unarmor([]byte(text)); err == nil {
		return string(sshsig.Armor(sig)), nil
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, rawEd25519))
	if err != nil || len(raw) != ed25519.SignatureSize {
		return "", errors.New("no signature: the file that ssh-keygen -Y sign wrote is wanted, or 64 bytes of Ed25519")
	}
	return rawEd25519 + base64.StdEncoding.EncodeToString(raw), nil
}
