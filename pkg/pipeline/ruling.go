package pipeline

import "strings"

// Verdict is what the gate says of a question.
type Verdict string

// The verdicts, from the mildest to the strictest; the strictest wins. Later
// stands outside the order: ask again once everything else has settled; it is
// never written.
const (
	Allow    Verdict = "allow"
	Redact   Verdict = "allow-with-redaction"
	ReviewIt Verdict = "review"
	Deny     Verdict = "deny"
	Later    Verdict = "later"
)

// Strictness orders verdicts: Allow 0, Redact 1, ReviewIt 2, Deny 3.
func (v Verdict) Strictness() int {
	switch v {
	case Redact:
		return 1
	case ReviewIt, Later:
		return 2
	case Deny:
		return 3
	}
	return 0
}

// Keep says how the bytes of an answer, or a personal value, may be kept.
type Keep string

// The ways of keeping, from the most open to the strictest.
const (
	KeepRaw     Keep = "raw"     // as received
	KeepSealed  Keep = "sealed"  // encrypted under a key of its own that can be destroyed
	KeepDerived Keep = "derived" // a redacted derivative that the Spec makes; else none
	KeepNone    Keep = "none"    // not at all
)

// RuleNoKey is the rule by which a collector is not asked whose credential we do
// not have: no refusal, but [NoKey].
const RuleNoKey = "key.missing"

// RuleDead is the rule by which a source is not asked that is gone.
const RuleDead = "source.dead"

// Barred reports whether a rule keeps a question from being put for a reason
// that lies neither in the question nor in the subject: a credential that we do
// not have, a source's terms, or that it is gone.
func Barred(rule string) bool {
	return rule == RuleNoKey || rule == RuleDead || strings.HasPrefix(rule, "terms.")
}

// A Ruling is the gate's answer to one question: may this collector ask about
// this entity; may this observation be kept.
type Ruling struct {
	Verdict Verdict  `json:"verdict"`
	Rule    string   `json:"rule"`              // id of the rule that decided
	Cite    string   `json:"cite,omitempty"`    // law, term or profile clause it rests on
	Reason  string   `json:"reason,omitempty"`  // one sentence, no personal data
	Unknown []string `json:"unknown,omitempty"` // facts that were missing
	Redact  []string `json:"redact,omitempty"`  // categories or fields to be left out
	Keep    Keep     `json:"keep"`
	Law     *ByLaw   `json:"law,omitempty"` // what frameworks of law said; nil where none was asked
}

// ByLaw is what the frameworks of law say of one question.
type ByLaw struct {
	Applied []string    `json:"applied"`         // ids of the frameworks that apply; [Opened.Law] has their versions
	Fired   []FiredRule `json:"fired,omitempty"` // rules that did not let the question pass as it was put, strictest first
	Target  TargetFacts `json:"target"`          // what was known of whom it is about
}

// A FiredRule is one rule of law that fired.
type FiredRule struct {
	Framework string   `json:"framework"`
	Rule      string   `json:"rule"`
	Cite      string   `json:"cite"`
	Outcome   Verdict  `json:"outcome"`
	Unknown   []string `json:"unknown,omitempty"` // facts that would have decided
	Redact    []string `json:"redact,omitempty"`
	Remedy    string   `json:"remedy"`
	Waived    string   `json:"waived,omitempty"` // id of the person who approved it all the same
}

// TargetFacts are the facts of a target that are no personal data by
// themselves.
type TargetFacts struct {
	Kind          string   `json:"kind"` // natural-person, organization or asset
	Jurisdictions []string `json:"jurisdictions,omitempty"`
	Minor         string   `json:"minor,omitempty"` // yes, no; "" is not known
}

// Ruled is written once for each lead that is met: the rulings on it, grouped
// by what they say. Later rulings on the same lead (settled ones) are a
// second line.
type Ruled struct {
	Lead   Lead    `json:"lead"`
	Scope  string  `json:"scope"`          // "subject" or "context"
	Reason string  `json:"reason"`         // why it is in or out of scope
	Skip   string  `json:"skip,omitempty"` // why nobody was considered: context, depth, limit, no collector
	Groups []Group `json:"groups,omitempty"`
}

// Group is one ruling and the collectors it applies to, sorted. Without
// collectors it is about the person that the lead names: whether he may stand
// in the case at all.
type Group struct {
	Ruling     Ruling   `json:"ruling"`
	Collectors []string `json:"collectors"`
}
