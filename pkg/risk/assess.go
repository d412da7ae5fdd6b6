package risk

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// minimumCoverage is the coverage below which there is insufficient evidence,
// unless the profile says otherwise.
const minimumCoverage = .6

// Options are what a profile says of risk.
type Options struct {
	Weights         map[string]float64 // how much each vector counts, 0..1; 1 if absent
	MinimumCoverage float64            // below it the level is only indicative; zero means 0.6
	Past            *pipeline.Case     // an earlier case of the same subject: what stood then; nil if there is none
}

// Assessor returns the judge of cases.
func (m *Model) Assessor(o Options) pipeline.Assessor { return &assessor{m, o} }

type assessor struct {
	model   *Model
	options Options
}

// Assess implements [pipeline.Assessor]. Where every seed is a person there
// are findings and no assessment: people are not scored.
func (a *assessor) Assess(c *pipeline.Case, now time.Time) ([]pipeline.Finding, *pipeline.Assessment, error) {
	s := a.model.newScene(c, a.options.Past, now)
	verdicts := a.model.verdicts(s)
	findings, flaws := a.report(s, verdicts)
	if onlyPersons(c) {
		return findings, nil, nil
	}
	l := newLedger(flaws, a.options.Weights)
	out := &pipeline.Assessment{Model: ModelID, RulesSHA256: a.model.digest, Score: l.score(), Level: level(l.score())}
	byVector, overall := coverage(verdicts, l)
	out.Coverage = round(overall, 4)
	out.Insufficient = out.Coverage < cmp.Or(a.options.MinimumCoverage, minimumCoverage)
	out.Confidence = round(overall*l.certainty(), 4)
	out.Bounds = pipeline.Bounds{Known: out.Score, Expected: l.also(missing(verdicts, byBaseRate)).score(), Max: l.also(missing(verdicts, allTrue)).score()}
	out.Vectors = l.vectors(byVector, findings)
	out.Contributions = l.contributions(findings)
	out.Sensitivity = l.sensitivity()
	out.Thresholds = l.thresholds()
	out.Fixes, out.LevelAfter = l.fixes()
	out.NextSteps = l.nextSteps(verdicts)
	out.Checks = checks(a.model.rules, verdicts)
	return findings, out, nil
}

func onlyPersons(c *pipeline.Case) bool {
	return c.Opened != nil && len(c.Opened.Seeds) > 0 &&
		!slices.ContainsFunc(c.Opened.Seeds, func(e pipeline.Entity) bool { return !e.Personal() })
}

// verdicts judges every rule on every subject it is about, in order.
func (m *Model) verdicts(s *scene) (vs []verdict) {
	for _, n := range s.subjects() {
		var v *sight
		for _, r := range m.rules {
			if !slices.Contains(r.Subjects, n.Entity.Kind) {
				continue
			}
			if v == nil {
				v = s.sightOf(n)
			}
			vs = append(vs, r.judge(v))
		}
	}
	return vs
}

// report makes findings of the verdicts, the gravest first, and the flaws
// that the arithmetic takes of them. What is about a person is not scored.
func (a *assessor) report(s *scene, vs []verdict) (findings []pipeline.Finding, flaws []flaw) {
	failures := slices.DeleteFunc(slices.Clone(vs), func(v verdict) bool { return v.state != failed })
	slices.SortStableFunc(failures, func(a, b verdict) int {
		return cmp.Or(b.severity.Rank()-a.severity.Rank(), strings.Compare(a.rule.ID, b.rule.ID), strings.Compare(a.subject.String(), b.subject.String()))
	})
	before := earlier(a.options.Past)
	for i, v := range failures {
		ws := v.witnesses(s)
		f := pipeline.Finding{ID: fmt.Sprintf("f-%03d", i+1), Fingerprint: fingerprint(v.rule.ID, v.subject), Rule: v.rule.ID, Family: v.rule.Family,
			Title: v.title, Detail: v.detail, Severity: v.severity, Vector: v.rule.Vector, Confidence: round(confidence(ws), 4),
			Status: pipeline.New, Subject: v.subject, Remediation: v.rule.Remediation, References: v.rule.References, FirstSeen: s.now}
		if b := before[f.Fingerprint]; b != nil {
			f.Status, f.FirstSeen = pipeline.Known, b.FirstSeen
		}
		for _, o := range v.evidence {
			f.Observations = append(f.Observations, o.ID)
		}
		findings = append(findings, f)
		if !v.subject.Personal() {
			flaws = append(flaws, flaw{rule: v.rule.ID, vector: v.rule.Vector, family: v.rule.Family, asset: v.subject, severity: v.severity, witnesses: ws})
		}
	}
	return findings, flaws
}

// fingerprint names a finding in every case and version: rule and subject. A
// sealed subject has none, for its token is of one case only.
func fingerprint(rule string, subject pipeline.Entity) string {
	if subject.Sealed() {
		return ""
	}
	sum := sha256.Sum256([]byte(rule + "\x00" + subject.String()))
	return hex.EncodeToString(sum[:10])
}

// vectors returns the part of each vector that was checked, the worst first.
func (l *ledger) vectors(coverage map[string]float64, findings []pipeline.Finding) []pipeline.VectorScore {
	all := map[string]bool{}
	for v := range coverage {
		all[v] = true
	}
	for v := range l.sums {
		all[v] = true
	}
	out := []pipeline.VectorScore{}
	for _, v := range slices.Sorted(maps.Keys(all)) {
		h := round(l.sums[v].hazard, 6)
		x := pipeline.VectorScore{Vector: v, Title: titleOf(v), Hazard: h, Score: score(h), Coverage: round(coverage[v], 4), Weight: l.weight(v)}
		for _, f := range findings {
			if f.Vector == v {
				x.Findings++
			}
		}
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b pipeline.VectorScore) int { return cmp.Compare(b.Weight*b.Hazard, a.Weight*a.Hazard) })
	return out
}
