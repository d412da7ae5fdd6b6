package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

func newCheck(c *console) *cobra.Command {
	var o order
	var asJSON bool
	cmd := &cobra.Command{
		Use: "check SEED...", Short: "Rule on targets without asking anybody, and say why", Args: cobra.ArbitraryArgs,
		Long: `For each target and each collector that takes it: the ruling, every rule of law
that fired with what to do instead, the facts that are not known, and which
identifier would leave this machine, to whom and to which country. Nothing is
sent, made or written. What a run learns is judged again, so that it may rule
otherwise.

It ends with 4 where a question is denied by law or waits for a review. It
supports a decision and is no legal advice.`,
		Example: `  osint compliance check example.com
  osint compliance check jane.doe@example.com --profile person-diligence --investigator ann --json`,
		Annotations: map[string]string{"exit-codes": "yes"},
	}
	cmd.Flags().SortFlags = false
	o.flags(cmd.Flags())
	jsonFlag(cmd, &asJSON)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		m, err := o.read(c, args, cmd.Flags())
		if err != nil {
			return err
		}
		checked, err := c.dryRuling(m)
		if err != nil {
			return err
		}
		if asJSON {
			err = c.json(checked)
		} else {
			err = c.showDryRuling(checked)
		}
		if err == nil && checked.Open > 0 {
			err = &exit{notAsked, fmt.Errorf("law lets %s not be put: the mandate or an approval may settle what waits, no approval what is denied", count(checked.Open, "question"))}
		}
		return err
	}
	return cmd
}

// A dryRuling is what the gate says of questions that nobody put.
type dryRuling struct {
	Version    int                    `json:"schema_version"`
	Profile    string                 `json:"profile"`
	Frameworks []pipeline.DocumentRef `json:"frameworks"` // none: no law is asked
	Stale      []string               `json:"stale"`
	Questions  []checked              `json:"questions"`
	Open       int                    `json:"open"` // questions that law denies or leaves to a review
}

// checked is one question.
type checked struct {
	Kind      pipeline.Kind   `json:"kind"`
	Target    string          `json:"target,omitempty"` // "" is a person's, which is printed nowhere
	Collector string          `json:"collector"`
	Source    string          `json:"source"`
	Country   string          `json:"country,omitempty"` // of the source; "" where the operator or the subject decides
	Leaves    []pipeline.Kind `json:"leaves"`            // identifiers that would leave this machine
	Ruling    pipeline.Ruling `json:"ruling"`
}

// dryRuling asks the gate about every target for every collector that takes it, and
// about each person as such.
func (c *console) dryRuling(m *mandate) (*dryRuling, error) {
	gate, err := c.dryGate(m)
	if err != nil {
		return nil, err
	}
	k := &dryRuling{Version: 1, Profile: m.profile.ID, Frameworks: []pipeline.DocumentRef{}, Stale: []string{}, Questions: []checked{}}
	if m.stands != nil {
		k.Frameworks = m.stands.frameworks()
		for _, w := range m.stands.book.Stale(m.stands.today) {
			k.Stale = append(k.Stale, w.Text)
		}
	}
	for _, seed := range m.scope.Leads() {
		l := pipeline.Lead{Entity: seed, Clear: seed, Settled: true}
		for _, e := range c.placed() {
			if slices.Contains(e.Spec.Consumes, seed.Kind) {
				k.add(seed, e.Spec, gate.Ask(e.Spec, l))
			}
		}
		if r, ok := gate.Meet(l); ok && seed.Personal() {
			k.add(seed, pipeline.Spec{}, r)
		}
	}
	return k, nil
}

func (k *dryRuling) add(seed pipeline.Entity, s pipeline.Spec, r pipeline.Ruling) {
	leaves := []pipeline.Kind{}
	if slices.Contains(s.Sends, seed.Kind) {
		leaves = append(leaves, seed.Kind)
	}
	if r.Verdict.Strictness() >= pipeline.ReviewIt.Strictness() && (r.Law != nil || r.Rule == compliance.RuleSuppressed || seed.Personal() && !unchosen(r.Rule)) {
		k.Open++
	}
	k.Questions = append(k.Questions, checked{seed.Kind, inPlan(seed), s.Name, s.Source.Name, s.Source.Country, leaves, r})
}

// showDryRuling prints it: what stands against anything first.
func (c *console) showDryRuling(k *dryRuling) error {
	if len(k.Frameworks) == 0 {
		fmt.Fprintln(c.out, "No framework of law is asked: no organisation's document is loaded, and the\nprofile lets nobody be looked into. osint help environment says of OSINT_POLICY.")
	} else {
		var ids []string
		for _, f := range k.Frameworks {
			ids = append(ids, f.ID+" "+f.Version)
		}
		fmt.Fprintf(c.out, "Ruled under profile %s, by %s.\n", report.Safe(k.Profile), report.Safe(strings.Join(ids, ", ")))
	}
	qs := slices.Clone(k.Questions)
	slices.SortStableFunc(qs, func(a, b checked) int { return b.Ruling.Verdict.Strictness() - a.Ruling.Verdict.Strictness() })
	p := page{width: c.width(c.stdout), color: c.colored(c.stdout)}
	verdict := pipeline.Verdict("")
	var unasked []checked
	for _, q := range qs {
		if q.Ruling.Verdict == pipeline.Deny && q.Ruling.Law == nil && q.Target != "" {
			unasked = append(unasked, q)
			continue
		}
		if q.Ruling.Verdict != verdict {
			verdict = q.Ruling.Verdict
			fmt.Fprintf(c.out, "\n%s\n", bold(string(verdict), p.color))
		}
		c.showChecked(q, p)
	}
	if len(unasked) > 0 {
		fmt.Fprintf(c.out, "\n%s\n", bold("not asked, whatever law says", p.color))
	}
	for _, why := range eachReason(unasked) {
		p.paragraph(c.out, why, 2)
	}
	return c.flush()
}

// eachReason says of questions why they are not put, each reason once.
func eachReason(qs []checked) (out []string) {
	var names [][]string
	var reasons []string
	for _, q := range qs {
		why := fmt.Sprintf("%s (%s)", q.Ruling.Reason, q.Ruling.Rule)
		i := slices.Index(reasons, why)
		if i < 0 {
			i = len(reasons)
			reasons, names = append(reasons, why), append(names, nil)
		}
		if !slices.Contains(names[i], q.Collector) {
			names[i] = append(names[i], q.Collector)
		}
	}
	for i, why := range reasons {
		out = append(out, strings.Join(names[i], ", ")+": "+why)
	}
	return out
}

func (c *console) showChecked(q checked, p page) {
	who := "whether this " + string(q.Kind) + " may be asked about"
	if q.Collector != "" {
		who = q.Collector
		if len(q.Leaves) > 0 {
			who += fmt.Sprintf(": the %s would go to %s", q.Kind, q.Source)
		}
		if len(q.Leaves) > 0 && q.Country != "" {
			who += " in " + q.Country
		}
	}
	fmt.Fprintf(c.out, "  %s, %s\n", planned(q.Kind, report.Safe(q.Target)), who)
	if q.Ruling.Law == nil || len(q.Ruling.Law.Fired) == 0 {
		if q.Ruling.Verdict != pipeline.Allow {
			p.paragraph(c.out, q.Ruling.Reason+" ("+q.Ruling.Rule+")", 4)
		}
		return
	}
	for _, f := range q.Ruling.Law.Fired {
		p.paragraph(c.out, fmt.Sprintf("%s (%s, %s): %s", f.Rule, f.Framework, f.Cite, f.Outcome), 4)
		if len(f.Unknown) > 0 {
			p.paragraph(c.out, "not known: "+strings.Join(f.Unknown, ", "), 6)
		}
		if len(f.Redact) > 0 {
			p.paragraph(c.out, "left out: "+strings.Join(f.Redact, ", "), 6)
		}
		p.paragraph(c.out, f.Remedy, 6)
	}
}
