package risk

import (
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// vocabulary is what a rule may ask about the one subject it judges.
//
//	seen["tls-version"].exists(f, f.value == "TLS 1.0")
//	size(denied["spf-record"]) > 0
//	now - seen["registered-at"][0].time < duration("720h")
var vocabulary = rule.Vocabulary{
	{Name: "subject", Type: cel.StringType, Means: "the subject's value"},
	{Name: "kind", Type: cel.StringType, Means: "its kind"},
	{Name: "now", Type: cel.TimestampType, Means: "when the case is judged"},
	{Name: "seen", Type: cel.MapType(cel.StringType, cel.ListType(cel.DynType)),
		Means: "by predicate, what is said of the subject: value, object, origin, at, first_seen, and time if the value is one"},
	{Name: "denied", Type: cel.MapType(cel.StringType, cel.ListType(cel.StringType)), Means: "by predicate, the values that a source denied"},
	{Name: "siblings", Type: cel.ListType(cel.StringType), Means: "the names in scope below the subject's registrable domain"},
}

// factsOf gathers what is known of a subject. Every predicate is there, if
// with nothing: what was not seen is not an error.
func factsOf(c *pipeline.Case, n *pipeline.Node, names []string, now time.Time) *rule.Facts {
	seen, denied := map[string][]any{}, map[string][]string{}
	for _, r := range pipeline.Relations() {
		seen[string(r.Predicate)], denied[string(r.Predicate)] = []any{}, []string{}
	}
	for _, o := range n.Out {
		p := string(o.Predicate)
		if o.Denies {
			text, _ := o.Value.(string)
			denied[p] = append(denied[p], text)
			continue
		}
		f := map[string]any{"value": o.Value, "object": "", "origin": o.Origin, "at": o.At, "first_seen": o.At}
		if o.Object != nil {
			f["object"] = o.Object.Value
		}
		if r, _ := pipeline.Relate(o.Predicate); r.Value == pipeline.Moment {
			if s, ok := o.Value.(string); ok {
				if t, err := time.Parse(time.RFC3339, s); err == nil {
					f["time"] = t
				}
			}
		}
		seen[p] = append(seen[p], f)
	}
	facts := rule.NewFacts()
	facts.Set("subject", n.Entity.Value)
	facts.Set("kind", string(n.Entity.Kind))
	facts.Set("now", now)
	facts.Set("seen", seen)
	facts.Set("denied", denied)
	below := []string{}
	if n.Entity.Kind == pipeline.KindDomain {
		for _, name := range names {
			if strings.HasSuffix(name, "."+n.Entity.Value) {
				below = append(below, name)
			}
		}
	}
	facts.Set("siblings", below)
	return facts
}
