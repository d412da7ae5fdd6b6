package compliance

import (
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// The ids of the rules on categories, for questions and answers alike.
const (
	ruleTechnical = "categories.allow"
	ruleSealed    = "categories.seal"
	ruleRedacted  = "categories.redact"
	ruleDenied    = "categories.deny"
	ruleNothing   = "categories.nothing-left"
)

// handling rules on the categories that a collector may bring, and so on how
// its answers may be kept. It always has something to say, and it is what an
// allowed question is allowed by.
func handling(q *question) (pipeline.Ruling, bool) {
	sorted := map[Handling][]string{}
	for _, c := range q.spec.Emits {
		h := q.policy.Categories.of(c)
		sorted[h] = append(sorted[h], string(c))
	}
	for _, names := range sorted {
		slices.Sort(names)
	}
	cite := func(h Handling) string {
		return q.cite("categories." + strings.Join(sorted[h], ", categories.") + ": " + string(h))
	}
	who := func(h Handling) string {
		var clauses []string
		for _, c := range sorted[h] {
			clauses = append(clauses, "categories."+c)
		}
		return q.policy.who(clauses...)
	}
	switch redacted := sorted[Redact]; {
	case len(sorted[DenyIt]) > 0:
		return deny(ruleDenied, cite(DenyIt), "Its answers may hold data that the %s does not allow: %s.", who(DenyIt), strings.Join(sorted[DenyIt], ", "))
	case len(redacted) > 0 && len(redacted) == len(q.spec.Emits):
		return deny(ruleNothing, cite(Redact), "The %s leaves out all that it could bring.", who(Redact))
	case len(redacted) > 0:
		return pipeline.Ruling{Verdict: pipeline.Redact, Rule: ruleRedacted, Cite: cite(Redact), Redact: redacted,
			Reason: "A " + string(q.spec.Mode) + " question; what the " + who(Redact) + " leaves out of its answers is not kept.", Keep: pipeline.KeepDerived}, true
	case len(sorted[Seal]) > 0:
		return pipeline.Ruling{Verdict: pipeline.Allow, Rule: ruleSealed, Cite: cite(Seal),
			Reason: "A " + string(q.spec.Mode) + " question; data about people may stand in its answers, so they are kept sealed.", Keep: pipeline.KeepSealed}, true
	}
	return pipeline.Ruling{Verdict: pipeline.Allow, Rule: ruleTechnical, Cite: cite(AllowIt),
		Reason: "A " + string(q.spec.Mode) + " question; its answers hold no data about people and are kept as received.", Keep: pipeline.KeepRaw}, true
}
