package pipeline

import (
	"cmp"
	"slices"
	"time"
)

// A Link is one exchange of the longest chain, and what the chain takes up to
// its end.
type Link struct {
	Exchange *Exchange
	Total    time.Duration
}

// Chain returns the longest chain of exchanges of which each had to wait for
// the one before: within a task, an exchange waits for those that were over
// when it began; a task waits for the exchanges of the observation that led
// to its subject, for the task it stands in for, and, if the gate put it off
// until all had settled, for everything before it. No run can take less time
// than its chain; what it takes more is ours.
func (c *Case) Chain() []Link {
	xs := slices.Clone(c.Exchanges)
	slices.SortStableFunc(xs, func(a, b *Exchange) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	ch := chains{c: c, end: map[ExchangeID]time.Duration{}, before: map[ExchangeID]ExchangeID{}, stands: c.standIns()}
	var last ExchangeID
	for _, x := range xs {
		prev := ch.cause(x, xs)
		ch.before[x.ID], ch.end[x.ID] = prev, ch.end[prev]+pause(c.Exchange(prev), x)+x.Elapsed
		if last == "" || ch.end[x.ID] > ch.end[last] {
			last = x.ID
		}
	}
	var links []Link
	for id := last; id != ""; id = ch.before[id] {
		links = append(links, Link{c.Exchange(id), ch.end[id]})
	}
	slices.Reverse(links)
	return links
}

// pause is the time between two tries of one question: the source's, who
// failed or asked to be left alone, and not ours.
func pause(y, x *Exchange) time.Duration {
	if y == nil || y.Task != x.Task || y.Question != x.Question {
		return 0
	}
	return x.At.Sub(y.At.Add(y.Elapsed))
}

type chains struct {
	c      *Case
	end    map[ExchangeID]time.Duration
	before map[ExchangeID]ExchangeID
	stands map[TaskKey]TaskKey
}

// cause returns the exchange with the longest chain that x waited for.
func (ch *chains) cause(x *Exchange, all []*Exchange) (best ExchangeID) {
	consider := func(y *Exchange) {
		if y == nil {
			return
		}
		if _, seen := ch.end[y.ID]; seen && !y.At.Add(y.Elapsed).After(x.At) && (best == "" || ch.end[y.ID] > ch.end[best]) {
			best = y.ID
		}
	}
	for _, y := range ch.c.Task(x.Task).Exchanges {
		consider(y)
	}
	if t := ch.c.Task(ch.stands[x.Task]); t != nil {
		for _, y := range t.Exchanges {
			consider(y)
		}
	}
	if n := ch.c.Entities[x.Task.Subject]; n != nil {
		if o := ch.c.Observation(n.Because); o != nil {
			for _, id := range o.Exchanges {
				consider(ch.c.Exchange(id))
			}
		}
		if n.Entity.Sealed() { // asked when all else had settled
			for _, y := range all {
				consider(y)
			}
		}
	}
	return best
}

// standIns returns, for each task that stands in for another and began, that
// other.
func (c *Case) standIns() map[TaskKey]TaskKey {
	m := map[TaskKey]TaskKey{}
	if c.Opened == nil {
		return m
	}
	for _, col := range c.Opened.Collectors {
		if col.StandsInFor == "" {
			continue
		}
		for _, t := range c.Tasks {
			if t.Key.Collector == col.Name {
				m[t.Key] = TaskKey{col.StandsInFor, t.Key.Subject}
			}
		}
	}
	return m
}

// RoundTrips returns the most exchanges that one task had one after another,
// for each collector.
func (c *Case) RoundTrips() map[string]int {
	most := map[string]int{}
	for _, t := range c.Tasks {
		xs := slices.DeleteFunc(slices.Clone(t.Exchanges), func(x *Exchange) bool { return x.Cached }) // no trip
		slices.SortFunc(xs, func(a, b *Exchange) int { return a.At.Compare(b.At) })
		deep := make([]int, len(xs))
		for i, x := range xs {
			for j, y := range xs[:i] {
				if !y.At.Add(y.Elapsed).After(x.At) {
					deep[i] = max(deep[i], deep[j])
				}
			}
			deep[i]++
			most[t.Key.Collector] = max(most[t.Key.Collector], deep[i])
		}
	}
	return most
}
