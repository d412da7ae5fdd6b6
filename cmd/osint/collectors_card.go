package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// A dataRow is what a collector's manifest says of one category of data that
// its answers may hold.
type dataRow struct {
	Category pipeline.Category `json:"category"`
	Personal bool              `json:"personal"`
	Class    pipeline.Class    `json:"class"`
	DPV      []string          `json:"dpv"`
}

func dataRows(s pipeline.Spec) (rows []dataRow) {
	for _, c := range s.Emits {
		rows = append(rows, dataRow{c, c.Personal(), c.Class(), c.DPV()})
	}
	return rows
}

// classOf returns the class of all that a collector may bring.
func classOf(s pipeline.Spec) (highest pipeline.Class) {
	order := []pipeline.Class{"", pipeline.Public, pipeline.Internal, pipeline.Confidential, pipeline.Restricted}
	for _, c := range s.Emits {
		if slices.Index(order, c.Class()) > slices.Index(order, highest) {
			highest = c.Class()
		}
	}
	return highest
}

// collectorCard prints one collector's manifest.
func (c *console) collectorCard(s pipeline.Spec) {
	line := func(key, text string) {
		if text != "" {
			fmt.Fprintf(c.out, "%-11s %s\n", key, text)
		}
	}
	line("collector", s.Name)
	line("what", s.Title)
	line("mode", string(s.Mode))
	line("asks about", words(s.Consumes))
	line("sends", words(s.Sends))
	line("brings", words(s.Produces))
	for i, d := range dataRows(s) {
		key := ""
		if i == 0 {
			key = "data"
		}
		text := fmt.Sprintf("%-13s %-13s %s", d.Category, d.Class, strings.Join(d.DPV, ", "))
		fmt.Fprintf(c.out, "%-11s %s\n", key, text)
	}
	line("class", string(classOf(s)))
	line("special", string(s.Special))
	if s.Derive != nil {
		line("redaction", "where the law leaves people out of its answers, a derivative without them is kept")
	}
	line("source", strings.TrimSuffix(s.Source.Name+", "+string(s.Source.Class), ", "))
	line("country", cmp.Or(s.Source.Country, "the subject's or the operator's choice"))
	line("terms", s.Source.Terms)
	line("commercial", string(s.Source.Commercial))
	line("verified", s.Source.Verified)
	if s.Source.TTL > 0 {
		line("kept for", s.Source.TTL.Round(time.Second).String())
	}
	line("on request", s.OnRequest)
}
