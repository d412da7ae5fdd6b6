package main

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/compliance/law"
	"osint/pkg/pipeline/rule"
	"osint/profiles"
)

// frameworkRow is what is told of a framework of law.
type frameworkRow struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Version  string    `json:"version"`
	Reviewed string    `json:"reviewed"`
	ReviewBy string    `json:"review_by"`
	Reviewer string    `json:"reviewer,omitempty"`
	Source   string    `json:"source,omitempty"`
	SHA256   string    `json:"sha256"`
	Stale    bool      `json:"stale"`
	Count    int       `json:"count"`           // of rules
	Rules    []ruleRow `json:"rules,omitempty"` // where one framework is asked for
}

type ruleRow struct {
	ID       string    `json:"id"`
	Cite     string    `json:"cite"`
	Phase    law.Phase `json:"phase"`
	When     string    `json:"when,omitempty"`
	Require  string    `json:"require,omitempty"`
	Outcome  string    `json:"outcome"`
	Redact   []string  `json:"redact,omitempty"`
	RedactBy string    `json:"redact_by,omitempty"`
	Remedy   string    `json:"remedy"`
}

// listRow is what is told of a reference list.
type listRow struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	CheckedAt string `json:"checked_at"`
	StaleDays int    `json:"stale_after_days"`
	Source    string `json:"source,omitempty"`
	SHA256    string `json:"sha256"`
	Stale     bool   `json:"stale"`
	Entries   int    `json:"entries"`
}

func newFrameworks(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "frameworks [ID]", Short: "List the frameworks of law that hold here, or print one", Args: atMost(1),
		Long: `The frameworks that the organisation's document names, or all that are built in,
and the lists of countries that they refer to. One that was not held against the
law for too long is said to be overdue. With an ID, its rules as they are written;
with --json, as they are read.
They support a decision and are no legal advice.`,
		Example: "  osint compliance frameworks\n  osint compliance frameworks gdpr\n  osint compliance frameworks gdpr --json | jq -r '.rules[] | .cite + \": \" + .remedy'",
		RunE: func(_ *cobra.Command, args []string) error {
			book, err := c.law()
			switch {
			case err != nil:
				return err
			case len(args) > 0:
				return c.printFramework(book, args[0], asJSON)
			}
			return c.listFrameworks(book, asJSON)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c *console) listFrameworks(book *law.Book, asJSON bool) error {
	stale := c.stale(book)
	rows, lists := []frameworkRow{}, []listRow{}
	t := table{header: []string{"framework", "version", "rules", "reviewed", "again by", "title"}, right: []int{2}}
	for _, f := range book.Frameworks() {
		r := frameworkOf(f, stale)
		rows = append(rows, r)
		t.add(r.ID, r.Version, strconv.Itoa(r.Count), r.Reviewed, overdue(r.ReviewBy, r.Stale), r.Title)
	}
	for _, l := range book.Lists() {
		r := listRow{l.ID, l.Title, l.CheckedAt.Format(time.DateOnly), l.StaleDays, l.Source, l.SHA256, stale["list "+l.ID], len(l.Entries)}
		lists = append(lists, r)
		t.add(r.ID, "list", strconv.Itoa(r.Entries), r.CheckedAt, overdue(l.CheckedAt.AddDate(0, 0, l.StaleDays).Format(time.DateOnly), r.Stale), r.Title)
	}
	if asJSON {
		return c.json(map[string]any{"frameworks": rows, "lists": lists})
	}
	return c.table(t)
}

// stale says on stderr what is overdue, and returns it by kind and id.
func (c *console) stale(book *law.Book) map[string]bool {
	stale := map[string]bool{}
	for _, w := range book.Stale(c.today()) {
		stale[w.What+" "+w.ID] = true
		c.say("osint: %s", w.Text)
	}
	return stale
}

func overdue(day string, stale bool) string {
	if stale {
		return day + " (overdue)"
	}
	return day
}

func frameworkOf(f *law.Framework, stale map[string]bool) frameworkRow {
	return frameworkRow{f.ID, f.Title, f.Version, f.Reviewed.Format(time.DateOnly), f.ReviewBy.Format(time.DateOnly), f.Reviewer, f.Source, f.SHA256,
		stale["framework "+f.ID], len(f.Rules), nil}
}

// printFramework prints a framework as it is written, or as it was read.
func (c *console) printFramework(book *law.Book, id string, asJSON bool) error {
	var ids []string
	for _, f := range book.Frameworks() {
		ids = append(ids, f.ID)
		if f.ID == id && asJSON {
			r := frameworkOf(f, c.stale(book))
			for _, x := range f.Rules {
				var redact []string
				for _, k := range x.Redact {
					redact = append(redact, string(k))
				}
				r.Rules = append(r.Rules, ruleRow{x.ID, x.Cite, x.Phase, x.When.Text, x.Require.Text, string(x.Outcome), redact, x.By.Text, x.Remedy})
			}
			return c.json(r)
		}
	}
	dir, names, err := c.frameworks()
	if err != nil {
		return err
	}
	files, err := profiles.LawFiles(dir, names...)
	if err != nil {
		return usage("%w", err)
	}
	for file, text := range files {
		if law.Kind(file, text) == "Framework" && profiles.IDOf(file, text) == id {
			c.stale(book)
			_, err := c.out.Write(text)
			return err
		}
	}
	return usage("there is no framework %q here: %s", id, rule.OneOf(id, ids))
}
