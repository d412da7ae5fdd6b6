package social

import (
	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// How an account is known to be somebody's.
const (
	stated   = "stated"   // they say so
	verified = "verified" // the source had them log in there
	proven   = "proven"   // a signature stands at both ends
)

// bySelf is the origin of what people say of themselves: said in two profiles
// it is one person's word.
const bySelf = "self-description"

// mostTold bounds accounts, links and texts that are told of one profile.
const mostTold = 50

// A telling reports one profile, each thing once.
type telling struct {
	emit    collectors.Emit
	subject pipeline.Entity // zero: the task's
	rests   []pipeline.ExchangeID
	told    map[string]bool
	count   map[pipeline.Predicate]int
}

func newTelling(emit collectors.Emit, x ...pipeline.ExchangeID) *telling {
	return &telling{emit: emit, rests: x, told: map[string]bool{}, count: map[pipeline.Predicate]int{}}
}

// over reports whether something was left out because there was too much of
// it.
func (t *telling) over() bool {
	for _, n := range t.count {
		if n > mostTold {
			return true
		}
	}
	return false
}

func (t *telling) say(o pipeline.Observation) {
	key := string(o.Predicate)
	if o.Object != nil {
		key += " " + o.Object.String()
	} else if s, ok := o.Value.(string); ok {
		key += " " + s
	}
	if t.told[key] {
		return
	}
	t.told[key] = true
	if t.count[o.Predicate]++; t.count[o.Predicate] > mostTold {
		return
	}
	o.Subject, o.Exchanges = t.subject, t.rests
	t.emit(o)
}

// account tells of an account that belongs with the subject.
func (t *telling) account(e pipeline.Entity, how string, of pipeline.Entity) {
	if e == of {
		return
	}
	o := pipeline.Observation{Predicate: "has-account", Object: &e, Value: how, Category: pipeline.OnlineID}
	if how == stated {
		o.Origin, o.Grade = bySelf, "C3"
	}
	t.say(o)
}

// name tells what the subject calls itself.
func (t *telling) name(s string, k pipeline.Kind) {
	if e, ok := t.labelled(s, k); ok {
		t.own(pipeline.Observation{Predicate: "goes-by", Object: &e, Category: pipeline.Identity})
	}
}

// employer tells whom the subject says it works for.
func (t *telling) employer(s string) {
	if e, ok := t.labelled(s, pipeline.KindOrganization); ok {
		t.own(pipeline.Observation{Predicate: "works-for", Object: &e, Category: pipeline.Identity})
	}
}

// role tells what the subject says it does.
func (t *telling) role(s string) { t.short("has-role", s, pipeline.Identity) }

// place tells where the subject says it is.
func (t *telling) place(s string) { t.short("located-at", s, pipeline.Location) }

// page tells of a page that shows the subject, link of one that it points at.
func (t *telling) page(s string) { t.address("has-page", s) }
func (t *telling) link(s string) { t.address("links-to", s) }

// describe tells what the subject says of itself without a form.
func (t *telling) describe(s string) {
	if s = free(s); s != "" {
		t.own(pipeline.Observation{Predicate: "describes-itself", Value: s, Category: pipeline.Content})
	}
}

func (t *telling) labelled(s string, k pipeline.Kind) (pipeline.Entity, bool) {
	v, ok := label(s)
	e, err := pipeline.NewEntity(k, v)
	if !ok || err != nil {
		t.describe(s)
		return pipeline.Entity{}, false
	}
	return e, true
}

func (t *telling) short(p pipeline.Predicate, s string, c pipeline.Category) {
	v, ok := label(s)
	if !ok {
		t.describe(s)
		return
	}
	t.own(pipeline.Observation{Predicate: p, Value: v, Category: c})
}

func (t *telling) address(p pipeline.Predicate, s string) {
	if u, err := pipeline.NewEntity(pipeline.KindURL, s); err == nil {
		t.own(pipeline.Observation{Predicate: p, Value: u.Value, Category: pipeline.OnlineID})
	}
}

// own tells what is the subject's own word.
func (t *telling) own(o pipeline.Observation) {
	o.Origin, o.Grade = bySelf, "C3"
	t.say(o)
}
