package main

import (
	"testing"

	"osint/pkg/pipeline"
)

// A profile that wants no coverage is never told that there is too little, as
// where all that was typed are people, of whom no coverage is reckoned.
func TestShort(t *testing.T) {
	seen := &pipeline.Assessment{Coverage: .5}
	for _, x := range []struct {
		a       *pipeline.Assessment
		minimum float64
		want    bool
	}{{nil, 0, false}, {&pipeline.Assessment{}, 0, false}, {nil, .1, true}, {seen, .5, false}, {seen, .51, true}} {
		if got := short(x.a, x.minimum); got != x.want {
			t.Errorf("%+v of %v: %v", x.a, x.minimum, got)
		}
	}
}
