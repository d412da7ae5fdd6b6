package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"osint/pkg/audit"
)

// An Anchor is a server that a ledger was shipped to, as something to verify the
// ledger against: it holds checkpoints and the entries, and is run by others.
type Anchor struct{ d Dest }

// NewAnchor returns the anchor that a server is.
func NewAnchor(d Dest) *Anchor { return &Anchor{d} }

// Name implements audit.Anchor.
func (a *Anchor) Name() string { return "pg " + a.d.Name }

// Dest is the name under which a ledger keeps the server's receipts.
func (a *Anchor) Dest() string { return a.d.Name }

// Checkpoints returns the newest signed note that the server has of a ledger.
// The error is an *[Error].
func (a *Anchor) Checkpoints(ctx context.Context, ledger string) (notes [][]byte, err error) {
	err = a.ask(ctx, func(c *pgx.Conn) error {
		if err := a.sees(ctx, c, ledger); err != nil {
			return err
		}
		var note string
		err := c.QueryRow(ctx, "SELECT note FROM audit.checkpoint WHERE ledger_id = $1 ORDER BY size DESC LIMIT 1", ledger).Scan(&note)
		if err == nil {
			notes = [][]byte{[]byte(note)}
		}
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil
		}
		return err
	})
	return notes, err
}

// Seals returns all signed notes that the server has of a ledger, of more entries
// than some, to recover it: see [audit.Copy]. The error is an *[Error].
func (a *Anchor) Seals(ctx context.Context, ledger string, above int64) (notes [][]byte, err error) {
	err = a.ask(ctx, func(c *pgx.Conn) error {
		if err := a.sees(ctx, c, ledger); err != nil {
			return err
		}
		rows, err := c.Query(ctx, "SELECT note FROM audit.checkpoint WHERE ledger_id = $1 AND size > $2 ORDER BY size", ledger, above)
		if err == nil {
			notes, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (b []byte, err error) {
				var text string
				err = r.Scan(&text)
				return []byte(text), err
			})
		}
		return err
	})
	return notes, err
}

// Held implements audit.Holder. The root is made here of the digests of the
// leaves, which the server makes anew for the purpose. The error is an *[Error].
func (a *Anchor) Held(ctx context.Context, ledger string, upTo int64) (held audit.Holding, err error) {
	var t audit.Tree
	err = a.ask(ctx, func(c *pgx.Conn) error {
		if err := a.sees(ctx, c, ledger); err != nil {
			return err
		}
		rows, err := c.Query(ctx, `SELECT seq, sha256('\x00'::bytea || leaf) FROM audit.entry WHERE ledger_id = $1 ORDER BY seq`, ledger)
		if err != nil {
			return err
		}
		defer rows.Close()
		var seq int64
		var h []byte
		for rows.Next() {
			if err := rows.Scan(&seq, &h); err != nil {
				return err
			}
			if held.Shown++; seq != held.Size {
				continue
			}
			if held.Size++; seq < upTo {
				t.AddHash(tlog.Hash(h))
			}
		}
		rows.Close()
		return rows.Err()
	})
	held.Root = t.Root()
	return held, err
}

// Entries hands over the entries that the server has of a ledger, to recover it:
// see [audit.Copy]. The error is an *[Error], or f's.
func (a *Anchor) Entries(ctx context.Context, ledger string, from, to int64, f func(leaf []byte) error) error {
	var own error
	err := a.ask(ctx, func(c *pgx.Conn) error {
		rows, err := c.Query(ctx, "SELECT leaf FROM audit.entry WHERE ledger_id = $1 AND seq >= $2 AND seq < $3 ORDER BY seq", ledger, from, to)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() && own == nil {
			own = f(rows.RawValues()[0])
		}
		rows.Close()
		return rows.Err()
	})
	if own != nil {
		return own
	}
	return err
}

// ask connects for one question.
func (a *Anchor) ask(ctx context.Context, question func(*pgx.Conn) error) error {
	c, err := a.d.Connect(ctx)
	if err == nil {
		defer (&lane{c: c}).close()
		err = question(c)
	}
	return classify(a.d.Name, err)
}
