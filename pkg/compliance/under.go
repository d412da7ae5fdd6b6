package compliance

import (
	"time"

	"osint/pkg/compliance/law"
	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// Law is what a gate rules by beside its policy: the frameworks, and the facts
// that somebody declared.
type Law struct {
	Book         *law.Book
	Organisation *Organisation // nil: none, and every fact about it is unknown
	Mandate      *Mandate      // with the organisation's defaults; nil: none, and every fact about the job is unknown that was not typed
	Now          time.Time

	// Approvals waive reviews; nil: there are none.
	Approvals Waiver

	// Reveal returns the clear form of a case's entity, where its key exists.
	Reveal func(pipeline.Entity) (pipeline.Entity, bool)
}

// A Waiver knows what a person approved: see [Approvals.Waives].
type Waiver interface {
	Waives(of pipeline.Entity, collector, rule string, unknown []string) (approver string)
}

// A bench is a gate's law at work on one case: what was declared, and what the
// case has told so far.
type bench struct {
	Law
	job      *Job
	declared bool // somebody said what the job rests on
	facts    *rule.Facts
	seeds    []pipeline.Entity                    // in the case's form, as all below
	home     places                               // what the seeds tell by their form
	learned  map[pipeline.Entity]places           // what was told of an entity
	subject  map[pipeline.Entity]bool             // the subject's
	rulings  map[pipeline.TaskKey]pipeline.Ruling // under which a task runs
	people   map[pipeline.Entity]bool             // met so far
}

// Under returns a gate that also rules by law. It learns from the events of
// one case, so each case needs its own.
func (g *Gate) Under(l Law) *Gate {
	declared := l.Mandate != nil
	if !declared {
		l.Mandate = NewMandate()
	}
	if l.Reveal == nil {
		l.Reveal = func(e pipeline.Entity) (pipeline.Entity, bool) { return e, !e.Sealed() }
	}
	under := *g
	b := &bench{Law: l, job: &under.job, declared: declared, facts: rule.NewFacts(), home: places{}, learned: map[pipeline.Entity]places{},
		subject: map[pipeline.Entity]bool{}, rulings: map[pipeline.TaskKey]pipeline.Ruling{}, people: map[pipeline.Entity]bool{}}
	l.Book.Lend(b.facts, l.Now)
	if declared {
		l.Mandate.Facts(b.facts.Set)
	}
	b.facts.Set("data.age_days", 0)
	b.facts.Set("job.encrypted", under.policy.seals())
	if l.Organisation != nil {
		l.Organisation.Facts(l.Now, b.facts.Set)
	}
	for fact, typed := range map[string]string{"job.purpose": under.job.Purpose, "job.basis": under.job.LawfulBasis, "job.authority_ref": under.job.Reference} {
		if typed != "" {
			b.facts.Set(fact, typed)
		}
	}
	under.bench = b
	return &under
}

// Event implements [pipeline.Sink]: what the case has told counts when the gate
// is next asked.
func (g *Gate) Event(e *pipeline.Event) error {
	if g.bench != nil {
		g.bench.hear(e)
	}
	return nil
}

// Sync implements [pipeline.Sink]; a gate has nothing to make durable.
func (g *Gate) Sync() error { return nil }

// hear takes in one line.
func (b *bench) hear(e *pipeline.Event) {
	switch {
	case e.Opened != nil:
		b.seeds = e.Opened.Seeds
		for _, s := range b.seeds {
			b.subject[s] = true
			if clear, ok := b.Reveal(s); ok {
				b.home.join(placesOf(clear))
			}
		}
	case e.Ruled != nil:
		if e.Ruled.Scope == "subject" {
			b.subject[e.Ruled.Lead.Entity] = true
		}
		for _, g := range e.Ruled.Groups {
			for _, c := range g.Collectors {
				b.rulings[pipeline.TaskKey{Collector: c, Subject: e.Ruled.Lead.Entity}] = g.Ruling
			}
		}
	case e.Observed != nil:
		b.learn(e.Observed)
	}
}

// learn takes from an observation what it tells of a jurisdiction: where the
// holder of a name is registered, and which country a telephone number of
// his has.
func (b *bench) learn(o *pipeline.Observation) {
	if o.Subject.Personal() {
		b.people[o.Subject] = true
	}
	if o.Object != nil && o.Object.Personal() {
		b.people[*o.Object] = true
	}
	p := places{}
	switch text, _ := o.Value.(string); {
	case o.Denies:
	case o.Predicate == "registrant-country":
		p.add(weighRegistered, countryOf(text)...)
	case o.Predicate == "has-contact" && text == "registrant" && o.Object != nil && o.Object.Kind == pipeline.KindPhone:
		if number, ok := b.Reveal(*o.Object); ok {
			p.join(placesOf(number))
		}
	}
	if len(p) == 0 {
		return
	}
	if b.learned[o.Subject] == nil {
		b.learned[o.Subject] = places{}
	}
	b.learned[o.Subject].join(p)
}
