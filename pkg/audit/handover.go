package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
)

// A handover is an entry about keys: a key signs what holds it, and what comes
// after.
type handover struct {
	seq  int64
	vkey string
}

// keyChanges are the handovers of a ledger, the genesis first.
type keyChanges []handover

// handovers reads which keys sign, and from where on.
func handovers(ctx context.Context, q querier) (changes keyChanges, err error) {
	rows, err := q.QueryContext(ctx, "SELECT leaf FROM entry WHERE seq IN (SELECT seq FROM keyleaf) ORDER BY seq")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var b sql.RawBytes
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		leaf, err := ParseLeaf(b)
		var k keyBody
		if err == nil {
			err = json.Unmarshal(leaf.Body, &k)
		}
		switch {
		case err != nil:
			return nil, err
		case leaf.Type == Genesis:
			changes = append(changes, handover{leaf.Seq, k.Key})
		case leaf.Type == KeyRotate:
			changes = append(changes, handover{leaf.Seq, k.New})
		case leaf.Type == KeyRevoke && len(changes) > 0: // the same signs on
			changes = append(changes, handover{leaf.Seq, changes[len(changes)-1].vkey})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(changes) == 0 {
		return nil, errors.New("no entry names the key that signs")
	}
	return changes, nil
}

// last returns which handover the first entries hold last.
func (c keyChanges) last(size int64) int {
	k := 0
	for k+1 < len(c) && c[k+1].seq < size {
		k++
	}
	return k
}

// at reports whether a checkpoint of a size stands just before a handover or
// over it: both are what the next key's trust rests on.
func (c keyChanges) at(size int64) bool {
	k := c.last(size)
	return c[k].seq+1 == size || k+1 < len(c) && c[k+1].seq == size
}

// signers returns the keys that sign a checkpoint of a size: over a handover
// both.
func (c keyChanges) signers(size int64) []string {
	k := c.last(size)
	if k > 0 && c[k].seq+1 == size && c[k].vkey != c[k-1].vkey {
		return []string{c[k-1].vkey, c[k].vkey}
	}
	return []string{c[k].vkey}
}
