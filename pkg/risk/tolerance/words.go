package tolerance

import (
	"sync"

	"cel.dev/cel-go/cel"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// severities are words with an order, also of levels: an expression sees
// their rank.
var severities = []pipeline.Severity{pipeline.Info, pipeline.Low, pipeline.Medium, pipeline.High, pipeline.Critical}

// isNew and isKnown are the two shorthands that are no severity.
const (
	isNew   = "new"
	isKnown = "known"
)

// fields are what an expression may ask of one finding.
var fields = []string{"rule", "severity", "vector", "family", "subject", "kind", "title", "confidence", isNew, isKnown}

// bare are the fields that may stand without a finding: rule == EML-01 asks
// whether there is any such.
var bare = []string{"rule", "severity", "vector", "family", "subject"}

// vocabulary is what an expression may name, in the order of the help.
func vocabulary() rule.Vocabulary {
	v := rule.Vocabulary{
		{Name: "score", Type: cel.DoubleType, Means: "of the risk, 0 to 100"},
		{Name: "level", Type: cel.IntType, Means: "of the risk: low, medium, high, critical"},
		{Name: "confidence", Type: cel.DoubleType, Means: "in the level, 0 to 1"},
		{Name: "coverage", Type: cel.DoubleType, Means: "share of the checks that ran, 0 to 1"},
		{Name: "insufficient", Type: cel.BoolType, Means: "coverage is under the profile's minimum"},
		{Name: "bounds.known", Type: cel.DoubleType, Means: "the score without what was not seen"},
		{Name: "bounds.expected", Type: cel.DoubleType, Means: "the score with what was not seen at its base rates"},
		{Name: "bounds.max", Type: cel.DoubleType, Means: "the score if all that was not seen were so"},
		{Name: "findings", Type: cel.ListType(cel.MapType(cel.StringType, cel.DynType)), Means: "that count"},
	}
	for _, s := range severities {
		v = append(v, rule.Fact{Name: string(s), Type: cel.IntType, Means: "a severity"})
	}
	return v
}

var environment = sync.OnceValues(func() (*cel.Env, error) { return vocabulary().Env() })

// words are the names that an expression may begin with, for errors.
func words() []string {
	return []string{"info", "low", "medium", "high", "critical", "new", "known", "severity", "rule", "vector", "family", "subject", "new.severity", "score", "level",
		"confidence", "coverage", "insufficient", "bounds.known", "bounds.expected", "bounds.max", "findings"}
}

// facts are what is known of a case. Where coverage is too low to judge, the
// score is not known, nor what is made of it; the bounds are.
func facts(a *pipeline.Assessment, findings []*pipeline.Finding) *rule.Facts {
	f := rule.NewFacts()
	for i, s := range severities {
		f.Set(string(s), i)
	}
	list := make([]any, 0, len(findings))
	for _, x := range findings {
		list = append(list, element(x))
	}
	f.Set("findings", list)
	if a == nil {
		return f
	}
	f.Set("coverage", a.Coverage)
	f.Set("insufficient", a.Insufficient)
	f.Set("bounds.known", a.Bounds.Known)
	f.Set("bounds.expected", a.Bounds.Expected)
	f.Set("bounds.max", a.Bounds.Max)
	if !a.Insufficient {
		f.Set("score", a.Score)
		f.Set("level", pipeline.Severity(a.Level).Rank())
		f.Set("confidence", a.Confidence)
	}
	return f
}

func element(x *pipeline.Finding) map[string]any {
	return map[string]any{"rule": x.Rule, "severity": x.Severity.Rank(), "vector": x.Vector, "family": x.Family,
		"subject": x.Subject.Value, "kind": string(x.Subject.Kind), "title": x.Title, "confidence": x.Confidence,
		isNew: x.Status == pipeline.New, isKnown: x.Status == pipeline.Known}
}

// counting returns the findings that count: a person who suppressed, accepted
// or disputed one has spoken on it.
func counting(findings []*pipeline.Finding) (live []*pipeline.Finding) {
	for _, f := range findings {
		if f.Status == pipeline.New || f.Status == pipeline.Known {
			live = append(live, f)
		}
	}
	return live
}
