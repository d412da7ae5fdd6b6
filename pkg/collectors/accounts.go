package collectors

import (
	"slices"

	"osint/pkg/pipeline"
)

// Accounts says with how many accounts a source is asked: as many as there are
// of each credential that its collectors need, or of one that they do better
// with; 1 without any. Allowances are of one account.
func Accounts(specs []pipeline.Spec, size func(name string) int) int {
	need, may := -1, 0
	for _, s := range specs {
		for _, name := range s.Keys {
			if name == s.Source.BaseFrom {
				continue // an address, which is no account
			}
			if k := size(name); need < 0 || k < need {
				need = k
			}
		}
		for _, name := range s.MayUse {
			may = max(may, size(name))
		}
	}
	if need < 0 {
		need = may
	}
	return max(need, 1)
}

// accounts is Accounts of a source whose collectors are bound, as far as their
// credentials are known: nothing is looked up.
func (n *Net) accounts(source string) int {
	n.mu.Lock()
	specs := n.specs[source]
	n.mu.Unlock()
	return Accounts(specs, func(name string) int { return n.known(name).size() })
}

// knows makes a collector known to its source, and looks its credentials up where
// its requests are counted: how much is allowed goes by them, and whoever hands out
// turns can't wait.
func (n *Net) knows(s pipeline.Spec) {
	n.enter(s)
	if !counted(s.Source) {
		return
	}
	for _, name := range slices.Concat(s.Keys, s.MayUse) {
		n.ring(n.ctx, name) // what can't be had, its tasks will say
	}
}

func (n *Net) enter(s pipeline.Spec) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, other := range n.specs[s.Source.Name] {
		if other.Name == s.Name {
			return
		}
	}
	n.specs[s.Source.Name] = append(slices.Clip(n.specs[s.Source.Name]), s)
}
