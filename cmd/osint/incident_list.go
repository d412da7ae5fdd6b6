package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/compliance/incident"
)

func incidentList(c *console) *cobra.Command {
	var asJSON, all bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the incidents, and what is due next", Args: exactly(),
		Long: `Closed ones are left out unless --all is typed. Exit code 24: the time of a duty is
over, or somebody was told late and the reason is not there. 20: a file is not
the one on record; 23: one on record is gone.`,
		Example: "  osint incident list\n  osint incident list --all --json | jq '.incidents[].clocks'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.listIncidents(cmd.Context(), c.today(), all, asJSON)
		},
	}
	jsonFlag(cmd, &asJSON)
	c.csvFlag(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "closed ones too")
	return cmd
}

// An incidentView is an incident as it is printed as JSON.
type incidentView struct {
	*incident.Incident
	Clocks []incident.Clock `json:"clocks"`
}

func (c *console) listIncidents(ctx context.Context, now time.Time, all, asJSON bool) error {
	views, wrong, err := c.incidents(ctx, now)
	if err != nil {
		return err
	}
	t := table{header: []string{"incident", "known", "state", "next duty", "due", "title"}}
	shown, late := []incidentView{}, false
	for _, v := range views {
		if v.Closed != nil && !all {
			continue
		}
		shown = append(shown, v)
		state, next, due := stateOf(v, now)
		late = late || v.Closed == nil && slices.ContainsFunc(v.Clocks, func(x incident.Clock) bool { return x.Attention() })
		t.add(v.ID, v.Aware.Format("2006-01-02 15:04Z"), state, next, due, v.Title)
	}
	switch {
	case asJSON:
		err = c.json(ordered{{"schema_version", incident.SchemaVersion}, {"at", now.Truncate(time.Second)}, {"incidents", shown}})
	case len(shown) == 0 && !c.csv:
		c.say("osint: no incident is open")
	default:
		err = c.table(t)
	}
	switch {
	case err != nil || wrong != nil:
		return errors.Join(err, wrong)
	case late:
		return &exit{code: doubtful}
	}
	return nil
}

// stateOf says how an incident stands: by its worst duty, and the next.
func stateOf(v incidentView, now time.Time) (state, next, due string) {
	if v.Closed != nil {
		return "closed", "", ""
	}
	order := []incident.State{incident.Overdue, incident.ToldLate, incident.AtOnce, incident.Running, incident.Undecided}
	for _, s := range order {
		for _, x := range v.Clocks {
			if x.State != s || s == incident.ToldLate && !x.Attention() {
				continue
			}
			if n := incident.Next(v.Clocks); n != nil && (s == incident.Overdue || s == incident.Running) {
				x = *n
			}
			if x.Due != nil {
				due = dueText(*x.Due, now)
			}
			return string(s), x.ID, due
		}
	}
	return "settled", "", ""
}

// incidents reads the register and holds it against the record. wrong says
// which files are not what is on record; those that can be read are returned
// all the same.
func (c *console) incidents(ctx context.Context, now time.Time) (views []incidentView, wrong, err error) {
	r := c.register(false)
	ids, err := r.IDs()
	if err != nil {
		return nil, nil, err
	}
	recorded, err := c.recordedDigests(ctx)
	if err != nil {
		return nil, nil, err
	}
	var bad []error
	code := 0
	for _, id := range ids {
		i, sum, err := r.Read(id)
		if err == nil {
			views = append(views, incidentView{i, i.Clocks(now)})
			err = asRecorded(id, sum, recorded)
		}
		if err != nil {
			bad, code = append(bad, err), tampered
		}
	}
	for _, id := range slices.Sorted(maps.Keys(recorded)) {
		if !slices.Contains(ids, id) {
			bad = append(bad, fmt.Errorf("incident %s is on record, and its file is gone from %s: bring it back", id, r.Dir))
			if code == 0 {
				code = incomplete
			}
		}
	}
	slices.SortStableFunc(views, func(a, b incidentView) int { return a.Aware.Compare(b.Aware) })
	if bad != nil {
		wrong = &exit{code, errors.Join(bad...)}
	}
	return views, wrong, nil
}

// recordedDigests returns the digest that the newest entry has of each
// incident's file. Where there is no ledger nothing is on record.
func (c *console) recordedDigests(ctx context.Context) (map[string]string, error) {
	l, err := audit.OpenLog(c.places(false).audit())
	if errors.Is(err, audit.ErrAbsent) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer l.Close()
	sums := map[string]string{}
	_, err = l.Read(ctx, audit.Query{Types: []audit.Type{audit.Incident}}, func(e audit.Entry) error {
		sums[e.Text("incident")] = e.Text("sha256")
		return nil
	})
	return sums, err
}

// asRecorded says whether a file is what the record says.
func asRecorded(id, sum string, recorded map[string]string) error {
	switch want, known := recorded[id]; {
	case !known:
		return fmt.Errorf("incident %s is not on record: osint incident update %s --adopt REASON takes it in", id, id)
	case want != sum:
		return fmt.Errorf("incident %s is not the file that is on record: bring that back, or osint incident update %s --adopt REASON", id, id)
	}
	return nil
}

// recordedIncident reads an incident to change it. One that is not as it is on
// record is refused, unless the operator answers for it.
func (c *console) recordedIncident(ctx context.Context, r incident.Register, id string, adopt bool) (*incident.Incident, error) {
	i, sum, err := r.Read(id)
	if err != nil {
		return nil, incidentError(err)
	}
	recorded, err := c.recordedDigests(ctx)
	if err != nil {
		return nil, err
	}
	if err := asRecorded(id, sum, recorded); err != nil && !adopt {
		return nil, &exit{tampered, err}
	}
	return i, nil
}

// incidentError gives an error of the register its code.
func incidentError(err error) error {
	switch {
	case errors.Is(err, incident.ErrNone):
		return usage("%w: osint incident list --all names them", err)
	case errors.As(err, new(*incident.Damaged)):
		return &exit{tampered, err}
	}
	return err
}
