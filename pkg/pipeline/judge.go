package pipeline

import (
	"context"
	"fmt"
	"time"
)

// analyze looks at the fold as a whole: which statements several origins
// make, and which contradict each other.
func (e *engine) analyze(context.Context) error {
	s := Correlate(e.cs)
	several, against := 0, 0
	for _, x := range s {
		if len(x.Origins) > 1 {
			several++
		}
		if x.Contradicted() {
			against++
		}
	}
	e.note = fmt.Sprintf("%s, %d by several origins, %d contradicted", plural(len(s), "statement", "statements"), several, against)
	return nil
}

// verify reads back everything that was kept: bytes against their digests,
// exchanges against rulings, observations against exchanges.
func (e *engine) verify(ctx context.Context) error {
	v := &e.verified
	allowed := map[TaskKey]bool{}
	for _, r := range e.cs.Rulings {
		for _, g := range r.Groups {
			if g.Ruling.Verdict == Allow || g.Ruling.Verdict == Redact {
				for _, c := range g.Collectors {
					allowed[TaskKey{c, r.Lead.Entity}] = true
				}
			}
		}
	}
	for _, x := range e.cs.Exchanges {
		if !allowed[x.Task] {
			v.Unruled = append(v.Unruled, string(x.ID))
		}
		if len(x.Excess) > 0 {
			v.Excess++
		}
		if x.SHA256 == "" {
			continue
		}
		v.Exchanges++
		v.Bytes += int64(x.Bytes)
		if _, err := e.run.Vault.store.Get(x.SHA256); err != nil {
			v.Bad = append(v.Bad, string(x.ID))
		}
	}
	for _, o := range e.cs.Observations {
		for _, id := range o.Exchanges {
			if e.cs.Exchange(id) == nil {
				v.Unproven = append(v.Unproven, o.ID)
				break
			}
		}
	}
	for _, w := range e.cs.Withheld {
		if w.Excess() {
			v.Quarantined += w.Count
		}
	}
	e.note = fmt.Sprintf("%s read back, %d do not match", plural(v.Exchanges, "answer", "answers"), len(v.Bad))
	if n := v.Quarantined + v.Excess; n > 0 {
		e.note += fmt.Sprintf(", %d beyond a manifest", n)
	}
	return nil
}

// assess turns the case into findings and a score.
func (e *engine) assess(context.Context) error {
	if e.run.Assessor == nil {
		return nil
	}
	found, score, err := e.run.Assessor.Assess(e.cs, e.now().UTC())
	if err != nil {
		return fmt.Errorf("assess: %w", err)
	}
	for i := range found {
		e.write(&Event{Found: &found[i]})
	}
	if score != nil {
		e.write(&Event{Assessed: score})
	}
	e.sync()
	e.note = plural(len(found), "finding", "findings")
	return nil
}

// catchUp takes over what an earlier process recorded: what was spent, and
// what a task killed at work may have cost beyond it.
func (e *engine) catchUp() {
	for _, x := range e.cs.Exchanges {
		e.spent += x.Cost
	}
	for _, t := range e.cs.Tasks {
		if t.Attempts == 0 || t.Finished != nil {
			continue
		}
		lost := e.specs[t.Key.Collector].Ceiling.CostUSD
		for _, x := range t.Exchanges {
			lost -= x.Cost
		}
		e.spent += max(0, lost)
	}
}

// progressEvery is how often renderers are told how far a run is.
const progressEvery = 100 * time.Millisecond

// progress tells the renderers; not more often than they can show, unless it
// must.
func (e *engine) progress(must bool) {
	if len(e.shown) == 0 || !must && e.clock().Sub(e.told) < progressEvery {
		return
	}
	e.told = e.clock()
	from, to := e.at.Span()
	p := Progress{Stage: e.at, Percent: from, Running: len(e.running), Done: e.ended, Total: e.known, Note: e.note}
	if e.at == Collecting && e.known > 0 {
		p.Percent += (to - from) * min(e.ended, e.known) / e.known
	}
	for _, q := range e.queues {
		p.Waiting += len(q.tasks)
		if wait := q.until.Sub(e.told); len(q.tasks) > 0 && wait > p.Wait {
			p.Wait, p.WaitFor = wait, q.source.Name
		}
	}
	for _, s := range e.shown {
		s.Progress(p)
	}
}
