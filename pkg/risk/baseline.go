package risk

import (
	"fmt"
	"strings"

	"osint/pkg/pipeline"
)

// earlier returns the findings of a case by fingerprint, and those that its
// own baseline had and it could not judge again: they stand until somebody
// does. One without a fingerprint is recognised nowhere. Of a case that did not
// say when a finding was first seen, it is when the case ended.
func earlier(c *pipeline.Case) map[string]*pipeline.Finding {
	by := map[string]*pipeline.Finding{}
	for _, f := range stood(c) {
		if f.Fingerprint != "" && by[f.Fingerprint] == nil {
			by[f.Fingerprint] = f
		}
	}
	return by
}

func stood(c *pipeline.Case) (fs []*pipeline.Finding) {
	if c == nil {
		return nil
	}
	for _, f := range c.Findings {
		known := *f
		fs = append(fs, &known)
	}
	if c.Triaged != nil && c.Triaged.Baseline != nil {
		for _, e := range c.Triaged.Baseline.Unseen {
			fs = append(fs, &pipeline.Finding{Fingerprint: e.Fingerprint, Rule: e.Rule, Title: e.Title, Severity: e.Severity, Subject: e.Subject, FirstSeen: e.FirstSeen})
		}
	}
	for _, f := range fs {
		if f.FirstSeen.IsZero() {
			f.FirstSeen = c.Ended
		}
	}
	return fs
}

// Compare says how the findings of a case stand against those of an earlier
// one. What stood there and stands here no longer is gone only if it was
// judged again: where the answer that would tell did not come, it is unseen.
// SHA256 is left to the caller, who knows what past was read from.
func (m *Model) Compare(c, past *pipeline.Case) *pipeline.Baseline {
	b := &pipeline.Baseline{At: past.Ended.UTC(), Level: "none", Known: []string{}, Gone: []pipeline.Earlier{}, Unseen: []pipeline.Earlier{}}
	if past.Opened != nil {
		b.Case = past.Opened.Case
	}
	if a := past.Assessment; a != nil {
		score := a.Score
		b.Score, b.Level, b.Coverage = &score, a.Level, a.Coverage
	}
	before, here := earlier(past), map[string]bool{}
	for _, f := range c.Findings {
		if before[f.Fingerprint] != nil {
			b.Known = append(b.Known, f.ID)
			here[f.Fingerprint] = true
		}
	}
	s := m.newScene(c, past, c.Ended)
	for _, f := range stood(past) {
		if f.Fingerprint == "" || here[f.Fingerprint] {
			continue
		}
		here[f.Fingerprint] = true // once, should it stand there twice
		e := pipeline.Earlier{Fingerprint: f.Fingerprint, Rule: f.Rule, Title: f.Title, Severity: f.Severity, Subject: f.Subject, FirstSeen: f.FirstSeen.UTC()}
		gone := false
		if gone, e.Reason = m.gone(s, f); gone {
			b.Gone = append(b.Gone, e)
		} else {
			b.Unseen = append(b.Unseen, e)
		}
	}
	return b
}

// gone reports whether an earlier finding was judged in a scene and is no
// longer so, and why.
func (m *Model) gone(s *scene, f *pipeline.Finding) (bool, string) {
	r := m.rule(f.Rule)
	n := s.c.Entities[f.Subject]
	switch {
	case r == nil:
		return false, "there is no such rule any more"
	case n == nil:
		if why := s.narrower(); why != "" {
			return false, "it was not met, and " + why
		}
		return true, "it was not met, though all was asked and answered"
	case !n.InScope:
		return false, "it is not in the scope of this case"
	}
	switch v := r.judge(s.sightOf(n)); {
	case v.state == passed:
		return true, "the check passes"
	case v.state == notApplicable && !v.deaf:
		return true, v.reason
	case v.state == failed:
		return false, "it is so by today's rules, and was not found by the case's own"
	default:
		return false, v.reason
	}
}

func (m *Model) rule(id string) *Rule {
	for _, r := range m.rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// narrower says why a case may not have met what an earlier one did; "" if
// there is no reason.
func (s *scene) narrower() string {
	open, asked := 0, map[string]bool{}
	for _, t := range s.c.Tasks {
		asked[t.Key.Collector] = true
		if t.Finished == nil || t.Finished.Outcome != pipeline.OK && t.Finished.Outcome != pipeline.Empty {
			open++
		}
	}
	if open > 0 {
		return fmt.Sprintf("%d questions have no full answer", open)
	}
	for _, t := range s.past.Tasks {
		if t.Attempts > 0 && !asked[t.Key.Collector] {
			return t.Key.Collector + " was not asked"
		}
	}
	now, then := s.c.Opened, s.past.Opened
	if now != nil && then != nil && then.Limits.Depth > now.Limits.Depth {
		return fmt.Sprintf("this case goes %d steps from a seed, the earlier one %d", now.Limits.Depth, then.Limits.Depth)
	}
	for _, r := range s.c.Rulings {
		if strings.HasPrefix(r.Skip, "limit") {
			return "the limit on entities was reached"
		}
	}
	return ""
}
