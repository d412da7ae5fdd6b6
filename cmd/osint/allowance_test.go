package main

import (
	"testing"

	"osint/pkg/collectors/registry"
)

// TestAllowancesAreTheRegistrys holds that what a registry says of an allowance is
// what the plan and the status say.
func TestAllowancesAreTheRegistrys(t *testing.T) {
	home(t)
	c, three := newConsole(), 3
	c.registryOnce.Do(func() {})
	c.told = &registry.Registry{Sources: map[string]registry.Change{"abuseipdb": {Daily: &three}}}
	if got := c.allowances(t.Context())["abuseipdb"]; got.Daily != 3 {
		t.Errorf("%+v", got)
	}
}
