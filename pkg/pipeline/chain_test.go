package pipeline

import (
	"slices"
	"testing"
	"time"
)

func TestChain(t *testing.T) {
	c, _, _ := newWorld(1, 5*time.Millisecond).investigate(t, nil)
	links := c.Chain()
	var tasks []string
	for i, l := range links {
		if i > 0 && l.Exchange.At.Before(links[i-1].Exchange.At) {
			t.Errorf("link %d was asked before link %d", i, i-1)
		}
		tasks = append(tasks, l.Exchange.Task.Collector)
	}
	if len(links) == 0 {
		t.Fatal("no chain")
	}
	var sum time.Duration
	for _, l := range links {
		sum += l.Exchange.Elapsed
	}
	if sum != links[len(links)-1].Total {
		t.Errorf("links add up to %v, the chain says %v", sum, links[len(links)-1].Total)
	}

	// By hand: b waits for a, which is over; c does not; d is another task's,
	// found through b.
	by := NewCase()
	seed, host := ent(KindDomain, "acme.example"), ent(KindHost, "www.acme.example")
	at := func(ms int) time.Time { return day.Add(time.Duration(ms) * time.Millisecond) }
	x := func(id ExchangeID, task TaskKey, from, ms int) *Event {
		return &Event{Exchanged: &Exchange{ID: id, Task: task, At: at(from), Elapsed: time.Duration(ms) * time.Millisecond}}
	}
	one, two := TaskKey{"names", seed}, TaskKey{"address", host}
	o := &Observation{ID: "o1", Subject: seed, Predicate: "has-name", Object: &host, Asked: seed, Exchanges: []ExchangeID{"b"}}
	for i, e := range []*Event{{Opened: &Opened{Seeds: []Entity{seed}}}, x("a", one, 0, 100), x("c", one, 10, 150), x("b", one, 100, 40),
		{Observed: o}, x("d", two, 150, 100)} {
		e.Seq = uint64(i + 1)
		if err := by.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	var ids []ExchangeID
	for _, l := range by.Chain() {
		ids = append(ids, l.Exchange.ID)
	}
	if !slices.Equal(ids, []ExchangeID{"a", "b", "d"}) {
		t.Errorf("chain %v", ids)
	}
	if rt := by.RoundTrips(); rt["names"] != 2 || rt["address"] != 1 {
		t.Errorf("round trips %v", rt)
	}
}
