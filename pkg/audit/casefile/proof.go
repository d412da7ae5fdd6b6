package casefile

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
)

// attested holds an Attested line against the lines before it.
func (r *reader) attested(e *pipeline.Event) {
	r.attestations++
	bad := func(format string, args ...any) {
		r.fault(audit.Tampered, "proof", "line %d: "+format, append([]any{e.Seq}, args...)...)
	}
	read, err := e.Attestation()
	if err != nil {
		r.fault(audit.Tampered, "proof", "%v", err)
		return
	}
	a := (*audit.Attestation)(read)
	leaf, c, sum, err := a.Check()
	switch {
	case err != nil:
		bad("its proof does not hold: %v", err)
		return
	case leaf.Case != r.Case:
		bad("its proof is of case %s", leaf.Case)
		return
	case a.Lines != e.Seq-1:
		bad("its proof is of %d lines, and it stands after %d", a.Lines, e.Seq-1)
		return
	case sum != hex.EncodeToString(r.sum.Sum(nil)):
		bad("the lines before it are not those that were attested")
		return
	}
	if same, err := a.Event(); err == nil {
		if same.Seq = e.Seq; !bytes.Equal(same.Line(), e.Line()) {
			r.fault(audit.Warned, "proof", "line %d says something beside its proof, or says it otherwise: that is not attested", e.Seq)
		}
	}
	var seen []string
	for _, w := range r.witnesses {
		if at, ok := w.Saw([]byte(a.Checkpoint)); ok {
			seen = append(seen, w.Name()+", "+at.Format(time.RFC3339))
		}
	}
	if n := strings.Count(a.Checkpoint, "\n— ") - 1 - len(seen); n > 0 {
		r.fault(audit.Warned, "proof", "line %d: signatures on the checkpoint by keys that are not known here: %d", e.Seq, n)
	}
	var body struct {
		Adopted uint64 `json:"adopted_lines"`
	}
	_ = json.Unmarshal(leaf.Body, &body) // Check read it
	r.Attested, r.last, r.adopted = a.Lines, e.Seq, body.Adopted
	r.Proofs = append(r.Proofs, Proof{Line: e.Seq, Lines: a.Lines, At: leaf.Time, Ledger: leaf.Ledger, Seq: a.Seq, Size: c.Size,
		Key: a.Key, Fingerprint: audit.Fingerprint(a.Key), Witnesses: seen, checkpoint: a.Checkpoint})
}

// judgeProofs says what no proof covers.
func (r *reader) judgeProofs() {
	if r.adopted > 0 {
		r.fault(audit.Warned, "adopted", "lines that were not on record when they were written, and were taken in from the file: %d", r.adopted)
	}
	switch after := r.Lines - r.last; {
	case r.attestations == 0 && !r.closed:
		r.fault(audit.Incomplete, "proof", "the case has no Attested line, for its run did not end: where it was made, osint resume goes on with it; until then nothing shows that its lines are those that were written")
	case r.attestations == 0:
		r.fault(audit.Incomplete, "proof", "the case has no Attested line: nothing shows that its lines are those that were written")
	case r.last > 0 && after == 1:
		r.fault(audit.Warned, "proof", "line %d stands after the last that is attested", r.Lines)
	case r.last > 0 && after > 1:
		r.fault(audit.Warned, "proof", "%d lines, from %d on, stand after the last that is attested", after, r.last+1)
	}
}
