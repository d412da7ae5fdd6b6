package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/compliance"
)

// A retentionTold is what osint retention run says of what it did, or would do.
type retentionTold struct {
	DryRun bool                 `json:"dry_run"`
	At     time.Time            `json:"at"`
	Limits compliance.Retention `json:"limits_days"`
	Rows   []retentionRow       `json:"rows"`
}

// A retentionRow is what became of one case.
type retentionRow struct {
	Case    string    `json:"case"`
	Dir     string    `json:"dir,omitempty"` // "" if its folder is not here
	Target  string    `json:"target,omitempty"`
	Began   time.Time `json:"began,omitzero"`
	What    string    `json:"what"` // case, keys, reports, again, held, left; or the classes of data
	Values  int       `json:"values,omitempty"`
	Answers int       `json:"answers,omitempty"`
	Keys    int       `json:"keys,omitempty"`
	Reports []string  `json:"reports,omitempty"`
	Why     string    `json:"why"`
}

func (d *retentionTold) add(r retentionRow) { d.Rows = append(d.Rows, r) }

// due reports whether anything is to be destroyed.
func (d *retentionTold) due() bool {
	return slices.ContainsFunc(d.Rows, func(r retentionRow) bool { return r.What != "held" && r.What != "left" })
}

func (d *retentionTold) show(c *console, asJSON bool) error {
	if asJSON {
		return c.json(d)
	}
	if d.Limits == (compliance.Retention{}) {
		c.say("osint: no limits are known but those of cases' own mandates: set %s to the organisation's document, or type --max-days N", policyVariable)
	}
	word := "would destroy"
	if !d.DryRun {
		word = "destroyed"
	}
	t := table{header: []string{word, "case", "target", "began", "values", "answers", "keys", "reports", "why"}, right: []int{4, 5, 6, 7}}
	for _, r := range d.Rows {
		dir, began := r.Dir, ""
		if dir == "" {
			dir = r.Case
		}
		if !r.Began.IsZero() {
			began = r.Began.Format(time.DateOnly)
		}
		t.add(r.What, dir, r.Target, began, fmt.Sprint(r.Values), fmt.Sprint(r.Answers), fmt.Sprint(r.Keys), fmt.Sprint(len(r.Reports)), r.Why)
	}
	if len(d.Rows) == 0 {
		fmt.Fprintln(c.out, "nothing has been kept too long")
		return c.flush()
	}
	return c.table(t)
}

func retentionShow(c *console) *cobra.Command {
	var typed compliance.Retention
	var asJSON bool
	s := &search{c: c}
	cmd := &cobra.Command{
		Use: "show", Short: "List until when what is kept of each case, and which are held", Args: exactly(),
		Example: "  osint retention show\n  osint retention show --json | jq '.cases[] | select(.hold)'",
		RunE: func(*cobra.Command, []string) error {
			limits, err := c.limits(typed)
			if err != nil {
				return err
			}
			s.keys = c.places(false).keys()
			return c.showRetention(s, limits, asJSON)
		},
	}
	cmd.Flags().StringArrayVar(&s.in, "in", nil, "`DIR`: look there too: a case, a batch, or a folder of them; repeatable")
	jsonFlag(cmd, &asJSON)
	retentionFlags(cmd.Flags(), &typed)
	return cmd
}

// A keptCase is one row of the schedule.
type keptCase struct {
	Case    string    `json:"case"`
	Dir     string    `json:"dir"`
	Target  string    `json:"target"`
	Began   time.Time `json:"began"`
	Until   schedule  `json:"until"`
	Reports time.Time `json:"reports,omitzero"` // the oldest goes
	Hold    *hold     `json:"hold"`
	Error   string    `json:"error,omitempty"`
}

func (c *console) showRetention(s *search, limits compliance.Retention, asJSON bool) error {
	dirs, gone, err := s.known()
	if err != nil {
		return err
	}
	rows := []keptCase{}
	for _, id := range sortedKeys(dirs) {
		k := keptCase{Case: id, Dir: dirs[id]}
		cs, _, err := s.look(k.Dir)
		if err != nil {
			k.Error = err.Error()
		} else {
			k.Target, k.Began, k.Until, k.Hold = title(cs.Opened.Seeds), cs.Began.UTC(), scheduleOf(cs, limits), holdOn(cs)
			_, k.Reports = oldReports(cs, k.Dir, limits.Reports, c.today())
		}
		rows = append(rows, k)
	}
	if asJSON {
		return c.json(map[string]any{"limits_days": limits, "cases": rows, "keys_without_case": append([]string{}, gone...)})
	}
	t := table{header: []string{"case", "target", "began", "restricted", "confidential", "whole case", "reports", "held"}}
	day := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.Format(time.DateOnly)
	}
	for _, k := range rows {
		note := k.Error
		if k.Hold != nil {
			note = "since " + day(k.Hold.Since) + ": " + k.Hold.Reason
		}
		t.add(k.Dir, k.Target, day(k.Began), day(k.Until.Restricted), day(k.Until.Confidential), day(k.Until.Whole), day(k.Reports), note)
	}
	if len(rows) > 0 {
		if err := c.table(t); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.out, "%s; %s\n", count(len(rows), "case"), limitsText(limits))
	return c.flush()
}

func limitsText(r compliance.Retention) string {
	var parts []string
	for _, x := range []struct {
		name string
		days int
	}{{"restricted", r.Restricted}, {"confidential", r.Confidential}, {"internal", r.Internal}, {"reports", r.Reports}, {"anything", r.MaxDays}} {
		if x.days > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", x.name, count(x.days, "day")))
		}
	}
	if len(parts) == 0 {
		return "no limits are known but those of cases' own mandates"
	}
	return "limits: " + strings.Join(parts, ", ")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
