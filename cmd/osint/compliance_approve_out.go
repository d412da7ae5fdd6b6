package main

import (
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// waiting returns what waits for review under certain approvals: questions, or,
// with --audience, the handing out to it. denied adds what law denies.
func (a *approving) waiting(cs *pipeline.Case, dir string, under compliance.Approvals, denied bool) ([]compliance.Review, error) {
	if a.audience == "" {
		return compliance.Reviews(cs, under, denied), nil
	}
	gates, d, err := a.handingOut(cs, dir, under)
	if err != nil {
		return nil, err
	}
	return compliance.Withheld(gates, compliance.Audience(a.audience), d, denied), nil
}

// against returns the ruling that keeps the case from the audience whatever is
// approved; nil if there is none.
func (a *approving) against(cs *pipeline.Case, dir string, under compliance.Approvals) (*pipeline.Ruling, error) {
	if a.audience == "" {
		return nil, nil
	}
	gates, d, err := a.handingOut(cs, dir, under)
	if err != nil {
		return nil, err
	}
	if r := compliance.Disclose(gates, compliance.Audience(a.audience), d); r.Verdict == pipeline.Deny {
		return &r, nil
	}
	return nil, nil
}

// handingOut returns what osint report would ask of handing the case to the
// audience, and whom.
func (a *approving) handingOut(cs *pipeline.Case, dir string, under compliance.Approvals) ([]*compliance.Gate, compliance.Disclosure, error) {
	h := handing{what: "reports", audience: compliance.Audience(a.audience), country: a.country}
	out, vault, err := a.c.prepare(cs, dir, nil, h)
	if err != nil {
		return nil, compliance.Disclosure{}, err
	}
	gates, _, _, err := a.c.gatesWith(cs, vault, func(to ...pipeline.Sink) error { return replayed(dir, to...) }, under)
	return gates, out.asked(out.doc.Clear()), err
}

// typedAudience is the flags that say to whom, as they are typed.
func (a *approving) typedAudience() (flags string) {
	if a.audience != "" {
		flags = " --audience " + a.audience
	}
	if a.country != "" {
		flags += " --recipient-country " + a.country
	}
	return flags
}
