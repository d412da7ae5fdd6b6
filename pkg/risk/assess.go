package risk

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// Options are what a profile says of risk.
type Options struct {
	Weights         map[string]float64 // relevance of each vector, 0..1; default 1
	MinimumCoverage float64            // below it the level is only indicative
}

// Assessor returns the model as the engine calls it.
func (m *Model) Assessor(o Options) pipeline.Assessor {
	if o.MinimumCoverage == 0 {
		o.MinimumCoverage = .6
	}
	return &assessor{m, o}
}

type assessor struct {
	m *Model
	o Options
}

// Assess implements [pipeline.Assessor].
func (a *assessor) Assess(c *pipeline.Case, now time.Time) ([]pipeline.Finding, *pipeline.Assessment, error) {
	verdicts := a.verdicts(c, now)
	findings := findings(verdicts)
	out := &pipeline.Assessment{Model: Name, RulesSHA256: a.m.digest, Checks: checks(a.m.rules, verdicts)}
	fs := known(verdicts)
	s := tally(fs, a.o.Weights)
	out.Score = round(score(s.hazard), 2)
	out.Level = level(out.Score)
	a.cover(out, s, verdicts)
	a.bound(out, fs, verdicts)
	a.explain(out, s, fs, findings)
	out.Confidence = round(out.Coverage*meanConfidence(fs), 4)
	out.NextSteps = a.next(fs, verdicts)
	return findings, out, nil
}

// verdicts judges every rule on every subject in scope, in a fixed order.
func (a *assessor) verdicts(c *pipeline.Case, now time.Time) []verdict {
	b := newBench(c, now)
	var out []verdict
	for _, n := range c.Nodes() {
		if !n.InScope || n.Entity.Personal() {
			continue // persons get no score, and no rule of these judges them
		}
		facts := factsOf(c, n, b.names, now)
		for i := range a.m.rules {
			if r := &a.m.rules[i]; slices.Contains(r.Subjects, n.Entity.Kind) {
				out = append(out, b.judge(r, n, facts))
			}
		}
	}
	return out
}

// findings makes findings of the failed verdicts, the worst first.
func findings(vs []verdict) []pipeline.Finding {
	var out []pipeline.Finding
	for _, v := range vs {
		if v.state != failed {
			continue
		}
		f := pipeline.Finding{Fingerprint: fingerprint(v.rule.ID, v.node.Entity), Rule: v.rule.ID, Family: v.rule.Family,
			Title: strings.ReplaceAll(v.rule.Title, "{subject}", v.node.Entity.Value), Detail: v.detail, Severity: v.severity,
			Vector: v.rule.Vector, Confidence: v.c, Status: pipeline.New, Subject: v.node.Entity,
			Remediation: v.rule.Remediation, References: v.rule.References}
		for _, o := range v.proof {
			f.Observations = append(f.Observations, o.ID)
		}
		slices.Sort(f.Observations)
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(x, y pipeline.Finding) int {
		return cmp.Or(y.Severity.Rank()-x.Severity.Rank(), compareID(x.Rule, y.Rule), strings.Compare(x.Subject.String(), y.Subject.String()))
	})
	for i := range out {
		out[i].ID = fmt.Sprintf("f-%03d", i+1)
	}
	return out
}

// fingerprint names a finding in every version and case: rule and subject.
func fingerprint(rule string, subject pipeline.Entity) string {
	sum := sha256.Sum256([]byte(rule + "\x00" + subject.String()))
	return hex.EncodeToString(sum[:12])
}

// known are the findings as the model weighs them.
func known(vs []verdict) []weighed {
	var out []weighed
	for _, v := range vs {
		if v.state == failed && severityRank(v.severity) > 0 {
			out = append(out, weighed{v.rule.ID, v.rule.Family, v.rule.Vector, v.node.Entity.String(), severityRank(v.severity), v.c})
		}
	}
	return out
}

// checks unites the verdicts on each rule: failed if it failed anywhere,
// unknown if it could not be judged somewhere.
func checks(rules []Rule, vs []verdict) []pipeline.Check {
	var out []pipeline.Check
	for _, r := range rules {
		k := pipeline.Check{Rule: r.ID, Vector: r.Vector, Severity: r.Severity, State: string(notApplicable), Reason: "no subject of its kind"}
		order := []state{notApplicable, passed, unknown, failed}
		for _, v := range vs {
			if v.rule.ID != r.ID {
				continue
			}
			if k.Subjects == 0 && k.State == string(notApplicable) {
				k.Reason = v.reason
			}
			if v.state == failed || v.state == passed {
				k.Subjects++
			}
			if slices.Index(order, v.state) > slices.Index(order, state(k.State)) {
				k.State, k.Reason = string(v.state), v.reason
			}
		}
		out = append(out, k)
	}
	return out
}
