package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"osint/pkg/compliance"
	"osint/pkg/report"
)

// outgoing are the flags that say to whom something goes.
type outgoing struct {
	audience, recipient, country string
	sealed                       bool
}

func audienceWords() []string { return texts(compliance.Audiences()) }

func (g *outgoing) flags(fs *pflag.FlagSet) {
	fs.StringVar(&g.audience, "audience", "", "`WHO`: reads it: "+strings.Join(audienceWords(), ", ")+" (default: those who work on the case)")
	fs.StringVar(&g.recipient, "recipient", "", "`TEXT`: who is given it, for the record: organization:NAME, or anybody, who is sealed there")
	fs.StringVar(&g.country, "recipient-country", "", "`CC`: where they are, ISO 3166-1: law may want to know")
	fs.BoolVar(&g.sealed, "sealed", false, "people are labels in it, whatever the profile shows")
	group(fs, "For whom", "audience", "recipient", "recipient-country", "sealed")
}

func (g *outgoing) read() (handing, error) {
	h := handing{audience: compliance.Audience(g.audience), recipient: strings.TrimSpace(g.recipient), country: g.country, sealed: g.sealed}
	if g.audience != "" {
		if err := oneOf("--audience", g.audience, audienceWords()...); err != nil {
			return h, err
		}
	}
	if g.country != "" {
		if err := compliance.Country(g.country).Check(); err != nil {
			return h, usage("--recipient-country: %w", err)
		}
		if h.own() {
			return h, usage("--recipient-country is of somebody who is given it: write --recipient or --audience, too")
		}
	}
	return h, nil
}

// forFormats is the handing in some formats: where all are for other programs,
// there are no people in it.
func (h handing) forFormats(fs ...report.Format) handing {
	people := namesOf(report.Formats())
	h.sealed = h.sealed || !slices.ContainsFunc(fs, func(f report.Format) bool { return slices.Contains(people, f.Name) })
	if h.what == "" {
		h.form = strings.Join(namesOf(fs), ", ")
		h.what = fmt.Sprintf("reports: %s", h.form)
	}
	return h
}
