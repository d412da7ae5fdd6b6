package audit

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// A KeySource finds the key that signs where it is kept elsewhere than in the key
// store: what its file would hold; "" if it is not there. It is asked where there
// is no file. An error says that nobody knows.
type KeySource func() (string, error)

// text returns what is kept elsewhere. There may be no elsewhere.
func (k KeySource) text() (string, error) {
	if k == nil {
		return "", nil
	}
	return k()
}

// KeyElsewhere reports whether the key that signs now has no file in the key store.
func (l *Ledger) KeyElsewhere() bool {
	_, err := os.Stat(keyFile(l.keysDir, l.ID))
	return errors.Is(err, fs.ErrNotExist)
}

// keyOf reads a key that is kept elsewhere. It must be the one of vkey. No error
// holds anything of it.
func keyOf(text, vkey string) (note.Signer, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("there is none")
	}
	s, err := note.NewSigner(strings.TrimSpace(text))
	switch {
	case err != nil:
		return nil, errors.New("there is none, and what is kept elsewhere is no signing key")
	case !signs(s, vkey):
		return nil, errors.New("there is none, and the one that is kept elsewhere is another")
	}
	return s, nil
}

// ledgerOf returns which ledger a key that is kept elsewhere signs; "" if none.
func ledgerOf(text string) string {
	s, err := note.NewSigner(strings.TrimSpace(text))
	if err != nil {
		return ""
	}
	id, ok := strings.CutPrefix(s.Name(), origin(""))
	if !ok {
		return ""
	}
	return id
}
