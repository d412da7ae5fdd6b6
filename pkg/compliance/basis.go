package compliance

import (
	"errors"
	"fmt"
	"regexp"
	"sync"

	"osint/pkg/pipeline/rule"
)

// A Basis is what processing may rest on: the words of the frameworks on the
// shelf. Which of them a framework knows, its own rules say.
type Basis string

// Bases returns every basis: those of the GDPR, what the United Kingdom added,
// and what Brazil has beside them.
func Bases() []Basis {
	return []Basis{"consent", "contract", "legal-obligation", "vital-interests", "public-task", "legitimate-interests",
		"recognised-legitimate-interests",
		"public-policy", "research", "legal-claims", "health", "credit-protection"}
}

// Check implements [rule.Checker].
func (b Basis) Check() error { return oneWord("basis", b, Bases()) }

// References are the papers and conditions that a mandate rests on, by the
// organisation's own numbers. What is empty is known not to be there.
type References struct {
	LIA                 string  `yaml:"lia" json:"lia,omitempty"`                                   // legitimate interests assessment
	DPIA                string  `yaml:"dpia" json:"dpia,omitempty"`                                 // data protection impact assessment
	DPIAOutcome         outcome `yaml:"dpia_outcome" json:"dpia_outcome,omitempty"`                 // the risk that it leaves: low, medium or high
	Notice              notice  `yaml:"notice" json:"notice,omitempty"`                             // who tells the person: direct, or exempt
	NoticeExemption     exempt  `yaml:"notice_exemption" json:"notice_exemption,omitempty"`         // why nobody does: 14-5-a to 14-5-d, and 14-5-e and 14-5-f in the United Kingdom
	SpecialCondition    string  `yaml:"special_condition" json:"special_condition,omitempty"`       // 9-2-e, lgpd-11-i, sch1-18
	CriminalLaw         string  `yaml:"criminal_law" json:"criminal_law,omitempty"`                 // the law under which offences may be looked at
	ChildApproval       string  `yaml:"child_approval" json:"child_approval,omitempty"`             //
	Consent             string  `yaml:"consent" json:"consent,omitempty"`                           //
	TransferTool        tool    `yaml:"transfer_tool" json:"transfer_tool,omitempty"`               // what carries data abroad
	TIA                 string  `yaml:"tia" json:"tia,omitempty"`                                   // transfer impact assessment
	RLICondition        annex1  `yaml:"rli_condition" json:"rli_condition,omitempty"`               // which recognised interest it is
	Freedom             string  `yaml:"freedom" json:"freedom,omitempty"`                           // national law on journalism, research or art
	CARiskAssessment    string  `yaml:"ca_risk_assessment" json:"ca_risk_assessment,omitempty"`     // California
	PIPEDAInvestigation string  `yaml:"pipeda_investigation" json:"pipeda_investigation,omitempty"` // Canada, s. 7(1)(b)
	QCPIA               string  `yaml:"qc_pia" json:"qc_pia,omitempty"`                             // Quebec
	PublicDataNote      string  `yaml:"public_data_note" json:"public_data_note,omitempty"`         // Brazil: good faith and purpose of using what a person made public
}

type (
	outcome string
	notice  string
	exempt  string
	tool    string
	annex1  string
)

// Check implements [rule.Checker].
func (w outcome) Check() error { return oneWord("outcome", w, []outcome{"low", "medium", "high"}) }

// Check implements [rule.Checker].
func (n notice) Check() error { return oneWord("notice", n, []notice{noticeDirect, noticeExempt}) }

const (
	noticeDirect notice = "direct" // the person is told, within the time that law leaves
	noticeExempt notice = "exempt" // nobody tells, and notice_exemption says why
)

// Check implements [rule.Checker].
func (e exempt) Check() error {
	return oneWord("exemption", e, []exempt{"14-5-a", "14-5-b", "14-5-c", "14-5-d", "14-5-e", "14-5-f"})
}

// Check implements [rule.Checker].
func (t tool) Check() error {
	return oneWord("transfer tool", t, []tool{"scc-2021-914", "bcr", "art-49", "idta", "uk-addendum", "br-scc", "specific-consent", "legal-claims"})
}

// Check implements [rule.Checker].
func (a annex1) Check() error {
	return oneWord("recognised interest", a, []annex1{"public-task-request", "security-defence", "emergency", "crime", "safeguarding"})
}

var isCondition = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(9-2-[a-j]|sch1-[0-9]{1,2}|lgpd-11-(i|ii-[a-g]))$`)
})

// Check implements [rule.Checker].
func (r References) Check() error {
	var errs []error
	if s := r.SpecialCondition; s != "" && !isCondition().MatchString(s) {
		errs = append(errs, key("special_condition", "%q is no condition: write 9-2-a to 9-2-j, sch1-1 to sch1-38, lgpd-11-i, or lgpd-11-ii-a to lgpd-11-ii-g", s))
	}
	switch {
	case r.NoticeExemption != "" && r.Notice != noticeExempt:
		errs = append(errs, key("notice_exemption", "it says why nobody is told: write notice: exempt beside it, or take it out"))
	case r.Notice == noticeExempt && r.NoticeExemption == "":
		errs = append(errs, key("notice", "say why nobody is told: write notice_exemption: 14-5-b, or which of 14-5-a to 14-5-f it is"))
	}
	if r.DPIAOutcome != "" && r.DPIA == "" {
		errs = append(errs, key("dpia_outcome", "it is the outcome of nothing: write dpia: and your number of the assessment beside it"))
	}
	return errors.Join(errs...)
}

// over returns r, and what o has where r says nothing. What belongs together
// is taken together.
func (r References) over(o References) References {
	if r.Notice != "" {
		o.NoticeExemption = ""
	}
	if r.DPIA != "" {
		o.DPIAOutcome = ""
	}
	fill(&r.LIA, o.LIA)
	fill(&r.DPIA, o.DPIA)
	fill(&r.DPIAOutcome, o.DPIAOutcome)
	fill(&r.Notice, o.Notice)
	fill(&r.NoticeExemption, o.NoticeExemption)
	fill(&r.SpecialCondition, o.SpecialCondition)
	fill(&r.CriminalLaw, o.CriminalLaw)
	fill(&r.ChildApproval, o.ChildApproval)
	fill(&r.Consent, o.Consent)
	fill(&r.TransferTool, o.TransferTool)
	fill(&r.TIA, o.TIA)
	fill(&r.RLICondition, o.RLICondition)
	fill(&r.Freedom, o.Freedom)
	fill(&r.CARiskAssessment, o.CARiskAssessment)
	fill(&r.PIPEDAInvestigation, o.PIPEDAInvestigation)
	fill(&r.QCPIA, o.QCPIA)
	fill(&r.PublicDataNote, o.PublicDataNote)
	return r
}

// facts sets the fact of every reference: "" where there is none.
func (r References) facts(set func(name string, v any)) {
	for name, v := range map[string]string{
		"job.lia_ref": r.LIA, "job.dpia_ref": r.DPIA, "job.dpia_outcome": string(r.DPIAOutcome),
		"job.notice": string(r.Notice), "job.notice_exemption": string(r.NoticeExemption),
		"job.special_condition": r.SpecialCondition, "job.criminal_law_ref": r.CriminalLaw,
		"job.child_approval_ref": r.ChildApproval, "job.consent_ref": r.Consent,
		"job.transfer_tool": string(r.TransferTool), "job.tia_ref": r.TIA, "job.rli_condition": string(r.RLICondition),
		"job.freedom_ref": r.Freedom, "job.ca_risk_assessment_ref": r.CARiskAssessment,
		"job.pipeda_investigation_ref": r.PIPEDAInvestigation, "job.qc_pia_ref": r.QCPIA,
		"job.public_data_note": r.PublicDataNote,
	} {
		set(name, v)
	}
}

func key(name, format string, args ...any) error { return rule.Key(name, fmt.Errorf(format, args...)) }

// fill gives to what it lacks.
func fill[T comparable](to *T, from T) {
	var none T
	if *to == none {
		*to = from
	}
}
