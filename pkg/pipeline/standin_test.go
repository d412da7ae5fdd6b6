package pipeline

import (
	"context"
	"testing"
	"time"
)

// ruling is a gate that says one thing of one collector.
type ruling struct {
	lawful
	of   string
	says Ruling
}

func (g *ruling) Ask(s Spec, l Lead) Ruling {
	if s.Name == g.of {
		return g.says
	}
	return g.lawful.Ask(s, l)
}

// paceOf is a pacer that never gives one source a turn.
type paceOf struct {
	source string
	says   error
}

func (p paceOf) Take(s Source) (time.Duration, error) {
	if s.Name == p.source {
		return 0, p.says
	}
	return 0, nil
}
func (paceOf) Done(Source, Outcome) {}

// A collector runs in the place of another of its family whatever kept that one
// from answering: the gate, the source's pace, the budget, or the source itself.
// Where it answered, be it "nothing", nobody else is asked.
func TestStandIn(t *testing.T) {
	domain := ent(KindDomain, "acme.example")
	ends := func(err error) func(*Run, *Spec) func() error {
		return func(*Run, *Spec) func() error { return func() error { return err } }
	}
	rules := func(v Verdict, rule string) func(*Run, *Spec) func() error {
		return func(r *Run, _ *Spec) func() error {
			r.Gate = &ruling{of: "first", says: Ruling{Verdict: v, Rule: rule, Keep: KeepNone}}
			return func() error { t.Errorf("%s: it was asked all the same", rule); return nil }
		}
	}
	paced := func(o Outcome) func(*Run, *Spec) func() error {
		return func(r *Run, _ *Spec) func() error {
			r.Pacer = paceOf{"first", Fail(o, "not today")}
			return func() error { t.Errorf("%s: it was asked all the same", o); return nil }
		}
	}
	for name, c := range map[string]struct {
		set  func(*Run, *Spec) func() error
		want Outcome // of the stand-in
	}{
		"no key, by ruling":      {rules(Deny, RuleNoKey), Empty},
		"terms":                  {rules(Deny, "terms.non-commercial"), Empty},
		"waits for review":       {rules(ReviewIt, "gdpr.review"), Empty},
		"put off for good":       {rules(Later, "gdpr.unknown"), Empty},
		"rate-limited, by pace":  {paced(RateLimited), Empty},
		"quota, by pace":         {paced(QuotaExceeded), Empty},
		"breaker":                {paced(Skipped), Empty},
		"budget":                 {func(r *Run, s *Spec) func() error { s.Ceiling.CostUSD, r.Opened.Limits.CostUSD = 2, 1; return nil }, Empty},
		"no key, in the task":    {ends(Fail(NoKey, "")), Empty},
		"rate-limited, answered": {ends(Fail(RateLimited, "")), Empty},
		"quota, answered":        {ends(Fail(QuotaExceeded, "")), Empty},
		"key not accepted":       {ends(Fail(Unauthorized, "")), Empty},
		"blocked":                {ends(Fail(Blocked, "")), Empty},
		"unreachable":            {ends(Fail(Unreachable, "")), Empty},
		"malformed":              {ends(Fail(Malformed, "")), Empty},
		"nothing there":          {ends(nil), Skipped},
		"partly answered":        {ends(Fail(Partial, "")), Skipped},
	} {
		for _, second := range []string{"a-second", "z-second"} { // ruled on before it, and after
			cs, _, _ := newWorld(1, 0).investigate(t, func(r *Run) {
				s := Spec{Name: "first", Consumes: []Kind{KindDomain}, Source: Source{Name: "first"}}
				do := c.set(r, &s)
				r.Collectors = append(r.Collectors,
					odd{s, func(context.Context, Task, Out) error { return do() }},
					odd{Spec{Name: second, Consumes: []Kind{KindDomain}, StandsInFor: "first", Source: Source{Name: "second"}},
						func(context.Context, Task, Out) error { return nil }})
			})
			task := cs.Task(TaskKey{second, domain})
			if task == nil || task.Finished == nil || task.Finished.Outcome != c.want {
				t.Errorf("%s, %s: %+v, want %s", name, second, task, c.want)
			}
		}
	}
}

// Of what is not the subject's only some are asked: who stands in for one that
// is not has nobody to wait for.
func TestStandInAboutContext(t *testing.T) {
	c, _, _ := newWorld(1, 0).investigate(t, func(r *Run) {
		empty := func(context.Context, Task, Out) error { return nil }
		r.Collectors = append(r.Collectors,
			odd{Spec{Name: "first", Consumes: []Kind{KindHost}, Source: Source{Name: "first"}}, empty},
			odd{Spec{Name: "second", Consumes: []Kind{KindHost}, StandsInFor: "first", Context: true, Source: Source{Name: "second"}}, empty})
	})
	task := c.Task(TaskKey{"second", ent(KindHost, "cdn.other.example")})
	if task == nil || task.Finished == nil || task.Finished.Outcome != Empty {
		t.Errorf("%+v", task)
	}
}
