package main

import (
	"context"
	"slices"
	"strings"

	"osint/pkg/collectors"
)

// credentials returns where collectors' credentials come from.
func (c *console) credentials() collectors.Keys {
	return func(ctx context.Context, name string) (texts []string, err error) {
		f, err := c.chain().Lookup(ctx, name)
		for _, v := range f.Values {
			texts = append(texts, v.Reveal())
		}
		return texts, err
	}
}

// endow gives the way out its credentials, and the bases of sources that are the
// operator's own.
func (c *console) endow(ctx context.Context, o *collectors.Options) {
	o.Keys = c.credentials()
	for _, e := range c.entries() {
		s := e.Spec.Source
		if s.BaseFrom == "" {
			continue
		}
		if values, err := o.Keys(ctx, s.BaseFrom); err == nil && len(values) > 0 {
			if o.Bases == nil {
				o.Bases = map[string]string{}
			}
			base := values[0]
			if !strings.Contains(base, "://") { // INTELX_HOST is a host, by its name
				base = "https://" + base
			}
			o.Bases[s.Name] = base
		}
	}
}

// lacking names the credentials that some collector needs and that are not
// there, sorted.
func (c *console) lacking(ctx context.Context) (names []string) {
	keys := c.credentials()
	for _, e := range c.entries() {
		for _, name := range e.Spec.Keys {
			if slices.Contains(names, name) {
				continue
			}
			if values, err := keys(ctx, name); err == nil && len(values) == 0 {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
