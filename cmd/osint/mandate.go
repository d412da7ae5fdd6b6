package main

import (
	"fmt"

	"osint/pkg/compliance"
	"osint/profiles"
)

// mandated reads the mandate of an order, adds what was typed and what the
// organisation has for all of its mandates, and completes the order by it.
func (o *order) mandated(c *console, under *policy, p *profiles.Profile) (*compliance.Mandate, error) {
	m := compliance.NewMandate()
	if o.mandate != "" {
		read, err := c.mandate(o.mandate)
		if err != nil {
			return nil, usage("%w", err)
		}
		m = read
	}
	for _, x := range []struct{ flag, typed, says string }{
		{"purpose", o.purpose, string(m.Purpose)}, {"lawful-basis", o.basis, string(m.Basis)}, {"reference", o.reference, m.Metadata.Reference}} {
		if x.typed != "" && x.says != "" && x.typed != x.says {
			return nil, usage("--%s %q: the mandate %s says %q: leave the flag out, or take the key out of the mandate", x.flag, x.typed, o.mandate, x.says)
		}
	}
	byLaw := p.Policy.Persons == compliance.ByLaw
	if b := compliance.Basis(o.basis); byLaw || under.organisation != nil {
		if err := b.Check(); err != nil {
			return nil, usage("--lawful-basis: %w; frameworks of law go by it", err)
		}
	}
	if byLaw && o.investigator == "" {
		return nil, usage("profile %s lets people be looked into, and the record says by whom: give --investigator with your id, or set OSINT_INVESTIGATOR", p.ID)
	}
	m = m.With(o.purpose, o.basis, o.reference)
	if o.watches {
		m.Monitoring = new(true) // whatever the mandate says: a list that is run again is monitoring
	}
	if under.organisation != nil {
		m = m.Over(under.organisation.Terms())
	}
	or(&o.purpose, string(m.Purpose))
	or(&o.basis, string(m.Basis))
	or(&o.reference, m.Metadata.Reference)
	return m, nil
}

// or gives a text that is empty another.
func or(to *string, other string) {
	if *to == "" {
		*to = other
	}
}

// mandate reads a mandate, once however many targets name it.
func (c *console) mandate(file string) (*compliance.Mandate, error) {
	if m := c.mandates[file]; m != nil {
		return m, nil
	}
	text, err := document(file)
	if err != nil {
		return nil, fmt.Errorf("--mandate %s: %s", file, reason(err))
	}
	m, err := compliance.ParseMandate(file, text)
	if err != nil {
		return nil, err
	}
	if c.mandates == nil {
		c.mandates = map[string]*compliance.Mandate{}
	}
	c.mandates[file] = m
	return m, nil
}
