package pipeline

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// An Attestation is a case's proof, which travels with it: the leaf of a ledger
// that holds the digest of the case's first lines, that leaf's way up to a root,
// and the checkpoint that signs the root. It is what an Attested line holds, and
// covers every line before that one. Package audit makes and verifies it; whoever
// only shows it believes nothing of it.
type Attestation struct {
	Lines      uint64   `json:"lines"` // it covers
	Seq        int64    `json:"seq"`   // of the leaf
	Leaf       string   `json:"leaf"`
	Proof      []string `json:"proof"`      // base64, RFC 6962 inclusion in the checkpoint
	Checkpoint string   `json:"checkpoint"` // C2SP tlog-checkpoint
	Key        string   `json:"key"`        // that signed it, in the form of x/mod/sumdb/note
}

// Attestation returns what an Attested line holds; nil if e is none. That it
// reads says nothing of whether it holds.
func (e *Event) Attestation() (*Attestation, error) {
	if e.Attested == nil {
		return nil, nil
	}
	a := new(Attestation)
	if err := json.Unmarshal(e.Attested.Data, a); err != nil {
		return nil, fmt.Errorf("line %d attests nothing that can be read: %w", e.Seq, err)
	}
	return a, nil
}

// Covering returns the first attestation in a case that covers a line, or nil.
func (c *Case) Covering(line uint64) *Attestation {
	for _, e := range c.Acts {
		if a, err := e.Attestation(); err == nil && a != nil && a.Lines >= line {
			return a
		}
	}
	return nil
}

// KeyFingerprint returns the SHA-256 of a public key that signs checkpoints, as
// people compare it.
func KeyFingerprint(vkey string) string {
	parts := strings.SplitN(vkey, "+", 3)
	raw, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil {
		return "not a key"
	}
	sum := sha256.Sum256(raw)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}
