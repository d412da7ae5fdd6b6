package main

import (
	"context"
	"strings"

	"osint/pkg/collectors"
)

// A keyCheck asks a source what it thinks of a credential, by the cheapest
// question that it answers: which plan it is of, what is left of its allowance,
// and whether it is taken at all. An error says that the source gave no answer.
type keyCheck func(ctx context.Context, net *collectors.Net, name string) (plan, left string, ok bool, err error)

// keyChecks are the sources that can be asked, by their names.
var keyChecks = map[string]keyCheck{}

// A keyVerdict is what a source said of a credential.
type keyVerdict struct {
	Source string `json:"source"`
	OK     bool   `json:"ok"`
	Plan   string `json:"plan,omitempty"`
	Left   string `json:"left,omitempty"`
	Reason string `json:"reason,omitempty"` // unless it is ok
}

// ask puts each credential that is there to the sources that take it and can be
// asked. Where there is none, nobody is.
func (k *keysChecking) ask(ctx context.Context, rows []keyRow) error {
	var net *collectors.Net
	for i, r := range rows {
		for _, u := range r.Uses {
			check := k.sources[u.By]
			if r.State != present || check == nil || !u.source {
				continue
			}
			if net == nil {
				var o collectors.Options
				k.c.endow(ctx, &o)
				n, err := collectors.New(o)
				if err != nil {
					return err
				}
				defer n.Close()
				net = n
			}
			v := keyVerdict{Source: u.By}
			var err error
			if v.Plan, v.Left, v.OK, err = check(ctx, net, r.Name); err != nil {
				v.OK, v.Reason = false, err.Error()
			} else if !v.OK {
				v.Reason = "it is refused, or has ended"
			}
			rows[i].Verdict = append(rows[i].Verdict, v)
		}
	}
	return nil
}

// verdicts are the two columns of what sources said.
func verdicts(all []keyVerdict) (plan, left string) {
	var plans, rests []string
	for _, v := range all {
		if !v.OK {
			plans = append(plans, v.Source+": no")
			continue
		}
		plans, rests = append(plans, v.Plan), append(rests, v.Left)
	}
	return strings.Join(plans, ", "), strings.Join(rests, ", ")
}
