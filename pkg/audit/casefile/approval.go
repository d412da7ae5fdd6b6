package casefile

import (
	"osint/pkg/audit"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// An Approval is one Approved line whose signature holds: the key in it signed
// what it says. Whose the key is, the organisation's document says, which no case
// carries: compare the fingerprint.
type Approval struct {
	Line     uint64   `json:"line"`
	Approver string   `json:"approver"` // as the statement says
	Key      string   `json:"key"`      // fingerprint
	Rules    []string `json:"rules"`
	Expires  string   `json:"expires"`
}

// approved judges one Approved line: by its signature, and by what the case says
// of itself.
func (r *reader) approved(e *pipeline.Event) {
	a, s, err := compliance.ParseApproval(e.Approved)
	if err != nil {
		r.fault(audit.Tampered, "approval", "line %d: %v", e.Seq, err)
		return
	}
	if s.Case != r.Case {
		r.fault(audit.Tampered, "approval", "line %d: it is of case %s", e.Seq, s.Case)
		return
	}
	r.Approvals = append(r.Approvals, Approval{Line: e.Seq, Approver: s.Approver, Key: a.Key, Rules: s.Rules, Expires: s.Expires})
}
