package pipeline

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// meet is the one way in, for seeds and for every discovered entity alike. An
// entity met again by a nearer way, or found to be the subject's after all,
// is met anew, and so is what was found through it: so the order in which
// answers arrive does not matter.
func (e *engine) meet(l Lead) {
	subject, reason := e.inScope(l)
	m := e.met[l.Entity]
	switch {
	case m == nil:
		m = &meeting{lead: l, subject: subject, reason: reason}
		e.met[l.Entity] = m
	case l.Depth < m.lead.Depth || subject && !m.subject:
		if l.Depth < m.lead.Depth {
			m.lead = l
		}
		if subject && !m.subject {
			m.subject, m.reason, m.ruled = true, reason, false
		}
	default:
		return
	}
	e.consider(m)
	e.follow(l.Entity)
}

// follow meets anew what was found by asking about an entity, or is said of
// it.
func (e *engine) follow(entity Entity) {
	n := e.cs.Entities[entity]
	if n == nil {
		return
	}
	for _, o := range n.Found {
		e.lead(o, entity)
	}
	for _, o := range n.Out {
		for _, asked := range o.askers {
			e.lead(o, asked)
		}
	}
}

// lead meets the entities that an observation names, made when asked was
// asked about.
func (e *engine) lead(o *Observation, asked Entity) {
	from := e.met[asked]
	if from == nil {
		return
	}
	for _, x := range o.names() {
		if x != asked {
			e.meet(Lead{Entity: x, Clear: e.reveal(x), Depth: from.lead.Depth + 1, Because: o.ID})
		}
	}
}

// inScope says whether a lead is the subject's: declared, or admitted because
// of the observation that leads to it.
func (e *engine) inScope(l Lead) (subject bool, reason string) {
	reason, ok := e.run.Scope.Covers(l.Clear)
	if ok || l.Because == "" {
		return ok, reason
	}
	if o := e.cs.Observation(l.Because); o != nil && o.Object != nil && *o.Object == l.Entity {
		if from := e.met[o.Subject]; from != nil && from.subject {
			if why, ok := e.run.Scope.admits(o); ok {
				return true, why
			}
		}
	}
	return false, reason
}

// consider asks the gate about an entity for every collector that could be
// asked, and writes what it said in one line.
func (e *engine) consider(m *meeting) {
	l := m.lead
	l.Context = !m.subject
	ruled := &Ruled{Lead: l, Scope: scopeOf(m), Reason: m.reason}
	cols := e.consumers[l.Entity.Kind]
	if !m.subject {
		cols = slices.DeleteFunc(slices.Clone(cols), func(c Collector) bool { return !c.Spec().Context })
	}
	lim := e.run.Opened.Limits
	switch {
	case m.ruled:
		return // it was ruled on before; only what lies behind it is new
	case len(cols) == 0:
		if l.Clear.Personal() {
			e.people[l.Entity] = m
			return
		}
		ruled.Skip = unasked(m)
	case l.Depth > reach(l.Entity.Kind, lim.Depth):
		ruled.Skip = fmt.Sprintf("depth: %d steps from a seed, and the limit is %d", l.Depth, lim.Depth)
	case lim.Entities > 0 && e.asked >= lim.Entities:
		ruled.Skip = fmt.Sprintf("limit: %d entities were asked about", lim.Entities)
	default:
		m.ruled = true
		e.asked++
		e.ask(ruled, l, cols)
	}
	e.record(ruled)
}

// reach returns how many steps from a seed an entity may lie that is asked about:
// a weakness one more than the limit, for what is known of it belongs to what it
// was told of. Where seeds alone are asked about, nothing else is.
func reach(k Kind, limit int) int {
	if k == KindVulnerability && limit > 0 {
		return limit + 1
	}
	return limit
}

// unasked says why nobody is asked about an entity that no collector takes.
func unasked(m *meeting) string {
	if !m.subject {
		return "context: not the subject's"
	}
	return "no collector takes a " + string(m.lead.Entity.Kind)
}

// register writes down what the gate says of people whom no collector takes:
// that nobody could ask is no reason to leave out whether anybody may.
func (e *engine) register() {
	gate, ok := e.run.Gate.(Registrar)
	for _, m := range slices.SortedFunc(maps.Values(e.people), func(a, b *meeting) int { return compareEntity(a.lead.Entity, b.lead.Entity) }) {
		ruled := &Ruled{Lead: m.lead, Scope: scopeOf(m), Reason: m.reason, Skip: unasked(m)}
		l := m.lead
		l.Context, l.Settled = !m.subject, true
		if ok {
			if r, ok := gate.Meet(l); ok {
				ruled.Groups = []Group{{r, []string{}}}
			}
		}
		e.record(ruled)
	}
	clear(e.people)
}

func scopeOf(m *meeting) string {
	if m.subject {
		return "subject"
	}
	return "context"
}

// ask puts a lead to the gate for each collector and queues what it allows.
func (e *engine) ask(ruled *Ruled, l Lead, cols []Collector) {
	for _, c := range cols {
		spec := c.Spec()
		p := &pending{key: TaskKey{spec.Name, l.Entity}, col: c, spec: spec, lead: l}
		if _, ruled := e.put[p.key]; ruled {
			continue
		}
		if t := e.cs.Task(p.key); t != nil && t.Finished != nil && t.Finished.Outcome != Cancelled {
			e.put[p.key] = true
			e.known++
			e.ended++
			continue // answered before the resume: it stands
		}
		p.ruling = e.run.Gate.Ask(spec, l)
		if p.ruling.Verdict == Later && !l.Settled {
			e.later[p.key] = p
			continue
		}
		if p.ruling.Verdict == Later {
			p.ruling.Verdict = ReviewIt
		}
		ruled.group(p.ruling, spec.Name)
		e.put[p.key] = p.ruling.Verdict == Allow || p.ruling.Verdict == Redact
		if e.put[p.key] {
			e.enqueue(p)
		} else {
			e.release(p.key)
		}
	}
}

// record writes a Ruled line, unless the case says the same already.
func (e *engine) record(r *Ruled) {
	if len(r.Groups) == 0 && r.Skip == "" {
		return
	}
	for _, old := range e.cs.rulings[r.Lead.Entity] {
		if bytes.Equal(said(old), said(r)) {
			return
		}
	}
	e.write(&Event{Ruled: r})
}

// said is what a ruling says, without how we came to it.
func said(r *Ruled) []byte {
	x := *r
	x.Lead = Lead{Entity: r.Lead.Entity}
	return encode(x)
}

// group adds a collector to the group with the same ruling.
func (r *Ruled) group(what Ruling, collector string) {
	key := encode(what)
	for i, g := range r.Groups {
		if bytes.Equal(encode(g.Ruling), key) {
			r.Groups[i].Collectors = append(g.Collectors, collector)
			return
		}
	}
	r.Groups = append(r.Groups, Group{what, []string{collector}})
}

// settle asks again what the gate put off, now that everything else has
// settled. It reports whether there was anything.
func (e *engine) settle() bool {
	e.register()
	if len(e.later) == 0 {
		return false
	}
	off := slices.SortedFunc(maps.Values(e.later), func(a, b *pending) int {
		return cmp.Or(compareEntity(a.key.Subject, b.key.Subject), cmp.Compare(a.key.Collector, b.key.Collector))
	})
	e.later = map[TaskKey]*pending{}
	for i := 0; i < len(off); {
		m := e.met[off[i].key.Subject]
		ruled := &Ruled{Lead: m.lead, Scope: scopeOf(m), Reason: m.reason}
		l := m.lead
		l.Context, l.Settled = !m.subject, true
		var cols []Collector
		for ; i < len(off) && off[i].key.Subject == m.lead.Entity; i++ {
			cols = append(cols, off[i].col)
		}
		e.ask(ruled, l, cols)
		e.record(ruled)
	}
	return true
}

// token returns the case's form of a clear entity.
func (e *engine) token(x Entity) Entity {
	if !x.Personal() || x.Sealed() {
		return x
	}
	t := e.run.Vault.SealEntity(x)
	e.clear[t] = x
	return t
}

func (e *engine) tokens(xs []Entity) []Entity {
	var out []Entity
	for _, x := range xs {
		out = append(out, e.token(x))
	}
	return out
}

// reveal returns the clear form of a case's entity; the entity itself when its
// key is gone.
func (e *engine) reveal(x Entity) Entity {
	if !x.Sealed() {
		return x
	}
	if c, ok := e.clear[x]; ok {
		return c
	}
	if c, ok := e.run.Vault.Reveal(x); ok {
		e.clear[x] = c
		return c
	}
	return x
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
