package postgres

import (
	"bytes"
	"context"
	"fmt"

	"osint/pkg/audit"
)

// agree holds what the server has of the ledger against it, before anything is
// sent: the root of the newest checkpoint there, and each entry after it.
func (s *shipment) agree(ctx context.Context, c *lane, h holding) error {
	size, err := s.spool.Size() // read after the server's: it may have grown since
	if err != nil {
		return err
	}
	if h.next > size {
		return s.ahead(ctx, c, h, size)
	}
	if err := s.sameRoot(h.size, h.root); err != nil {
		return err
	}
	return s.sameEntries(ctx, c, h.size, h.next)
}

// confirmed returns how many entries the server had acknowledged. It is asked
// before the server is: another shipper may have more acknowledged since.
func (s *shipment) confirmed(ctx context.Context) (n int64, err error) {
	receipts, err := s.spool.Receipts(ctx)
	for _, r := range receipts {
		if r.Dest == s.d.Name {
			n = r.Size
		}
	}
	return n, err
}

// sameRoot fails unless the first entries here have a root.
func (s *shipment) sameRoot(size int64, root []byte) error {
	if size == 0 {
		return nil
	}
	ours, err := s.spool.Root(size)
	if err == nil && !bytes.Equal(ours[:], root) {
		err = &Error{Fork, s.d.Name, fmt.Errorf("its first %d entries of ledger %s are not this ledger's", size, s.spool.ID)}
	}
	return err
}

// sameEntries fails unless the server's entries from one on up to another are
// this ledger's. What it does not show, [shipment.examine] tells.
func (s *shipment) sameEntries(ctx context.Context, c *lane, from, to int64) error {
	if from == to {
		return nil
	}
	theirs, err := c.hashes(ctx, s.spool.ID, from, to)
	if err != nil {
		return err
	}
	return s.spool.Entries(ctx, from, to, func(seq int64, leaf []byte) error {
		ours := audit.Hash(leaf)
		if h, shown := theirs[seq]; shown && !bytes.Equal(ours[:], h) {
			return &Error{Fork, s.d.Name, fmt.Errorf("its entry %d of ledger %s is another than this ledger's", seq, s.spool.ID)}
		}
		return nil
	})
}

// ahead says why the server has more entries than this ledger: it was set back,
// or it is a copy that went another way.
func (s *shipment) ahead(ctx context.Context, c *lane, h holding, size int64) error {
	sealed, root, err := c.checkpoint(ctx, s.spool.ID, size)
	if err != nil {
		return err
	}
	if err := s.sameRoot(sealed, root); err != nil {
		return err
	}
	if err := s.sameEntries(ctx, c, sealed, size); err != nil {
		return err
	}
	return &Error{Rollback, s.d.Name, fmt.Errorf("it has %d entries of ledger %s, and this ledger only the first %d of them: it was set back; take the others back with: osint audit recover", h.next, s.spool.ID, size)}
}
