package main

import (
	"errors"
	"fmt"
	"syscall"

	"osint/pkg/collectors/all"
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
	case cs.Assessment == nil || cs.Assessment.Coverage < p.Risk.MinimumCoverage:
		return &exit{tooLittle, fmt.Errorf("coverage is under the %.0f %% that profile %s wants: the level is indicative; osint show %s sources says what did not answer",
			100*p.Risk.MinimumCoverage, p.ID, w.folder.Dir)}
	}
	return nil
}

// nothingAsked says why nothing was asked, or what waits for review; "" if
// neither holds.
func (w *work) nothingAsked(cs *pipeline.Case) string {
	asked, denied := false, ""
	for _, t := range cs.Tasks {
		asked = asked || t.Attempts > 0
	}
	for _, r := range cs.Rulings {
		for _, g := range r.Groups {
			switch g.Ruling.Verdict {
			case pipeline.ReviewIt:
				return fmt.Sprintf("a ruling waits for review: %s (%s)", g.Ruling.Reason, g.Ruling.Rule)
			case pipeline.Deny:
				if denied == "" && g.Ruling.Rule != compliance.RuleOnRequest {
					denied = fmt.Sprintf("%s (%s)", g.Ruling.Reason, g.Ruling.Rule)
				}
			}
		}
		if denied == "" && r.Skip != "" {
			denied = r.Skip
		}
	}
	if asked {
		return ""
	}
	if why := refusal(w.gate, w.seeds); why != "" {
		denied = why
	}
	return "nothing was asked: " + denied
}

// refusal is what the gate says of a person as the target, whether or not a
// collector takes one; "" if it has nothing against any seed.
func refusal(g pipeline.Gate, seeds []pipeline.Entity) string {
	for _, e := range seeds {
		if !e.Personal() {
			continue
		}
		for _, entry := range all.Entries() {
			if r := g.Ask(entry.Spec, pipeline.Lead{Entity: e, Clear: e}); r.Verdict == pipeline.Deny && entry.Spec.Mode == pipeline.Passive {
				return fmt.Sprintf("%s (%s)", r.Reason, r.Rule)
			}
		}
	}
	return ""
}
