package all

import (
	"slices"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// Every collector that takes anything but people's identifiers can be probed, by
// something that it takes.
func TestProbes(t *testing.T) {
	for _, e := range Entries() {
		probe, ok := Probe(e.Spec)
		switch {
		case !ok && slices.ContainsFunc(e.Spec.Consumes, func(k pipeline.Kind) bool { return probes[k] != "" }):
			t.Errorf("%s has no probe", e.Spec.Name)
		case ok && (!slices.Contains(e.Spec.Consumes, probe.Kind) || probe.Personal()):
			t.Errorf("%s is probed with %s", e.Spec.Name, probe)
		}
	}
	for name := range own {
		if !slices.ContainsFunc(Entries(), func(e collectors.Entry) bool { return e.Spec.Name == name }) {
			t.Errorf("a probe of %s, which there is not", name)
		}
	}
}
