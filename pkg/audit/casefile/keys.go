package casefile

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"osint/pkg/audit"
)

// KnownKeys are the public keys whose owners the user knows: those of this
// machine's own ledger, and those that he pinned in a file. A line of the file is
// a key, a date and a name.
type KnownKeys struct {
	path string
	pins []pin
	own  []string
}

// ErrPin is the error of a line of the file that is no pin.
var ErrPin = errors.New("known keys")

type pin struct {
	vkey, since, name string
}

// ReadKnownKeys reads the pins in a file, if there is one, and the keys that the
// ledgers in a folder ever had.
func ReadKnownKeys(path, ledgerDir string) (*KnownKeys, error) {
	k := &KnownKeys{path: path, own: audit.OwnKeys(ledgerDir)}
	f, err := os.Open(path)
	if absent(err) {
		return k, nil
	}
	if err != nil {
		return nil, fmt.Errorf("known keys: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		vkey, rest, _ := strings.Cut(text, " ")
		since, name, _ := strings.Cut(rest, " ")
		if _, err := note.NewVerifier(vkey); err != nil {
			return nil, fmt.Errorf("%w: %s:%d: %q is no key: take the line out", ErrPin, path, n, vkey)
		}
		k.pins = append(k.pins, pin{vkey, since, name})
	}
	return k, lines.Err()
}

// Known says how a key is known; "" if it is not.
func (k *KnownKeys) Known(vkey string) string {
	if slices.Contains(k.own, vkey) {
		return "this machine's ledger"
	}
	for _, p := range k.pins {
		if p.vkey == vkey {
			return strings.TrimSpace("pinned " + p.since + " " + p.name)
		}
	}
	return ""
}

// rival returns another key that is known for the ledger of a key; "" if none is.
func (k *KnownKeys) rival(vkey string) string {
	name, _, _ := strings.Cut(vkey, "+")
	for _, p := range k.pins {
		if strings.HasPrefix(p.vkey, name+"+") && p.vkey != vkey {
			return p.vkey
		}
	}
	for _, o := range k.own {
		if strings.HasPrefix(o, name+"+") && o != vkey {
			return o
		}
	}
	return ""
}

// Pin adds a key to the file, under a name for people.
func (k *KnownKeys) Pin(vkey, name string) error {
	if k.Known(vkey) != "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		return fmt.Errorf("pin key: %w", err)
	}
	f, err := os.OpenFile(k.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("pin key: %w", err)
	}
	p := pin{vkey, time.Now().UTC().Format(time.DateOnly), name}
	_, err = fmt.Fprintf(f, "%s %s %s\n", p.vkey, p.since, p.name)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("pin key: %w", err)
	}
	k.pins = append(k.pins, p)
	return nil
}

// Judge says of each key that signed for a case how it is known. told is a key
// that its owner told the user by another way, or its fingerprint: it must be one
// of them; "" if he told none. A key that nobody knows is a warning: who made it
// could have written all that it signed. Another than is known for the same ledger
// is worse: it may be forged.
func (k *KnownKeys) Judge(c *Result, told string) {
	met, judged := false, map[string]bool{}
	for i := range c.Proofs {
		p := &c.Proofs[i]
		p.Known = k.Known(p.Key)
		if told != "" && (p.Key == told || p.Fingerprint == told) {
			p.Known, met = "told", true
		}
		if p.Known != "" || judged[p.Key] {
			continue
		}
		judged[p.Key] = true
		if rival := k.rival(p.Key); rival != "" {
			c.Add(audit.Tampered, "key", "line %d is signed with %s, and the key known for ledger %s is %s: if it was changed, ask its owner for the new fingerprint and name it with --key", p.Line, p.Fingerprint, p.Ledger, audit.Fingerprint(rival))
		} else {
			c.Add(audit.Warned, "key", "unknown key %s: ask its owner for the fingerprint, compare, and pin it with --trust", p.Fingerprint)
		}
	}
	if told != "" && !met && len(c.Proofs) > 0 {
		c.Add(audit.Tampered, "key", "no line is signed with the key that you named, %s", told)
	}
}
