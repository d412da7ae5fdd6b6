package main

import (
	"context"

	"osint/pkg/collectors"
)

// placed returns the collectors as a run asks them. A source whose address the
// operator gives stands in no country that osint knows: that of the vendor's own
// says nothing of it, and neither does anything where the address can't be had.
func (c *console) placed() []collectors.Entry {
	entries := c.entries()
	c.ownOnce.Do(func() { c.own = c.ownSources(context.Background(), entries) })
	var out []collectors.Entry
	for _, e := range entries {
		if c.own[e.Spec.Source.Name] {
			e.Spec.Source.Country = ""
		}
		out = append(out, e)
	}
	return out
}

// ownSources names the sources whose address the operator gives, or may give.
func (c *console) ownSources(ctx context.Context, entries []collectors.Entry) map[string]bool {
	own, looked := map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		s := e.Spec.Source
		if s.BaseFrom == "" || looked[s.Name] {
			continue
		}
		looked[s.Name] = true
		f, err := c.chain().Lookup(ctx, s.BaseFrom)
		own[s.Name] = err != nil || len(f.Values) > 0
	}
	return own
}
