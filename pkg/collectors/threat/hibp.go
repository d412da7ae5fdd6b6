package threat

import (
	"encoding/json"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// Have I Been Pwned names breaches and says what sort of data was exposed in
// each. What was exposed, it does not have. A breach's description is a page of
// somebody's, in which people are named; it is not told.

// hibpSource is what its two ways in have in common: the catalogue, for anybody,
// and the search for a domain or an address, for a key.
func hibpSource(name string, s pipeline.Source) pipeline.Source {
	s.Name, s.Family, s.Base, s.Country = name, "breaches", "https://haveibeenpwned.com/api/v3", "US"
	s.Terms, s.Commercial, s.Verified = "https://haveibeenpwned.com/API/v3#License", pipeline.Yes, "2026-11-23" // CC BY 4.0, with a link
	s.Slots, s.Class = 1, pipeline.BreachIndex
	return s
}

// hibpSearch is the search, in the pace of its smallest plan.
func hibpSearch() pipeline.Source {
	return hibpSource("hibp-search", pipeline.Source{Interval: 6 * time.Second, Access: pipeline.AccessLicensed})
}

const hibpKey = "HIBP_API_KEY"

var hibpCredential = collectors.Credential{Name: hibpKey, Header: "hibp-api-key"}

// by is who says so.
const byHIBP = "Have I Been Pwned"

// A breach is one of the catalogue.
type breach struct {
	Name, Title, Domain loose.Text
	Date                loose.Time   `json:"BreachDate"`
	Added               loose.Time   `json:"AddedDate"`
	Accounts            loose.Number `json:"PwnCount"`
	Classes             loose.Texts  `json:"DataClasses"`
	Verified            loose.Truth  `json:"IsVerified"`
	Fabricated          loose.Truth  `json:"IsFabricated"`
	Sensitive           loose.Truth  `json:"IsSensitive"`
	Retired             loose.Truth  `json:"IsRetired"`
	SpamList            loose.Truth  `json:"IsSpamList"`
	StealerLog          loose.Truth  `json:"IsStealerLog"`
}

// breachesOf reads a list of breaches. ok is false where there is none.
func breachesOf(body []byte) (all []breach, ok bool) {
	var raw []json.RawMessage
	if json.Unmarshal(body, &raw) != nil || raw == nil {
		return nil, false
	}
	for _, b := range raw {
		var x breach
		if json.Unmarshal(b, &x) == nil && x.Name != "" {
			all = append(all, x)
		}
	}
	return all, len(all) == len(raw)
}

// breachShape is what a derivative keeps of one.
var breachShape = derive.Shape{"Domain": derive.Technical, "BreachDate": derive.Technical, "AddedDate": derive.Technical, "PwnCount": derive.Quantity,
	"DataClasses": derive.Count, "IsVerified": derive.Flag, "IsFabricated": derive.Flag, "IsSensitive": derive.Flag}

// entity is the breach as an entity.
func (b breach) entity() (pipeline.Entity, error) {
	return pipeline.NewEntity(pipeline.KindBreach, b.Name.String())
}

// facts are what is known of the breach itself, which is about nobody.
func (b breach) facts(of pipeline.Entity) pipeline.Observation {
	classes := ""
	for _, c := range b.Classes {
		if c = oneLineOf(c); classes != "" {
			c = "; " + c
		}
		classes += c
	}
	facts := map[string]any{"title": oneLineOf(b.Title.String()), "date": b.Date.RFC3339(), "added": b.Added.RFC3339(), "accounts": counted(b.Accounts),
		"classes": classes, "verified": bool(b.Verified), "fabricated": bool(b.Fabricated), "sensitive": bool(b.Sensitive), "stealer": bool(b.StealerLog)}
	if site, err := pipeline.NewName(b.Domain.String()); err == nil {
		facts["domain"] = site.Value
	}
	return pipeline.Observation{Subject: of, Predicate: "breach-facts", Value: stated(facts), Category: pipeline.Technical}
}
