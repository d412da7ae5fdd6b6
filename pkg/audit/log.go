package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// A Log reads entries as they stand, from a ledger or from where ledgers were
// shipped to: nothing that it reads is verified. It writes nothing, takes no
// lock that keeps a writer waiting, and each reading is of one moment.
type Log struct {
	name  string // of the file, or of the server
	conn  *sql.Conn
	close func() error
	means func(error) error // what an error of the database stands for
}

// NewLog reads the view log that conn sees: see [Query]. name is what messages
// call it. The Log closes conn, then calls close.
func NewLog(name string, conn *sql.Conn, close func() error, means func(error) error) *Log {
	return &Log{name, conn, close, means}
}

// OpenLog opens the ledger in a folder: see [OpenReader].
func OpenLog(dir string) (*Log, error) {
	if err := register(); err != nil {
		return nil, err
	}
	r, err := OpenReader(dir)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	conn, err := r.db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(damage(r.Path, err), r.Close())
	}
	l := NewLog(r.Path, conn, r.Close, func(err error) error { return damage(r.Path, err) })
	if err := view(ctx, conn, r.ID); err != nil {
		return nil, errors.Join(l.means(err), l.Close())
	}
	return l, nil
}

// Close ends the reading.
func (l *Log) Close() error { return errors.Join(l.conn.Close(), l.close()) }

// Read hands the entries that a query wants to f, one by one, and says whether
// its limit left older ones out. What stops f stops it. The error is a
// *[Damaged] if what stands there is no leaf.
func (l *Log) Read(ctx context.Context, q Query, f func(Entry) error) (more bool, err error) {
	if q.Limit == 0 {
		return false, l.read(ctx, q, q.NewestFirst, f)
	}
	limit := q.Limit
	q.Limit++ // to learn whether there is more
	var newest []Entry
	err = l.read(ctx, q, true, func(e Entry) error {
		newest = append(newest, e)
		return nil
	})
	if err != nil {
		return false, err
	}
	if more = len(newest) > limit; more {
		newest = newest[:limit]
	}
	if !q.NewestFirst {
		slices.Reverse(newest)
	}
	for _, e := range newest {
		if err := f(e); err != nil {
			return more, err
		}
	}
	return more, nil
}

func (l *Log) read(ctx context.Context, q Query, descending bool, f func(Entry) error) error {
	text, args := q.text(descending)
	rows, err := l.conn.QueryContext(ctx, text, args...)
	if err != nil {
		return l.means(err)
	}
	defer rows.Close()
	for rows.Next() {
		var ledger string
		var seq int64
		var b []byte
		if err := rows.Scan(&ledger, &seq, &b); err != nil {
			return l.means(err)
		}
		leaf, err := ParseLeaf(b)
		switch {
		case err != nil:
			return &Damaged{l.name, fmt.Errorf("entry %d of %s: %w", seq, ledger, err)}
		case leaf.Seq != seq || leaf.Ledger != ledger:
			return &Damaged{l.name, fmt.Errorf("entry %d of %s says that it is %d of %s", seq, ledger, leaf.Seq, leaf.Ledger)}
		}
		if err := f(Entry{leaf, Hash(b)}); err != nil {
			return err
		}
	}
	return l.means(rows.Err())
}
