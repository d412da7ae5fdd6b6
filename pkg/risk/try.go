package risk

import (
	"fmt"
	"slices"
	"time"

	"osint/pkg/pipeline"
)

// A Test is a small set of facts about one subject, and what a rule must make
// of it. Every collector that feeds the rule has answered, but for those
// named.
type Test struct {
	Name     string            `yaml:"name"`
	Subject  string            `yaml:"subject"` // default corp.example
	Facts    []Said            `yaml:"facts"`
	Partial  []string          `yaml:"partial"` // collectors that answered in part
	Silent   []string          `yaml:"silent"`  // collectors that did not answer
	Want     string            `yaml:"want"`    // failed, passed, unknown, not-applicable
	Severity pipeline.Severity `yaml:"severity"`
}

// A Said is one observation of a test.
type Said struct {
	Says   pipeline.Predicate `yaml:"says"`
	About  string             `yaml:"about"` // default the test's subject
	Object string             `yaml:"object"`
	Value  any                `yaml:"value"`
	Denies bool               `yaml:"denies"`
	Before int                `yaml:"before"` // days ago, in the case that this one is compared with; zero is here and now
}

// Now is the time at which tests of rules take place.
var testTime = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// Try runs the tests of the rules and calls report for each with what is
// wrong, or nil.
func (m *Model) Try(report func(rule, test string, err error)) {
	for _, r := range m.rules {
		for _, t := range r.Tests {
			report(r.ID, t.Name, m.try(r, t))
		}
	}
}

func (m *Model) try(r *Rule, t Test) error {
	subject, err := pipeline.ParseEntity(orElse(t.Subject, "corp.example"))
	if err != nil {
		return err
	}
	now, past := pipeline.NewCase(), pipeline.NewCase()
	opened := &pipeline.Opened{Seeds: []pipeline.Entity{subject}}
	for c := range r.Feeds {
		opened.Collectors = append(opened.Collectors, pipeline.CollectorRef{Name: c})
	}
	now.Event(&pipeline.Event{Seq: 1, Time: testTime, Opened: opened})
	now.Event(&pipeline.Event{Seq: 2, Time: testTime, Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: subject}, Scope: "subject", Reason: "seed"}})
	for c := range r.Feeds {
		o := pipeline.OK
		if slices.Contains(t.Partial, c) {
			o = pipeline.Partial
		}
		if slices.Contains(t.Silent, c) {
			o = pipeline.Timeout
		}
		now.Event(&pipeline.Event{Seq: 3, Time: testTime, Finished: &pipeline.Finished{Task: pipeline.TaskKey{Collector: c, Subject: subject}, Outcome: o}})
	}
	for _, s := range t.Facts {
		o, err := s.observe(subject)
		if err != nil {
			return err
		}
		in := now
		if s.Before > 0 {
			in = past
		}
		in.Event(&pipeline.Event{Seq: 4, Time: o.At, Observed: o})
	}
	v := r.judge(m.newScene(now, past, testTime).sightOf(now.Entities[subject]))
	if string(v.state) != t.Want || t.Severity != "" && v.severity != t.Severity {
		return fmt.Errorf("is %s (%s, %s), want %s %s", v.state, v.severity, v.reason, t.Want, t.Severity)
	}
	return nil
}

// observe makes an observation of what a test says; it must fit the table of
// relations.
func (s Said) observe(subject pipeline.Entity) (*pipeline.Observation, error) {
	o := &pipeline.Observation{Collector: "test", Origin: "zone", Subject: subject, Asked: subject, Predicate: s.Says, Denies: s.Denies,
		Grade: pipeline.Own, Category: pipeline.Technical, At: testTime.AddDate(0, 0, -s.Before)}
	var err error
	if o.Value, err = pipeline.Normal(s.Value); err != nil {
		return nil, err
	}
	if s.About != "" {
		if o.Subject, err = pipeline.ParseEntity(s.About); err != nil {
			return nil, err
		}
	}
	if s.Object != "" {
		e, err := pipeline.ParseEntity(s.Object)
		if err != nil {
			return nil, err
		}
		o.Object = &e
	}
	if err := pipeline.CheckRelation(o); err != nil {
		return nil, err
	}
	o.ID = o.Digest()
	return o, nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
