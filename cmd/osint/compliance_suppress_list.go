package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/compliance"
)

// shownSuppressed is how many entries of a list a person is shown.
const shownSuppressed = 1000

func suppressList(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the lists, and what stands on this installation's", Args: exactly(),
		Long: fmt.Sprintf(`Who is meant stands nowhere: an entry is a digest, why, by whose word, since
when, and until when. At most %d entries are listed, and the number of all.`, shownSuppressed),
		Example: "  osint compliance suppress list",
		RunE: func(_ *cobra.Command, _ []string) error {
			s, err := compliance.OpenSuppressions(c.places(false).keys())
			if err != nil {
				return err
			}
			defer s.Close()
			doc := suppressions{1, []suppressionList{}, []compliance.Entry{}}
			for _, l := range s.Lists() {
				doc.Lists = append(doc.Lists, suppressionList{l.ID, l.Name, l.Made, l.Entries})
				if l.Name != compliance.OwnList {
					continue
				}
				for e, err := range l.All() {
					if err != nil {
						return err
					}
					if doc.Entries = append(doc.Entries, e); len(doc.Entries) == shownSuppressed {
						break
					}
				}
			}
			if asJSON {
				return c.json(doc)
			}
			return c.showSuppressions(doc, c.today())
		},
	}
	jsonFlag(cmd, &asJSON)
	c.csvFlag(cmd)
	return cmd
}

// suppressions is what --json prints.
type suppressions struct {
	Version int                `json:"schema_version"`
	Lists   []suppressionList  `json:"lists"`
	Entries []compliance.Entry `json:"entries"` // of the own list
}

type suppressionList struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Made    time.Time `json:"made"`
	Entries int       `json:"entries"`
}

func (c *console) showSuppressions(doc suppressions, now time.Time) error {
	if len(doc.Lists) == 0 {
		c.say("osint: nobody is suppressed: osint compliance suppress add ENTITY --reason TEXT")
		return nil
	}
	lists := table{header: []string{"list", "id", "made", "entries"}, right: []int{3}}
	for _, l := range doc.Lists {
		lists.add(l.Name, l.ID, l.Made.Format(time.DateOnly), fmt.Sprint(l.Entries))
	}
	rows := table{header: []string{"digest", "since", "until", "source", "reason"}}
	for _, e := range doc.Entries {
		until := "for good"
		if !e.Expires.IsZero() {
			until = e.Expires.UTC().Format(time.RFC3339)
			if !e.Holds(now) {
				until += " (over)"
			}
		}
		rows.add(e.Digest[:16], e.Date.UTC().Format(time.DateOnly), until, e.Source, e.Reason)
	}
	if c.csv {
		return c.table(rows)
	}
	if err := c.table(lists); err != nil {
		return err
	}
	if len(doc.Entries) > 0 {
		fmt.Fprintln(c.out)
		return c.table(rows)
	}
	return c.flush()
}
