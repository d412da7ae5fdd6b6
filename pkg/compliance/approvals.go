package compliance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// An Approval is what an Approved line holds. The line carries the key, so that
// the signature can be verified where the organisation's document is not; whose
// the key is, only that document says.
type Approval struct {
	Statement json.RawMessage `json:"statement"`
	Signature string          `json:"signature"`
	Key       string          `json:"key"`        // fingerprint
	PublicKey string          `json:"public_key"` // a line as in a .pub file
	EnteredBy string          `json:"entered_by"` // who put it into the case: he vouches for nothing
}

// Event returns the line of an approval, for [pipeline.Folder.Append].
func (a Approval) Event(s Statement) *pipeline.Event {
	a.Statement = bytes.TrimSpace(s.Bytes())
	var data bytes.Buffer
	enc := json.NewEncoder(&data)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a); err != nil { // strings encode
		panic(err)
	}
	what := fmt.Sprintf("%s, until %s", strings.Join(s.Rules, ", "), s.Expires) // the ledger keeps it, and a reason may name somebody
	return &pipeline.Event{Approved: &pipeline.Act{By: s.Approver, What: what, Data: bytes.TrimSpace(data.Bytes())}}
}

// ParseApproval reads an Approved line, and verifies that the key in it signed
// what it says.
func ParseApproval(act *pipeline.Act) (Approval, Statement, error) {
	var a Approval
	dec := json.NewDecoder(bytes.NewReader(act.Data))
	if err := dec.Decode(&a); err != nil {
		return a, Statement{}, fmt.Errorf("no approval: %w", err)
	}
	s, err := ParseStatement(a.Statement)
	if err != nil {
		return a, s, err
	}
	who, err := Signed(s, a.Signature, a.PublicKey)
	switch {
	case err != nil:
		return a, s, err
	case who.Fingerprint != a.Key:
		return a, s, fmt.Errorf("signed by key %s, and the line names %s", who.Fingerprint, a.Key)
	case act.By != s.Approver:
		return a, s, fmt.Errorf("signed in the name of %s, and the line names %s", s.Approver, act.By)
	}
	return a, s, nil
}

// RuleApprover is what a statement names among its rules to approve a question
// as such: the fact job.approver, which some rules of law require before they let
// a question pass. It waives nothing.
const RuleApprover = "job.approver"

// Approvals are those of one case that hold at one time. They implement
// [Waiver]; the zero value waives nothing.
type Approvals struct {
	list []Statement
}

// A Judged is one approval of a case, and whether it holds.
type Judged struct {
	Line      uint64
	At        time.Time // of the line
	Statement Statement // as far as it could be read
	Key       string    // fingerprint of the one that the line names
	Why       error     // why it does not hold; nil: it does
}

// JudgeApprovals judges every approval of a case, in the order of the lines, by
// the organisation's document of today. Without one it judges by the case alone:
// that an approval then has no fault does not say whose its key is. operators are
// those at work on the case now.
func JudgeApprovals(c *pipeline.Case, today *Organisation, now time.Time, operators ...string) []Judged {
	if today == nil {
		return judge(c, func(s Statement, _ string) error { return s.timely(now) }, operators)
	}
	return judge(c, byKeys(today.Approvers, now), operators)
}

// byKeys returns a check that a signature is by a key that its approver has.
func byKeys(approvers []Approver, now time.Time) func(Statement, string) error {
	return func(s Statement, signature string) error {
		_, err := Verify(s, signature, approvers, now)
		return err
	}
}

func judge(c *pipeline.Case, holds func(s Statement, signature string) error, operators []string) (out []Judged) {
	for _, e := range c.Acts {
		if e.Approved == nil {
			continue
		}
		line, s, err := ParseApproval(e.Approved)
		if err == nil {
			err = s.Suits(c, operators...)
		}
		if err == nil {
			err = holds(s, line.Signature)
		}
		out = append(out, Judged{e.Seq, e.Time, s, line.Key, err})
	}
	return out
}

// Holding returns those of the approvals that hold.
func Holding(judged []Judged) (a Approvals) {
	for _, j := range judged {
		if j.Why == nil {
			a.list = append(a.list, j.Statement)
		}
	}
	return a
}

// ReadApprovals returns the approvals of a case that hold now under the
// organisation's document of today, and of each other one, why it doesn't.
// operators are those at work on the case now.
func ReadApprovals(c *pipeline.Case, approvers []Approver, now time.Time, operators ...string) (a Approvals, faults []error) {
	judged := judge(c, byKeys(approvers, now), operators)
	for _, j := range judged {
		if j.Why != nil {
			faults = append(faults, fmt.Errorf("the approval in line %d does not hold: %w", j.Line, j.Why))
		}
	}
	return Holding(judged), faults
}

// Waives returns who approved that a collector asks about a subject although a
// rule waits for a review; "" if nobody did. unknown are the facts for whose lack
// the rule waits: an approval that did not accept one of them is none. An empty
// collector asks whether the subject may stand in the case, which whoever
// approved a question about it has approved; [DisclosureTo] an audience asks whether
// what is known of it may be handed to that one. An empty rule asks who approved the
// question as such: see [RuleApprover]. Of a denial it is never asked.
func (a Approvals) Waives(of pipeline.Entity, collector, rule string, unknown []string) (approver string) {
	if rule == "" {
		rule = RuleApprover
	}
	for _, s := range a.list {
		if !slices.Contains(s.Subjects, subject(of)) || !slices.Contains(s.Rules, rule) || !s.covers(collector) {
			continue
		}
		if !slices.ContainsFunc(unknown, func(f string) bool { return !slices.Contains(s.Unknown, f) }) {
			return s.Approver
		}
	}
	return ""
}
