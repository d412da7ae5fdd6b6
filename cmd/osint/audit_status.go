package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres"
)

// auditStatus says how the record stands, and what waits.
func auditStatus(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "Say how large the record is, what is signed, and what waits", Args: exactly(),
		Long: `It reads what the record says of itself, and asks and writes nothing: that all of
it is true, osint audit verify proves. Exit code 24 if the signing key is not
there, or the record lacks what was signed here: what it is stands last.`,
		Example: "  osint audit status\n  osint audit status --json | jq '.shipping[].waiting'",
		RunE: func(*cobra.Command, []string) error {
			s, err := c.standing(time.Now())
			if err != nil {
				return err
			}
			if asJSON {
				err = c.json(s)
			} else {
				err = s.print(c)
			}
			if err == nil && len(s.Attention) > 0 {
				err = &exit{code: doubtful}
			}
			return err
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// A standing is what the record says of itself. Ages are in whole seconds.
type standing struct {
	Ledger    string           `json:"ledger"`
	Path      string           `json:"path"`
	Key       string           `json:"key"` // fingerprint
	Entries   int64            `json:"entries"`
	Newest    since            `json:"newest"`    // entry
	Heartbeat *since           `json:"heartbeat"` // the newest; null: none among the last 100,000 entries
	Signed    int64            `json:"signed"`    // entries that the newest checkpoint covers
	SignedTo  since            `json:"signed_to"` // the last of them
	Unsigned  int64            `json:"unsigned"`  // entries after
	Shipping  []shippingStatus `json:"shipping"`
	Shared    string           `json:"shared,omitempty"` // PostgreSQL that is configured here
	Attention []concern        `json:"attention"`
}

// A since is a moment, and how long ago it was.
type since struct {
	At  time.Time `json:"at"`
	Age int64     `json:"age_s"`
}

// A shippingStatus says what a place has.
type shippingStatus struct {
	Dest      string `json:"dest"`
	Confirmed int64  `json:"confirmed"`    // entries
	Anchored  *since `json:"confirmed_at"` // null: it confirmed none
	Waiting   int64  `json:"waiting"`      // entries that it is not known to have
	Tried     *since `json:"last_attempt"` // null: nothing was sent yet
	Error     string `json:"error"`        // of that attempt
}

func (c *console) standing(now time.Time) (*standing, error) {
	p := c.places(false)
	x, err := audit.Look(p.audit())
	if err != nil {
		return nil, err
	}
	s := &standing{Attention: []concern{}, Ledger: x.ID, Path: x.Path, Key: audit.Fingerprint(x.Key), Entries: x.Entries, Newest: *ago(x.Last, now), Heartbeat: ago(x.Heartbeat, now),
		Signed: x.Signed, SignedTo: *cmp.Or(ago(x.SignedLast, now), new(since)), Unsigned: x.Entries - x.Signed, Shipping: []shippingStatus{}}
	if config, err := postgres.Parse(c.getenv); err == nil {
		s.Shared = config.String()
	}
	for _, sh := range destinations(x, s.Shared) {
		one := shippingStatus{Dest: sh.Dest, Waiting: x.Entries - sh.Next, Tried: ago(sh.At, now), Error: sh.Error}
		for _, r := range x.Receipts {
			if r.Dest == sh.Dest {
				one.Confirmed, one.Anchored = r.Size, ago(r.At, now)
			}
		}
		s.Shipping = append(s.Shipping, one)
	}
	doubts, err := audit.Doubts(p.audit(), p.keys(), c.signingKey())
	for _, d := range doubts {
		s.Attention = append(s.Attention, concern{"ledger", d.What, d.Next})
	}
	return s, err
}

// ago is a moment as of another; nil if there was none.
func ago(t, now time.Time) *since {
	if t.IsZero() {
		return nil
	}
	return &since{t, int64(now.Sub(t) / time.Second)}
}

func (s *standing) print(c *console) error {
	t := table{header: []string{"of the record", ""}}
	t.add("ledger", s.Ledger)
	t.add("file", s.Path)
	t.add("key", s.Key)
	t.add("entries", fmt.Sprintf("%d, the newest %s old", s.Entries, s.Newest.age()))
	t.add("signed", fmt.Sprintf("%d, the newest %s old", s.Signed, s.SignedTo.age()))
	t.add("unsigned", fmt.Sprint(s.Unsigned))
	beat := "none"
	if s.Heartbeat != nil {
		beat = s.Heartbeat.age() + " old"
	}
	t.add("heartbeat", beat)
	if err := c.table(t); err != nil {
		return err
	}
	if len(s.Shipping) > 0 {
		fmt.Fprintln(c.out)
		if err := s.printShipping(c); err != nil {
			return err
		}
	}
	if len(s.Attention) > 0 {
		fmt.Fprintln(c.out)
	}
	c.showConcerns(s.Attention)
	return c.flush()
}

func (s *standing) printShipping(c *console) error {
	t := table{header: []string{"shared with", "confirmed", "waiting", "last tried", "error"}, right: []int{1, 2}}
	for _, x := range s.Shipping {
		tried := "never"
		if x.Tried != nil {
			tried = x.Tried.age() + " ago"
		}
		t.add(x.Dest, fmt.Sprint(x.Confirmed), fmt.Sprint(x.Waiting), tried, x.Error)
	}
	return c.table(t)
}

// age says how long ago it was, in the unit that fits.
func (s since) age() string { return lasted(time.Duration(s.Age) * time.Second) }

// lasted is a time in the unit that fits.
func lasted(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
