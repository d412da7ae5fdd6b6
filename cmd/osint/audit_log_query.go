package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
)

// A wanted is what the flags of osint audit log say of the entries.
type wanted struct {
	caseName, actor, source, ledger string
	since, until                    string
	types, outcomes, subjects       []string
	failed, reverse                 bool
	limit                           int
}

// flags adds the filters. None is taken from a file or a variable.
func (w *wanted) flags(c *console, cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&w.caseName, "case", "", "`CASE`: of that case, by name, folder or id; one that is gone by its id")
	fs.StringSliceVar(&w.types, "type", nil, "`LIST`: of these types, such as case.open,task.finish")
	fs.StringVar(&w.actor, "actor", "", "`ID`: by that operator")
	fs.StringVar(&w.since, "since", "", "`TIME`: recorded then or later")
	fs.StringVar(&w.until, "until", "", "`TIME`: recorded then or earlier")
	fs.StringArrayVar(&w.subjects, "subject", nil, "`ENTITY`: about it; a sealed one by its token; repeatable")
	fs.StringVar(&w.source, "source", "", "`NAME`: of that source or collector")
	fs.StringSliceVar(&w.outcomes, "outcome", nil, "`LIST`: tasks and cases that ended so, rulings with such a verdict")
	fs.BoolVar(&w.failed, "failed", false, "tasks that asked and got no answer, cases that ended early")
	fs.StringVar(&w.ledger, "ledger", "", "`UUID`: of that ledger, where there are several")
	fs.IntVar(&w.limit, "limit", 0, fmt.Sprintf("`N`: the newest so many; 0 is all (default: %d on a terminal, all elsewhere)", shownEntries))
	fs.BoolVar(&w.reverse, "reverse", false, "the newest first")
	fs.VisitAll(func(f *pflag.Flag) { _ = fs.SetAnnotation(f.Name, typedOnly, nil) }) // each is there
	for name, complete := range map[string]completer{
		"case": func(cmd *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
			return c.caseValues(cmd, nil, begun)
		},
		"type":    listOf(texts(audit.Types())),
		"outcome": listOf(logOutcomes()),
		"source":  only(collectorsAndSources()...),
	} {
		_ = cmd.RegisterFlagCompletionFunc(name, complete) // likewise
	}
}

// query understands the flags.
func (w *wanted) query(c *console, limited bool, now time.Time) (q audit.Query, err error) {
	q = audit.Query{Ledger: strings.ToLower(w.ledger), Actor: w.actor, Source: w.source, Outcomes: w.outcomes, Failed: w.failed, Limit: w.limit, NewestFirst: w.reverse}
	if q.Case, err = c.caseOfLog(w.caseName); err != nil {
		var is *exit
		if errors.As(err, &is) && is.code == badUsage {
			err = usage("%w; of one that is not here write the id, c- and 16 hexadecimal digits", is.err)
		}
		return q, err
	}
	for _, t := range w.types {
		if err := oneOf("--type", t, texts(audit.Types())...); err != nil {
			return q, err
		}
		q.Types = append(q.Types, audit.Type(t))
	}
	for _, o := range w.outcomes {
		if err := oneOf("--outcome", o, logOutcomes()...); err != nil {
			return q, err
		}
	}
	for _, s := range w.subjects {
		q.Subjects = append(q.Subjects, s)
		if e, err := pipeline.ParseEntity(s); err == nil && e.Value != s {
			q.Subjects = append(q.Subjects, e.Value)
		}
	}
	if w.since != "" {
		if q.Since, _, err = parseMoment(w.since, now); err != nil {
			return q, usage("--since: %w", err)
		}
	}
	if w.until != "" {
		if _, q.Until, err = parseMoment(w.until, now); err != nil {
			return q, usage("--until: %w", err)
		}
	}
	switch {
	case w.limit < 0:
		return q, usage("--limit %d: write 0 or more", w.limit)
	case !limited && c.width(c.stdout) > 0:
		q.Limit = shownEntries
	}
	return q, nil
}

var caseIDForm = regexp.MustCompile(`^c-[0-9a-f]{16}$`)

// caseOfLog returns the id of a case, which need not be there any more.
func (c *console) caseOfLog(name string) (id string, err error) {
	if name == "" || caseIDForm.MatchString(name) && !holdsCase(name) {
		return name, nil
	}
	dir, err := c.find(name)
	if err != nil {
		return "", err
	}
	return caseID(dir)
}

// moments are how a time may be written, and how long each lasts.
var moments = []struct {
	layout string
	lasts  time.Duration
}{
	{"2006-01-02", 24 * time.Hour},
	{"2006-01-02T15:04Z07:00", time.Minute}, {"2006-01-02T15:04", time.Minute}, {"2006-01-02 15:04", time.Minute},
	{time.RFC3339, time.Second}, {"2006-01-02T15:04:05", time.Second}, {"2006-01-02 15:04:05", time.Second},
}

// parseMoment reads a time, or an age, and returns when it begins and when it is
// over.
func parseMoment(s string, now time.Time) (begins, over time.Time, err error) {
	for _, m := range moments {
		if at, err := time.Parse(m.layout, s); err == nil {
			if strings.Contains(s, ".") { // a fraction of a second, which Parse reads by itself
				m.lasts = time.Millisecond
			}
			return at, at.Add(m.lasts), nil
		}
	}
	age, err := parseAge(s)
	if err != nil {
		return begins, over, fmt.Errorf("%q is no time: write one such as 2026-11-26, 2026-11-26T07:30:00Z, 7d or 36h", s)
	}
	return now.Add(-age), now.Add(-age), nil
}

// logOutcomes are how tasks and cases end, and the verdicts of rulings.
func logOutcomes() []string {
	return union(texts(pipeline.Outcomes()), []string{audit.Complete, "interrupted", string(pipeline.Allow), string(pipeline.Redact), string(pipeline.ReviewIt), string(pipeline.Deny)})
}

// collectorsAndSources are the names that --source completes.
func collectorsAndSources() []string { return union(collectorNames(), sources()) }
