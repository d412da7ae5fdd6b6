package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/collectors/secret"
)

// A keyRow is what is known of one credential. It holds no value, nor part of one.
type keyRow struct {
	Name    string       `json:"name"`
	Uses    []keyUse     `json:"uses"`
	State   string       `json:"state"`           // present, absent, or unread: a place could not be looked into
	Place   string       `json:"place,omitempty"` // where it was found
	Values  int          `json:"values"`          // how many there are, that take turns
	Reason  string       `json:"reason,omitempty"`
	Verdict []keyVerdict `json:"verdicts"` // of the sources that were asked
}

// The states of a credential.
const (
	present = "present"
	absent  = "absent"
	unread  = "unread"
)

func keysCheck(c *console) *cobra.Command {
	k := &keysChecking{c: c, checks: keyChecks}
	cmd := &cobra.Command{
		Use: "check [NAME...]", Short: "Say which credentials are there, where, and what their sources say of them",
		Long: `Looks for each credential that a collector names where a run would look, and says
in which place it was found. Those that are there, or that are named here, are then
shown to their sources, where these have a way to ask: is it valid, of which plan,
and what is left. That costs nothing, but one request of the allowance at AbuseIPDB
and IPinfo; --offline asks nobody. No value is shown, nor part of one, nor its length.
Exit code 3 if a place can't be read, if a source refuses a credential or does not
answer, or if one that was named here is not there.`,
		Example: "  osint keys check\n  osint keys check SHODAN_API_KEY GITHUB_TOKEN\n  osint keys check --offline --json | jq -r '.credentials[] | select(.state == \"absent\").name'",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			k.named = len(args) > 0
			return k.run(cmd.Context(), args)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&k.offline, "offline", false, "look where credentials lie, and ask no source")
	jsonFlag(cmd, &k.asJSON)
	k.reach.flags(cmd.Flags())
	return cmd
}

// A keysChecking is one run of osint keys check.
type keysChecking struct {
	c       *console
	checks  map[string]keyCheck       // by the credential
	values  map[string][]secret.Value // that were found, likewise
	reach   reach
	named   bool
	offline bool
	asJSON  bool
}

func (k *keysChecking) run(ctx context.Context, names []string) error {
	all := namedKeys(specs())
	for _, name := range names {
		if err := knownKey(name); err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(n namedKey) bool { return n.name == name }) {
			return usage("%s is one more value of a credential: check that one, which counts them", name)
		}
	}
	rows := []keyRow{}
	k.values = map[string][]secret.Value{}
	for _, n := range all {
		if !k.named || slices.Contains(names, n.name) {
			rows = append(rows, k.look(ctx, n))
		}
	}
	if !k.offline {
		if err := k.ask(ctx, rows); err != nil {
			return err
		}
	}
	if err := k.show(rows); err != nil {
		return err
	}
	if err := k.c.flush(); err != nil {
		return err
	}
	return k.judge(rows)
}

// look looks for one credential.
func (k *keysChecking) look(ctx context.Context, n namedKey) keyRow {
	r := keyRow{Name: n.name, Uses: n.uses, State: absent, Verdict: []keyVerdict{}}
	f, err := k.c.chain().Lookup(ctx, n.name)
	switch {
	case len(f.Values) > 0:
		r.State, r.Place, r.Values = present, f.Place, len(f.Values)
		k.values[n.name] = f.Values
	case err != nil:
		r.State, r.Reason = unread, err.Error()
	}
	return r
}

func (k *keysChecking) show(rows []keyRow) error {
	if k.asJSON {
		return k.c.json(struct {
			Schema int      `json:"schema_version"`
			Rows   []keyRow `json:"credentials"`
		}{1, rows})
	}
	t := table{header: []string{"credential", "taken by", "needed", "values", "where"}, right: []int{3}}
	asked := slices.ContainsFunc(rows, func(r keyRow) bool { return len(r.Verdict) > 0 })
	if asked {
		t.header = append(t.header, "source says", "plan", "left")
	}
	for _, r := range rows {
		cells := []string{r.Name, usedBy(r.Uses), neededBy(r.Uses), fmt.Sprint(r.Values), r.Place}
		if r.State != present {
			cells[3], cells[4] = "", map[string]string{absent: "not there", unread: "not known"}[r.State]
		}
		if asked {
			state, plan, left := verdicts(r.Verdict)
			cells = append(cells, state, plan, left)
		}
		t.add(cells...)
	}
	return k.c.table(t)
}

func usedBy(uses []keyUse) string {
	var names []string
	for _, u := range uses {
		names = append(names, u.By)
	}
	return strings.Join(names, ", ")
}

// neededBy says whether there is a collector that asks nothing without it.
func neededBy(uses []keyUse) string {
	if slices.ContainsFunc(uses, func(u keyUse) bool { return u.Needed }) {
		return "yes"
	}
	return "no"
}

// judge returns what is wrong, as an error.
func (k *keysChecking) judge(rows []keyRow) error {
	var wrong []string
	for _, r := range rows {
		switch {
		case r.State == unread && !slices.Contains(wrong, r.Reason):
			wrong = append(wrong, r.Reason)
		case r.State == absent && k.named:
			wrong = append(wrong, r.Name+" is not there: osint keys set "+r.Name)
		}
		for _, v := range r.Verdict {
			switch v.State {
			case keyRefused:
				wrong = append(wrong, fmt.Sprintf("%s does not take %s: %s", v.Source, valueOf(r, v), v.Reason))
			case keySilent:
				wrong = append(wrong, fmt.Sprintf("%s says nothing of %s: %s", v.Source, valueOf(r, v), v.Reason))
			}
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return &exit{tooLittle, errors.New(strings.Join(wrong, "\n"))}
}

// valueOf names the value that a verdict is of.
func valueOf(r keyRow, v keyVerdict) string {
	if r.Values > 1 {
		return fmt.Sprintf("value %d of %s", v.Number, r.Name)
	}
	return r.Name
}
