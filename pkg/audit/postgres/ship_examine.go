package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit"
)

// An extent is what a server shows of a ledger, counted, beside what it confirmed
// of it: all of it holds if nobody took rows away.
type extent struct {
	next, size  int64 // confirmed: the entry that is due, and the newest checkpoint
	entries     int64 // shown
	first, last int64 // of them
	sealed      int64 // the newest checkpoint shown
	seen        bool  // the login sees the ledger
}

// whole reports whether as much is shown as was confirmed. That each entry is
// the right one, [shipment.examine] tells.
func (x extent) whole() bool {
	return x.entries == x.next && x.first == 0 && x.last == x.next-1 && x.sealed == x.size
}

// extentOf counts what a server has of a ledger.
func extentOf(ctx context.Context, c *pgx.Conn, ledger string) (x extent, err error) {
	err = c.QueryRow(ctx, "SELECT next, size, entries, first, last, sealed FROM audit.extent($1)", ledger).
		Scan(&x.next, &x.size, &x.entries, &x.first, &x.last, &x.sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return x, nil
	}
	x.seen = err == nil
	return x, err
}

// A loss is what a server does not show of what it confirmed.
type loss struct {
	entries int64              // how many
	first   int64              // of them
	notes   []audit.Checkpoint // that hand over from key to key, or are its newest
}

// examine counts what the server shows, and where that is not what it
// confirmed, or all is to be compared, holds each entry against this ledger.
// What lacks is returned, to be sent again. An entry that is another is an
// error: nothing takes that back.
func (s *shipment) examine(ctx context.Context, c *lane) (lost loss, err error) {
	x, err := extentOf(ctx, c.c, s.spool.ID)
	if err != nil || !x.seen || x.whole() && !s.o.Compare && !s.o.All {
		return lost, classify(c.dest, err)
	}
	if lost.notes, err = s.lostNotes(ctx, c, x.size); err != nil {
		return lost, err
	}
	rows, err := c.c.Query(ctx, `SELECT seq, sha256('\x00'::bytea || leaf), leaf_hash FROM audit.entry WHERE ledger_id = $1 AND seq < $2 ORDER BY seq`, s.spool.ID, x.next)
	if err != nil {
		return lost, classify(c.dest, err)
	}
	defer rows.Close()
	shown := int64(-1)
	var theirs, stored []byte
	err = s.spool.Entries(ctx, 0, x.next, func(seq int64, leaf []byte) error {
		for shown < seq && rows.Next() {
			if err := rows.Scan(&shown, &theirs, &stored); err != nil {
				return err
			}
		}
		ours := audit.Hash(leaf)
		switch {
		case shown != seq:
			if lost.entries++; lost.entries == 1 {
				lost.first = seq
			}
		case !bytes.Equal(ours[:], theirs) || !bytes.Equal(ours[:], stored):
			return &Error{Altered, c.dest, fmt.Errorf("its entry %d of ledger %s is not what it received: somebody rewrote it there", seq, s.spool.ID)}
		}
		return nil
	})
	rows.Close()
	if err == nil {
		err = classify(c.dest, rows.Err())
	}
	if err == nil && (x.entries != x.next-lost.entries || x.last >= x.next) {
		err = &Error{Altered, c.dest, fmt.Errorf("it shows %d entries of ledger %s, the last %d, and confirmed %d: somebody put rows there", x.entries, s.spool.ID, x.last, x.next)}
	}
	return lost, err
}

// lostNotes returns the checkpoints up to a size that the server must have, and
// does not show.
func (s *shipment) lostNotes(ctx context.Context, c *lane, size int64) (lost []audit.Checkpoint, err error) {
	rows, err := c.c.Query(ctx, "SELECT size FROM audit.checkpoint WHERE ledger_id = $1", s.spool.ID)
	if err != nil {
		return nil, classify(c.dest, err)
	}
	sizes, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, classify(c.dest, err)
	}
	shown := map[int64]bool{}
	for _, n := range sizes {
		shown[n] = true
	}
	all, err := s.spool.Checkpoints(ctx, 0, size)
	if err == nil {
		all, err = s.spool.Lasting(ctx, all)
	}
	for _, x := range all {
		if !shown[x.Size] {
			lost = append(lost, x)
		}
	}
	return lost, err
}

// reseal has the server keep checkpoints again that it lost.
func (s *shipment) reseal(ctx context.Context, c *lane, notes []audit.Checkpoint) error {
	for _, x := range notes {
		if _, err := c.c.Exec(ctx, "SELECT audit.seal($1, $2)", c.id, string(x.Note)); err != nil {
			return classify(c.dest, err)
		}
	}
	return nil
}

// confirm fails unless the server shows all that it was sent.
func (s *shipment) confirm(ctx context.Context, c *lane, upTo int64) error {
	x, err := extentOf(ctx, c.c, s.spool.ID)
	if err == nil && (!x.whole() || x.next < upTo) {
		err = &Error{Rollback, c.dest, fmt.Errorf("it confirmed %d entries of ledger %s, and shows %d of them", max(x.next, upTo), s.spool.ID, x.entries)}
	}
	return classify(c.dest, err)
}
