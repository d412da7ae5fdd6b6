package main

import (
	"context"
	"slices"

	"osint/pkg/collectors"
	"osint/pkg/collectors/all"
	"osint/pkg/collectors/lab"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/profiles"
)

// An asking is one collector of a check, and whom it is asked about; nobody, if
// it takes nothing that could be found for it.
type asking struct {
	entry    collectors.Entry
	subject  pipeline.Entity
	mustTell bool
}

// read understands what was typed.
func (k *check) read(ctx context.Context, c *console, names []string) (asked []asking, gate pipeline.Gate, err error) {
	if err := known(names, "collector"); err != nil {
		return nil, nil, err
	}
	p, err := profiles.Load(k.profile)
	if err != nil {
		return nil, nil, usage("%w", err)
	}
	job := compliance.Job{Active: k.active, Collectors: names, Types: pipeline.Domains(), Lacking: c.lacking(ctx)}
	if err := p.Permits(job); err != nil {
		return nil, nil, usage("%w", err)
	}
	switch len(k.subjects) {
	case 0:
		asked, err = k.probes(c, names)
	case 1:
		asked, err = k.about(c, names)
	default:
		return nil, nil, usage("name one --subject, or none to ask each source about something that everybody knows")
	}
	if err != nil {
		return nil, nil, err
	}
	if k.record != "" && len(asked) != 1 {
		return nil, nil, usage("--record is of one collector: name it, as in osint collectors check %s --record FILE", asked[0].entry.Spec.Name)
	}
	if k.record != "" {
		if err := roomFor("--record", k.record); err != nil {
			return nil, nil, err
		}
	}
	return asked, compliance.New(p.Policy, job), nil
}

// about asks collectors about the subject.
func (k *check) about(c *console, names []string) (asked []asking, err error) {
	subject, err := pipeline.ParseEntity(k.subjects[0])
	if err != nil {
		return nil, usage("--subject: %w", err)
	}
	for _, e := range c.placed() {
		takes := slices.Contains(e.Spec.Consumes, subject.Kind)
		switch {
		case len(names) == 0 && takes && e.Spec.OnRequest == "", slices.Contains(names, e.Spec.Name) && takes:
			asked = append(asked, asking{entry: e, subject: subject})
		case slices.Contains(names, e.Spec.Name):
			return nil, usage("%s asks about %s, not about a %s: name another --subject", e.Spec.Name, words(e.Spec.Consumes), subject.Kind)
		}
	}
	if len(asked) == 0 {
		return nil, usage("no collector asks about a %s: name another --subject", subject.Kind)
	}
	return asked, nil
}

// probes asks each collector about something that it must know.
func (k *check) probes(c *console, names []string) (asked []asking, err error) {
	var world *lab.World
	if k.reach.lab.world != "" {
		if world, err = lab.Open(k.reach.lab.world); err != nil {
			return nil, usage("--lab: %w", err)
		}
	}
	for _, e := range c.placed() {
		if len(names) == 0 && e.Spec.OnRequest == "" || slices.Contains(names, e.Spec.Name) {
			subject, _ := probed(e.Spec, world)
			asked = append(asked, asking{e, subject, all.MustTell(e.Spec) && world == nil})
		}
	}
	return asked, nil
}
