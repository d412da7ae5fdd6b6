package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"
)

// The world of these tests: a domain with names, addresses, reverse names and
// people, told by six collectors whose answers are fixed and whose latency is
// not.

// fake is a collector over a table of answers. It asks one question for each
// answer it gives, so that every exchange is a place where a run can break.
type fake struct {
	spec   Spec
	answer func(Entity) []Observation
	wait   func() time.Duration
	log    func(question string) // of what really left
	fail   map[string]error      // by subject
}

func (f *fake) Spec() Spec { return f.spec }

func (f *fake) Collect(ctx context.Context, t Task, out Out) error {
	if err := f.fail[t.Subject.Value]; err != nil {
		return err
	}
	for i, o := range f.answer(t.Subject) {
		q := fmt.Sprintf("%s %s %d", f.spec.Name, t.Subject, i)
		id, err := f.ask(ctx, t, out, q)
		if err != nil {
			return err
		}
		o.Collector, o.Source, o.Origin = f.spec.Name, f.spec.Source.Name, f.spec.Name
		if o.Subject.IsZero() {
			o.Subject = t.Subject
		}
		o.Category, o.Grade, o.At, o.Exchanges = Technical, "B2", day, []ExchangeID{id}
		if o.Object != nil {
			o.Category = o.Object.Category()
		}
		out.Observed(o)
		if o.Exchanges[0] != id { // it is ours to read: the race detector sees who writes
			return fmt.Errorf("%s was changed to %s", id, o.Exchanges[0])
		}
	}
	return nil
}

func (f *fake) ask(ctx context.Context, t Task, out Out, question string) (ExchangeID, error) {
	if t.Answered != nil {
		if x, body, ok := t.Answered(question); ok {
			if string(body) != "answer to "+question {
				return "", fmt.Errorf("read back %q", body)
			}
			return x.ID, nil
		}
	}
	f.log(question)
	began := time.Now()
	select {
	case <-time.After(f.wait()):
	case <-ctx.Done():
		_, err := out.Exchanged(Exchange{Question: question, Source: f.spec.Source.Name, At: day, Outcome: Cancelled}, nil)
		if err != nil {
			return "", err
		}
		return "", Fail(Unreachable, "broken off")
	}
	x, err := out.Exchanged(Exchange{Question: question, Source: f.spec.Source.Name, At: began, Elapsed: time.Since(began), Outcome: OK,
		Locator: "fake:" + t.Subject.Value, Cost: f.spec.Source.PriceUSD}, []byte("answer to "+question))
	return x.ID, err
}

var day = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func ent(k Kind, v string) Entity {
	e, err := NewEntity(k, v)
	if err != nil {
		panic(err)
	}
	return e
}

func obj(p Predicate, k Kind, v string) Observation {
	e := ent(k, v)
	return Observation{Predicate: p, Object: &e}
}

// planted are personal values that may stand nowhere in clear.
var planted = []string{"Ada Plumtree", "ada.plumtree@acme.example", "+442079460123"}

type world struct {
	mu     sync.Mutex
	left   []string // questions that really left this machine
	jitter time.Duration
	rng    *rand.Rand
}

func newWorld(seed uint64, jitter time.Duration) *world {
	return &world{jitter: jitter, rng: rand.New(rand.NewPCG(seed, 1))}
}

func (w *world) wait() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.jitter == 0 {
		return 0
	}
	return time.Duration(w.rng.Int64N(int64(2 * w.jitter)))
}

func (w *world) ask(q string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = append(w.left, q)
}

func (w *world) collectors() []Collector {
	n := func(s string) int { h := fnv.New32(); h.Write([]byte(s)); return int(h.Sum32() % 3) }
	table := []struct {
		spec   Spec
		answer func(Entity) []Observation
	}{
		{Spec{Name: "names", Consumes: []Kind{KindDomain}}, func(e Entity) (out []Observation) {
			for _, h := range []string{"www", "mail", "vpn", "shop"} {
				out = append(out, obj("has-name", KindHost, h+"."+e.Value))
			}
			return out
		}},
		{Spec{Name: "deep", Consumes: []Kind{KindHost}}, func(e Entity) []Observation {
			if strings.Count(e.Value, ".") > 4 {
				return nil
			}
			return []Observation{obj("alias-of", KindHost, fmt.Sprintf("n%d.%s", n(e.Value), e.Value)),
				obj("alias-of", KindHost, "shop.acme.example"), obj("alias-of", KindHost, "cdn.other.example")}
		}},
		{Spec{Name: "address", Consumes: []Kind{KindDomain, KindHost}, Source: Source{PriceUSD: .01}, Ceiling: Ceiling{CostUSD: .02}}, func(e Entity) []Observation {
			return []Observation{obj("resolves-to", KindIP, fmt.Sprintf("192.0.2.%d", 10+n(e.Value))), obj("resolves-to", KindIP, "192.0.2.9")}
		}},
		{Spec{Name: "reverse", Consumes: []Kind{KindIP}}, func(e Entity) []Observation {
			return []Observation{obj("reverse-name", KindHost, "vpn.acme.example"), obj("reverse-name", KindHost, "r.hoster.example")}
		}},
		{Spec{Name: "registry", Consumes: []Kind{KindDomain}}, func(e Entity) []Observation {
			return []Observation{obj("registered-to", KindPerson, planted[0]), obj("has-contact", KindEmail, planted[1]), obj("has-contact", KindPhone, planted[2])}
		}},
		{Spec{Name: "backup", Consumes: []Kind{KindDomain}, StandsInFor: "registry"}, func(e Entity) []Observation {
			return []Observation{obj("has-contact", KindEmail, "hostmaster@acme.example")}
		}},
		{Spec{Name: "mailbox", Consumes: []Kind{KindEmail}}, func(e Entity) []Observation { return nil }},
	}
	var out []Collector
	for _, r := range table {
		r.spec.Source.Name = r.spec.Name
		out = append(out, &fake{spec: r.spec, answer: r.answer, wait: w.wait, log: w.ask})
	}
	return out
}

// lawful is a gate that puts off what is personal, learns, and seals.
type lawful struct{ hosts int }

func (g *lawful) Event(e *Event) error {
	if e.Observed != nil && e.Observed.Predicate == "has-name" {
		g.hosts++
	}
	return nil
}
func (g *lawful) Sync() error { return nil }

func (g *lawful) Ask(s Spec, l Lead) Ruling {
	keep := KeepRaw
	if s.Name == "registry" || s.Name == "mailbox" {
		keep = KeepSealed
	}
	if l.Clear.Personal() {
		if !l.Settled {
			return Ruling{Verdict: Later, Keep: keep}
		}
		if g.hosts < 4 { // a fact that only the settled case has
			return Ruling{Verdict: Deny, Rule: "too-little-known", Keep: keep}
		}
	}
	return Ruling{Verdict: Allow, Rule: "test", Keep: keep}
}

func (g *lawful) Keep(s Spec, o Observation) (Observation, Ruling) {
	if o.Object != nil && o.Object.Kind == KindPhone {
		return o, Ruling{Verdict: Deny, Rule: "no-phones", Keep: KeepNone}
	}
	return o, Ruling{Verdict: Allow, Rule: "test", Keep: KeepSealed}
}

// counter is an assessor that finds one thing for each entity in scope.
type counter struct{}

func (counter) Assess(c *Case, _ time.Time) ([]Finding, *Assessment, error) {
	var fs []Finding
	for _, n := range c.Nodes() {
		if n.InScope && n.Entity.Kind == KindHost {
			fs = append(fs, Finding{ID: "f-" + n.Entity.Value, Rule: "T", Subject: n.Entity})
		}
	}
	return fs, &Assessment{Model: "test", Score: float64(len(fs))}, nil
}

func (w *world) run(v *Vault) *Run {
	return &Run{
		Opened: Opened{Limits: Limits{Depth: 3}, TLP: "TLP:GREEN"}, Collectors: w.collectors(), Gate: &lawful{},
		Assessor: counter{}, Vault: v,
		Scope: Scope{Seeds: []Entity{ent(KindDomain, "acme.example")},
			Excluded: []Entity{ent(KindHost, "n2.www.acme.example")},
			Admit:    []Admission{{"resolves-to", KindIP, "a name points at it"}}},
	}
}

// investigate runs the world once in a fresh folder.
func (w *world) investigate(t *testing.T, change func(*Run)) (*Case, string, string) {
	t.Helper()
	dir, keys := t.TempDir(), t.TempDir()
	f, err := Create(dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := w.run(f.Vault())
	if change != nil {
		change(r)
	}
	c, err := r.Do(t.Context(), f.Sinks()...)
	if err != nil {
		t.Fatal(err)
	}
	return c, dir, keys
}

// canon is what must be equal however a run went: entities and scope, what
// was observed on which questions, how tasks ended, what was ruled, found and
// assessed. Times, numbers, exchange ids, attempts, cost and elapsed are
// left out; tokens stand for what they hold.
func canon(t *testing.T, c *Case, v *Vault) string {
	t.Helper()
	clear := func(e Entity) string {
		x, ok := v.Reveal(e)
		if !ok {
			t.Fatalf("no key for %s", e)
		}
		return x.String()
	}
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	depth := c.Depths()
	for e, n := range c.Entities {
		say("entity %s scope=%v depth=%d %s", clear(e), n.InScope, depth[e], n.Reason)
		for _, r := range c.rulings[e] {
			for _, g := range r.Groups {
				for _, col := range g.Collectors {
					b, _ := json.Marshal(g.Ruling)
					say("ruled %s %s %s", clear(e), col, b)
				}
			}
		}
	}
	for _, o := range c.Observations {
		object := ""
		if o.Object != nil {
			object = clear(*o.Object)
		}
		var qs, asked []string
		for _, id := range o.Exchanges {
			qs = append(qs, c.Exchange(id).Question)
		}
		for _, a := range o.askers {
			asked = append(asked, clear(a))
		}
		sort.Strings(qs)
		sort.Strings(asked)
		say("observed %s %s %s %s %v denies=%v asked=%v by %v", o.Collector, clear(o.Subject), o.Predicate, object, o.Value, o.Denies, asked, qs)
	}
	for _, x := range c.Tasks {
		if x.Finished == nil {
			t.Errorf("task %s has no end", x.Key)
			continue
		}
		say("task %s %s %s %s", x.Key.Collector, clear(x.Key.Subject), x.Finished.Outcome, x.Finished.Reason)
	}
	for _, w := range c.Withheld {
		say("withheld %s %s %s %d", clear(w.Task.Subject), w.Predicate, w.Ruling.Rule, w.Count)
	}
	for _, f := range c.Findings {
		say("found %s %s", f.Rule, f.Subject)
	}
	say("score %v closed %v", c.Assessment.Score, c.Closed.Outcome)
	sort.Strings(lines)
	return strings.Join(slices.Compact(lines), "\n")
}
