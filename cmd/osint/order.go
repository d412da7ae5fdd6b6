package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"osint/pkg/collectors"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
	"osint/profiles"
)

// An order is what the flags of investigate ask for.
type order struct {
	scope, excluded       []string
	profile, priority     string
	types                 []string
	purpose, basis        string
	reference, mandate    string
	investigator, tlp     string
	active                bool
	collectors, exclude   []string
	with                  []string // collectors that run on request
	wordlist              string
	depth, limit, workers int
	timeout               time.Duration
	budget                string // in dollars
	out                   string
	watches               bool // it is one of a batch, which is made to be repeated
}

const (
	comprehensive = "comprehensive"
	normal        = "normal"
)

func priorities() []string { return []string{"low", normal, "high", "urgent"} }

func typeNames() []string {
	names := []string{comprehensive}
	for _, d := range pipeline.Domains() {
		names = append(names, string(d))
	}
	return names
}

func (o *order) flags(fs *pflag.FlagSet) {
	fs.StringArrayVar(&o.scope, "scope", nil, "`ENTITY|FILE`: the subject's too; a file has one a line; repeatable")
	fs.StringArrayVar(&o.excluded, "exclude-entity", nil, "`ENTITY|FILE`: not the subject's; repeatable")
	fs.StringVar(&o.profile, "profile", "default", "`NAME|FILE`: what may be asked and kept")
	fs.StringSliceVar(&o.types, "type", []string{comprehensive}, "`LIST`: "+strings.Join(typeNames(), ",")+" (default "+comprehensive+")")
	group(fs, "What", "scope", "exclude-entity", "profile", "type")
	fs.StringVar(&o.purpose, "purpose", "", "`TEXT`: why it is done, for the record")
	fs.StringVar(&o.basis, "lawful-basis", "", "`TEXT`: what it rests on in law")
	fs.StringVar(&o.reference, "reference", "", "`TEXT`: your own case number or order")
	fs.StringVar(&o.investigator, "investigator", "", "`ID`: who does it, by the id that the organisation gives; the record has it")
	fs.StringVar(&o.tlp, "tlp", "", "`LABEL`: of the Traffic Light Protocol 2.0 (default: the profile's)")
	fs.StringVar(&o.priority, "priority", normal, "`WORD`: for the record: "+strings.Join(priorities(), ", ")+" (default "+normal+")")
	fs.StringVar(&o.mandate, "mandate", "", "`FILE`: what it rests on: purpose, basis, papers, and whose law protects whom")
	group(fs, "Why, and for whom", "purpose", "lawful-basis", "reference", "mandate", "investigator", "tlp", "priority")
	fs.BoolVar(&o.active, "active", false, "let the subject see us, if the profile allows that on request")
	fs.StringSliceVar(&o.collectors, "collector", nil, "`LIST`: the only collectors to use, comma between")
	fs.StringSliceVar(&o.exclude, "exclude", nil, "`LIST`: collectors not to use")
	fs.StringSliceVar(&o.with, "with", nil, "`LIST`: collectors that run on request, beside the others")
	fs.StringVar(&o.wordlist, "wordlist", "", "`FILE|builtin`: try its names below each domain, with "+sweeper)
	fs.IntVar(&o.depth, "depth", 2, "`N`: steps from a seed; 0 is the seeds only (default: the profile's, 2)")
	fs.IntVar(&o.limit, "limit", 0, "`N`: entities asked about, at the most (default: the profile's)")
	fs.IntVar(&o.workers, "workers", 0, "`N`: questions at once (default: the profile's)")
	fs.DurationVar(&o.timeout, "timeout", 0, "`TIME`: end after it, such as 90s (default: the profile's)")
	fs.StringVar(&o.budget, "budget", "", "`USD`: spend at most so much, such as 0.50 (default: the profile's)")
	group(fs, "How", "active", "collector", "exclude", "with", "wordlist", "depth", "limit", "workers", "timeout", "budget")
}

// A mandate is an order that was understood and that the profile permits.
type mandate struct {
	profile *profiles.Profile
	job     compliance.Job
	scope   pipeline.Scope
	limits  pipeline.Limits
	types   []pipeline.Domain    // never empty
	policy  *policy              // of the organisation; the profile is below it already
	stands  *footing             // nil: no law is asked
	words   *collectors.WordList // nil: no sweep was asked for
}

// read understands an order. flags say what was given, and by whom.
func (o *order) read(c *console, seeds []string, flags *pflag.FlagSet) (m *mandate, err error) {
	m = &mandate{}
	if m.scope, err = o.entities(c, seeds); err != nil {
		return nil, err
	}
	if err := c.sparesPages(m.scope.Seeds); err != nil {
		return nil, err
	}
	if m.profile, err = c.profile(o.profile); err != nil {
		return nil, usage("%w", err)
	}
	if m.policy, err = c.policy(); err != nil {
		return nil, err
	}
	rests, err := o.mandated(c, m.policy, m.profile)
	if err != nil {
		return nil, err
	}
	if o.mandate == "" && m.policy.organisation == nil {
		rests = nil // nobody said anything: it is not known, rather than not so
	}
	if m.stands, err = c.footing(m.profile, m.policy.organisation, rests); err != nil {
		return nil, err
	}
	m.scope.Admit = m.profile.Admit
	if m.types, err = domains(o.types); err != nil {
		return nil, err
	}
	if err := known(o.collectors, "--collector"); err != nil {
		return nil, err
	}
	if err := known(o.exclude, "--exclude"); err != nil {
		return nil, err
	}
	if err := c.onRequest(o.with); err != nil {
		return nil, err
	}
	if err := oneOf("--priority", o.priority, priorities()...); err != nil {
		return nil, err
	}
	m.limits, err = o.limits(m.profile.Limits, flags)
	if err != nil {
		return nil, err
	}
	if m.words, err = o.words(c); err != nil {
		return nil, err
	}
	m.job = compliance.Job{Purpose: o.purpose, LawfulBasis: o.basis, Reference: o.reference, Investigator: o.investigator, TLP: o.tlp,
		Active: o.active, Collectors: o.collectors, Exclude: o.exclude, Types: m.types, BudgetUSD: m.limits.CostUSD, Lacking: c.lacking(context.Background())}
	m.job.Requested = slices.Clone(o.with)
	if o.wordlist != "" {
		m.job.Requested = append(m.job.Requested, sweeper)
	}
	if err := m.profile.Permits(m.job); err != nil {
		return nil, usage("%w", err)
	}
	return m, nil
}

// profile loads a profile, once however many targets name it, and holds it
// under the organisation's ceiling.
func (c *console) profile(name string) (p *profiles.Profile, err error) {
	if p = c.loaded[name]; p != nil {
		return p, nil
	}
	if p, err = profiles.Load(name); err != nil {
		return nil, err
	}
	under, err := c.policy()
	if err != nil {
		return nil, err
	}
	p = under.over(p)
	if c.loaded == nil {
		c.loaded = map[string]*profiles.Profile{}
	}
	c.loaded[name] = p
	return p, nil
}

// limits are the profile's where no flag says otherwise. What a project's file
// says may only be less.
func (o *order) limits(l pipeline.Limits, flags *pflag.FlagSet) (pipeline.Limits, error) {
	more := func(flag string) error {
		return usage("%s: %s: a project's file may only lower what the profile has; type --%s for more", fromProject(flags.Lookup(flag)), flag, flag)
	}
	for _, x := range []struct {
		flag  string
		value int
		least int
		to    *int
	}{{"depth", o.depth, 0, &l.Depth}, {"limit", o.limit, 1, &l.Entities}, {"workers", o.workers, 1, &l.Workers}} {
		switch {
		case !flags.Changed(x.flag):
			continue
		case x.value < x.least:
			return l, usage("--%s %d: write %d or more", x.flag, x.value, x.least)
		case x.value > *x.to && (*x.to > 0 || x.flag == "depth") && fromProject(flags.Lookup(x.flag)) != "":
			return l, more(x.flag)
		}
		*x.to = x.value
	}
	if flags.Changed("timeout") {
		switch {
		case o.timeout <= 0:
			return l, usage("--timeout %v: write a time such as 90s or 5m", o.timeout)
		case o.timeout > l.Timeout && l.Timeout > 0 && fromProject(flags.Lookup("timeout")) != "":
			return l, more("timeout")
		}
		l.Timeout = o.timeout
	}
	if o.budget != "" {
		usd, err := strconv.ParseFloat(strings.TrimPrefix(o.budget, "$"), 64)
		if err != nil || usd < 0 || usd != usd || usd > 1e6 {
			return l, usage("--budget %q: write what may be spent in dollars, such as 0.50; 0 spends nothing", o.budget)
		}
		l.CostUSD = usd // whether the profile allows it is ruled on with the rest
	}
	return l, nil
}

// domains reads --type.
func domains(words []string) (ds []pipeline.Domain, err error) {
	for _, w := range words {
		if err := oneOf("--type", w, typeNames()...); err != nil {
			return nil, err
		}
		if w == comprehensive {
			return pipeline.Domains(), nil
		}
		if d := pipeline.Domain(w); !slices.Contains(ds, d) {
			ds = append(ds, d)
		}
	}
	if len(ds) == 0 {
		return pipeline.Domains(), nil
	}
	return ds, nil
}

// known says which of the names no collector has.
func known(names []string, flag string) error {
	if len(names) == 0 {
		return nil
	}
	there := collectorNames()
	for _, n := range names {
		if !slices.Contains(there, n) {
			return usage("%s %q: there is no such collector: %s; osint collectors lists them", flag, n, rule.OneOf(n, there))
		}
	}
	return nil
}

// title names a case's targets in few words: no personal one.
func title(seeds []pipeline.Entity) string {
	s := "a sealed target"
	if len(seeds) > 0 && !seeds[0].Personal() {
		s = seeds[0].Value
	}
	if n := len(seeds) - 1; n > 0 {
		s += fmt.Sprintf(" and %d more", n)
	}
	return s
}

// onRequest checks names of collectors that run on request, by --with.
func (c *console) onRequest(names []string) error {
	if err := known(names, "--with"); err != nil {
		return err
	}
	for _, e := range c.entries() {
		switch s := e.Spec; {
		case !slices.Contains(names, s.Name), strings.HasPrefix(s.OnRequest, "--with "):
		case s.OnRequest == "":
			return usage("--with %s: it runs without being asked for: leave it out", s.Name)
		default:
			return usage("--with %s: %s asks for it", s.Name, s.OnRequest)
		}
	}
	return nil
}
