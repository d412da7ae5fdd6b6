package risk_test

import (
	"slices"
	"testing"

	"osint/pkg/pipeline"
	"osint/pkg/risk"
)

// visit tells a case in which the web collector could be asked: whether seeing
// the subject was wanted, and what came of it ("" if nothing was tried).
func visit(t *testing.T, active bool, came pipeline.Outcome) *pipeline.Assessment {
	t.Helper()
	s := &story{pipeline.NewCase(), pipeline.Entity{Kind: pipeline.KindDomain, Value: "corp.example"}}
	o := &pipeline.Opened{Seeds: []pipeline.Entity{s.subject}, Active: active}
	for _, c := range []string{"dns", "mail-policy"} {
		o.Collectors = append(o.Collectors, pipeline.CollectorRef{Name: c, Mode: pipeline.Relayed})
	}
	o.Collectors = append(o.Collectors, pipeline.CollectorRef{Name: "web", Mode: pipeline.Active})
	s.Event(&pipeline.Event{Seq: 1, Time: now, Opened: o})
	s.Event(&pipeline.Event{Seq: 2, Time: now, Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: s.subject}, Scope: "subject", Reason: "seed"}})
	for c, out := range map[string]pipeline.Outcome{"dns": pipeline.OK, "mail-policy": pipeline.OK, "web": came} {
		if out != "" {
			s.Event(&pipeline.Event{Seq: 3, Time: now, Finished: &pipeline.Finished{Task: pipeline.TaskKey{Collector: c, Subject: s.subject}, Outcome: out}})
		}
	}
	s.says("resolves-to", "192.0.2.1", nil, false).says("spf-record", "", nil, true)
	_, a := s.assess(t, risk.Options{})
	return a
}

func vectors(a *pipeline.Assessment) (ids []string) {
	for _, v := range a.Vectors {
		ids = append(ids, v.Vector)
	}
	return ids
}

// A vector that only a visit can tell of is no gap where no visit was wanted:
// its checks stay unknown and widen the bounds. Where one was wanted and came
// to nothing, it is a gap.
func TestWhatNobodyAskedForIsNoGap(t *testing.T) {
	passive, failed, refused := visit(t, false, ""), visit(t, true, pipeline.Timeout), visit(t, true, "")
	if slices.Contains(vectors(passive), "SUP") || !slices.Contains(vectors(failed), "SUP") || !slices.Contains(vectors(refused), "SUP") {
		t.Errorf("vectors: %v, %v, %v", vectors(passive), vectors(failed), vectors(refused))
	}
	if passive.Coverage <= failed.Coverage || failed.Coverage != refused.Coverage {
		t.Errorf("coverage: %v where no visit was wanted, %v where it failed, %v where it was not made", passive.Coverage, failed.Coverage, refused.Coverage)
	}
	if s := state(passive, "SUP-03"); s != "unknown" {
		t.Errorf("SUP-03 is %s, and nobody looked", s)
	}
	if passive.Bounds != failed.Bounds {
		t.Errorf("bounds: %+v, %+v: what nobody looked at is as open as what would not say", passive.Bounds, failed.Bounds)
	}
}

// A check that only those make who are asked by their name is no gap where nobody
// named them, though its vector was looked at; and one where they were and failed.
func TestWhoIsAskedByNameIsNoGap(t *testing.T) {
	assess := func(came pipeline.Outcome) *pipeline.Assessment {
		s := &story{pipeline.NewCase(), pipeline.Entity{Kind: pipeline.KindDomain, Value: "corp.example"}}
		s.Event(&pipeline.Event{Seq: 1, Time: now, Opened: &pipeline.Opened{Seeds: []pipeline.Entity{s.subject}, Collectors: []pipeline.CollectorRef{
			{Name: "hibp-breaches", Mode: pipeline.Passive}, {Name: "hibp-domain", Mode: pipeline.Passive}, {Name: "hudsonrock", Mode: pipeline.Passive, OnRequest: "--collector"}}}})
		s.Event(&pipeline.Event{Seq: 2, Time: now, Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: s.subject}, Scope: "subject", Reason: "seed"}})
		for c, out := range map[string]pipeline.Outcome{"hibp-breaches": pipeline.Empty, "hibp-domain": pipeline.Empty, "hudsonrock": came} {
			if out != "" {
				s.Event(&pipeline.Event{Seq: 3, Time: now, Finished: &pipeline.Finished{Task: pipeline.TaskKey{Collector: c, Subject: s.subject}, Outcome: out}})
			}
		}
		_, a := s.assess(t, risk.Options{})
		return a
	}
	unnamed, failed := assess(""), assess(pipeline.Timeout)
	if unnamed.Coverage != 1 || failed.Coverage >= 1 || state(unnamed, "BRE-02") != "unknown" || state(unnamed, "BRE-01") != "passed" {
		t.Errorf("coverage %v where nobody named it, %v where it failed; BRE-02 %s, BRE-01 %s", unnamed.Coverage, failed.Coverage, state(unnamed, "BRE-02"), state(unnamed, "BRE-01"))
	}
}
