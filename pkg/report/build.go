package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"osint/pkg/pipeline"
)

// Options say how personal values are shown.
type Options struct {
	// Reveal returns the clear entity of a sealed one, while its key exists.
	Reveal func(pipeline.Entity) (pipeline.Entity, bool)

	// Personal is "show" (in clear), "omit" (rows with personal values are
	// left out and counted), else labels: "[sealed person 1]". A finding is
	// never left out: its subject is a label then.
	Personal string

	// Seal names categories that are not shown, whatever Personal says: who is
	// known by something of them is a label.
	Seal []pipeline.Category
}

// Build computes the document of a case, up to the last line that counts
// ([pipeline.Case.Lines]). It reads the case and changes nothing; equal cases
// and options give equal documents.
func Build(c *pipeline.Case, o Options) *Document {
	t := newTeller(c, o)
	d := &Document{SchemaVersion: SchemaVersion, Stages: []Stage{}}
	d.Case, d.Attestation = caseOf(c, t), attestationOf(c)
	d.Risk = riskOf(c, t)
	d.Findings = findingsOf(c, t)
	d.Entities = entitiesOf(c, t)
	d.Observations = observationsOf(c, t)
	d.Exchanges = exchangesOf(c, t)
	d.Collectors = collectorsOf(c, t)
	d.Rulings = rulingsOf(c, t)
	d.Withheld = withheldOf(c, t)
	d.Timeline = timelineOf(c, t)
	d.Baseline, d.Suppressions, d.FailOn = baselineOf(c, t), suppressionsOf(c), failOnOf(c)
	d.Compliance, d.Law = complianceOf(c, t), lawOf(c, t, c.Lines)
	stated := pipeline.Correlate(c)
	d.relations = relationsOf(stated, t)
	d.Coverage = coverageOf(c, d, stated, t)
	if c.Closed != nil {
		for _, s := range c.Closed.Stages {
			d.Stages = append(d.Stages, Stage{s.Stage, millis(s.Elapsed), t.text(s.Note)})
		}
	}
	d.Case.Classification = classOf(d)
	d.Case.mark()
	for _, e := range d.Entities {
		if e.InScope {
			d.Case.Scope.InScope++
		} else {
			d.Case.Scope.Context++
		}
	}
	d.Summary.Absent = absentOf(c, t)
	d.Summary.Recommendations = recommend(d)
	d.Summary.KeyJudgements = judge(d)
	d.Summary.BottomLine = bottomLine(d)
	d.clear = t.clear()
	return d
}

func caseOf(c *pipeline.Case, t *teller) Case {
	out := Case{Lines: c.Lines, Started: c.Began.UTC(), Resumed: c.Resumed, Outcome: "stopped", asOf: c.Ended.UTC()}
	if o := c.Opened; o != nil {
		out.ID, out.Priority, out.Profile, out.TLP = o.Case, o.Priority, o.Profile, o.TLP
		out.Purpose, out.LawfulBasis, out.Reference = t.text(o.Purpose), t.text(o.LawfulBasis), t.text(o.Reference)
		out.Investigator, out.Limits, out.Planned, out.Tool = t.text(o.Investigator), o.Limits, o.Plan, o.Tool
		out.Seeds = t.entities(o.Seeds)
		out.Scope.Declared, out.Scope.Excluded = t.entities(o.Scope), t.entities(o.Excluded)
		out.Type = o.Types
	}
	out.TLP = Label(out.TLP)
	out.Type, out.Seeds = orEmpty(out.Type), orEmpty(out.Seeds)
	out.Scope.Declared, out.Scope.Excluded = orEmpty(out.Scope.Declared), orEmpty(out.Scope.Excluded)
	if c.Closed != nil {
		out.Outcome = c.Closed.Outcome
		at := c.Ended.UTC()
		out.Finished = &at
	}
	return out
}

func riskOf(c *pipeline.Case, t *teller) Risk {
	r := Risk{Level: "none", Insufficient: true, ConfidenceWord: "low"}
	if a := c.Assessment; a != nil {
		score := a.Score
		r = Risk{Model: a.Model, RulesSHA256: a.RulesSHA256, Score: &score, Level: a.Level, Insufficient: a.Insufficient,
			Confidence: a.Confidence, ConfidenceWord: confidenceWord(a.Confidence), Coverage: a.Coverage, Bounds: a.Bounds,
			Vectors: slices.Clone(a.Vectors), Contributions: slices.Clone(a.Contributions), Sensitivity: slices.Clone(a.Sensitivity),
			Thresholds: a.Thresholds, Fixes: a.Fixes, LevelAfter: a.LevelAfter}
		for _, s := range a.NextSteps {
			r.NextSteps = append(r.NextSteps, t.text(s))
		}
		for _, k := range a.Checks {
			k.Reason = t.text(k.Reason)
			r.Checks = append(r.Checks, k)
		}
	}
	if c.Nobody() {
		r.Score, r.Level = nil, "none"
	}
	slices.SortStableFunc(r.Vectors, func(a, b pipeline.VectorScore) int {
		return cmp.Or(cmp.Compare(b.Hazard*b.Weight, a.Hazard*a.Weight), cmp.Compare(a.Vector, b.Vector))
	})
	slices.SortStableFunc(r.Contributions, func(a, b pipeline.Contribution) int {
		return cmp.Or(cmp.Compare(b.Hazard, a.Hazard), cmp.Compare(a.Family, b.Family))
	})
	slices.SortStableFunc(r.Sensitivity, func(a, b pipeline.Sensitivity) int {
		return cmp.Or(cmp.Compare(a.Delta, b.Delta), cmp.Compare(a.Rule, b.Rule))
	})
	r.Vectors, r.Contributions, r.Sensitivity = orEmpty(r.Vectors), orEmpty(r.Contributions), orEmpty(r.Sensitivity)
	for i := range r.Contributions {
		r.Contributions[i].Findings = orEmpty(r.Contributions[i].Findings)
	}
	r.Thresholds, r.Fixes, r.NextSteps, r.Checks = orEmpty(r.Thresholds), orEmpty(r.Fixes), orEmpty(r.NextSteps), orEmpty(r.Checks)
	return r
}

// classOf returns the highest class of what the report holds: a label holds
// nothing of the value that it stands for, but the row beside it does.
func classOf(d *Document) pipeline.Class {
	order := []pipeline.Class{pipeline.Public, pipeline.Internal, pipeline.Confidential, pipeline.Restricted}
	top := 0
	for _, o := range d.Observations {
		top = max(top, slices.Index(order, o.Category.Class()))
	}
	if len(d.Findings) > 0 {
		top = max(top, 1)
	}
	return order[top]
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
