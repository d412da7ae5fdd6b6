package risk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// A scene is a case as rules look at it.
type scene struct {
	c       *pipeline.Case
	past    *pipeline.Case // nil if there is none to compare with
	now     time.Time
	present map[string]bool                 // collectors that took part
	request map[string]bool                 // of those, the ones that run on request, which there was not
	tells   map[pipeline.Predicate][]string // collectors that tell a predicate, by any rule
	ruled   map[pipeline.Entity][]*pipeline.Ruled
	missing map[pipeline.Entity][]*pipeline.Observation // by domain: what denies that it exists
}

func (m *Model) newScene(c, past *pipeline.Case, now time.Time) *scene {
	s := &scene{c: c, past: past, now: now, present: map[string]bool{}, request: map[string]bool{},
		tells: map[pipeline.Predicate][]string{}, ruled: map[pipeline.Entity][]*pipeline.Ruled{},
		missing: map[pipeline.Entity][]*pipeline.Observation{}}
	if c.Opened != nil {
		for _, x := range c.Opened.Collectors {
			s.present[x.Name] = true
			s.request[x.Name] = x.Mode == pipeline.Active && !c.Opened.Active || c.Opened.Unrequested(x.Name)
		}
	}
	for _, r := range m.rules {
		for collector, ps := range r.Feeds {
			for _, p := range ps {
				if !slices.Contains(s.tells[p], collector) {
					s.tells[p] = append(s.tells[p], collector)
				}
			}
		}
	}
	for _, r := range c.Rulings {
		s.ruled[r.Lead.Entity] = append(s.ruled[r.Lead.Entity], r)
	}
	return s
}

// subjects returns what may be judged: what is in scope and nobody's secret,
// sorted. Labels with an underscore are places in a zone, not things.
func (s *scene) subjects() []*pipeline.Node {
	return slices.DeleteFunc(s.c.Nodes(), func(n *pipeline.Node) bool {
		e := n.Entity
		return !n.InScope || e.Sealed() || e.Kind.IsName() && (strings.HasPrefix(e.Value, "_") || strings.Contains(e.Value, "._"))
	})
}

// An answer is how much of what could be told was told.
type answer int

const (
	silent answer = iota
	inPart
	inFull
)

// answered returns how much was told of a predicate about an entity, by those
// who feed the rule that looks; by anybody, if none of them tells it.
func (s *sight) answered(p pipeline.Predicate, e pipeline.Entity) answer {
	if r, _ := pipeline.Relate(p); !slices.Contains(r.Subjects, e.Kind) {
		return inFull // there is nothing to tell
	}
	best, who := silent, s.tells[p]
	if s.rule != nil && len(s.rule.feeders(p)) > 0 {
		who = s.rule.feeders(p)
	}
	for _, collector := range who {
		t := s.c.Task(pipeline.TaskKey{Collector: collector, Subject: e})
		if t == nil || t.Finished == nil {
			continue
		}
		switch t.Finished.Outcome {
		case pipeline.OK, pipeline.Empty:
			return inFull
		case pipeline.Partial:
			best = inPart
		}
	}
	return best
}

// fed reports whether anybody took part who could tell a predicate.
func (s *scene) fed(p pipeline.Predicate) bool {
	return slices.ContainsFunc(s.tells[p], func(c string) bool { return s.present[c] })
}

// asked reports whether a collector was asked about an entity. What a rule, a
// limit, a missing key or the end of the run kept from being asked was not.
func (s *scene) asked(collector string, e pipeline.Entity) bool {
	t := s.c.Task(pipeline.TaskKey{Collector: collector, Subject: e})
	return t != nil && t.Finished != nil && t.Finished.Outcome.Asked()
}

// unrequested reports whether a collector was not asked about an entity because
// nobody wanted it to be: it would have been seen, or runs on request.
func (s *scene) unrequested(collector string, e pipeline.Entity) bool {
	return s.request[collector] && s.c.Task(pipeline.TaskKey{Collector: collector, Subject: e}) == nil
}

// barred reports whether a collector was not asked about an entity because it is
// shut, or because it is asked only by its name, which nobody gave.
func (s *scene) barred(collector string, e pipeline.Entity) bool {
	named := s.c.Opened != nil && s.c.Opened.Unrequested(collector) && s.unrequested(collector, e)
	return named || s.shut(collector, e)
}

// shut reports whether a collector was not asked about an entity for want of a
// credential, or by its source's terms.
func (s *scene) shut(collector string, e pipeline.Entity) bool {
	return slices.ContainsFunc(s.ruled[e], func(r *pipeline.Ruled) bool {
		return slices.ContainsFunc(r.Groups, func(g pipeline.Group) bool {
			return pipeline.Barred(g.Ruling.Rule) && slices.Contains(g.Collectors, collector)
		})
	})
}

// skipped reports whether a collector left an entity aside, because its source knows
// nothing of the sort.
func (s *scene) skipped(collector string, e pipeline.Entity) bool {
	t := s.c.Task(pipeline.TaskKey{Collector: collector, Subject: e})
	return t != nil && t.Finished != nil && t.Finished.Outcome == pipeline.Skipped
}

// why says why a collector did not tell all about an entity.
func (s *scene) why(collector string, e pipeline.Entity) string {
	if t := s.c.Task(pipeline.TaskKey{Collector: collector, Subject: e}); t != nil && t.Finished != nil {
		return string(t.Finished.Outcome)
	}
	for _, r := range s.ruled[e] {
		for _, g := range r.Groups {
			if slices.Contains(g.Collectors, collector) && g.Ruling.Verdict != pipeline.Allow && g.Ruling.Verdict != pipeline.Redact {
				return fmt.Sprintf("%s by %s", map[bool]string{true: "put off for review", false: "refused"}[g.Ruling.Verdict == pipeline.ReviewIt], g.Ruling.Rule)
			}
		}
		if r.Skip != "" {
			return "skipped, " + r.Skip
		}
	}
	return "not asked"
}
