package pipeline

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Keys is one case's part of the installation's key store: a file of its own,
// outside the case folder, so that it never travels with a case. Destroying a
// key destroys what it sealed. The file is made with the first key: a case
// without personal data has none.
//
// As a [Sink] it comes first: no line that names a key is durable before the
// key is.
type Keys struct {
	path  string
	mu    sync.Mutex
	pack  []byte            // master key under which subjects are looked up
	keys  map[string][]byte // by key id
	kids  map[string]string // key id by keyed digest of a subject
	dirty bytes.Buffer      // lines not yet in the file
}

// keyLine is one line of the file.
type keyLine struct {
	Kid     string `json:"kid"`               // "" for the master key
	Key     []byte `json:"key"`               // 32 bytes
	Subject string `json:"subject,omitempty"` // keyed digest of the value it seals
}

// OpenKeys reads the keys of a case, or returns an empty set.
func OpenKeys(dir, caseID string) (*Keys, error) {
	k := &Keys{path: filepath.Join(dir, caseID+".keys"), keys: map[string][]byte{}, kids: map[string]string{}}
	f, err := os.Open(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open key store: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key store %s can be read by others: run chmod 600 on it", k.path)
	}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var l keyLine
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue // a torn last line never was
		}
		k.take(l)
	}
	return k, lines.Err()
}

func (k *Keys) take(l keyLine) {
	if l.Kid == "" {
		k.pack = l.Key
		return
	}
	k.keys[l.Kid] = l.Key
	if l.Subject != "" {
		k.kids[l.Subject] = l.Kid
	}
}

// ForgetKeys destroys all keys of a case: what they sealed can't be read by
// anybody any more.
func ForgetKeys(dir, caseID string) error {
	if err := os.Remove(filepath.Join(dir, caseID+".keys")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// For returns the key of a value, made when first asked for.
func (k *Keys) For(value string) (kid string, key []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	subject := k.mac(value)
	if kid, ok := k.kids[subject]; ok {
		return kid, k.keys[kid]
	}
	kid, key = hex.EncodeToString(random(8)), random(32)
	k.add(keyLine{kid, key, subject})
	return kid, key
}

// digest returns a keyed digest of a text.
func (k *Keys) digest(text string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.mac(text)[:32]
}

// mac is the digest under the master key, which is made when first needed.
func (k *Keys) mac(text string) string {
	if k.pack == nil {
		k.add(keyLine{Key: random(32)})
	}
	m := hmac.New(sha256.New, k.pack)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// New returns a fresh key that belongs to no value: that of a sealed answer.
func (k *Keys) New() (kid string, key []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kid, key = hex.EncodeToString(random(8)), random(32)
	k.add(keyLine{Kid: kid, Key: key})
	return kid, key
}

// Key returns the key of an id, and whether it is still there.
func (k *Keys) Key(kid string) ([]byte, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, ok := k.keys[kid]
	return key, ok
}

// Event implements [Sink].
func (k *Keys) Event(*Event) error { return nil }

// Sync implements [Sink].
func (k *Keys) Sync() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dirty.Len() == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		return fmt.Errorf("make key store: %w", err)
	}
	f, err := os.OpenFile(k.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("write key store: %w", err)
	}
	_, err = f.Write(k.dirty.Bytes())
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		k.dirty.Reset()
	}
	return err
}

func (k *Keys) add(l keyLine) {
	k.take(l)
	k.dirty.Write(append(encode(l), '\n'))
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}
