package pipeline

import (
	"maps"
	"slices"
	"time"
)

// A Case is the fold of a list of events. It is itself a [Sink]. Everything
// in it comes from the lines; what can be computed is computed.
type Case struct {
	Opened  *Opened
	Closed  *Closed
	Resumed int       // how often
	Began   time.Time // of the first line
	Ended   time.Time // of the last line that is not Reported, Attested or Disclosed
	Lines   uint64    // number of that line
	Seq     uint64    // number of the last line

	Entities     map[Entity]*Node
	Observations []*Observation // in the order first seen; exchanges united
	Exchanges    []*Exchange
	Tasks        []*TaskRecord // in the order first started
	Rulings      []*Ruled
	Withheld     []*Withheld
	Findings     []*Finding
	Assessment   *Assessment
	Triaged      *Triage  // the last one; nil if there is none
	Acts         []*Event // lines that commands appended
	Sealed       []Entity // each sealed value once, in the order of the lines: see [Case.seals]

	observed  map[string]*Observation
	exchanged map[ExchangeID]*Exchange
	tasks     map[TaskKey]*TaskRecord
	rulings   map[Entity][]*Ruled
	words     map[string]string // one copy of what is said again and again
	sealed    map[string]bool   // tokens in Sealed
}

// A Node is what the fold knows of one entity.
type Node struct {
	Entity    Entity
	InScope   bool
	Reason    string         // why it is in scope or not
	FirstSeen time.Time      // time of the line that first named it
	Because   string         // id of the observation that first named it
	Out       []*Observation // it is the subject of
	In        []*Observation // it is the object of
	Found     []*Observation // made when it was asked about
}

// A TaskRecord is what the fold knows of one task.
type TaskRecord struct {
	Key       TaskKey
	Attempts  int
	Started   time.Time
	Finished  *Finished // nil while it runs, or when the run was killed
	Exchanges []*Exchange
}

// NewCase returns an empty fold.
func NewCase() *Case {
	return &Case{
		Entities:  map[Entity]*Node{},
		observed:  map[string]*Observation{},
		exchanged: map[ExchangeID]*Exchange{},
		tasks:     map[TaskKey]*TaskRecord{},
		rulings:   map[Entity][]*Ruled{},
		words:     map[string]string{},
		sealed:    map[string]bool{},
	}
}

// Observation returns the observation of an id, or nil.
func (c *Case) Observation(id string) *Observation { return c.observed[id] }

// Exchange returns the exchange of an id, or nil.
func (c *Case) Exchange(id ExchangeID) *Exchange { return c.exchanged[id] }

// Task returns the record of a task, or nil if it never started.
func (c *Case) Task(k TaskKey) *TaskRecord { return c.tasks[k] }

// Standing returns the last ruling on each question. One without a collector is
// on whether a person may stand in the case.
func (c *Case) Standing() map[TaskKey]Ruling {
	last := map[TaskKey]Ruling{}
	for _, r := range c.Rulings {
		for _, g := range r.Groups {
			if len(g.Collectors) == 0 {
				last[TaskKey{"", r.Lead.Entity}] = g.Ruling
			}
			for _, name := range g.Collectors {
				last[TaskKey{name, r.Lead.Entity}] = g.Ruling
			}
		}
	}
	return last
}

// Nodes returns the entities sorted by kind and value.
func (c *Case) Nodes() []*Node {
	return slices.SortedFunc(maps.Values(c.Entities), func(a, b *Node) int { return compareEntity(a.Entity, b.Entity) })
}

// Sync implements [Sink]; a fold has nothing to make durable.
func (c *Case) Sync() error { return nil }

// Last implements [Resumer].
func (c *Case) Last() uint64 { return c.Seq }

// Event implements [Sink]: it folds one line into the case. It keeps e's
// pointers and changes none but the observations', whose exchanges it unites.
func (c *Case) Event(e *Event) error {
	c.Seq = e.Seq
	if c.Began.IsZero() {
		c.Began = e.Time
	}
	if e.Reported == nil && e.Attested == nil && e.Disclosed == nil {
		c.Lines, c.Ended = e.Seq, e.Time
	}
	switch {
	case e.Opened != nil:
		c.Opened = e.Opened
		for _, s := range e.Opened.Seeds {
			c.meet(s, e.Time, "")
		}
	case e.Ruled != nil:
		n := c.meet(e.Ruled.Lead.Entity, e.Time, e.Ruled.Lead.Because)
		if e.Ruled.Scope == "subject" || n.Reason == "" {
			n.InScope, n.Reason = e.Ruled.Scope == "subject", e.Ruled.Reason
		}
		c.Rulings = append(c.Rulings, e.Ruled)
		c.rulings[n.Entity] = append(c.rulings[n.Entity], e.Ruled)
	case e.Started != nil:
		t := c.task(e.Started.Task)
		t.Attempts, t.Started = e.Started.Attempt, e.Time
		if t.Finished != nil && t.Finished.Outcome == Cancelled {
			t.Finished = nil
		}
	case e.Exchanged != nil:
		c.exchange(e.Exchanged)
	case e.Observed != nil:
		c.observe(e.Observed, e.Time)
	case e.Withheld != nil:
		c.Withheld = append(c.Withheld, e.Withheld)
	case e.Finished != nil:
		c.task(e.Finished.Task).Finished = e.Finished
	case e.Found != nil:
		c.Findings = append(c.Findings, e.Found)
	case e.Assessed != nil:
		c.Assessment = e.Assessed
	case e.Closed != nil:
		c.Closed = e.Closed
	case e.Triaged != nil:
		c.Triage(e.Triaged)
	case e.Resumed != nil:
		c.Resumed++ // what was judged is judged again
		c.Closed, c.Findings, c.Assessment, c.Triaged = nil, nil, nil, nil
		c.Acts = append(c.Acts, e)
	default:
		if _, act := e.Act(); act != nil {
			c.Acts = append(c.Acts, e)
		}
	}
	return nil
}

func (c *Case) meet(e Entity, at time.Time, because string) *Node {
	n := c.Entities[e]
	if n == nil {
		n = &Node{Entity: e, FirstSeen: at, Because: because}
		c.Entities[e] = n
		c.seals(e)
	}
	return n
}

func (c *Case) task(k TaskKey) *TaskRecord {
	t := c.tasks[k]
	if t == nil {
		t = &TaskRecord{Key: k}
		c.tasks[k] = t
		c.Tasks = append(c.Tasks, t)
	}
	return t
}

// exchange takes an exchange; one with a known id replaces it (a question
// broken off and put again).
func (c *Case) exchange(x *Exchange) {
	if old := c.exchanged[x.ID]; old != nil {
		*old = *x
		return
	}
	c.exchanged[x.ID] = x
	c.Exchanges = append(c.Exchanges, x)
	t := c.task(x.Task)
	t.Exchanges = append(t.Exchanges, x)
}

// observe takes an observation; a known one is united with what is new of it:
// its exchanges, and that another entity was asked.
func (c *Case) observe(o *Observation, at time.Time) {
	asked := c.meet(o.Asked, at, "")
	known := c.observed[o.ID]
	if known == nil {
		c.share(o)
		c.observed[o.ID] = o
		c.Observations = append(c.Observations, o)
		n := c.meet(o.Subject, at, o.ID)
		n.Out = append(n.Out, o)
		if o.Object != nil {
			n := c.meet(*o.Object, at, o.ID)
			n.In = append(n.In, o)
		}
		c.sealsIn(o.Value)
	} else {
		for _, x := range o.Exchanges {
			if !slices.Contains(known.Exchanges, x) {
				known.Exchanges = append(known.Exchanges, x)
			}
		}
	}
	if known == nil {
		known = o
	}
	if !slices.Contains(known.askers, asked.Entity) {
		known.askers = append(known.askers, asked.Entity)
		asked.Found = append(asked.Found, known)
	}
}

// Depths returns how far each entity lies from the nearest seed, in steps
// "asked about X, heard of Y".
func (c *Case) Depths() map[Entity]int {
	d := make(map[Entity]int, len(c.Entities))
	var queue []Entity
	if c.Opened != nil {
		for _, s := range (&Scope{Seeds: c.Opened.Seeds}).Leads() {
			d[s] = 0
			queue = append(queue, s)
		}
	}
	for len(queue) > 0 {
		e := queue[0]
		queue = queue[1:]
		n := c.Entities[e]
		if n == nil {
			continue
		}
		for _, o := range n.Found {
			for _, x := range o.names() {
				if _, ok := d[x]; !ok {
					d[x] = d[e] + 1
					queue = append(queue, x)
				}
			}
		}
	}
	return d
}

// names returns the entities that o leads to.
func (o *Observation) names() []Entity {
	if o.Object == nil || o.Denies {
		return []Entity{o.Subject}
	}
	return []Entity{o.Subject, *o.Object}
}

// share gives an observation the case's one copy of each word that many
// observations have: read from a file, each comes with copies of its own.
func (c *Case) share(o *Observation) {
	word := func(s string) string {
		if w, ok := c.words[s]; ok {
			return w
		}
		c.words[s] = s
		return s
	}
	o.Collector, o.Source, o.Origin = word(o.Collector), word(o.Source), word(o.Origin)
	o.Predicate, o.Category, o.Grade = Predicate(word(string(o.Predicate))), Category(word(string(o.Category))), Grade(word(string(o.Grade)))
	o.Subject, o.Asked = c.known(o.Subject), c.known(o.Asked)
	if o.Object != nil {
		*o.Object = c.known(*o.Object)
	}
	for i, x := range o.Exchanges {
		if known := c.exchanged[x]; known != nil {
			o.Exchanges[i] = known.ID
		}
	}
}

// known returns the case's own copy of an entity.
func (c *Case) known(e Entity) Entity {
	if n := c.Entities[e]; n != nil {
		return n.Entity
	}
	return e
}
