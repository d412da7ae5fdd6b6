package report

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"osint/pkg/pipeline"
)

// Attestation is the proof of what the report was made from: the first one in
// the case that covers the last line rendered, so that the report is the same
// whenever it is rendered. It is shown as it stands there; osint verify holds it
// against the case. All is empty where the case has none.
type Attestation struct {
	Ledger      string   `json:"ledger"` // uuid
	Lines       uint64   `json:"lines"`  // of the case, that it covers
	Seq         int64    `json:"seq"`    // of the leaf, in the ledger
	Leaf        string   `json:"leaf"`
	Proof       []string `json:"proof"`      // base64, RFC 6962
	Checkpoint  string   `json:"checkpoint"` // C2SP tlog-checkpoint, signed
	Key         string   `json:"key"`        // that signed it
	Fingerprint string   `json:"fingerprint"`
}

func attestationOf(c *pipeline.Case) Attestation {
	a := c.Covering(c.Lines)
	if a == nil {
		return Attestation{Proof: []string{}}
	}
	var leaf struct{ Ledger string }
	_ = json.Unmarshal([]byte(a.Leaf), &leaf) // a leaf that can't be read names no ledger
	return Attestation{Ledger: leaf.Ledger, Lines: a.Lines, Seq: a.Seq, Leaf: a.Leaf, Proof: orEmpty(a.Proof),
		Checkpoint: a.Checkpoint, Key: a.Key, Fingerprint: pipeline.KeyFingerprint(a.Key)}
}

// code is text that is set as it is, line by line.
type code struct {
	ID    string // by which a program finds it; "" if none looks for it
	Lines []string
}

// Text returns the lines, each with its end.
func (c *code) Text() string { return strings.Join(c.Lines, "\n") + "\n" }

func codeOf(id, text string) *code {
	c := &code{ID: id}
	for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		c.Lines = append(c.Lines, Safe(l))
	}
	return c
}

// proof says how the report can be held against its case and its ledger.
func (w *writer) proof() section {
	a := w.d.Attestation
	s := section{ID: "proof", Title: "Appendix C: proof"}
	if a.Checkpoint == "" {
		s.Title = "Proof" // of one line, which needs no page of its own
		s.Blocks = []block{{Text: "No proof: the lines of this case were not attested when this report was made."}}
		return s
	}
	s.Blocks = []block{
		{Text: "A ledger that is only ever added to holds the digest of the lines that this report was made from. Whoever has the case folder can verify both without asking anybody: osint verify CASE. Where the ledger is kept, this file proves that nothing was taken from it since: osint audit verify --anchor FILE."},
		{Facts: []fact{
			{Key: "Ledger", Value: Safe(a.Ledger)},
			{Key: "Attested", Value: fmt.Sprintf("%s of the case, in entry %s", plural(int(a.Lines), "line", "lines"), group(int(a.Seq)))},
			{Key: "Signing key", Value: Safe(a.Fingerprint)},
		}},
		{Note: "Compare the key with what its owner told you by another way. A signature says who keeps the ledger, not that what it says is true."},
		{Heading: "Checkpoint"}, {Code: codeOf("checkpoint", a.Checkpoint)},
		{Heading: "Entry"}, {Code: codeOf("", a.Leaf)},
	}
	if len(a.Proof) > 0 {
		s.Blocks = append(s.Blocks, block{Heading: "Its way to the root"}, block{Code: codeOf("", strings.Join(a.Proof, "\n"))})
	}
	s.Blocks = append(s.Blocks, block{Heading: "Public key"}, block{Code: codeOf("", a.Key)})
	return s
}

// keywords are the document properties of a PDF. The checkpoint among them is
// read back by whoever has no more than the file.
func keywords(d *Document) string {
	words := d.Case.TLP
	if c := d.Attestation.Checkpoint; c != "" {
		words += ", osint-checkpoint:" + base64.StdEncoding.EncodeToString([]byte(c))
	}
	return words
}
