package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// A collectorRow is what is known of a collector before it runs.
type collectorRow struct {
	Name        string               `json:"name"`
	Title       string               `json:"title"`
	Domain      pipeline.Domain      `json:"domain"`
	Mode        pipeline.Mode        `json:"mode"`
	Consumes    []pipeline.Kind      `json:"consumes"`
	Produces    []pipeline.Predicate `json:"produces"`
	Categories  []pipeline.Category  `json:"categories"`
	Data        []dataRow            `json:"data"`  // the same, each with its class and its terms of the vocabulary
	Class       pipeline.Class       `json:"class"` // the highest of them
	Special     pipeline.Extent      `json:"special,omitempty"`
	Derives     bool                 `json:"derives"` // what is kept where people are left out of an answer
	Sends       []pipeline.Kind      `json:"sends"`
	Grade       pipeline.Grade       `json:"grade"`
	Origin      string               `json:"origin"`
	StandsInFor string               `json:"stands_in_for,omitempty"`
	OnRequest   string               `json:"on_request,omitempty"`
	Keys        []string             `json:"keys"`
	Ceiling     ceiling              `json:"ceiling"`
	Source      pipeline.Source      `json:"source"`
}

type ceiling struct {
	Requests int     `json:"requests"`
	Names    int     `json:"names,omitempty"`
	Bytes    int64   `json:"bytes"`
	CostUSD  float64 `json:"cost_usd"`
}

func newCollectors(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "collectors [NAME]", Short: "List the collectors: whom they ask, who notices, on what terms", Args: atMost(1),
		Long: `With a NAME, what that collector says of itself: what it asks of whom, and each
category of data that its answers may hold, with its class and its terms of the
W3C Data Privacy Vocabulary. What it brings beyond that is held back.`,
		Example: "  osint collectors\n  osint collectors rdap\n  osint collectors --json | jq -r '.collectors[].source.name'",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return collectorNames(), noFiles
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := known(args, "collectors"); err != nil {
				return err
			}
			entries := c.entries()
			if len(args) > 0 {
				entries = slices.DeleteFunc(entries, func(e collectors.Entry) bool { return e.Spec.Name != args[0] })
				if !asJSON && !c.csv {
					c.collectorCard(entries[0].Spec)
					return nil
				}
			}
			rows := []collectorRow{}
			t := table{header: []string{"collector", "mode", "source", "asks about", "what it does"}}
			for _, e := range entries {
				s := e.Spec
				rows = append(rows, collectorRow{s.Name, s.Title, s.Domain, s.Mode, s.Consumes, s.Produces, s.Emits, dataRows(s), classOf(s), s.Special, s.Derive != nil, s.Sends, s.Grade, s.Origin,
					s.StandsInFor, s.OnRequest, append([]string{}, s.Keys...),
					ceiling{s.Ceiling.Requests, s.Ceiling.Names, s.Ceiling.Bytes, s.Ceiling.CostUSD}, s.Source})
				does := s.Title
				if s.OnRequest != "" {
					does += "; only with " + s.OnRequest
				}
				t.add(s.Name, string(s.Mode), s.Source.Name, words(s.Consumes), does)
			}
			if asJSON {
				return c.json(map[string]any{"collectors": rows})
			}
			return c.table(t)
		},
	}
	jsonFlag(cmd, &asJSON)
	cmd.AddCommand(newCollectorsCheck(c), newCollectorsSources(c), newCollectorsUpdate(c), newCollectorsKeygen(c), newCollectorsSign(c))
	c.csvFlag(cmd)
	return cmd
}

// words joins what are texts underneath.
func words[T ~string](list []T) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(list)), ","), "[]")
}
