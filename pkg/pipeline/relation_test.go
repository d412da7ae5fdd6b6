package pipeline

import (
	"strings"
	"testing"
)

// Free text may say anything, so it is held as what may.
func TestFreeTextIsContentOrStricter(t *testing.T) {
	for _, c := range Categories() {
		o := &Observation{Subject: Entity{KindAccount, "funken.example/ann"}, Predicate: "describes-itself", Value: "I grind lenses.", Category: c}
		err := CheckRelation(o)
		if want := c == Content || c == Special || c == Criminal; (err == nil) != want {
			t.Errorf("%s: %v", c, err)
		}
		if err != nil && (strings.Contains(err.Error(), "lenses") || !strings.Contains(err.Error(), "free text")) {
			t.Errorf("%s: %v", c, err)
		}
	}
	for _, v := range []any{float64(1), true, map[string]any{"text": "x"}, nil} {
		o := &Observation{Subject: Entity{KindAccount, "funken.example/ann"}, Predicate: "describes-itself", Value: v, Category: Content}
		if CheckRelation(o) == nil {
			t.Errorf("%v is taken for free text", v)
		}
	}
}

// A row whose value is free text has no object: a value that qualifies one is
// not sealed.
func TestFreeTextQualifiesNothing(t *testing.T) {
	for _, r := range Relations() {
		if r.Value == FreeText && len(r.Objects) > 0 {
			t.Errorf("%s has free text beside an object", r.Predicate)
		}
	}
}
