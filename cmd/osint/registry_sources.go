package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/pipeline"
)

// A sourceRow is what is known of a source before it is asked.
type sourceRow struct {
	pipeline.Source
	Collectors []string `json:"collectors"`
	Keys       []string `json:"keys"`    // credentials that it needs
	MayUse     []string `json:"may_use"` // and that it does better with
}

func newCollectorsSources(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "sources", Short: "List the sources: where they lie, their states, paces, allowances, prices and terms", Args: exactly(),
		Long: `As this osint knows them, or as the registry says that osint collectors update
has installed. verified is the day on which a source's contract was last looked at.`,
		Example: "  osint collectors sources\n  osint collectors sources --json | jq -r '.sources[] | select(.price_usd > 0) | .name'",
		RunE: func(*cobra.Command, []string) error {
			rows := c.sourceRows()
			if asJSON {
				doc := map[string]any{"sources": rows, "registry": nil}
				if r := c.told; r != nil {
					doc["registry"] = map[string]any{"version": r.Version, "issued": r.Issued, "until": r.Until, "signer": r.Signer}
				}
				return c.json(doc)
			}
			t := table{header: []string{"source", "state", "country", "commercial", "pace", "allowance", "price", "key", "verified"}}
			for _, r := range rows {
				t.add(r.Name, sourceStanding(r.Source), r.Country, string(r.Commercial), pace(r.Source), allowed(r.Source), priceOf(r.Source), wantsKey(r), r.Verified)
			}
			if err := c.table(t); err != nil {
				return err
			}
			if r := c.told; r != nil {
				fmt.Fprintf(c.out, "\nBy the registry of %s, version %d, issued %s, good until %s.\n", r.Signer, r.Version, r.Issued, r.Until)
			}
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	c.csvFlag(cmd)
	return cmd
}

// sourceRows returns the sources that are somebody's, by name.
func (c *console) sourceRows() (rows []sourceRow) {
	at := map[string]int{}
	for _, e := range c.entries() {
		s := e.Spec
		if s.Source.Family == "target" || s.Source.Family == "dns" {
			continue
		}
		i, known := at[s.Source.Name]
		if !known {
			i, at[s.Source.Name] = len(rows), len(rows)
			rows = append(rows, sourceRow{Source: s.Source, Keys: []string{}, MayUse: []string{}})
		}
		r := &rows[i]
		r.Collectors = append(r.Collectors, s.Name)
		r.Keys, r.MayUse = united(r.Keys, s.Keys), united(r.MayUse, s.MayUse)
	}
	slices.SortFunc(rows, func(a, b sourceRow) int { return strings.Compare(a.Name, b.Name) })
	return rows
}

func united(a, b []string) []string {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}

func pace(s pipeline.Source) string {
	if s.Interval == 0 {
		return ""
	}
	return "1 in " + s.Interval.String()
}

func allowed(s pipeline.Source) string {
	var parts []string
	if s.Daily > 0 {
		parts = append(parts, fmt.Sprintf("%d a day", s.Daily))
	}
	if s.Monthly > 0 {
		parts = append(parts, fmt.Sprintf("%d a month", s.Monthly))
	}
	return strings.Join(parts, ", ")
}

func priceOf(s pipeline.Source) string {
	if s.PriceUSD == 0 {
		return ""
	}
	return fmt.Sprintf("$%g", s.PriceUSD)
}

func wantsKey(r sourceRow) string {
	if len(r.Keys) > 0 {
		return "needed"
	}
	if len(r.MayUse) > 0 {
		return "helps"
	}
	return ""
}
