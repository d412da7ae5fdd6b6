package main

import (
	"context"
	"encoding/json"
	"errors"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
)

// An erasedBefore is what the record says was destroyed of one case.
type erasedBefore struct {
	kids    []string
	digests []string
	removed bool // the case, with all its keys
}

// again destroys what the record says was destroyed, and what is here again.
func (r *retaining) again(ctx context.Context, dirs map[string]string) error {
	before, err := r.c.erasedBefore(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range sortedKeys(before) {
		n, err := r.destroyAgain(id, dirs[id], before[id])
		if n > 0 || err != nil {
			row := retentionRow{Case: id, Dir: dirs[id], What: "again", Keys: n, Why: "the record says that it was destroyed, and it was here"}
			if err != nil {
				row.Why = err.Error()
			}
			r.done.add(row)
		}
		errs = append(errs, err)
	}
	return strongest(errs)
}

// erasedBefore reads from the record what was destroyed. A case that was removed
// and whose ledger goes on after was taken in again: it is no such one.
func (c *console) erasedBefore(ctx context.Context) (map[string]erasedBefore, error) {
	l, err := c.openLog(ctx, fromLedger)
	if errors.Is(err, audit.ErrAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer l.Close()
	before := map[string]erasedBefore{}
	_, err = l.Read(ctx, audit.Query{Types: []audit.Type{audit.Erasure, audit.CaseRemove, audit.Segment}}, func(x audit.Entry) error {
		of := before[x.Leaf.Case]
		switch x.Leaf.Type {
		case audit.Segment:
			if of.removed {
				of.removed = false
				before[x.Leaf.Case] = of
			}
			return nil
		case audit.CaseRemove:
			of.removed = true
		case audit.Erasure:
			var d struct{ Kids, Digests []string }
			if err := json.Unmarshal(x.Leaf.Body, &d); err != nil || x.Leaf.Case == "" {
				return err
			}
			of.kids, of.digests = append(of.kids, d.Kids...), append(of.digests, d.Digests...)
		}
		before[x.Leaf.Case] = of
		return nil
	})
	return before, err
}

// destroyAgain returns how many keys, values and answers there were.
func (r *retaining) destroyAgain(id, dir string, before erasedBefore) (n int, err error) {
	keys, err := pipeline.OpenKeys(r.search.keys, id)
	if err != nil {
		return 0, err
	}
	if before.removed {
		if n = keys.Len(); n == 0 || r.ledger == nil {
			return n, nil
		}
		return n, pipeline.ForgetKeys(r.search.keys, id)
	}
	for _, kid := range before.kids {
		if _, there := keys.Key(kid); there {
			n++
		}
	}
	if dir == "" {
		if n == 0 || r.ledger == nil {
			return n, nil
		}
		return pipeline.LoseKeys(r.search.keys, id, before.kids)
	}
	again, err := r.inFolderAgain(dir, n, before)
	if err != nil && r.ledger != nil && n > 0 { // the case is not as the record has it, or locked: its keys go all the same
		_, failed := pipeline.LoseKeys(r.search.keys, id, before.kids)
		return n, errors.Join(err, failed)
	}
	return again, err
}

// inFolderAgain destroys again what the lines of a case say was destroyed, and
// what the ledger says and the lines don't: the case was set back, and somebody
// went on with it. keys is how many of its keys are there.
func (r *retaining) inFolderAgain(dir string, keys int, before erasedBefore) (n int, err error) {
	if r.ledger == nil {
		cs, v, err := r.search.look(dir)
		if err != nil {
			return 0, err
		}
		left := v.There(before.kids, before.digests)
		return max(keys, v.Left(cs), len(left.Kids)+len(left.Digests)), nil
	}
	folder, err := pipeline.Open(dir, r.search.keys)
	if err != nil {
		return 0, err
	}
	defer folder.Close()
	if err := r.c.enter(r.ledger, folder, audit.Consent{}); err != nil {
		return 0, err
	}
	if n, err = folder.Reapply(); err != nil {
		return n, err
	}
	left := folder.Vault().There(before.kids, before.digests)
	x := pipeline.Erasure{Traces: left, By: r.c.operator(), What: "what was erased before", Reason: "the record says that it was destroyed, and it was here"}
	return n + len(left.Kids) + len(left.Digests), folder.Erase(x, func() error { return r.c.prove(r.ledger, folder) })
}
