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
