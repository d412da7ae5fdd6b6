package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab/record"
	"osint/pkg/pipeline"
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
	Subject      string           `json:"subject,omitempty"` // of a probe
	State        string           `json:"state"`             // alive, changed, down, sent-away, no-key, not-asked or not-probed
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
those apart that run on request only. Without a --subject each is asked about
something that everybody knows, and is "changed" if it answers otherwise than its
contract says, or tells nothing of it; verified is the day on which the contract was
last looked at.
--record makes a fixture of what one collector was answered: a world of the lab,
with names, addresses and people replaced by made-up ones, which is tried at
once. Read it before you hand it on.`,
		Example: `  osint collectors check --lab ravensworth
  osint collectors check --subject example.com
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
	asked, gate, err := k.read(ctx, c, names)
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
	} else { // whoever tries a source asks it, and counts
		o.StateDir, o.Unattended = c.places(false).state, k.reach.alone(c)
	}
	c.endow(ctx, &o)
	net, err := collectors.New(o)
	if err != nil {
		return err
	}
	defer net.Close()
	rows, err := k.each(ctx, net, gate, asked)
	if err != nil {
		return err
	}
	if err := k.show(c, rows); err != nil {
		return err
	}
	return k.verdict(rows)
}

// atOnce is how many collectors are checked at a time.
const atOnce = 8

// each checks collectors side by side.
func (k *check) each(ctx context.Context, net *collectors.Net, gate pipeline.Gate, asked []asking) ([]checkRow, error) {
	rows, errs := make([]checkRow, len(asked)), make([]error, len(asked))
	var turn sync.Mutex // a gate belongs to one goroutine
	var wg sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i, a := range asked {
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			rows[i], errs[i] = k.try(ctx, net, func() pipeline.Ruling {
				turn.Lock()
				defer turn.Unlock()
				return gate.Ask(a.entry.Spec, pipeline.Lead{Entity: a.subject, Clear: a.subject})
			}, a)
		})
	}
	wg.Wait()
	return rows, errors.Join(errs...)
}

// verdict is the error of a check that did not find all well.
func (k *check) verdict(rows []checkRow) error {
	silent, asked := 0, 0
	for _, r := range rows {
		switch r.State {
		case alive:
			asked++
			if r.Outcome == pipeline.Partial {
				silent++
			}
		case changed, down, sentAway:
			asked++
			silent++
		}
	}
	switch {
	case asked == 0:
		return &exit{notAsked, fmt.Errorf("nothing was asked: %s", rows[0].Reason)}
	case silent > 0 && len(k.subjects) == 0:
		return &exit{tooLittle, fmt.Errorf("%d of %d sources that were asked did not answer as their contracts say", silent, asked)}
	case silent > 0:
		return &exit{tooLittle, fmt.Errorf("%d of %d collectors got no whole answer", silent, len(rows))}
	}
	return nil
}

// try asks the gate, and then the collector.
func (k *check) try(ctx context.Context, net *collectors.Net, rule func() pipeline.Ruling, a asking) (r checkRow, err error) {
	e, s := a.entry, a.entry.Spec
	r = checkRow{Collector: s.Name, Source: s.Source.Name, Verified: s.Source.Verified, State: refusedBy, Outcome: pipeline.Refused}
	if a.subject.IsZero() {
		r.State, r.Outcome, r.Reason = unprobed, pipeline.Skipped, "it takes nothing that everybody knows: name a --subject"
		return r, nil
	}
	if len(k.subjects) == 0 {
		r.Subject = a.subject.String()
	}
	if v := rule(); v.Verdict != pipeline.Allow && v.Verdict != pipeline.Redact {
		if r.Reason = fmt.Sprintf("%s (%s)", v.Reason, v.Rule); v.Rule == pipeline.RuleNoKey {
			r.State, r.Outcome = keyless, pipeline.NoKey
		}
		return r, nil
	}
	began := time.Now()
	t := collectors.Try(ctx, net, e, a.subject)
	r.Outcome, r.Calls, r.Observations, r.ElapsedMS = t.Outcome(), len(t.Exchanges), len(t.Observations), float64(time.Since(began).Microseconds())/1000
	if t.Err != nil {
		r.Reason = t.Err.Error()
	}
	if r.State = health(t, a.mustTell); r.State == changed && r.Reason == "" {
		r.Reason = "it tells nothing of what it must know"
	}
	if k.record == "" {
		return r, nil
	}
	f, err := record.World(ctx, e, a.subject, t, time.Now().UTC())
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
		return c.json(map[string]any{"subject": strings.Join(k.subjects, ""), "collectors": rows})
	}
	t := table{header: []string{"collector", "source", "state", "outcome", "calls", "told", "ms", "verified", "why"}, right: []int{4, 5, 6}}
	for _, r := range rows {
		t.add(r.Collector, r.Source, r.State, string(r.Outcome), fmt.Sprint(r.Calls), fmt.Sprint(r.Observations), fmt.Sprintf("%.0f", r.ElapsedMS), r.Verified, r.Reason)
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
