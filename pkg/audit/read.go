package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// A querier is the database or one transaction on it.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// nodes reads the tree's hashes, the stored ones and what they make.
type nodes struct{ q querier }

// ReadHashes implements [tlog.HashReader].
func (r nodes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, ix := range indexes {
		level, n := tlog.SplitStoredHashIndex(ix)
		base := level - level%stride
		hs, err := r.row(base, n<<(level-base), 1<<(level-base))
		if err != nil {
			return nil, err
		}
		for ; len(hs) > 1; hs = hs[:len(hs)/2] {
			for j := range len(hs) / 2 {
				hs[j] = tlog.NodeHash(hs[2*j], hs[2*j+1])
			}
		}
		out[i] = hs[0]
	}
	return out, nil
}

// row reads count hashes of a level that is stored, from the nth on.
func (r nodes) row(level int, n int64, count int) ([]tlog.Hash, error) {
	query := "SELECT leaf_hash FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq"
	args := []any{n, n + int64(count)}
	if level > 0 {
		query = "SELECT h FROM node WHERE ix IN (?" + strings.Repeat(",?", count-1) + ") ORDER BY ix"
		args = args[:0]
		for i := range int64(count) {
			args = append(args, tlog.StoredHashIndex(level, n+i))
		}
	}
	rows, err := r.q.QueryContext(context.Background(), query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var hs []tlog.Hash
	for rows.Next() {
		var b sql.RawBytes
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		if len(b) != tlog.HashSize {
			return nil, fmt.Errorf("a hash of %d bytes", len(b))
		}
		hs = append(hs, tlog.Hash(b))
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(hs) != count {
		return nil, fmt.Errorf("level %d of the tree lacks hashes from %d on", level, n)
	}
	return hs, nil
}

// sizeOf returns how many entries there are, by the last one's number.
func sizeOf(q querier) (size int64, err error) {
	err = q.QueryRowContext(context.Background(), "SELECT coalesce(max(seq) + 1, 0) FROM entry").Scan(&size)
	return size, err
}

// leafAt reads one leaf's bytes.
func leafAt(q querier, seq int64) (leaf []byte, err error) {
	err = q.QueryRowContext(context.Background(), "SELECT leaf FROM entry WHERE seq = ?", seq).Scan(&leaf)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w %d", errNoEntry, seq)
	}
	return leaf, err
}

var errNoEntry = errors.New("the ledger has no entry")
