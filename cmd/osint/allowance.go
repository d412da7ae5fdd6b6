package main

import (
	"context"
	"fmt"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// An allowance is what a source lets one ask, with all accounts together, and
// what the runs of this machine have used of it.
type allowance struct {
	Today   int        `json:"today"`              // requests on this day, in UTC, where they are counted
	Daily   int        `json:"daily,omitempty"`    // that are allowed; 0 is no limit
	Month   int        `json:"month"`              // requests in this month
	Monthly int        `json:"monthly,omitempty"`  // that are allowed; 0 is no limit
	Kept    int        `json:"kept,omitempty"`     // of what is left, for people
	Resets  *time.Time `json:"resets,omitempty"`   // when the one that ends first begins anew
	Spent   float64    `json:"spent_usd_today"`    //
	Fails   int        `json:"failures,omitempty"` // in a row, where that is why it is left alone
}

// allowances returns that of each source that is one endpoint of somebody's, by
// name.
func (c *console) allowances(ctx context.Context) map[string]allowance {
	specs := map[string][]pipeline.Spec{}
	for _, e := range c.entries() {
		specs[e.Spec.Source.Name] = append(specs[e.Spec.Source.Name], e.Spec)
	}
	keys, known := c.credentials(), map[string]int{}
	size := func(name string) int {
		n, had := known[name]
		if !had {
			values, _ := keys(ctx, name) // one that can't be had is none
			n = len(values)
			known[name] = n
		}
		return n
	}
	rows := map[string]allowance{}
	for name, ss := range specs {
		if src := ss[0].Source; src.Family != "target" {
			n := collectors.Accounts(ss, size)
			rows[name] = allowance{Daily: src.Daily * n, Monthly: src.Monthly * n}
		}
	}
	return rows
}

// used adds what this machine knows of a source.
func (a *allowance) used(t collectors.Turn, now time.Time) {
	a.Today, a.Month, a.Spent = t.Today, t.Month, t.SpentUSD
	if t.Again.After(now) {
		a.Fails = t.Failures
	}
	a.judge(now)
}

// judge says what is kept, and when it begins anew.
func (a *allowance) judge(now time.Time) {
	day := now.UTC().Truncate(24 * time.Hour)
	month := time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	left, ends := -1, day.AddDate(0, 0, 1)
	if a.Daily > 0 {
		left = max(a.Daily-a.Today, 0)
		a.Kept = min(collectors.Reserve(a.Daily), left)
	}
	if m := max(a.Monthly-a.Month, 0); a.Monthly > 0 && (left < 0 || m <= left) {
		left, ends, a.Kept = m, month, min(collectors.Reserve(a.Monthly), m)
	}
	if left >= 0 {
		a.Resets = &ends
	}
}

// left is how many requests a run may still make; -1 is any number. Unattended,
// it leaves alone what is kept for people.
func (a *allowance) left(unattended bool) int {
	left := -1
	for _, x := range []struct{ used, of int }{{a.Today, a.Daily}, {a.Month, a.Monthly}} {
		if x.of == 0 {
			continue
		}
		n := x.of - x.used
		if unattended {
			n -= collectors.Reserve(x.of)
		}
		if n = max(n, 0); left < 0 || n < left {
			left = n
		}
	}
	return left
}

// text says it in a few words; "" where nothing is counted.
func (a *allowance) text() string {
	var s string
	if a.Daily > 0 {
		s = fmt.Sprintf("%d of %d today", a.Today, a.Daily)
	}
	if a.Monthly > 0 {
		if s != "" {
			s += ", "
		}
		s += fmt.Sprintf("%d of %d this month", a.Month, a.Monthly)
	}
	if s != "" && a.Resets != nil {
		s += ", anew " + a.Resets.Format("01-02 15:04Z")
	}
	return s
}
