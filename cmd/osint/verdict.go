package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/profiles"
)

// verdict is the exit code of a run: 130 before 1 before 4 before 10 before 3.
// signal is the code of the signal that cut it short, or 0.
func (w *work) verdict(signal int, cs *pipeline.Case, p *profiles.Profile, err error) error {
	if errors.Is(err, syscall.EPIPE) { // nobody who closes stdout opens a gate
		err = nil
	}
	switch why := w.nothingAsked(cs); {
	case signal != 0:
		return &exit{signal, err}
	case errors.As(err, new(*pipeline.Broken)):
		return fmt.Errorf("%w; when that is mended: osint resume %s", err, w.folder.Dir)
	case err != nil:
		return err
	case why != "":
		return &exit{notAsked, errors.New(why)}
	case cs.Triaged.Holds() != nil:
		return failing(cs.Triaged)
	case cs.Nobody():
		return &exit{tooLittle, fmt.Errorf("no target exists, so that nothing could be judged; osint show %s findings says by whose word", w.folder.Dir)}
	case short(cs.Assessment, p.Risk.MinimumCoverage):
		return &exit{tooLittle, fmt.Errorf("coverage is under the %.0f %% that profile %s wants: the level is indicative; osint show %s sources says what did not answer",
			100*p.Risk.MinimumCoverage, p.ID, w.folder.Dir)}
	}
	return nil
}

// short reports whether too little was seen for a profile. Without an assessment,
// as where all that was typed are people, nothing was; a profile that wants
// nothing has enough all the same.
func short(a *pipeline.Assessment, minimum float64) bool {
	return minimum > 0 && (a == nil || a.Coverage < minimum)
}

// nothingAsked says why nothing was asked, or what waits for review; "" if
// neither holds.
func (w *work) nothingAsked(cs *pipeline.Case) string {
	asked, denied := false, denial{}
	for _, t := range cs.Tasks {
		asked = asked || t.Attempts > 0
	}
	for _, x := range compliance.Reviews(cs, compliance.Approvals{}, false) {
		if x.Collector != "" {
			return "a ruling waits for review: " + x.Reason + "; osint compliance approve " + shortPath(w.folder.Dir) + " lists what waits"
		}
	}
	for _, r := range cs.Rulings {
		for _, g := range r.Groups {
			if g.Ruling.Verdict == pipeline.Deny {
				denied.hear(g.Ruling.Rule, g.Ruling.Reason)
			}
		}
		if r.Skip != "" {
			denied.hear("", r.Skip)
		}
	}
	if asked {
		return ""
	}
	if len(w.seeds) > 0 && strings.HasPrefix(denied.text, "no collector takes") {
		denied.text += instead(w.seeds[0])
	}
	return "nothing was asked: " + denied.text
}

// A denial is the reason that is told where nothing was asked: the first, but
// one that is no more than the choice of collectors only if there is no other.
type denial struct {
	text string
	weak bool
}

func (d *denial) hear(rule, reason string) {
	if rule == compliance.RuleOnRequest {
		return
	}
	weak := unchosen(rule)
	if d.text != "" && (weak || !d.weak) {
		return
	}
	d.text, d.weak = reason, weak
	if rule != "" {
		d.text = fmt.Sprintf("%s (%s)", reason, rule)
	}
}

// unchosen reports whether a rule is no more than the choice of collectors.
func unchosen(rule string) bool { return strings.HasPrefix(rule, "select.") }

// instead says what to type in place of a target that no collector takes; "" if
// there is nothing of the kind.
func instead(e pipeline.Entity) string {
	switch e.Kind {
	case pipeline.KindNetblock:
		return ": it says what is the subject's; name what to ask about beside it: osint investigate example.com --scope " + e.Value
	case pipeline.KindURL:
		return ": the site that it lies at is asked about"
	case pipeline.KindEmail:
		if d := e.Registrable(); !e.Personal() && !d.IsZero() {
			return ": type osint investigate " + d.Value
		}
	}
	return ""
}
