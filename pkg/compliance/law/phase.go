package law

import (
	"fmt"

	"osint/pkg/pipeline/rule"
)

// A Phase says when in the life of data a rule asks.
type Phase string

// The phases, in their order.
const (
	Plan     Phase = "plan"     // before anything is done: purpose, basis, papers
	Collect  Phase = "collect"  // before a source is asked
	Store    Phase = "store"    // before what it said is kept
	Disclose Phase = "disclose" // before anybody else gets it
	Retain   Phase = "retain"   // as long as it is kept
)

// Phases returns every phase, in their order.
func Phases() []Phase { return []Phase{Plan, Collect, Store, Disclose, Retain} }

// Check implements [rule.Checker].
func (p Phase) Check() error {
	if p.bit() == 0 {
		return fmt.Errorf("there is no phase %q: %s", string(p), rule.OneOf(string(p), words(Phases())))
	}
	return nil
}

// bit returns a bit of its own for each phase; 0 for what is none.
func (p Phase) bit() uint8 {
	for i, q := range Phases() {
		if p == q {
			return 1 << i
		}
	}
	return 0
}

// mask returns the bits of several phases; of none, those of all.
func mask(phases []Phase) (m uint8) {
	if len(phases) == 0 {
		return 1<<len(Phases()) - 1
	}
	for _, p := range phases {
		m |= p.bit()
	}
	return m
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}
