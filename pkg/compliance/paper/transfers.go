package paper

import (
	"fmt"
	"slices"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// transfers is the register of identifiers that left for a source: a question
// that names a person, put to an endpoint abroad, is a transfer.
func transfers(d *Dossier) *report.Paper {
	p := d.sheet("register of transfers", "Register of transfers", false)
	p.Sections = []report.PaperSection{
		section("Questions that named a person", d.transferParts()...),
		section("Questions that named nobody", d.others()...),
		section("Where the case is stored", points(
			fact("Declared", list(d.storage()), "say in which countries cases and reports are stored: storage_countries in the organisation's document or the mandate"))),
		section("How this was counted", text("Each question of the case that went out is counted once, by the line that records it; what was answered from a cache left nothing. The country is the one that the collector declares for its endpoint. It says nothing of where the operator of the source passes the question on to.")),
	}
	return p
}

// transferParts is the table of transfers, for each framework that asks after
// them.
func (d *Dossier) transferParts() []report.Part {
	g := &report.Grid{Caption: "By country and source", Columns: []report.Column{{Head: "Country", Width: 1.2}, {Head: "Source", Width: 1.5}, {Head: "Kind", Width: 1.1}, {Head: "People", Width: .9, Right: true}, {Head: "Times", Width: .9, Right: true}, {Head: "First and last", Width: 1.7}, {Head: "Law", Width: 1.1}, {Head: "Carried by", Width: 3.4}}}
	for _, t := range d.Law.Transfers {
		for _, f := range d.consulted() {
			g.Rows = append(g.Rows, []report.Cell{cell(t.Country, "the target or the operator decided"), {Text: t.Source}, {Text: string(t.Kind)}, {Text: fmt.Sprint(t.Subjects)},
				{Text: fmt.Sprint(t.Questions)}, {Text: span(t)}, {Text: f}, d.carrier(f, t)})
		}
	}
	return []report.Part{grid(g, "No identifier of a person left this machine for a source.")}
}

func span(t report.Transfer) string {
	if day(t.First) == day(t.Last) {
		return day(t.First)
	}
	return day(t.First) + " to " + day(t.Last)
}

// carrier says under what a transfer stands by a framework, as far as that is
// known; else it is open, with what would be needed.
func (d *Dossier) carrier(framework string, t report.Transfer) report.Cell {
	refs := d.terms().References
	spec := d.Specs[t.Collector]
	tool := func(words ...string) (report.Cell, bool) {
		if !slices.Contains(words, string(refs.TransferTool)) {
			return report.Cell{}, false
		}
		if refs.TIA == "" {
			return report.Cell{Text: string(refs.TransferTool) + ", and name its assessment: references.tia in the mandate", Open: true}, true
		}
		return report.Cell{Text: string(refs.TransferTool) + ", assessment " + refs.TIA}, true
	}
	in := func(list string) bool { return slices.Contains(d.codes(list), t.Country) }
	if t.Country == "" {
		return report.Cell{Text: "say where the endpoint was: it was the target's or was given by --endpoint", Open: true}
	}
	switch framework {
	case "gdpr":
		switch c, ok := tool("scc-2021-914", "bcr", "art-49"); {
		case in("eea"):
			return report.Cell{Text: "none is needed within the EEA"}
		case in("eu-adequate"):
			return report.Cell{Text: "a decision on adequacy (list eu-adequate; its scope is to be read)"}
		case t.Country == "US" && spec.Source.DPF:
			return report.Cell{Text: "Data Privacy Framework, as the collector declares of its source"}
		case ok:
			return c
		}
		return report.Cell{Text: "name what carries it: Art. 46 clauses or rules with an assessment, or a derogation of Art. 49", Open: true}
	case "uk-gdpr":
		switch c, ok := tool("idta", "uk-addendum", "bcr"); {
		case t.Country == "GB":
			return report.Cell{Text: "none is needed within the United Kingdom"}
		case in("uk-adequate") || in("eea") && len(d.codes("uk-adequate")) == 0:
			return report.Cell{Text: "regulations on adequacy (list uk-adequate)"}
		case t.Country == "US" && spec.Source.UKBridge:
			return report.Cell{Text: "UK-US data bridge, as the collector declares of its source"}
		case ok:
			return c
		}
		return report.Cell{Text: "name what carries it: the IDTA or the Addendum, with an assessment", Open: true}
	case "lgpd":
		switch c, ok := tool("br-scc", "bcr", "specific-consent", "legal-claims"); {
		case t.Country == "BR":
			return report.Cell{Text: "none is needed within Brazil"}
		case in("eea"):
			return report.Cell{Text: "adequacy of the EU (Res. CD/ANPD 32/2026)"}
		case ok:
			return c
		}
		return report.Cell{Text: "name what carries it: ANPD's clauses, or another ground of Art. 33", Open: true}
	case "pipeda":
		ref := d.body().Contracts[t.Source].Ref
		switch {
		case t.Country == "CA":
			return report.Cell{Text: "stays in Canada"}
		case ref != "":
			return report.Cell{Text: "contract " + ref}
		}
		return report.Cell{Text: "a contract for comparable protection: organisation.contracts." + t.Source, Open: true}
	case "ccpa":
		return report.Cell{Text: "this law has no chapter on transfers"}
	}
	return report.Cell{Text: "what this framework wants is for its reader", Open: true}
}

// others counts the questions that named no person, by country.
func (d *Dossier) others() []report.Part {
	type key struct {
		country string
		kind    pipeline.Kind
	}
	count := map[key]int{}
	country := map[string]string{}
	for _, r := range d.Case.Opened.Collectors {
		country[r.Name] = r.Country
	}
	for _, x := range d.Case.Exchanges {
		if e := x.Task.Subject; !x.Cached && !e.Sealed() && !e.Personal() {
			count[key{country[x.Task.Collector], e.Kind}]++
		}
	}
	keys := make([]key, 0, len(count))
	for k := range count {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		if a.country != b.country {
			if a.country < b.country {
				return -1
			}
			return 1
		}
		return slices.Index(pipeline.Kinds(), a.kind) - slices.Index(pipeline.Kinds(), b.kind)
	})
	g := &report.Grid{Caption: "By country and kind of identifier", Columns: []report.Column{{Head: "Country", Width: 3}, {Head: "Kind", Width: 2}, {Head: "Times", Width: 1, Right: true}}}
	for _, k := range keys {
		g.Rows = append(g.Rows, row(either(k.country, "the target or the operator decided"), string(k.kind), fmt.Sprint(count[k])))
	}
	return []report.Part{grid(g, "No other question left this machine.")}
}

// storage returns the countries where things are stored, as declared.
func (d *Dossier) storage() []string {
	var out []string
	for _, c := range append(slices.Clone(d.terms().StorageCountries), d.body().StorageCountries...) {
		if !slices.Contains(out, string(c)) {
			out = append(out, string(c))
		}
	}
	slices.Sort(out)
	return out
}
