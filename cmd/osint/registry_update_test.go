package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"osint/pkg/collectors/registry"
)

const registryText = `apiVersion: osint.sources/v1
kind: Sources
version: %V
issued: 2026-11-26
until: 2037-02-26
sources:
  %S
`

// TestRegistryIsNeverTakenBack holds that the version of what is installed counts
// where that does not fit this osint, and that one which can't be read lets no other
// in.
func TestRegistryIsNeverTakenBack(t *testing.T) {
	dir := home(t)
	skey, vkey, err := registry.NewKey("sources.example.com")
	if err != nil {
		t.Fatal(err)
	}
	signed := func(version, sources string) []byte {
		text := strings.NewReplacer("%V", version, "%S", sources).Replace(registryText)
		b, err := registry.Sign("s.yaml", []byte(text), skey, nil) // as for an osint that fits
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	write := func(path string, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const fits, moved = "certspotter: {state: dead, note: gone.}", `virustotal: {base: "https://virustotal.elsewhere.example/", country: US}`
	installed, offer := filepath.Join(dir, "config", "sources.note"), filepath.Join(t.TempDir(), "offer.note")
	write(offer, signed("4", fits))
	if _, errs, code := runHere(t, "collectors", "update", offer, "--trusted-key", vkey); code != 0 {
		t.Fatal(errs)
	}
	for _, c := range []struct {
		there   []byte
		version string
		code    int
		want    string
	}{
		{signed("5", moved), "4", badUsage, "version 5 is installed"},
		{signed("5", moved), "6", 0, ""},
		{signed("5", fits)[:60], "6", badUsage, "can't be read, so that nobody knows whether"},
	} {
		write(installed, c.there)
		write(offer, signed(c.version, fits))
		if _, errs, code := runHere(t, "collectors", "update", offer); code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("version %s over %.60q: code %d, %s", c.version, c.there, code, errs)
		}
	}
}
