package risk_test

import (
	"testing"

	"osint/pkg/collectors/all"
	"osint/pkg/pipeline"
	"osint/pkg/risk"
	"osint/profiles"
)

// Every rule on the shelf names collectors that exist, and predicates that
// they produce.
func TestFeedsExist(t *testing.T) {
	m, err := risk.Load(profiles.Rules())
	if err != nil {
		t.Fatal(err)
	}
	var specs []pipeline.Spec
	for _, e := range all.Entries() {
		specs = append(specs, e.Spec)
	}
	if err := m.CheckFeeds(specs); err != nil {
		t.Error(err)
	}
}
