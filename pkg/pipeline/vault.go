package pipeline

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A Vault seals personal values and answers of one case, and opens them again
// while their keys exist. A value's token is the same each time it is sealed
// in one case, and tells nothing without the key.
//
// Sealed values lie in one pack file in the case, sealed answers in its
// [Store], keys in its [Keys]. As a [Sink] it stands after the keys and before
// the case file.
type Vault struct {
	Case  string
	keys  *Keys
	store *Store
	path  string // of the pack

	mu      sync.Mutex
	sealed  map[string][]byte // nonce and ciphertext by digest
	clear   map[string]string // by token
	tokens  map[string]string // by clear value
	longest []string          // the clear values, the longest first
	dirty   bytes.Buffer      // pack lines not yet in the file
}

type packLine struct {
	Digest string `json:"digest"`
	Sealed []byte `json:"sealed"`
}

// OpenVault returns the vault of a case folder.
func OpenVault(caseID, dir string, keys *Keys, store *Store) (*Vault, error) {
	v := &Vault{Case: caseID, keys: keys, store: store, path: filepath.Join(dir, "sealed.jsonl"),
		sealed: map[string][]byte{}, clear: map[string]string{}, tokens: map[string]string{}}
	f, err := os.Open(v.path)
	if errors.Is(err, fs.ErrNotExist) {
		return v, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var l packLine
		if json.Unmarshal(lines.Bytes(), &l) == nil { // a torn last line never was
			v.sealed[l.Digest] = l.Sealed
		}
	}
	return v, lines.Err()
}

// SealEntity returns e with a token for its value.
func (v *Vault) SealEntity(e Entity) Entity {
	if e.Sealed() {
		return e
	}
	return Entity{e.Kind, v.SealText(e.Value)}
}

// SealText returns the token of a text.
func (v *Vault) SealText(text string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if t, ok := v.tokens[text]; ok {
		return t
	}
	kid, key := v.keys.For(text)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	box := seal(key, mac.Sum(nil)[:nonceSize], []byte(text))
	sum := sha256.Sum256(box)
	digest := hex.EncodeToString(sum[:16])
	token := sealPrefix + kid + ":" + digest
	if _, ok := v.sealed[digest]; !ok {
		v.sealed[digest] = box
		v.dirty.Write(append(encode(packLine{digest, box}), '\n'))
	}
	v.tokens[text], v.clear[token] = token, text
	return token
}

// sealedAs returns the token of a text, if this case has sealed it.
func (v *Vault) sealedAs(text string) (token string, ok bool) {
	if !v.keys.knows(text) {
		return "", false
	}
	return v.SealText(text), true
}

// RevealText returns what a token holds, while its key exists.
func (v *Vault) RevealText(token string) (string, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if s, ok := v.clear[token]; ok {
		return s, true
	}
	kid, digest, ok := cutToken(token)
	key, have := v.keys.Key(kid)
	box := v.sealed[digest]
	if !ok || !have || box == nil {
		return "", false
	}
	text, err := open(key, box)
	if err != nil {
		return "", false
	}
	v.clear[token], v.tokens[string(text)] = string(text), token
	return string(text), true
}

// Reveal returns the clear entity of a token. One in clear is returned as it
// is; so is a token whose key is gone, with false: it stays nobody's.
func (v *Vault) Reveal(e Entity) (Entity, bool) {
	if !e.Sealed() {
		return e, true
	}
	s, ok := v.RevealText(e.Value)
	if !ok {
		return e, false
	}
	return Entity{e.Kind, s}, true
}

// SealBody keeps an answer under a key of its own and returns the digest of
// the ciphertext and the key's id.
func (v *Vault) SealBody(body []byte) (digest, kid string, err error) {
	kid, key := v.keys.New()
	digest, err = v.store.Put(seal(key, random(nonceSize), body))
	return digest, kid, err
}

// Keep keeps an answer as it is and returns its digest.
func (v *Vault) Keep(body []byte) (digest string, err error) { return v.store.Put(body) }

// Body returns the bytes kept of an exchange, opened if they are sealed.
func (v *Vault) Body(x *Exchange) ([]byte, error) {
	if x.SHA256 == "" {
		return nil, fmt.Errorf("exchange %s: its bytes were not kept (%s)", x.ID, x.Kept)
	}
	data, err := v.store.Get(x.SHA256)
	if err != nil || x.Kept != KeepSealed {
		return data, err
	}
	key, ok := v.keys.Key(x.Kid)
	if !ok {
		return nil, fmt.Errorf("exchange %s: its key is not in this installation's key store", x.ID)
	}
	return open(key, data)
}

// Scrub replaces every clear value that this case has sealed, also in the
// forms it takes in a URL, by its token, and masks the mailboxes and telephone
// numbers of people whom it has not: see [Mask].
func (v *Vault) Scrub(text string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.longest) != len(v.tokens) { // a value may stand inside another one
		v.longest = slices.SortedFunc(maps.Keys(v.tokens), func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	}
	for _, clear := range v.longest {
		for _, form := range []string{clear, url.QueryEscape(clear), url.PathEscape(clear)} {
			text = strings.ReplaceAll(text, form, v.tokens[clear])
		}
	}
	return Mask(text)
}

// Event implements [Sink].
func (v *Vault) Event(*Event) error { return nil }

// Sync implements [Sink].
func (v *Vault) Sync() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.dirty.Len() == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(v.path), 0o700); err != nil {
		return err
	}
	err := appendDurably(v.path, v.dirty.Bytes())
	if err == nil {
		v.dirty.Reset()
	}
	return err
}

const nonceSize = 12

func seal(key, nonce, plain []byte) []byte {
	return gcm(key).Seal(bytes.Clone(nonce), nonce, plain, nil)
}

func open(key, box []byte) ([]byte, error) {
	if len(box) < nonceSize {
		return nil, errors.New("sealed value is cut short")
	}
	return gcm(key).Open(nil, box[:nonceSize], box[nonceSize:], nil)
}

func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil { // the key is 32 bytes of our own
		panic(err)
	}
	g, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return g
}
