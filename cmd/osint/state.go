package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/telemetry"
)

// A state is what is there and what runs, on this machine, now. Where it is
// printed as JSON, fields are only added.
type state struct {
	Schema    int           `json:"schema_version"`
	At        time.Time     `json:"at"`
	Attention []concern     `json:"attention"`
	Store     storeState    `json:"store"`
	Running   []runState    `json:"running"`
	Ledger    ledgerState   `json:"ledger"`
	Shared    sharedState   `json:"postgresql"`
	Spool     []spoolState  `json:"spool"`
	Keys      keysState     `json:"keys"`
	Money     spending      `json:"money"`
	Sources   []sourceState `json:"sources"`
	Versions  versionState  `json:"versions"`
}

// A concern is something that somebody should look at.
type concern struct {
	About string `json:"about"` // the part that it is of
	What  string `json:"what"`
	Next  string `json:"next"` // what to type
}

const stateSchema = 1

func newStatus(c *console) *cobra.Command {
	var asJSON, online bool
	var textfile string
	cmd := &cobra.Command{
		Use: "status", Short: "Say what is there and what runs now: cases, ledger, keys, sources", Args: exactly(),
		Long: `Nothing is changed, and nothing is contacted but, with --online, the shared
PostgreSQL: it is what this machine knows. osint doctor says whether the machine
is fit to work, osint collectors check whether a source answers. Exit code 24 if
something needs attention; what it is stands last, with what to type.`,
		Example: "  osint status\n  osint status --json | jq '.attention[].what'\n  osint status --textfile /tmp/osint-status.prom",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s := c.state(cmd.Context(), time.Now().UTC(), online)
			if textfile != "" {
				if err := writeFile(textfile, 0o644, func(w io.Writer) error { return telemetry.WriteReadings(w, s.readings()) }); err != nil {
					return err
				}
			}
			if err := c.showState(s, asJSON); err != nil {
				return err
			}
			if len(s.Attention) == 0 {
				return nil
			}
			return &exit{code: doubtful}
		},
	}
	jsonFlag(cmd, &asJSON)
	cmd.Flags().BoolVar(&online, "online", false, "ask the shared PostgreSQL too, and nobody else")
	cmd.Flags().StringVar(&textfile, "textfile", "", "`FILE`: write it as metrics for Prometheus too, as node_exporter takes them: NAME.prom")
	return cmd
}

// state looks at every part; online, at the shared PostgreSQL too.
func (c *console) state(ctx context.Context, now time.Time, online bool) *state {
	p := c.places(false)
	s := &state{Schema: stateSchema, At: now.Truncate(time.Second), Attention: []concern{}, Running: []runState{}, Spool: []spoolState{}, Versions: versions()}
	held := s.store(p.cases())
	defer held.release()
	s.ledger(c, p, now)
	s.shared(ctx, c, online)
	s.spool(now)
	s.keys(p.keys())
	s.sources(ctx, c, p.state, held, now)
	s.incidents(c, c.today())
	return s
}

// incidents heeds duties of the register whose time is over, and files that
// can't be read.
func (s *state) incidents(c *console, now time.Time) {
	r := c.register(false)
	ids, err := r.IDs()
	if err != nil {
		s.heed("incidents", err.Error(), "make the folder readable: "+r.Dir)
	}
	for _, id := range ids {
		i, _, err := r.Read(id)
		if err != nil {
			s.heed("incidents", err.Error(), "osint incident list")
			continue
		}
		for _, x := range i.Clocks(now) {
			if i.Closed == nil && x.Attention() {
				what := fmt.Sprintf("%s: %s was due %s", id, x.ID, x.Due.Format("2006-01-02 15:04Z"))
				if x.Told != nil {
					what += " and was told late; why is not said"
				}
				s.heed("incidents", what, "osint incident show "+id)
			}
		}
	}
}

// heed adds a concern.
func (s *state) heed(about, what, next string) {
	s.Attention = append(s.Attention, concern{about, what, next})
}
