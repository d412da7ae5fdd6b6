package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"osint/pkg/pipeline"
)

// An Attestation is a case's proof: see [pipeline.Attestation], whose form it
// has.
type Attestation pipeline.Attestation

// Attest records the digest of a case file as it is and proves it.
func (l *Ledger) Attest(id, path string) (*Attestation, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, sum, err := digest(f)
	if err != nil {
		return nil, fmt.Errorf("attest case: %w", err)
	}
	body := Body{"lines": lines, "sha256": hex.EncodeToString(sum[:])}
	spans, err := l.segments(id)
	if err != nil {
		return nil, err
	}
	adopted := uint64(0)
	for _, x := range spans {
		if x.Adopted {
			adopted += x.Last - x.First + 1
		}
	}
	if adopted > 0 {
		body["adopted_lines"] = adopted // lines: whoever gets the case sees that they are not vouched for
	}
	seq, err := l.Append(Act{Type: Attest, Case: id, Body: body})
	if err != nil {
		return nil, err
	}
	c, err := l.Sign()
	if err != nil {
		return nil, err
	}
	leaf, proof, err := l.Prove(seq, c.Size)
	if err != nil {
		return nil, err
	}
	a := &Attestation{Lines: lines, Seq: seq, Leaf: string(leaf), Checkpoint: string(c.Note), Key: l.Key()}
	for _, h := range proof {
		a.Proof = append(a.Proof, base64.StdEncoding.EncodeToString(h[:]))
	}
	return a, nil
}

// Prove returns an entry and its proof of inclusion in the tree of some size.
func (l *Ledger) Prove(seq, size int64) (leaf []byte, proof tlog.RecordProof, err error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	return prove(l.s, l.path, seq, size)
}

// digest returns the SHA-256 of the lines of a case file, and how many there are.
// A last line without its newline never was.
func digest(r io.Reader) (lines uint64, sum [32]byte, err error) {
	h := sha256.New()
	in := bufio.NewReaderSize(r, 1<<16)
	var line []byte // what is not ended yet
	for {
		part, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			line = append(line, part...)
			continue
		case errors.Is(err, io.EOF):
			return lines, [32]byte(h.Sum(nil)), nil
		case err != nil:
			return lines, sum, err
		}
		h.Write(line)
		h.Write(part)
		line = line[:0]
		lines++
	}
}

// Check verifies the attestation by itself: that its leaf is in the tree that
// its key signed, and holds the digest that it returns. Whether the key is to be
// trusted is another question.
func (a *Attestation) Check() (leaf Leaf, c Checkpoint, sum string, err error) {
	if leaf, err = ParseLeaf([]byte(a.Leaf)); err != nil {
		return leaf, c, "", err
	}
	if err = exact(a.Key); err != nil {
		return leaf, c, "", err
	}
	if c, err = OpenCheckpoint([]byte(a.Checkpoint), a.Key); err != nil {
		return leaf, c, "", err
	}
	var body struct {
		Lines  uint64
		SHA256 string
	}
	if err = json.Unmarshal(leaf.Body, &body); err != nil {
		return leaf, c, "", err
	}
	switch {
	case leaf.Type != Attest || body.Lines != a.Lines || leaf.Seq != a.Seq:
		return leaf, c, "", errors.New("the leaf attests something else")
	case c.Origin != origin(leaf.Ledger):
		return leaf, c, "", fmt.Errorf("the leaf is of ledger %s, the checkpoint of %s", leaf.Ledger, c.Origin)
	}
	var proof tlog.RecordProof
	for _, p := range a.Proof {
		b, err := base64.StdEncoding.Strict().DecodeString(p)
		if err != nil || len(b) != tlog.HashSize {
			return leaf, c, "", fmt.Errorf("proof: %q is no hash", p)
		}
		proof = append(proof, tlog.Hash(b))
	}
	if err = tlog.CheckRecord(proof, c.Size, c.Root, leaf.Seq, Hash([]byte(a.Leaf))); err != nil {
		return leaf, c, "", fmt.Errorf("the leaf is not in the tree that was signed: %w", err)
	}
	return leaf, c, body.SHA256, nil
}

// Event returns the line that carries the attestation in its case, but for its
// number. All that the line says is made of the proof, its time too, so that
// nothing in it can be changed unseen.
func (a *Attestation) Event() (*pipeline.Event, error) {
	leaf, err := ParseLeaf([]byte(a.Leaf))
	if err != nil {
		return nil, err
	}
	var data bytes.Buffer
	enc := json.NewEncoder(&data)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a); err != nil {
		return nil, err
	}
	act := &pipeline.Act{By: leaf.Actor, What: fmt.Sprintf("lines 1 to %d, by entry %d of the ledger", a.Lines, a.Seq), Data: bytes.TrimSpace(data.Bytes())}
	return &pipeline.Event{Time: leaf.Time, Attested: act}, nil
}

// exact returns why a key is not written in the one way it has: its number may be
// in capitals, and the decoder of base64 overlooks bits at the end.
func exact(vkey string) error {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return fmt.Errorf("key %s: %w", vkey, err)
	}
	key, ok := strings.CutPrefix(vkey, fmt.Sprintf("%s+%08x+", v.Name(), v.KeyHash()))
	if _, err := base64.StdEncoding.Strict().DecodeString(key); err != nil || !ok {
		return fmt.Errorf("key %s is written otherwise than it is", vkey)
	}
	return nil
}
