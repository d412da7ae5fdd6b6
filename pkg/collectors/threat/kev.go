package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// kev looks a weakness up in CISA's catalogue of those that are known to be
// exploited. Its silence says that the agency has no proof, no more.
func kev() collectors.Entry {
	e := exploitedIn("kev", "Is a weakness known to be exploited (CISA KEV)")
	e.Spec.Source.Base, e.Spec.Source.Country = "https://www.cisa.gov/sites/default/files/feeds", "US"
	return e
}

// kevMirror reads the same catalogue where its keeper publishes it for programs:
// the first place turns them away at times.
func kevMirror() collectors.Entry {
	e := exploitedIn("kev-mirror", "Is a weakness known to be exploited (CISA KEV, at GitHub)")
	e.Spec.Source.Base, e.Spec.Source.Country = "https://raw.githubusercontent.com/cisagov/kev-data/develop", "US"
	e.Spec.StandsInFor = "kev"
	return e
}

func exploitedIn(name, title string) collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: name, Title: title, Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindVulnerability},
			Produces: []pipeline.Predicate{"exploited"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "cisa", Grade: "A1", Context: true,
			Source: pipeline.Source{
				Name: name, Family: "kev",
				Terms: "https://www.cisa.gov/known-exploited-vulnerabilities-catalog", Commercial: pipeline.Yes, Verified: "2026-11-23",
				Slots: 4, TTL: 24 * time.Hour,
			},
			Ceiling: pipeline.Ceiling{Requests: 3},
		},
		Collect: readKEV,
	}
}

// kevCatalogue is the catalogue.
type kevCatalogue struct {
	Released        loose.Time `json:"dateReleased"`
	Count           loose.Number
	Vulnerabilities *[]kevEntry
}

// kevEntry is one weakness in it.
type kevEntry struct {
	ID         loose.Text `json:"cveID"`
	Vendor     loose.Text `json:"vendorProject"`
	Product    loose.Text
	Added      loose.Time `json:"dateAdded"`
	Due        loose.Time `json:"dueDate"`
	Ransomware loose.Text `json:"knownRansomwareCampaignUse"` // Known, Unknown
}

func readKEV(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := callRoll(ctx, net, collectors.Request{Operation: "catalogue", URL: "/known_exploited_vulnerabilities.json", Accept: "json", MaxBytes: 24 << 20})
	if err != nil {
		return err
	}
	var c kevCatalogue
	if json.Unmarshal(a.Body, &c) != nil || c.Vulnerabilities == nil || len(*c.Vulnerabilities) == 0 {
		return pipeline.Fail(pipeline.Malformed, "the catalogue holds no weaknesses")
	}
	if n := len(*c.Vulnerabilities); c.Count.Is && c.Count.Int() != n {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("the catalogue holds %d weaknesses, and says that it holds %d", n, c.Count.Int()))
	}
	for _, v := range *c.Vulnerabilities {
		if cve, err := pipeline.NewEntity(pipeline.KindVulnerability, v.ID.String()); err != nil || cve != subject {
			continue
		}
		emit(pipeline.Observation{Predicate: "exploited", At: c.Released.Time, Exchanges: a.Exchanges(), Value: map[string]any{
			"added": v.Added.RFC3339(), "due": v.Due.RFC3339(), "ransomware": v.Ransomware == "Known",
			"vendor": collectors.OneLine(v.Vendor.String(), 100), "product": collectors.OneLine(v.Product.String(), 100)}})
		return nil
	}
	emit(pipeline.Observation{Predicate: "exploited", Denies: true, At: c.Released.Time, Exchanges: a.Exchanges()})
	return nil
}
