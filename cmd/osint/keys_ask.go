package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"osint/pkg/collectors"
	"osint/pkg/collectors/secret"
	"osint/pkg/pipeline"
)

// A keyCheck asks a source what it thinks of one credential, by the cheapest
// question that it documents.
type keyCheck struct {
	source string // that is asked
	base   string // of the same owner, where it is asked; "" is the source's own
	costs  bool   // the question counts against the allowance
	ask    func(ctx context.Context, net *collectors.View, key collectors.Credential) (keySaid, error)
	key    collectors.Credential // and where it stands
}

// keySaid is what a source says of a credential that it takes; "" is what it does
// not tell.
type keySaid struct{ plan, left string }

// What a source may have said of a credential.
const (
	keyValid   = "valid"
	keyRefused = "refused"
	keySilent  = "no-answer" // which says nothing of the credential
	keyNotTold = "not-told"  // the source has no way to ask, or none is known
)

// A keyVerdict is what a source said of a credential.
type keyVerdict struct {
	Source string `json:"source"`
	Number int    `json:"number"` // of the value, from 1, where several take turns
	State  string `json:"state"`
	OK     bool   `json:"ok"` // it is valid
	Plan   string `json:"plan,omitempty"`
	Left   string `json:"left,omitempty"`
	Reason string `json:"reason,omitempty"` // unless it is ok
}

// A keyQuestion is one value that is put to one source, and where its verdict goes.
type keyQuestion struct {
	check keyCheck
	spec  pipeline.Spec
	value secret.Value
	to    *keyVerdict
}

// ask puts each credential that is there to the source that can be asked about it,
// each of its values by itself. Where there is none, nobody is asked.
func (k *keysChecking) ask(ctx context.Context, rows []keyRow) error {
	o, err := k.reach.options()
	if err != nil {
		return err
	}
	var all []keyQuestion
	for i := range rows {
		all = append(all, k.questions(&rows[i])...)
	}
	if len(all) == 0 {
		return nil
	}
	world, err := k.reach.lab.enter(&o)
	if err != nil {
		return err
	}
	if world != nil {
		defer world.Close()
	} else { // sources are asked, and keep their pace
		o.StateDir, o.Unattended = k.c.places(false).state, k.reach.alone(k.c)
	}
	k.c.endow(ctx, &o)
	var wg sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for _, q := range all {
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			q.put(ctx, o)
		})
	}
	wg.Wait()
	return ctx.Err()
}

// questions are those about one credential. A source that can't be asked has told
// nothing, which is a verdict too.
func (k *keysChecking) questions(r *keyRow) (all []keyQuestion) {
	first := slices.IndexFunc(r.Uses, func(u keyUse) bool { return u.source })
	if r.State != present || first < 0 {
		return nil
	}
	check, known := k.checks[r.Name]
	spec, there := k.specOf(check.source)
	if !known || !there {
		r.Verdict = []keyVerdict{{Source: r.Uses[first].By, Number: 1, State: keyNotTold}}
		return nil
	}
	values := k.values[r.Name]
	r.Verdict = make([]keyVerdict, len(values))
	for i, v := range values {
		r.Verdict[i] = keyVerdict{Source: check.source, Number: i + 1}
		all = append(all, keyQuestion{check, spec, v, &r.Verdict[i]})
	}
	return all
}

// specOf returns what a collector of a source says of it; nothing is cached, and no
// collector's ceiling holds.
func (k *keysChecking) specOf(source string) (pipeline.Spec, bool) {
	for _, e := range k.c.entries() {
		if s := e.Spec.Source; s.Name == source {
			s.TTL, s.PriceUSD = 0, 0
			return pipeline.Spec{Name: "keys-check", Source: s, Ceiling: pipeline.Ceiling{Requests: 6, Bytes: 2 << 20}}, s.State != pipeline.Dead
		}
	}
	return pipeline.Spec{}, false
}

// put asks about one value, over a way out that has no other one of that name.
func (q keyQuestion) put(ctx context.Context, o collectors.Options) {
	said, err := q.answer(ctx, o)
	var f *pipeline.Failure
	switch {
	case err == nil:
		q.to.State, q.to.OK = keyValid, true
		q.to.Plan, q.to.Left = q.shown(said.plan), q.shown(said.left)
	case errors.As(err, &f) && f.Outcome == pipeline.Unauthorized:
		q.to.State, q.to.Reason = keyRefused, "it is refused, or has ended"
	default:
		q.to.State, q.to.Reason = keySilent, q.shown(err.Error())
	}
}

func (q keyQuestion) answer(ctx context.Context, o collectors.Options) (said keySaid, err error) {
	if from := q.spec.Source.BaseFrom; from != "" && o.Bases[q.spec.Source.Name] == "" {
		if values, err := o.Keys(ctx, from); err != nil || len(values) > 0 || q.spec.Source.Base == "" {
			return said, fmt.Errorf("nobody is asked: %s is no address, or is not there", from)
		}
	}
	others := o.Keys
	o.Keys = func(ctx context.Context, name string) ([]string, error) {
		if name == q.check.key.Name {
			return []string{q.value.Reveal()}, nil
		}
		return others(ctx, name)
	}
	net, err := collectors.New(o)
	if err != nil {
		return said, err
	}
	defer net.Close()
	spec := q.spec
	spec.Keys = []string{q.check.key.Name}
	if q.check.base != "" {
		spec.Source.Base = q.check.base
	}
	if !q.check.costs {
		spec.Source.Daily, spec.Source.Monthly = 0, 0
	}
	t := collectors.Try(ctx, net, collectors.Entry{Spec: spec, Collect: func(ctx context.Context, net *collectors.View, _ pipeline.Entity, _ collectors.Emit) (err error) {
		said, err = q.check.ask(ctx, net, q.check.key)
		return err
	}}, pipeline.Entity{})
	return said, t.Err
}

// shown is a text of a source's: one short line, which has not the credential in it.
func (q keyQuestion) shown(text string) string {
	if v := q.value.Reveal(); len(v) > 3 {
		text = strings.ReplaceAll(text, v, "(hidden)")
	}
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool { return r <= ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 }), " ")
	if r := []rune(text); len(r) > 160 {
		text = string(r[:160]) + "…"
	}
	return text
}

// verdicts are the three columns of what sources said.
func verdicts(all []keyVerdict) (state, plan, left string) {
	told := func(s string) string {
		if s == "" {
			return "not told"
		}
		return s
	}
	var states, plans, rests []string
	for _, v := range all {
		states = append(states, strings.ReplaceAll(v.State, "-", " "))
		if v.State == keyValid {
			plans, rests = append(plans, told(v.Plan)), append(rests, told(v.Left))
		}
	}
	return strings.Join(states, "; "), strings.Join(plans, "; "), strings.Join(rests, "; ")
}
