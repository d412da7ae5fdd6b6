package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// coverageOf says what could be seen, and what could not and why. A source
// that failed is told apart from one that answered "nothing".
func coverageOf(c *pipeline.Case, d *Document, stated []*pipeline.Statement, t *teller) Coverage {
	v := Coverage{Unknown: []pipeline.Check{}, Outcomes: map[string]int{}, Sufficient: !d.Risk.Insufficient, Share: d.Risk.Coverage}
	if c.Assessment != nil {
		for _, k := range c.Assessment.Checks {
			switch k.State {
			case "failed":
				v.Checks.Failed++
			case "passed":
				v.Checks.Passed++
			case "unknown":
				v.Checks.Unknown++
				k.Reason = t.text(k.Reason)
				v.Unknown = append(v.Unknown, k)
			default:
				v.Checks.NotApplicable++
			}
		}
	}
	slices.SortStableFunc(v.Unknown, func(a, b pipeline.Check) int {
		return cmp.Or(cmp.Compare(b.Severity.Rank(), a.Severity.Rank()), cmp.Compare(a.Rule, b.Rule))
	})
	v.Statements = statementsOf(stated, t)
	v.Verified = verifiedOf(c)
	for _, x := range d.Collectors {
		for o, n := range x.Outcomes {
			v.Outcomes[string(o)] += n
		}
	}
	for e := range c.Entities {
		if e.Sealed() && strings.HasPrefix(t.shown[e.Value], "[") {
			v.PersonalSealed++
		}
	}
	v.PersonalOmitted = t.gone
	v.Gaps = gapsOf(c, d, &v)
	return v
}

func verifiedOf(c *pipeline.Case) VerifiedEvidence {
	v := VerifiedEvidence{}
	if c.Closed != nil {
		x := c.Closed.Verified
		v = VerifiedEvidence{x.Exchanges, x.Bytes, x.Bad, x.Unruled, x.Unproven, x.Quarantined, x.Excess}
	}
	v.Bad, v.Unruled, v.Unproven = orEmpty(v.Bad), orEmpty(v.Unruled), orEmpty(v.Unproven)
	return v
}

// because says in plain words what an outcome means for what we know.
var because = map[pipeline.Outcome]string{
	pipeline.Partial:       "gave only part of its answer; what is missing is unknown",
	pipeline.RateLimited:   "said that we ask too fast, and gave no answer in the time we had",
	pipeline.QuotaExceeded: "has no allowance left for us",
	pipeline.Unauthorized:  "did not accept our credential",
	pipeline.Blocked:       "refused to talk to us, or was refused by the address guard",
	pipeline.Timeout:       "did not answer in the time allowed",
	pipeline.Unreachable:   "could not be reached",
	pipeline.Malformed:     "answered, but not in the form it promises, so the answer was not used",
	pipeline.NoKey:         "needs a credential that was not given",
	pipeline.Refused:       "was not asked: the compliance gate refused",
	pipeline.Review:        "was not asked: the question waits for an approver",
	pipeline.Skipped:       "was not asked",
	pipeline.Cancelled:     "was not asked, or not to the end: the run ended first",
	openTask:               "was being asked when the run was stopped; what it would have said is unknown",
}

// gapsOf lists every reason for not knowing, the heaviest kinds first.
func gapsOf(c *pipeline.Case, d *Document, v *Coverage) []Gap {
	gaps := []Gap{}
	add := func(kind, subject string, n int, format string, args ...any) {
		if n > 0 {
			gaps = append(gaps, Gap{kind, subject, n, fmt.Sprintf(format, args...)})
		}
	}
	if c.Closed == nil {
		add("stopped", "the run", 1, "The run was stopped before it could close its record; this report shows what had been recorded by then.")
	} else if c.Closed.Outcome != "complete" {
		add("stopped", "the run", 1, "The run ended early (%s); what was still to be asked was not.", c.Closed.Outcome)
	}
	for _, x := range d.Collectors {
		for _, o := range append(pipeline.Outcomes(), openTask) {
			if o == pipeline.Skipped && notNeeded(c, d, x.Name) {
				continue
			}
			if why := because[o]; why != "" && x.Outcomes[o] > 0 {
				add(string(o), x.Name, x.Outcomes[o], "%s %s (%s)%s.%s", x.Name, why, plural(x.Outcomes[o], "question", "questions"),
					x.reasons(o), standIn(c, d, x.Name, o))
			}
		}
	}
	add("rules", "checks", v.Checks.Unknown, "%s could not be judged because what feeds them did not answer; they count as unknown, never as passed.", plural(v.Checks.Unknown, "check", "checks"))
	add("evidence", "digests", len(v.Verified.Bad), "%s not match the recorded digest: no proof.", plural(len(v.Verified.Bad), "kept answer does", "kept answers do"))
	add("evidence", "rulings", len(v.Verified.Unruled), "%s stand in the record without a ruling that allows them.", plural(len(v.Verified.Unruled), "exchange", "exchanges"))
	add("evidence", "proofs", len(v.Verified.Unproven), "%s name no recorded exchange.", plural(len(v.Verified.Unproven), "observation", "observations"))
	gaps = append(gaps, withheldGaps(d)...)
	gaps = append(gaps, skipGaps(c)...)
	add("omitted", "personal values", v.PersonalOmitted, "%s with personal values are left out of this report; the case holds them sealed.", plural(v.PersonalOmitted, "row", "rows"))
	return gaps
}

// reasons returns the two most frequent reasons for an outcome, in brackets.
func (x *Collector) reasons(o pipeline.Outcome) string {
	var out []string
	for _, e := range x.Errors {
		if e.Outcome == o && e.Reason != "" && len(out) < 2 {
			out = append(out, strings.TrimSuffix(clip(e.Reason, 140), "."))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return ": " + strings.Join(out, "; ")
}

// notNeeded reports whether a source only stands in for one that left no
// question without an answer.
func notNeeded(c *pipeline.Case, d *Document, name string) bool {
	for _, r := range refs(c) {
		if r.Name == name && r.StandsInFor != "" {
			return !slices.Contains(failedSources(d), r.StandsInFor)
		}
	}
	return false
}

func refs(c *pipeline.Case) []pipeline.CollectorRef {
	if c.Opened == nil {
		return nil
	}
	return c.Opened.Collectors
}

// standIn says whether a source of the same family answered instead.
func standIn(c *pipeline.Case, d *Document, name string, o pipeline.Outcome) string {
	if o.Answered() {
		return ""
	}
	for _, r := range refs(c) {
		if r.StandsInFor != name {
			continue
		}
		for _, x := range d.Collectors {
			if x.Name == r.Name && x.Outcomes[pipeline.OK]+x.Outcomes[pipeline.Empty]+x.Outcomes[pipeline.Partial] > 0 {
				return " " + r.Name + " stood in for it and answered."
			}
		}
	}
	return ""
}

func withheldGaps(d *Document) []Gap {
	count := map[string]int{}
	for _, w := range d.Withheld {
		count[w.Collector] += w.Count
	}
	var out []Gap
	for _, name := range sortedKeys(count) {
		out = append(out, Gap{"withheld", name, count[name],
			fmt.Sprintf("%s saw %s that the gate's rulings did not let us keep.", name, plural(count[name], "thing", "things"))})
	}
	return out
}

// skipGaps sums up the entities about which nobody was asked.
func skipGaps(c *pipeline.Case) []Gap {
	says := map[string]string{
		"context":      "%s met on the way are not the subject's: recorded as context, not asked about.",
		"depth":        "%s lie further from the seeds than the depth limit allows, and were not asked about.",
		"limit":        "%s were met after the limit on entities was reached, and were not asked about.",
		"no collector": "%s are of a kind that no chosen source can be asked about.",
	}
	last := map[pipeline.Entity]string{}
	for _, r := range c.Rulings {
		last[r.Lead.Entity] = r.Skip
	}
	count := map[string]int{}
	for _, skip := range last {
		if skip == "" {
			continue
		}
		kind, _, _ := strings.Cut(skip, ":")
		if strings.HasPrefix(kind, "no collector") {
			kind = "no collector"
		}
		count[kind]++
	}
	var out []Gap
	for _, skip := range sortedKeys(count) {
		format := cmp.Or(says[skip], "%s were not asked about: "+strings.ReplaceAll(skip, "%", "%%")+".")
		out = append(out, Gap{skip, "entities", count[skip], fmt.Sprintf(format, plural(count[skip], "entity", "entities"))})
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return group(n) + " " + many
}

// group writes a number with a thin gap between thousands: 12 345.
func group(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// clip shortens a text to n runes.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
