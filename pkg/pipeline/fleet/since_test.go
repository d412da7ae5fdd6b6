package fleet_test

import (
	"slices"
	"testing"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/fleet"
)

func finding(key, rule string) fleet.Finding {
	return fleet.Finding{Fingerprint: key, Rule: rule, Severity: pipeline.High, Title: rule + " at " + key}
}

// yesterday is a row that was judged, with two findings.
func yesterday() *fleet.Row {
	score := 40.0
	r := &fleet.Row{Target: "corp.example", Kind: pipeline.KindDomain, Outcome: fleet.Complete, AsOf: "mon", Level: "medium", Score: &score, Coverage: 0.9,
		Standing: []fleet.Finding{finding("a", "EML-01"), finding("b", "INF-02")}}
	r.Since(nil, nil)
	return r
}

// TestSince is the manual of what counts as a change.
func TestSince(t *testing.T) {
	all := []pipeline.Check{{Rule: "EML-01", State: "failed"}, {Rule: "INF-02", State: "passed"}, {Rule: "DOM-01", State: "failed"}}
	deaf := []pipeline.Check{{Rule: "EML-01", State: "failed"}, {Rule: "INF-02", State: "unknown"}}
	for _, c := range []struct {
		name     string
		today    func(*fleet.Row)
		checks   []pipeline.Check
		changes  []fleet.Change
		standing int
	}{
		{"nothing", func(r *fleet.Row) {}, all, nil, 2},
		{"a finding more", func(r *fleet.Row) { r.Standing = append(r.Standing, finding("c", "DOM-01")) }, all, []fleet.Change{fleet.Added}, 3},
		{"a finding less, by a check that ran", func(r *fleet.Row) { r.Standing = r.Standing[:1] }, all, []fleet.Change{fleet.Removed}, 1},
		{"a finding less, by a check that could not run", func(r *fleet.Row) { r.Standing = r.Standing[:1] }, deaf, nil, 2},
		{"a finding less, at the time limit", func(r *fleet.Row) { r.Standing, r.Outcome = r.Standing[:1], fleet.TimedOut }, all, nil, 2},
		{"a lower level, by a check that could not run", func(r *fleet.Row) { r.Standing, r.Level = r.Standing[:1], "low" }, deaf, nil, 2},
		{"a higher level, though a check could not run", func(r *fleet.Row) { r.Standing, r.Level = r.Standing[:1], "high" }, deaf, []fleet.Change{fleet.Leveled}, 2},
		{"a lower level", func(r *fleet.Row) { r.Level = "low" }, all, []fleet.Change{fleet.Leveled}, 2},
		{"another level", func(r *fleet.Row) { r.Level = "high" }, all, []fleet.Change{fleet.Leveled}, 2},
		{"coverage fell by what nobody sees", func(r *fleet.Row) { r.Coverage = 0.897 }, all, nil, 2},
		{"coverage fell", func(r *fleet.Row) { r.Coverage = 0.89 }, all, []fleet.Change{fleet.Obscured}, 2},
		{"coverage rose", func(r *fleet.Row) { r.Coverage = 1 }, all, nil, 2},
		{"too little coverage, as before", func(r *fleet.Row) { r.Code = 3 }, all, nil, 2},
		{"refused", func(r *fleet.Row) { *r = fleet.Row{Outcome: fleet.Refused, Code: 4} }, nil, []fleet.Change{fleet.Trouble}, 2},
		{"a gate of the build", func(r *fleet.Row) { r.Code = 10 }, all, []fleet.Change{fleet.Trouble}, 2},
		{"failed", func(r *fleet.Row) { *r = fleet.Row{Outcome: fleet.Failed, Code: 1} }, nil, []fleet.Change{fleet.Trouble}, 2},
		{"never begun", func(r *fleet.Row) { *r = fleet.Row{Outcome: fleet.NotStarted, Code: 130} }, nil, []fleet.Change{fleet.Trouble}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, r := yesterday(), yesterday()
			r.AsOf = "tue"
			c.today(r)
			r.Since(old, fleet.Ran(c.checks))
			if !slices.Equal(r.Changes, c.changes) || len(r.Standing) != c.standing {
				t.Errorf("changes %v, want %v; %d findings stand, want %d", r.Changes, c.changes, len(r.Standing), c.standing)
			}
			if r.Was == nil || r.Was.AsOf != "mon" {
				t.Errorf("compared with %v", r.Was)
			}
			if r.Outcome != fleet.Complete && r.Outcome != fleet.TimedOut && (r.AsOf != "mon" || r.Level != "medium") {
				t.Errorf("a row that was not judged forgot what was known: %+v", r)
			}
		})
	}
}

// What could not be checked for a while is not new when it is seen again.
func TestUnverifiedIsNotNew(t *testing.T) {
	mon, tue, wed := yesterday(), yesterday(), yesterday()
	tue.AsOf, tue.Standing = "tue", tue.Standing[:1]
	tue.Since(mon, fleet.Ran(nil))
	wed.AsOf = "wed"
	wed.Since(tue, nil)
	if len(wed.New) != 0 || wed.Standing[1].Unverified {
		t.Errorf("new: %v, standing: %v", wed.New, wed.Standing)
	}
}

// Findings about sealed subjects are told apart by rule and number.
func TestKeyed(t *testing.T) {
	fs := fleet.Keyed([]fleet.Finding{finding("", "BRE-01"), finding("x", "EML-01"), finding("", "BRE-01")})
	if fs[0].Fingerprint != "BRE-01#1" || fs[1].Fingerprint != "x" || fs[2].Fingerprint != "BRE-01#2" {
		t.Error(fs)
	}
}

// TestClose holds the code of a batch: the gravest of its rows.
func TestClose(t *testing.T) {
	row := func(target string, code int, o fleet.Outcome) fleet.Row {
		return fleet.Row{Target: target, Kind: pipeline.KindDomain, Code: code, Outcome: o}
	}
	for _, c := range []struct {
		codes []int
		want  int
	}{
		{nil, 0}, {[]int{0, 3}, 3}, {[]int{3, 10}, 10}, {[]int{4, 10, 3}, 4}, {[]int{4, 1}, 1}, {[]int{1, 130, 4}, 130}, {[]int{75, 4}, 75}, {[]int{99, 4}, 99},
	} {
		x := &fleet.Index{}
		for _, code := range c.codes {
			x.Rows = append(x.Rows, row("a.example", code, fleet.Complete))
		}
		if x.Close(nil); x.Code != c.want || x.Changed {
			t.Errorf("of %v: %d, want %d", c.codes, x.Code, c.want)
		}
	}
	before := &fleet.Index{Run: "mon", Rows: []fleet.Row{row("a.example", 0, fleet.Complete), row("b.example", 0, fleet.Complete), row(fleet.SealedTarget, 4, fleet.Refused)}}
	x := &fleet.Index{Run: "tue", Rows: []fleet.Row{row("b.example", 130, fleet.NotStarted)}}
	if x.Close(before); !slices.Equal(x.Left, []string{"a.example"}) || !x.Changed || x.Outcome != fleet.Interrupted || x.Before != "mon" {
		t.Errorf("%+v", x)
	}
	again := &fleet.Index{Run: "tue", Rows: []fleet.Row{row("b.example", 0, fleet.Complete)}}
	if again.Close(x); again.Before != "mon" || !slices.Equal(again.Left, x.Left) || again.Outcome != fleet.Complete {
		t.Errorf("gone on with: %+v", again)
	}
}
