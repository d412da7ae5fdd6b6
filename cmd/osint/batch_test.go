package main

import (
	"slices"
	"strings"
	"testing"

	"osint/pkg/pipeline/fleet"
	"osint/profiles"
)

func TestRunsInOrder(t *testing.T) {
	want := []string{"20260101T000000Z", "20260101T000000Z-2", "20260101T000000Z-10", "20260102T000000Z", "20260102T000000Z-2"}
	got := slices.Clone(want)
	slices.Reverse(got)
	if slices.SortFunc(got, compareRuns); !slices.Equal(got, want) {
		t.Error(got)
	}
	for _, name := range []string{"index.json", "hollowmere.example", "2026", ""} {
		if isRun(name) {
			t.Errorf("%q is no run", name)
		}
	}
}

// What a spreadsheet would take for a formula, or a terminal for an order, is
// text in the index.
func TestIndexCSV(t *testing.T) {
	x := &fleet.Index{Rows: []fleet.Row{{Target: "=cmd|' /C calc'!A0", Level: "@SUM(1)", Reason: "+1\x1b[31m", Case: "-2", Outcome: "\tx"}}}
	var b strings.Builder
	if err := indexCSV(&b, x); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{",'=cmd|", ",'@SUM(1)", `,'+1\u{1b}[31m,`, ",'-2\n", `,\u{9}x,`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in %s", want, b.String())
		}
	}
}

// Nothing of a row is markup in the page.
func TestIndexHTML(t *testing.T) {
	row := fleet.Row{Target: `<script>alert(1)</script>`, Case: `run/"onload=x`, Reason: "\u202eevil", Was: &fleet.Was{},
		New: []fleet.Finding{{Title: "<b>bold</b>"}}}
	var b strings.Builder
	if err := indexHTML(&b, &fleet.Index{Run: "run", Rows: []fleet.Row{row}, Left: []string{"<i>"}}); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script>a", `"onload`, "\u202e", "<b>", "<i>"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("%q stands in the page", bad)
		}
	}
}

// TestBatchIsMonitoring holds that law takes a list that is run again for what
// it is, whatever a mandate says.
func TestBatchIsMonitoring(t *testing.T) {
	p, err := profiles.Load("default")
	if err != nil {
		t.Fatal(err)
	}
	for _, watches := range []bool{false, true} {
		m, err := (&order{watches: watches}).mandated(newConsole(), &policy{}, p)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Monitoring != nil && *m.Monitoring; got != watches {
			t.Errorf("in a batch %t: monitoring %t", watches, got)
		}
	}
}
