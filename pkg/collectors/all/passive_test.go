package all

import (
	"slices"
	"sync"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// What is not active sends nothing to the subject's own servers: not to its
// web servers, and not to its name servers, which only a resolver asks.
func TestOnlyTheActiveReachTheSubject(t *testing.T) {
	for _, name := range lab.Names() {
		w, err := lab.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		l, n, _ := serveLab(t, w, 0)
		var seeds []pipeline.Entity
		for _, s := range w.Seeds() {
			e, err := pipeline.ParseEntity(s)
			if err != nil {
				t.Fatal(err)
			}
			seeds = append(seeds, e)
		}
		seen := reached(n, l, seeds, false)
		if len(seen) > 0 {
			t.Errorf("%s: unasked for, the subject saw %v", name, seen)
		}
		if active := reached(n, l, seeds, true); !slices.ContainsFunc(active, func(r lab.Request) bool { return r.Service == "name-server" }) {
			t.Errorf("%s: no name server was asked although that was asked for", name)
		}
	}
}

// reached puts collectors to subjects, the active ones or the others, and
// returns what the servers of the subjects saw of it.
func reached(n *collectors.Net, l *lab.Lab, subjects []pipeline.Entity, active bool) (seen []lab.Request) {
	before := len(l.Log())
	var wg sync.WaitGroup
	for _, s := range subjects {
		for _, e := range Entries() {
			if (e.Spec.Mode == pipeline.Active) == active && slices.Contains(e.Spec.Consumes, s.Kind) {
				wg.Go(func() { try(n, e, s, 2*time.Second, nil) })
			}
		}
	}
	wg.Wait()
	for _, r := range l.Log()[before:] {
		if r.Service == "name-server" || slices.ContainsFunc(subjects, func(s pipeline.Entity) bool { return r.Host == s.Value && r.Service != "dns" }) {
			seen = append(seen, r)
		}
	}
	return seen
}
