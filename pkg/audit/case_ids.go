package audit

import (
	"context"
	"slices"
)

// CaseIDs returns the ids of the cases that lines were recorded of, sorted, less
// those that were removed. It reads where segments stand, which Verify proves.
func (r *Reader) CaseIDs(ctx context.Context) (ids []string, err error) {
	rows, err := r.q.QueryContext(ctx, "SELECT DISTINCT case_id FROM segment ORDER BY case_id")
	if err != nil {
		return nil, damage(r.Path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, damage(r.Path, err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, damage(r.Path, err)
	}
	gone, err := r.removed(ctx)
	return slices.DeleteFunc(ids, func(id string) bool { return gone[id] }), err
}

// removed returns the cases that an entry says were removed.
func (r *Reader) removed(ctx context.Context) (map[string]bool, error) {
	rows, err := r.q.QueryContext(ctx, "SELECT leaf FROM entry WHERE instr(leaf, ?) > 0", []byte(`"type":"`+CaseRemove+`"`))
	if err != nil {
		return nil, damage(r.Path, err)
	}
	defer rows.Close()
	gone := map[string]bool{}
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, damage(r.Path, err)
		}
		if leaf, err := ParseLeaf(b); err == nil && leaf.Type == CaseRemove {
			gone[leaf.Case] = true
		}
	}
	return gone, damage(r.Path, rows.Err())
}
