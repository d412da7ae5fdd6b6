package pipeline

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
	dir, id string
	place   string // where the case lies; "" if that is not known

	mu     sync.Mutex
	pack   []byte             // master key under which subjects are looked up
	packed string             // place that the file has
	held   map[string]keyLine // by key id
	kids   map[string]string  // key id by keyed digest of a subject
	stored int                // keys of values that the file has
	dirty  []keyLine          // not yet in the file
	fresh  map[string]string  // values by key id, not yet in the index
	wrap   *wrap              // seals what is written; nil: it is in clear
}

// keyLine is one line of the file; a later one of a key takes its place.
type keyLine struct {
	Kid     string `json:"kid"`               // "" for the master key
	Key     []byte `json:"key"`               // 32 bytes
	Subject string `json:"subject,omitempty"` // keyed digest of the value it seals
	Index   string `json:"index,omitempty"`   // under which the [Index] has the value
	Place   string `json:"place,omitempty"`   // of the master key: the folder of the case
}

func (k *Keys) path() string { return filepath.Join(k.dir, k.file()) }
func (k *Keys) file() string { return k.id + ".keys" }

func (k *Keys) take(l keyLine) {
	if l.Kid == "" {
		k.pack, k.packed = l.Key, l.Place
		return
	}
	k.held[l.Kid] = l
	if l.Subject != "" {
		k.kids[l.Subject] = l.Kid
	}
}

// indexed returns under which digests the index has keys; nil are all keys.
func (k *Keys) indexed(kids []string) (digests []string) {
	for kid, l := range k.held {
		if l.Index != "" && (kids == nil || slices.Contains(kids, kid)) {
			digests = append(digests, l.Index)
		}
	}
	return digests
}

// renew lets the index learn a value that it may not know.
func (k *Keys) renew(kid, value string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if l, ok := k.held[kid]; ok && l.Subject != "" {
		k.fresh[kid], k.stored = value, 0
		k.add(l)
	}
}

// lie says where the case lies, so that it is found wherever that is. It is
// noted with the next key, or at once where there are keys.
func (k *Keys) lie(dir string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.place = dir; k.pack != nil && k.packed != dir {
		k.add(keyLine{Key: k.pack, Place: dir})
	}
}

// Place returns where the case was when it was last written to; "" if that is
// not known.
func (k *Keys) Place() string { return k.packed }

// For returns the key of a value, made when first asked for.
func (k *Keys) For(value string) (kid string, key []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	subject := k.mac(value)
	if kid, ok := k.kids[subject]; ok {
		return kid, k.held[kid].Key
	}
	kid, key = hex.EncodeToString(random(8)), random(32)
	k.fresh[kid] = value
	k.add(keyLine{Kid: kid, Key: key, Subject: subject})
	return kid, key
}

// knows reports whether a value has a key.
func (k *Keys) knows(value string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pack != nil && k.kids[k.mac(value)] != ""
}

// digest returns a keyed digest of a text.
func (k *Keys) digest(text string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.mac(text)[:32]
}

// mac is the digest under the master key, which is made when first needed.
func (k *Keys) mac(text string) string {
	k.master()
	m := hmac.New(sha256.New, k.pack)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

func (k *Keys) master() {
	if k.pack == nil {
		k.add(keyLine{Key: random(32), Place: k.place})
	}
}

// New returns a fresh key that belongs to no value: that of a sealed answer.
func (k *Keys) New() (kid string, key []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.master()
	kid, key = hex.EncodeToString(random(8)), random(32)
	k.add(keyLine{Kid: kid, Key: key})
	return kid, key
}

// Key returns the key of an id, and whether it is still there.
func (k *Keys) Key(kid string) ([]byte, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	l, ok := k.held[kid]
	return l.Key, ok
}

// Len returns how many keys there are, but for the master key.
func (k *Keys) Len() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.held)
}

// Event implements [Sink].
func (k *Keys) Event(*Event) error { return nil }

// Sync implements [Sink]: the index first, then the keys.
func (k *Keys) Sync() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.dirty) == 0 {
		return nil
	}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return fmt.Errorf("make key store: %w", err)
	}
	if k.wrap == nil {
		w, err := wrapOf(k.dir, true)
		if err != nil {
			return err
		}
		k.wrap = w
	}
	if err := k.enter(); err != nil {
		return err
	}
	var lines bytes.Buffer
	for _, l := range k.dirty {
		lines.Write(append(k.wrap.seal(k.file(), encode(l)), '\n'))
	}
	if err := appendDurably(k.path(), lines.Bytes()); err != nil {
		return fmt.Errorf("write key store: %w", err)
	}
	k.dirty, k.stored = nil, len(k.kids)
	return nil
}

// enter puts what is new into the index.
func (k *Keys) enter() error {
	if len(k.fresh) == 0 {
		return nil
	}
	x, err := OpenIndex(k.dir)
	if err != nil {
		return err
	}
	digests, err := x.add(k.fresh, k.id, k.stored == 0)
	if err != nil {
		return err
	}
	for i, l := range k.dirty {
		if d := digests[l.Kid]; d != "" {
			k.dirty[i].Index = d
			k.take(k.dirty[i])
		}
	}
	clear(k.fresh)
	return nil
}

func (k *Keys) add(l keyLine) {
	k.take(l)
	k.dirty = append(k.dirty, l)
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}
