package audit

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Checkpoint is a signed statement of how large a ledger is and what its root
// hash is: the text that C2SP's tlog-checkpoint describes.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Note   []byte // the text and its signatures
}

// Origin returns the name under which a ledger signs.
func Origin(ledger string) string { return origin(ledger) }

func origin(ledger string) string { return "osint.local/" + ledger }

// text returns what is signed.
func (c *Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// sign signs a checkpoint with each of the keys.
func sign(c Checkpoint, keys ...note.Signer) (Checkpoint, error) {
	b, err := note.Sign(&note.Note{Text: c.text()}, keys...)
	c.Note = b
	return c, err
}

// ParseCheckpoint reads a checkpoint's text without looking at who signed it.
func ParseCheckpoint(signed []byte) (Checkpoint, error) {
	text, signatures, ok := strings.Cut(string(signed), "\n\n")
	if !ok {
		return Checkpoint{}, errors.New("not a checkpoint: no signature")
	}
	for line := range strings.Lines(signatures) {
		_, sig, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "— "), " ")
		if _, err := base64.StdEncoding.Strict().DecodeString(sig); err != nil {
			return Checkpoint{}, fmt.Errorf("not a checkpoint: %q is no signature", line)
		}
	}
	lines := strings.Split(text, "\n")
	if len(lines) < 3 {
		return Checkpoint{}, errors.New("not a checkpoint: fewer than three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("not a checkpoint: %q is no size", lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, fmt.Errorf("not a checkpoint: %q is no root hash", lines[2])
	}
	return Checkpoint{lines[0], size, tlog.Hash(root), signed}, nil
}

// OpenCheckpoint reads a checkpoint that must be signed by every one of the
// keys, given in the form of x/mod/sumdb/note.
func OpenCheckpoint(signed []byte, vkeys ...string) (Checkpoint, error) {
	c, err := ParseCheckpoint(signed)
	if err != nil {
		return c, err
	}
	var vs []note.Verifier
	for _, k := range vkeys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return c, fmt.Errorf("key %s: %w", k, err)
		}
		if v.Name() != c.Origin {
			return c, fmt.Errorf("the checkpoint is of %s, the key of %s", c.Origin, v.Name())
		}
		vs = append(vs, v)
	}
	n, err := note.Open(signed, note.VerifierList(vs...))
	if err != nil {
		return c, fmt.Errorf("checkpoint of size %d: %w", c.Size, err)
	}
	if len(n.Sigs) != len(vs) {
		return c, fmt.Errorf("checkpoint of size %d: %d of %d keys signed it", c.Size, len(n.Sigs), len(vs))
	}
	return c, nil
}
