package compliance

import (
	"slices"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// Law of a whole country holds in its parts, and what is uncertain only adds.
func TestJurisdictions(t *testing.T) {
	for declared, want := range map[string]string{
		"DE": "DE", "DE-BY": "DE DE-BY", "CA-QC": "CA CA-QC", "US": "US US-CA", "US-NY": "US US-NY", "FR BR": "BR FR",
	} {
		p := places{}
		p.add(weighDeclared, strings.Fields(declared)...)
		if got := strings.Join(p.codes(), " "); got != want {
			t.Errorf("%s: %s, want %s", declared, got, want)
		}
	}
	if got := (places{"FR": weighEnough - 0.1}).codes(); got != nil {
		t.Errorf("what weighs too little counts: %v", got)
	}
}

// What a name or a registry tells counts if it is a country: two letters that are
// none must not look like a country without law.
func TestCountryOf(t *testing.T) {
	for letters, want := range map[string]string{"DE": "DE", "de": "DE", "UK": "GB", "EL": "GR", "EU": "EU", "XX": "", "AP": "", "SU": "", "": "", "DEU": "", "Germany": ""} {
		if got := strings.Join(countryOf(letters), " "); got != want {
			t.Errorf("%s: %q, want %q", letters, got, want)
		}
		if want != "" || len(letters) == 2 {
			b := &bench{people: map[pipeline.Entity]bool{}, learned: map[pipeline.Entity]places{}}
			acme := pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"}
			b.learn(&pipeline.Observation{Subject: acme, Predicate: "registrant-country", Value: letters})
			if got := strings.Join(b.learned[acme].codes(), " "); got != want {
				t.Errorf("registered in %s: %q, want %q", letters, got, want)
			}
		}
	}
	for name, want := range map[string]string{"a.co.uk": "GB", "a.de": "DE", "a.eu": "EU", "a.su": "", "a.io": "", "a.example": "", "de": ""} {
		if got := strings.Join(topLevel(name), " "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	// What nothing rests on is passed over, however it came into the case.
	(&bench{people: map[pipeline.Entity]bool{}}).learn(&pipeline.Observation{Predicate: "has-contact", Value: "registrant"})
}

// A policy seals if no category about people is stored in the open.
func TestSeals(t *testing.T) {
	p := Policy{Categories: Categories{pipeline.Technical: AllowIt, pipeline.Contact: Seal}}
	if !p.seals() {
		t.Error("technical data need not be sealed")
	}
	p.Categories[pipeline.Contact] = AllowIt
	if p.seals() {
		t.Error("contact data lies open")
	}
	if !slices.Equal(withWholes([]string{"US-CA", "US"}), []string{"US-CA", "US"}) {
		t.Error("a country that stands there is added again")
	}
}
