package risk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// state of one rule on one subject.
type state string

const (
	failed        state = "failed"
	passed        state = "passed"
	unknown       state = "unknown"
	notApplicable state = "not-applicable"
)

// verdict is what became of one rule on one subject.
type verdict struct {
	rule     *Rule
	node     *pipeline.Node
	state    state
	reason   string
	severity pipeline.Severity
	detail   string
	proof    []*pipeline.Observation
	c        float64
}

// bench judges the rules of a model on the subjects of a case.
type bench struct {
	c     *pipeline.Case
	now   time.Time
	took  map[string]bool // collectors that took part
	names []string        // in scope
}

func newBench(c *pipeline.Case, now time.Time) *bench {
	b := &bench{c: c, now: now, took: map[string]bool{}}
	if c.Opened != nil {
		for _, x := range c.Opened.Collectors {
			b.took[x.Name] = true
		}
	}
	for _, n := range c.Nodes() {
		if n.InScope && n.Entity.Kind.IsName() {
			b.names = append(b.names, n.Entity.Value)
		}
	}
	return b
}

// judge says what becomes of a rule on a subject.
func (b *bench) judge(r *Rule, n *pipeline.Node, facts *rule.Facts) verdict {
	v := verdict{rule: r, node: n, state: notApplicable, severity: r.Severity}
	if f, ok := b.nobody(r); !ok {
		v.reason = "nothing here can tell: " + strings.Join(f.Collectors, " or ") + " did not take part"
		return v
	}
	if r.applies != nil {
		switch t, missing := r.applies.Test(facts); t {
		case rule.False:
			return b.doubt(v, "its premise does not hold")
		case rule.Unknown:
			v.state, v.reason = unknown, "not known: "+strings.Join(missing, ", ")
			return v
		}
	}
	t, missing := r.when.Test(facts)
	if t == rule.True {
		return b.fail(v, facts)
	}
	if why, ok := b.answered(r, n.Entity); !ok {
		v.state, v.reason = unknown, why
		return v
	}
	if t == rule.Unknown {
		v.state, v.reason = unknown, "not known: "+strings.Join(missing, ", ")
		return v
	}
	v.state = passed
	return v
}

// doubt is the verdict on a rule whose premise does not hold as far as is
// known: not applicable if everything that feeds it answered, else unknown.
func (b *bench) doubt(v verdict, why string) verdict {
	if missing, ok := b.answered(v.rule, v.node.Entity); !ok {
		v.state, v.reason = unknown, missing
		return v
	}
	v.state, v.reason = notApplicable, why
	return v
}

// nobody returns a feed that no collector of this run could give.
func (b *bench) nobody(r *Rule) (Feed, bool) {
	for _, f := range r.Feeds {
		if !slices.ContainsFunc(f.Collectors, func(c string) bool { return b.took[c] }) {
			return f, false
		}
	}
	return Feed{}, true
}

// answered reports whether each feed of a rule was answered in full for a
// subject, or says which was not and why.
func (b *bench) answered(r *Rule, subject pipeline.Entity) (string, bool) {
	for _, f := range r.Feeds {
		var whys []string
		ok := false
		for _, c := range f.Collectors {
			t := b.c.Task(pipeline.TaskKey{Collector: c, Subject: subject})
			switch {
			case t == nil || t.Finished == nil:
				whys = append(whys, c+" was not asked")
			case t.Finished.Outcome == pipeline.OK || t.Finished.Outcome == pipeline.Empty:
				ok = true
			default:
				whys = append(whys, c+": "+string(t.Finished.Outcome))
			}
		}
		if !ok {
			return strings.Join(whys, ", "), false
		}
	}
	return "", true
}

// fail makes a finding: its severity, its proof, and how sure it is.
func (b *bench) fail(v verdict, facts *rule.Facts) verdict {
	for _, r := range v.rule.Raise {
		if t, _ := r.when.Test(facts); t == rule.True {
			v.severity = r.Severity
		}
	}
	if v.rule.detail != nil {
		if s, err := v.rule.detail.Value(facts); err == nil {
			v.detail, _ = s.(string)
		}
	}
	fade := classes[v.rule.HalfLife]
	var es []evidence
	for _, o := range v.node.Out {
		for _, e := range v.rule.Evidence {
			if o.Predicate != e.Predicate || !e.picks(o.Value) {
				continue
			}
			supports := o.Denies == e.Denies
			if supports {
				v.proof = append(v.proof, o)
			} else if !opposes(v.node.Out, o) {
				continue
			}
			es = append(es, evidence{o.Origin, quality(o.Grade) * fade.worth(b.now.Sub(o.At)), supports})
		}
	}
	v.state, v.c = failed, round(confidence(es), 4)
	if len(v.proof) == 0 {
		v.state, v.reason = unknown, "the condition holds, and nothing that was observed proves it"
	}
	return v
}

func (e Evidence) picks(value any) bool {
	text, _ := value.(string)
	return len(e.Values) == 0 || slices.Contains(e.Values, text)
}

// opposes reports whether o says the contrary of another observation of the
// same: the same predicate and value, the other way round.
func opposes(all []*pipeline.Observation, o *pipeline.Observation) bool {
	return slices.ContainsFunc(all, func(x *pipeline.Observation) bool {
		return x.Predicate == o.Predicate && x.Denies != o.Denies && (x.Denies || o.Denies) && x.Origin != o.Origin && fmt.Sprint(x.Value) == fmt.Sprint(o.Value)
	})
}

// compareID orders EML-2 before EML-10.
func compareID(a, b string) int {
	pa, na, _ := strings.Cut(a, "-")
	pb, nb, _ := strings.Cut(b, "-")
	if c := strings.Compare(pa, pb); c != 0 {
		return c
	}
	x, errX := strconv.Atoi(na)
	y, errY := strconv.Atoi(nb)
	if errX == nil && errY == nil && x != y {
		return x - y
	}
	return strings.Compare(na, nb)
}
