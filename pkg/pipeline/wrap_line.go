package pipeline

import (
	"encoding/json"
	"fmt"
)

// wrapped is how much longer something is that is sealed: nonce and tag.
const wrapped = 12 + 16

// wrappedLine is a line of a file of keys that is sealed.
type wrappedLine struct {
	Sealed []byte `json:"sealed"`
}

// seal returns a line as it is to be written: sealed for one file, or in clear.
func (w *wrap) seal(file string, line []byte) []byte {
	if w == nil {
		return line
	}
	return encode(wrappedLine{w.whole(file, line)})
}

// open returns a line as it was. One in clear is as it is, in every store.
func (w *wrap) open(file string, line []byte) ([]byte, error) {
	var l wrappedLine
	if json.Unmarshal(line, &l) != nil || l.Sealed == nil {
		return line, nil
	}
	return w.bare(file, l.Sealed)
}

// whole returns what is to be written of a file that is sealed as a whole.
func (w *wrap) whole(file string, b []byte) []byte {
	if w == nil {
		return b
	}
	return w.aead.Seal(nil, nil, b, []byte(file))
}

// bare undoes whole, of something that is sealed.
func (w *wrap) bare(file string, b []byte) ([]byte, error) {
	if w == nil {
		return nil, ErrNoWrap
	}
	plain, err := w.aead.Open(nil, nil, b, []byte(file))
	if err != nil {
		return nil, fmt.Errorf("a key in %s was changed, or belongs elsewhere: bring the file back from a backup of the key store", file)
	}
	return plain, nil
}
