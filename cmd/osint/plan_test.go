package main

import (
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// TestAllowance holds what is left of an allowance, for people and for runs that
// nobody started, and when it begins anew: by whichever ends first.
func TestAllowance(t *testing.T) {
	now := time.Date(2026, 11, 26, 18, 0, 0, 0, time.UTC)
	midnight, december := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		a                      allowance
		left, unattended, kept int
		resets                 *time.Time
		text                   string
	}{
		{allowance{}, -1, -1, 0, nil, ""},
		{allowance{Daily: 50, Today: 35}, 15, 5, 10, &midnight, "35 of 50 today, anew 11-27 00:00Z"},
		{allowance{Daily: 50, Today: 45}, 5, 0, 5, &midnight, "45 of 50 today, anew 11-27 00:00Z"},
		{allowance{Monthly: 100, Month: 100}, 0, 0, 0, &december, "100 of 100 this month, anew 12-01 00:00Z"},
		{allowance{Daily: 50, Today: 10, Monthly: 100, Month: 70}, 30, 10, 20, &december, "10 of 50 today, 70 of 100 this month, anew 12-01 00:00Z"},
		{allowance{Daily: 5, Today: 9}, 0, 0, 0, &midnight, "9 of 5 today, anew 11-27 00:00Z"}, // a key was taken away
	} {
		a := c.a
		a.judge(now)
		if got := a.left(false); got != c.left {
			t.Errorf("%+v: %d left, want %d", c.a, got, c.left)
		}
		if got := a.left(true); got != c.unattended {
			t.Errorf("%+v: %d left where nobody is there, want %d", c.a, got, c.unattended)
		}
		if a.Kept != c.kept || (a.Resets == nil) != (c.resets == nil) || c.resets != nil && !a.Resets.Equal(*c.resets) || a.text() != c.text {
			t.Errorf("%+v: %+v, %q", c.a, a, a.text())
		}
	}
	a := allowance{Daily: 50}
	a.used(collectors.Turn{Today: 3, Failures: 6, Again: now.Add(-time.Second)}, now)
	if a.Today != 3 || a.Fails != 0 {
		t.Errorf("a breaker that has cooled down: %+v", a)
	}
}

// TestPlanCounts holds that a collector is counted once: as asked where it asks
// about any target, else by the first reason.
func TestPlanCounts(t *testing.T) {
	p := &plan{}
	site, host := pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"}, pipeline.Entity{Kind: pipeline.KindHost, Value: "www.acme.example"}
	spec := func(name, source, family, country string, sends ...pipeline.Kind) pipeline.Spec {
		return pipeline.Spec{Name: name, Sends: sends, Ceiling: pipeline.Ceiling{Requests: 3, CostUSD: 0.1}, Source: pipeline.Source{Name: source, Family: family, Country: country}}
	}
	allow := pipeline.Ruling{Verdict: pipeline.Allow}
	deny := func(rule string) pipeline.Ruling {
		return pipeline.Ruling{Verdict: pipeline.Deny, Rule: rule, Reason: rule}
	}
	list, second := spec("names", "list", "list", "DE", pipeline.KindDomain), spec("more-names", "list", "list", "DE", pipeline.KindDomain)
	p.put(site, list, allow)
	p.put(host, list, deny("terms.non-commercial")) // asked about the other target
	p.put(site, second, allow)
	p.put(site, spec("tls", "target", "target", ""), allow)
	for _, name := range []string{"a", "b"} {
		p.put(site, spec(name, name, name, "US"), deny(pipeline.RuleNoKey))
		p.put(host, spec(name, name, name, "US"), deny("mode.active-never"))
	}
	p.put(site, spec("c", "c", "c", "US"), pipeline.Ruling{Verdict: pipeline.ReviewIt, Rule: "gdpr-x", Law: &pipeline.ByLaw{}})
	p.put(site, spec("d", "d", "d", "US"), pipeline.Ruling{Verdict: pipeline.Deny, Rule: "gdpr-y", Law: &pipeline.ByLaw{}})
	p.sum()
	want := "asks 1 source in 1 country and the subject's own systems; sends domain|at most 9 calls and $0.30 for the targets themselves|4 collectors are not asked: 2 no key, 1 by law, 1 for review"
	got := ""
	for i, l := range p.Summary.Lines() {
		if i > 0 {
			got += "|"
		}
		got += l
	}
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(p.Sources) != 2 || p.Sources[0].Source != "list" || len(p.Sources[0].Collectors) != 2 || p.Sources[0].Requests != 6 || len(p.Sources[0].Sends) != 1 {
		t.Errorf("%+v", p.Sources)
	}
}

// TestSpendOf holds that a case that goes on spends no more than today's
// ceilings say, nor than it was begun with.
func TestSpendOf(t *testing.T) {
	one, half, two := 1.0, 0.5, 2.0
	c := newConsole()
	c.policyOnce.Do(func() {
		c.policyRead = &policy{ceilings: []compliance.Ceiling{{CostUSD: &one}, {CostUSD: &two, CostUSDDay: &half}}}
	})
	for _, x := range []struct {
		limits   pipeline.Limits
		run, day float64
	}{{pipeline.Limits{CostUSD: 5}, 1, 0.5}, {pipeline.Limits{CostUSD: 0.25, CostUSDDay: new(float64)}, 0.25, 0}, {pipeline.Limits{CostUSD: 3, CostUSDDay: &one}, 1, 0.5}} {
		m, err := c.spendOf(&pipeline.Opened{Limits: x.limits})
		if err != nil || m.run != x.run || m.day == nil || *m.day != x.day {
			t.Errorf("%+v: %+v, %v", x.limits, m, err)
		}
	}
	if day := c.policyRead.dayLimit(); day == nil || *day != 0.5 {
		t.Errorf("the ceiling of a day is %v", day)
	}
}
