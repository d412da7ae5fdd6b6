package compliance

import (
	"slices"
	"testing"

	"osint/pkg/pipeline"
)

// What a source may bring of people is beyond a purpose where the organisation
// has said what the purpose needs.
func TestBeyondPurpose(t *testing.T) {
	emits := []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.OnlineID}
	org := &Organisation{}
	org.Body.PurposeCategories = map[Word][]pipeline.Category{"own-exposure": {pipeline.Contact}}
	for _, c := range []struct {
		org           *Organisation
		typed, before Word
		want          []string
		known         bool
	}{
		{org, "own-exposure", "", []string{"online-id"}, true},
		{org, "", "own-exposure", []string{"online-id"}, true},
		{org, "fraud", "own-exposure", []string{}, true},
		{org, "", "", nil, false},
		{nil, "own-exposure", "", nil, false},
	} {
		m := NewMandate()
		m.Purpose = c.before
		b := &bench{Law: Law{Organisation: c.org, Mandate: m}, job: &Job{Purpose: string(c.typed)}}
		if got, known := b.beyond(emits); known != c.known || !slices.Equal(got, c.want) {
			t.Errorf("%s%s: %v, known: %t", c.typed, c.before, got, known)
		}
	}
}
