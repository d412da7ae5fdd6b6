// Package eyewitness is a witness for tests.
package eyewitness

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// A Witness signs as C2SP's tlog-cosignature says, by its letter and with
// nothing of ours.
type Witness struct {
	name string
	key  ed25519.PrivateKey
}

// New makes a witness of a name, with a key.
func New(name string) *Witness {
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	return &Witness{name, key}
}

// id is the key's number: SHA-256(name || "\n" || 0x04 || public key)[:4].
func (w *Witness) id() []byte {
	h := sha256.New()
	h.Write([]byte(w.name))
	h.Write([]byte{'\n', 4})
	h.Write(w.key.Public().(ed25519.PublicKey))
	return h.Sum(nil)[:4]
}

// VKey returns the public key as witnesses publish it.
func (w *Witness) VKey() string {
	public := append([]byte{4}, w.key.Public().(ed25519.PublicKey)...)
	return w.name + "+" + hex.EncodeToString(w.id()) + "+" + base64.StdEncoding.EncodeToString(public)
}

// Cosign appends the witness's line to a checkpoint.
func (w *Witness) Cosign(note []byte, at time.Time) []byte {
	body := string(note[:strings.Index(string(note), "\n\n")+1])
	sig := ed25519.Sign(w.key, []byte("cosignature/v1\ntime "+fmt.Sprint(at.Unix())+"\n"+body))
	line := binary.BigEndian.AppendUint64(w.id(), uint64(at.Unix()))
	return append(append([]byte{}, note...), "— "+w.name+" "+base64.StdEncoding.EncodeToString(append(line, sig...))+"\n"...)
}
