package pipeline

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
)

// A key store may be encrypted: what is written to it from then on is sealed
// under a key that is kept elsewhere, so that a disk without that key tells
// nothing. What lay there in clear before stays readable, and as it is.
//
//	wrapped   says that the store is encrypted, and under which key
//
// Once that file is there nothing is written in clear any more: without the key
// nothing is read or written.

// WrapKeys says how the key is found under which key stores are encrypted: 32
// bytes; nil if there is none. It is called once, before a store is opened, and
// source when a store is. An error says that nobody knows: then nothing is written,
// and what lies in clear is read.
func WrapKeys(source func() ([]byte, error)) { wrapSource.Store(&source) }

var wrapSource atomic.Pointer[func() ([]byte, error)]

// ErrNoWrap says that a key store is encrypted, and its key is not here.
var ErrNoWrap = errors.New("the key store is encrypted, and the key for that is not here: set OSINT_CASE_KEYS_KEY, or keep it where credentials lie")

// ErrWrapUnknown says that nothing is written to a key store in clear, for nobody
// knows whether there is a key for it.
var ErrWrapUnknown = errors.New("keys of cases are not written: whether there is an OSINT_CASE_KEYS_KEY to encrypt them under can't be looked up; mend that place first")

// ErrWrapKey says that what was found is no such key.
var ErrWrapKey = errors.New("OSINT_CASE_KEYS_KEY is no key: write 32 bytes in base64, as openssl rand -base64 32 makes them")

// A wrap is the key of an encrypted store; a nil one is of a store in clear.
type wrap struct{ aead cipher.AEAD }

// wrapMark is what the file says.
type wrapMark struct {
	Check string `json:"check"` // of the key
}

func wrapFile(keysDir string) string { return filepath.Join(keysDir, "wrapped") }

// Wrapped reports whether a key store is encrypted.
func Wrapped(keysDir string) bool {
	_, err := os.Lstat(wrapFile(keysDir))
	return !errors.Is(err, fs.ErrNotExist)
}

// wrapOf returns the key of a store. With begin, one that is in clear is
// encrypted from now on if there is a key for it; where nobody knows that, it is an
// error.
func wrapOf(keysDir string, begin bool) (*wrap, error) {
	b, err := os.ReadFile(wrapFile(keysDir))
	clear := errors.Is(err, fs.ErrNotExist)
	if err != nil && !clear {
		return nil, fmt.Errorf("open key store: %w", err)
	}
	source := wrapSource.Load()
	if clear && (!begin || source == nil) {
		return nil, nil
	}
	var key []byte
	if source != nil {
		key, err = (*source)()
	}
	switch {
	case errors.Is(err, ErrWrapKey):
		return nil, err
	case err != nil && clear: // there may be one: what is written now would lie in clear for ever
		return nil, fmt.Errorf("%w: %w", ErrWrapUnknown, err)
	case clear && len(key) == 0: // nothing was promised of it
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNoWrap, err)
	case len(key) == 0:
		return nil, ErrNoWrap
	}
	if clear {
		return newWrap(key), markWrapped(keysDir, key)
	}
	if err := checkWrap(b, key); err != nil {
		return nil, err
	}
	return newWrap(key), nil
}

// CheckWrap says why a key is not the one of a key store. Any is, of one in clear.
func CheckWrap(keysDir string, key []byte) error {
	b, err := os.ReadFile(wrapFile(keysDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open key store: %w", err)
	}
	return checkWrap(b, key)
}

func checkWrap(mark, key []byte) error {
	var m wrapMark
	if err := json.Unmarshal(mark, &m); err != nil || !hmac.Equal([]byte(m.Check), []byte(wrapCheck(key))) {
		return errors.New("the key store is encrypted under another OSINT_CASE_KEYS_KEY: bring that one back")
	}
	return nil
}

// markWrapped says that a store is encrypted from now on.
func markWrapped(keysDir string, key []byte) error {
	if err := os.MkdirAll(keysDir, 0o700); err != nil {
		return fmt.Errorf("make key store: %w", err)
	}
	if err := replaceFile(wrapFile(keysDir), append(encode(wrapMark{wrapCheck(key)}), '\n')); err != nil {
		return fmt.Errorf("encrypt key store: %w", err)
	}
	return nil
}

// wrapCheck tells one key from another, and nothing of it.
func wrapCheck(key []byte) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("osint key store"))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

func newWrap(key []byte) *wrap {
	sum := sha256.Sum256(append([]byte("osint key store, sealing\x00"), key...)) // apart from the check
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has blocks of 16
	}
	return &wrap{aead}
}
