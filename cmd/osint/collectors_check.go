package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/collectors"
	"osint/pkg/collectors/all"
	"osint/pkg/collectors/lab/record"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/profiles"
)

// A check puts one entity to collectors, outside of any case.
type check struct {
	subjects        []string // one
	profile, record string
	active, asJSON  bool
	reach           reach
}

// checkRow is what became of one collector.
type checkRow struct {
	Collector    string           `json:"collector"`
	Source       string           `json:"source"`
	Outcome      pipeline.Outcome `json:"outcome"`
	Calls        int              `json:"calls"`
	Observations int              `json:"observations"`
	ElapsedMS    float64          `json:"elapsed_ms"`
	Verified     string           `json:"verified"` // when its contract was last looked at
	Reason       string           `json:"reason,omitempty"`
	Fixture      string           `json:"fixture,omitempty"`
}

func newCollectorsCheck(c *console) *cobra.Command {
	k := check{}
	cmd := &cobra.Command{
		Use: "check [COLLECTOR...]", Short: "Put an entity to collectors and see whether their sources still answer as they should",
		Long: `Asks the sources for real, as far as the profile allows, and keeps nothing: no
case is made. Without a COLLECTOR, all that take the subject are asked,
those apart that run on request only.
--record makes a fixture of what one collector was answered: a world of the lab,
with names, addresses and people replaced by made-up ones, which is tried at
once. Read it before you hand it on.`,
		Example: `  osint collectors check --subject example.com
  osint collectors check rdap --subject brindleford.example --lab brindleford --record rdap.txtar
  osint collectors check tls web --subject example.com --active --json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return k.run(cmd.Context(), c, args) },
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringArrayVar(&k.subjects, "subject", nil, "`ENTITY`: whom to ask about")
	cmd.Flags().StringVar(&k.profile, "profile", "default", "`NAME|FILE`: what may be asked")
	cmd.Flags().BoolVar(&k.active, "active", false, "let the subject see us, if the profile allows that on request")
	cmd.Flags().StringVar(&k.record, "record", "", "`FILE`: write a redacted fixture of the answers; of one collector")
	jsonFlag(cmd, &k.asJSON)
	k.reach.flags(cmd.Flags())
	return cmd
}

func (k *check) run(ctx context.Context, c *console, names []string) error {
	subject, entries, gate, err := k.read(ctx, c, names)
	if err != nil {
		return err
	}
	o, err := k.reach.options()
	if err != nil {
		return err
	}
	world, err := k.reach.lab.enter(&o)
	if err != nil {
		return err
	}
	if world != nil {
		defer world.Close()
	}
	c.endow(ctx, &o)
	net, err := collectors.New(o)
	if err != nil {
		return err
	}
	defer net.Close()
	rows, silent := []checkRow{}, 0
	for _, e := range entries {
		r, err := k.try(ctx, net, gate, e, subject)
		if err != nil {
			return err
		}
		if !slices.Contains([]pipeline.Outcome{pipeline.OK, pipeline.Empty, pipeline.Refused}, r.Outcome) {
			silent++
		}
		rows = append(rows, r)
	}
	if err := k.show(c, rows); err != nil {
		return err
	}
	if !slices.ContainsFunc(rows, func(r checkRow) bool { return r.Outcome != pipeline.Refused }) {
		return &exit{notAsked, fmt.Errorf("nothing was asked: %s", rows[0].Reason)}
	}
	if silent > 0 {
		return &exit{tooLittle, fmt.Errorf("%d of %d collectors got no whole answer", silent, len(rows))}
	}
	return nil
}

// read understands what was typed.
func (k *check) read(ctx context.Context, c *console, names []string) (subject pipeline.Entity, entries []collectors.Entry, gate pipeline.Gate, err error) {
	if len(k.subjects) != 1 {
		return subject, nil, nil, usage("whom to ask about? name one; type: osint collectors check --subject example.com")
	}
	if subject, err = pipeline.ParseEntity(k.subjects[0]); err != nil {
		return subject, nil, nil, usage("--subject: %w", err)
	}
	if err := known(names, "collector"); err != nil {
		return subject, nil, nil, err
	}
	p, err := profiles.Load(k.profile)
	if err != nil {
		return subject, nil, nil, usage("%w", err)
	}
	job := compliance.Job{Active: k.active, Collectors: names, Types: pipeline.Domains(), Lacking: c.lacking(ctx)}
	if err := p.Permits(job); err != nil {
		return subject, nil, nil, usage("%w", err)
	}
	for _, e := range all.Entries() {
		takes := slices.Contains(e.Spec.Consumes, subject.Kind)
		switch {
		case len(names) == 0 && takes && e.Spec.OnRequest == "", slices.Contains(names, e.Spec.Name) && takes:
			entries = append(entries, e)
		case slices.Contains(names, e.Spec.Name):
			return subject, nil, nil, usage("%s asks about %s, not about a %s: name another --subject", e.Spec.Name, words(e.Spec.Consumes), subject.Kind)
		}
	}
	if len(entries) == 0 {
		return subject, nil, nil, usage("no collector asks about a %s: name another --subject", subject.Kind)
	}
	if k.record != "" && len(entries) != 1 {
		return subject, nil, nil, usage("--record is of one collector: name it, as in osint collectors check %s --record FILE", entries[0].Spec.Name)
	}
	if k.record != "" {
		if err := roomFor("--record", k.record); err != nil {
			return subject, nil, nil, err
		}
	}
	return subject, entries, compliance.New(p.Policy, job), nil
}

// try asks the gate, and then the collector.
func (k *check) try(ctx context.Context, net *collectors.Net, gate pipeline.Gate, e collectors.Entry, subject pipeline.Entity) (r checkRow, err error) {
	s := e.Spec
	r = checkRow{Collector: s.Name, Source: s.Source.Name, Verified: s.Source.Verified}
	if v := gate.Ask(s, pipeline.Lead{Entity: subject, Clear: subject}); v.Verdict != pipeline.Allow && v.Verdict != pipeline.Redact {
		r.Outcome, r.Reason = pipeline.Refused, fmt.Sprintf("%s (%s)", v.Reason, v.Rule)
		return r, nil
	}
	began := time.Now()
	t := collectors.Try(ctx, net, e, subject)
	r.Outcome, r.Calls, r.Observations, r.ElapsedMS = t.Outcome(), len(t.Exchanges), len(t.Observations), float64(time.Since(began).Microseconds())/1000
	if t.Err != nil {
		r.Reason = t.Err.Error()
	}
	if k.record == "" {
		return r, nil
	}
	f, err := record.World(ctx, e, subject, t, time.Now().UTC())
	if err != nil {
		return r, err
	}
	r.Fixture = fmt.Sprintf("%s: redacted %d things; against it %s", k.record, f.Redacted, fixtureHolds(f))
	return r, writeFile(k.record, 0o600, func(w io.Writer) error { _, err := w.Write(f.Text); return err })
}

func fixtureHolds(f *record.Fixture) string {
	switch {
	case len(f.Left) > 0 && !f.Holds():
		return fmt.Sprintf("the collector does not what it did, for a world can't answer %s: write that by hand", strings.Join(f.Left, ", "))
	case f.Holds():
		return "the collector does what it did"
	case f.Was != f.Is:
		return fmt.Sprintf("the collector ends %s, not %s: mend it by hand", f.Is, f.Was)
	}
	return "the collector says less, mend it by hand: " + strings.Join(f.Lost, ", ")
}

func (k *check) show(c *console, rows []checkRow) error {
	if k.asJSON {
		return c.json(map[string]any{"subject": k.subjects[0], "collectors": rows})
	}
	t := table{header: []string{"collector", "source", "outcome", "calls", "told", "ms", "verified", "why"}, right: []int{3, 4, 5}}
	for _, r := range rows {
		t.add(r.Collector, r.Source, string(r.Outcome), fmt.Sprint(r.Calls), fmt.Sprint(r.Observations), fmt.Sprintf("%.0f", r.ElapsedMS), r.Verified, r.Reason)
	}
	if err := c.table(t); err != nil {
		return err
	}
	for _, r := range rows {
		if r.Fixture != "" {
			fmt.Fprintln(c.out, "\n"+r.Fixture)
		}
	}
	return nil
}
