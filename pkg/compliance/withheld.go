package compliance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// disclosing begins what stands in an approval, instead of a collector, where it
// lets something be handed out.
const disclosing = "disclose:"

// DisclosureTo is what approvals name to let something be handed to an audience.
// It is for that audience and no other: a wider one takes in people whom the
// approver did not mean, and a narrower one may ("named" is whoever the operator
// names, of the house or not). So with the country of the recipient, "" where
// nobody said it: who looked at what protects people there looked at no other.
func DisclosureTo(a Audience, country string) string {
	if country != "" {
		country = ":" + country
	}
	return disclosing + string(a) + country
}

// Audience returns to whom a statement lets something be handed, and in which
// country, "" if that is not said; no audience if it is of questions.
func (s Statement) Audience() (to Audience, country string) {
	for _, c := range s.Collectors {
		if rest, ok := strings.CutPrefix(c, disclosing); ok {
			rest, country, _ = strings.Cut(rest, ":")
			return Audience(rest), country
		}
	}
	return "", ""
}

// oneAudience reports whether a statement is of questions, or of one audience
// and nothing else.
func (s Statement) oneAudience() bool {
	to, country := s.Audience()
	if !slices.ContainsFunc(s.Collectors, func(c string) bool { return strings.HasPrefix(c, disclosing) }) {
		return true
	}
	return len(s.Collectors) == 1 && slices.Contains(Audiences(), to) && s.Collectors[0] == DisclosureTo(to, country) &&
		(country == "" || Country(country).Check() == nil)
}

// covers reports whether a statement is of what a collector asks, of what
// [DisclosureTo] names, or, "", of whether its subjects may stand in the case:
// nobody who lets a case be handed out has said that.
func (s Statement) covers(collector string) bool {
	if collector == "" {
		to, _ := s.Audience()
		return to == ""
	}
	return slices.Contains(s.Collectors, collector)
}

// Withheld returns for whom the handing out to an audience hangs on a review,
// sorted by subject, with the rules and who has approved which; [DisclosureTo]
// stands for the collector. gates are all of the case. Whom law denies to the
// audience no review helps: only denied returns them, since some rules that deny
// ask for an approver ([RuleApprover]).
func Withheld(gates []*Gate, to Audience, d Disclosure, denied bool) []Review {
	found, worst := map[pipeline.Entity]*Review{}, map[pipeline.Entity]pipeline.Verdict{}
	personal := personalOf(d.Clear)
	for _, g := range gates {
		if g.bench == nil || len(personal) == 0 {
			continue
		}
		for _, x := range g.bench.disclosures(to, d.Country, personal) {
			r, rules := x.ruling, reviewed(x.ruling)
			if len(rules) == 0 && r.Verdict != pipeline.Deny {
				continue
			}
			w := found[x.subject]
			if w == nil {
				w = &Review{Subject: x.subject, Collector: DisclosureTo(to, d.Country), Rules: []Waiting{}}
				found[x.subject] = w
			}
			if w.Reason == "" || stricter(r.Verdict, worst[x.subject]) {
				worst[x.subject], w.Reason = r.Verdict, fmt.Sprintf("%s (%s)", r.Reason, r.Rule)
			}
			w.add(rules)
		}
	}
	out := []Review{}
	for s, w := range found {
		if denied || worst[s] != pipeline.Deny {
			out = append(out, *w)
		}
	}
	slices.SortFunc(out, func(a, b Review) int { return cmp.Compare(a.Subject.String(), b.Subject.String()) })
	return out
}

// reviewed returns the rules of law that fired as reviews, waived or not.
func reviewed(r pipeline.Ruling) (out []Waiting) {
	for _, f := range r.Law.Fired {
		if f.Outcome == pipeline.ReviewIt {
			out = append(out, Waiting{Rule: f.Rule, Cite: f.Framework + ", " + f.Cite, Unknown: append([]string{}, f.Unknown...), Remedy: f.Remedy, Approved: f.Waived})
		}
	}
	return out
}

// add adds the rules by which another gate waits: what one of them does not know
// is not known, and what one has open is open.
func (r *Review) add(rules []Waiting) {
	for _, w := range rules {
		i := slices.IndexFunc(r.Rules, func(have Waiting) bool { return have.Rule == w.Rule })
		if i < 0 {
			r.Rules = append(r.Rules, w)
			continue
		}
		have := &r.Rules[i]
		have.Unknown = append([]string{}, union(have.Unknown, w.Unknown)...)
		if w.Approved == "" {
			have.Approved = ""
		}
	}
}
