package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"osint/pkg/pipeline"
)

// LostKey is the error of a ledger whose signing key is not where it should be.
type LostKey struct {
	Ledger, Path string
	Err          error
}

func (k *LostKey) Error() string {
	return fmt.Sprintf("the signing key of the ledger is not at %s (%v): bring it back, or go on in a new ledger with: osint audit key lost --reason TEXT", k.Path, k.Err)
}
func (k *LostKey) Unwrap() error { return k.Err }

// keyFile is where the key that signs a ledger lies.
func keyFile(dir, ledger string) string { return filepath.Join(dir, "ledger-"+ledger+".key") }

// newKey makes a signing key for a ledger and keeps it in a file.
func newKey(path, ledger string) (vkey string, err error) {
	skey, vkey, err := note.GenerateKey(rand.Reader, origin(ledger))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("make key store: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("write signing key: %w", err)
	}
	_, err = f.WriteString(skey + "\n")
	if err == nil {
		err = f.Sync()
	}
	return vkey, errors.Join(err, f.Close())
}

// readKey reads the key that signs. It must be the one of vkey.
func readKey(path, vkey string) (note.Signer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("it can be read by others: run chmod 600 on it")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, err := note.NewSigner(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, err
	}
	if !signs(s, vkey) {
		return nil, errors.New("it is another key")
	}
	return s, nil
}

// readSigner reads, from a key store, the key that signs a ledger; vkey is its
// public half. A rotation that was cut off between its commit and the renaming of
// its key is ended. A key that has no file may be kept elsewhere. One that is
// nowhere, or is another, is a *[LostKey]; where elsewhere can't be read nobody
// knows, and the error is none.
func readSigner(dir, ledger, vkey string, elsewhere KeySource) (note.Signer, error) {
	path := keyFile(dir, ledger)
	if s, err := readKey(path+".next", vkey); err == nil {
		return s, os.Rename(path+".next", path)
	}
	s, err := readKey(path, vkey)
	if errors.Is(err, fs.ErrNotExist) {
		text, unread := elsewhere.text()
		if unread != nil {
			return nil, fmt.Errorf("the signing key of the ledger is not at %s, and where else it may be can't be read: %w", path, unread)
		}
		s, err = keyOf(text, vkey)
	}
	if err != nil {
		return nil, &LostKey{ledger, path, err}
	}
	return s, nil
}

// signs reports whether a signer is the one of a public key.
func signs(s note.Signer, vkey string) bool {
	return s != nil && strings.HasPrefix(vkey, fmt.Sprintf("%s+%08x+", s.Name(), s.KeyHash()))
}

// Fingerprint returns the SHA-256 of a public key, as people compare it.
func Fingerprint(vkey string) string { return pipeline.KeyFingerprint(vkey) }

// IsKey reports whether a text is a public key or the fingerprint of one.
func IsKey(text string) bool {
	if sum, ok := strings.CutPrefix(text, "SHA256:"); ok {
		b, err := base64.RawStdEncoding.DecodeString(sum)
		return err == nil && len(b) == sha256.Size
	}
	return exact(text) == nil
}

// A head is the newest checkpoint that this machine signed, kept apart from the
// ledger: a ledger that is shorter was set back.
type head struct {
	Size int64  `json:"size"`
	Root string `json:"root"` // hex
}

func headFile(dir, ledger string) string { return filepath.Join(dir, "ledger-"+ledger+".head") }

// readHead returns the head, or a zero one if there is none, or an empty file, as
// a loss of power may leave it.
func readHead(dir, ledger string) (h head, err error) {
	b, err := os.ReadFile(headFile(dir, ledger))
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(b) == 0 {
		return h, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &h)
	}
	if err != nil {
		return h, fmt.Errorf("newest signed size, at %s: %w", headFile(dir, ledger), err)
	}
	return h, nil
}

// writeHead replaces the head by a newer one. It is written after the entries are
// durable, so it never runs ahead of them.
func writeHead(dir, ledger string, c Checkpoint) error {
	if old, err := readHead(dir, ledger); err == nil && old.Size > c.Size {
		return nil // another process was quicker
	}
	b, err := json.Marshal(head{c.Size, hex.EncodeToString(c.Root[:])})
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".head-*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), headFile(dir, ledger))
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
