package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/all"
	"osint/pkg/collectors/registry"
)

// The registry of sources and the key that signs it lie beside the user's
// configuration.
func (c *console) registryFile() string { return filepath.Join(c.places(false).config, "sources.note") }
func (c *console) registryKey() string  { return filepath.Join(c.places(false).config, "sources.key") }

// entries returns the collectors there are, as the installed registry has their
// sources. One that can't be trusted is told once, and changes nothing.
func (c *console) entries() []collectors.Entry {
	c.registryOnce.Do(func() {
		r, err := c.registry()
		switch {
		case err != nil:
			c.say("osint: the registry of sources is not used: %v; osint collectors update --remove takes it away, and another can be installed then", err)
		case r != nil && r.Stale(c.today()):
			c.say("osint: the registry of sources (version %d) was good until %s: ask %s for a newer one", r.Version, r.Until, r.Signer)
		}
		if err == nil {
			c.told = r
		}
	})
	return c.told.Apply(all.Entries())
}

// registry reads the registry that is installed, which must fit; nil if none is.
func (c *console) registry() (*registry.Registry, error) {
	r, err := c.readRegistry()
	if err != nil || r == nil {
		return nil, err
	}
	return r, r.Fits(all.Entries())
}

// readRegistry reads the registry that is installed, be it one that does not fit;
// nil if none is.
func (c *console) readRegistry() (*registry.Registry, error) {
	text, err := os.ReadFile(c.registryFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(c.registryKey())
	if err != nil {
		return nil, fmt.Errorf("the key that it was signed with is not there: %w", err)
	}
	return registry.Read(c.registryFile(), text, strings.TrimSpace(string(key)))
}
