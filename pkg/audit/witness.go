package audit

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// cosigned is the signature type of a witness in C2SP's tlog-cosignature.
const cosigned = 4

// A Witness is who saw a checkpoint, found that it extends what he saw before,
// and signed so with the time. He implements [note.Verifier].
type Witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	at   time.Time // of the last cosignature that was good
}

// ErrWitness is the error of a witness's key that is none.
var ErrWitness = errors.New("not the key of a witness")

// newWitness reads a witness's key: NAME+HASH+BASE64, as sumdb/note writes keys,
// of type 4.
func newWitness(vkey string) (*Witness, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	hash, data, _ := strings.Cut(rest, "+")
	number, err := strconv.ParseUint(hash, 16, 32)
	raw, err2 := base64.StdEncoding.DecodeString(data)
	if err := errors.Join(err, err2); err != nil || name == "" || len(hash) != 8 || len(raw) != 1+ed25519.PublicKeySize {
		return nil, fmt.Errorf("%w: %q: give NAME+HASH+BASE64, as the witness publishes it", ErrWitness, vkey)
	}
	if raw[0] != cosigned {
		return nil, fmt.Errorf("%w: %s has type %d, and Ed25519 cosignatures (type 4) are read", ErrWitness, name, raw[0])
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), raw...))
	if w := uint32(number); binary.BigEndian.Uint32(sum[:]) != w {
		return nil, fmt.Errorf("%w: the number of %s is not that of its key: it was copied wrongly", ErrWitness, name)
	}
	return &Witness{name: name, hash: uint32(number), key: raw[1:]}, nil
}

// ReadWitnesses reads the keys of witnesses: NAME+HASH+BASE64. One that is none is
// an [ErrWitness].
func ReadWitnesses(vkeys []string) (ws []*Witness, err error) {
	for _, k := range vkeys {
		w, err := newWitness(k)
		if err != nil {
			return nil, err
		}
		ws = append(ws, w)
	}
	return ws, nil
}

func (w *Witness) Name() string    { return w.name }
func (w *Witness) KeyHash() uint32 { return w.hash }

// Verify implements [note.Verifier]: sig is the time and the signature over time
// and text.
func (w *Witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(sig)
	if seconds > 1<<40 {
		return false
	}
	text := fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", seconds, msg)
	if !ed25519.Verify(w.key, text, sig[8:]) {
		return false
	}
	w.at = time.Unix(int64(seconds), 0).UTC()
	return true
}

// Saw reports whether the witness cosigned a checkpoint, and when.
func (w *Witness) Saw(checkpoint []byte) (at time.Time, ok bool) {
	one := &Witness{name: w.name, hash: w.hash, key: w.key}
	n, err := note.Open(checkpoint, note.VerifierList(one))
	return one.at, err == nil && len(n.Sigs) == 1
}
