package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/profiles"
)

func newResume(c *console) *cobra.Command {
	var r reach
	var s showing
	var a acceptance
	var wordlist string
	var consent audit.Consent
	cmd := &cobra.Command{
		Use: "resume CASE", GroupID: groupRun, Short: "Continue a case that was interrupted or killed",
		Long: `Nothing that was answered is asked again. The case's own profile holds, and
today's where that is stricter; the flags of the way out, and what breaks a
build, are today's.`,
		Example:     "  osint resume CASE\n  osint resume CASE --lab brindleford",
		Args:        exactly("a case: osint cases list names them"),
		Annotations: map[string]string{"exit-codes": "yes"},
	}
	cmd.Flags().SortFlags = false
	r.flags(cmd.Flags())
	cmd.Flags().StringVar(&wordlist, "wordlist", "", "`FILE`: the list that the case was begun with, if its names are not all tried")
	consentFlags(cmd.Flags(), &consent)
	group(cmd.Flags(), "How", "wordlist", "accept-rollback", "adopt")
	s.flags(cmd.Flags())
	a.flags(cmd.Flags())
	s.code.flags(cmd.Flags())
	s.watch.flags(cmd.Flags())
	group(cmd.Flags(), "How it is shown", "format", "progress", "quiet")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		dir, err := c.find(args[0])
		if err != nil {
			return err
		}
		folder, err := pipeline.Open(dir, c.places(false).keys())
		if err != nil {
			return err
		}
		defer folder.Close()
		o := folder.Case.Opened
		if err := sameWorld(o, &r); err != nil {
			return err
		}
		words, err := c.sameWords(folder.Case, args[0], wordlist)
		if err != nil {
			return err
		}
		spend, err := c.spendOf(o)
		if err != nil {
			return err
		}
		g, err := c.begin(cmd.Context(), &r, &s, &a, spend, c.operator())
		if err != nil {
			return err
		}
		defer g.end()
		w := &work{gear: g, command: "resume", folder: folder, words: words}
		defer w.end()
		if err := c.enter(g.ledger, folder, consent); err != nil {
			return err
		}
		run, p, err := w.again(folder.Case)
		if err != nil {
			return err
		}
		return w.carryOut(run, p)
	}
	return cmd
}

// spendOf returns what a case that goes on may spend: as it was begun, under the
// ceilings of today.
func (c *console) spendOf(o *pipeline.Opened) (money, error) {
	under, err := c.policy()
	if err != nil {
		return money{}, err
	}
	m := money{o.Limits.CostUSD, o.Limits.CostUSDDay}
	for _, most := range under.ceilings {
		m.run, m.day = most.CostUnder(m.run), compliance.Least(m.day, most.CostUSDDay)
	}
	if today, err := profiles.Load(o.Profile.Name); err == nil {
		m.day = compliance.Least(m.day, today.Limits.CostUSDDay)
	}
	return m, nil
}

// sameWorld takes the world of a lab case, and refuses to continue a case of
// one world in another.
func sameWorld(o *pipeline.Opened, r *reach) error {
	switch {
	case r.lab.world == "":
		r.lab.world = o.Tool.Lab
	case r.lab.world != o.Tool.Lab && o.Tool.Lab == "":
		return usage("--lab %s: the case is of the internet: leave the flag out", r.lab.world)
	case r.lab.world != o.Tool.Lab:
		return usage("--lab %s: the case is of the world %s: leave the flag out", r.lab.world, o.Tool.Lab)
	}
	return nil
}

// again returns the run that continues a case: under its own profile and
// today's of the same name, whichever is stricter, and both under the
// organisation's ceiling as it is today.
func (w *work) again(cs *pipeline.Case) (*pipeline.Run, *profiles.Profile, error) {
	w.c.tidy(w.folder)
	o := cs.Opened
	gates, stands, p, err := w.c.gatesOf(cs, w.folder.Vault(), w.folder.Replay)
	if err != nil {
		return nil, nil, err
	}
	asked := make([]pipeline.Gate, len(gates))
	for i, g := range gates {
		asked[i] = g
	}
	r := w.run(p, compliance.Strictest(asked...))
	r.Opened, r.Past, r.Law = *o, cs, lawToday(o.Law, stands)
	r.Scope = pipeline.Scope{Admit: p.Admit}
	for _, x := range []struct {
		tokens []pipeline.Entity
		to     *[]pipeline.Entity
	}{{o.Seeds, &r.Scope.Seeds}, {o.Scope, &r.Scope.Declared}, {o.Excluded, &r.Scope.Excluded}} {
		for _, e := range x.tokens {
			clear, _ := w.folder.Vault().Reveal(e) // a token whose key is gone stays one
			*x.to = append(*x.to, clear)
		}
	}
	w.seeds = r.Scope.Seeds
	return r, p, nil
}

// gatesOf returns the gates by which a case is ruled today, what they stand on in
// law (none: nothing), and its profile: its own profile and today's of the same
// name, each under all that the case stands on in law and under the
// organisation's ceiling as it is today. They have heard what the case told, by replay. The approvals in it count if who
// approved may do so today; what does not hold is told.
func (c *console) gatesOf(cs *pipeline.Case, vault *pipeline.Vault, replay func(...pipeline.Sink) error) ([]*compliance.Gate, []*footing, *profiles.Profile, error) {
	approvers, err := c.approvers() // those of today alone: a key that was taken out signs for nobody
	if err != nil {
		return nil, nil, nil, err
	}
	approvals, faults := compliance.ReadApprovals(cs, approvers, c.today(), c.operator())
	for _, f := range faults {
		c.say("osint: %v", f)
	}
	return c.gatesWith(cs, vault, replay, approvals)
}

// gatesWith is gatesOf where certain approvals count, and no others.
func (c *console) gatesWith(cs *pipeline.Case, vault *pipeline.Vault, replay func(...pipeline.Sink) error, approvals compliance.Approvals) ([]*compliance.Gate, []*footing, *profiles.Profile, error) {
	o := cs.Opened
	p, err := profiles.FromJSON(o.Resolved)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("the case's profile: %w", err)
	}
	under, err := c.policy()
	if err != nil {
		return nil, nil, nil, err
	}
	p = under.over(p)
	policies := []compliance.Policy{p.Policy}
	if today, err := profiles.Load(o.Profile.Name); err == nil && today.SHA256() != p.SHA256() {
		policies = append(policies, under.over(today).Policy)
	}
	law, err := c.recorded(cs, p, under.organisation, vault, approvals)
	if err != nil {
		return nil, nil, nil, err
	}
	stands := law
	if len(stands) == 0 {
		stands = []*footing{nil}
	}
	spend, err := c.spendOf(o)
	if err != nil {
		return nil, nil, nil, err
	}
	job := compliance.Job{Purpose: o.Purpose, LawfulBasis: o.LawfulBasis, Reference: o.Reference, Investigator: o.Investigator, TLP: o.TLP,
		Active: o.Active, Collectors: o.Only, Exclude: o.Exclude, Requested: o.Requested, Types: o.Types, BudgetUSD: spend.run, Lacking: c.lacking(context.Background())}
	var gates []*compliance.Gate
	var hear []pipeline.Sink
	for _, policy := range policies {
		for _, f := range stands {
			g, err := c.gate(policy, job, f, vault.Reveal)
			if err != nil {
				return nil, nil, nil, err
			}
			gates, hear = append(gates, g), append(hear, g)
		}
	}
	return gates, law, p, replay(hear...)
}

// catchUp lets a screen that has a memory hear what was recorded before.
func (w *work) catchUp() error {
	if w.kind != "tui" {
		return nil
	}
	return w.folder.Replay(w.screen)
}
