package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"osint/pkg/audit"
)

// A lane is one connection that takes batches to the server.
type lane struct {
	dest string
	c    *pgx.Conn
	id   string // of the ledger
}

// A holding is what the server has of a ledger: the entry that is due next, and
// the newest checkpoint.
type holding struct {
	next, size int64
	root       []byte
}

// lane connects, and makes the staging table of the session.
func (s *shipment) lane(ctx context.Context) (*lane, error) {
	c, err := s.d.Connect(ctx)
	if err != nil {
		return nil, classify(s.d.Name, err)
	}
	l := &lane{s.d.Name, c, s.spool.ID}
	if _, err := c.Exec(ctx, "SET temp_buffers = '24MB'; SELECT audit.stage()"); err != nil { // a batch stays in memory
		l.close()
		return nil, classify(s.d.Name, err)
	}
	return l, nil
}

// parting is how long a server is given to hear that we leave.
const parting = 300 * time.Millisecond

// close ends the connection.
func (c *lane) close() {
	ctx, cancel := context.WithTimeout(context.Background(), parting)
	defer cancel()
	c.c.Close(ctx)
}

// holds asks what the server has.
func (c *lane) holds(ctx context.Context) (holding, error) {
	h, err := c.receive(ctx)
	return h, classify(c.dest, err)
}

// receive has the server take in what is staged.
func (c *lane) receive(ctx context.Context) (h holding, err error) {
	err = c.c.QueryRow(ctx, "SELECT next, size, root FROM audit.receive($1)", c.id).Scan(&h.next, &h.size, &h.root)
	return h, err
}

// stage begins a transaction and sends a batch into the staging table.
func (c *lane) stage(ctx context.Context, b *batch) error {
	if _, err := c.c.Exec(ctx, "BEGIN"); err != nil {
		return classify(c.dest, err)
	}
	_, err := c.c.PgConn().CopyFrom(ctx, bytes.NewReader(b.rows), "COPY pg_temp.osint_stage (seq, ts, type, case_id, leaf_hash, leaf) FROM STDIN (FORMAT binary)")
	return classify(c.dest, err)
}

// take has the server take in the staged batch, looks that it stands where it
// should, seals it, and commits.
func (c *lane) take(ctx context.Context, s *shipment, b *batch) error {
	h, err := c.receive(ctx)
	if err != nil {
		return classify(c.dest, err)
	}
	s.o.step("received")
	if err := s.extends(ctx, c, h, b); err != nil {
		return err
	}
	seals := &pgx.Batch{}
	for _, note := range b.notes {
		seals.Queue("SELECT audit.seal($1, $2)", c.id, string(note.Note))
	}
	if seals.Len() > 0 {
		if err := c.c.SendBatch(ctx, seals).Close(); err != nil {
			return classify(c.dest, err)
		}
	}
	s.o.step("sealed")
	_, err = c.c.Exec(ctx, "COMMIT")
	return classify(c.dest, err)
}

// extends fails unless the batch extends the tree that the server has sealed.
func (s *shipment) extends(ctx context.Context, c *lane, h holding, b *batch) error {
	if h.next < b.upTo {
		return &Error{Gap, c.dest, fmt.Errorf("it has taken entries up to %d of a batch that goes up to %d", h.next, b.upTo)}
	}
	if h.next > b.upTo || h.size > b.upTo { // it had more, or another shipper was quicker
		return s.agree(ctx, c, h)
	}
	if h.size == 0 {
		return nil
	}
	if len(h.root) != tlog.HashSize {
		return &Error{Fork, c.dest, errors.New("it has a checkpoint without a root")}
	}
	if err := s.spool.Extends(h.size, tlog.Hash(h.root), b.upTo, b.root); err != nil {
		return &Error{Fork, c.dest, fmt.Errorf("its first %d entries are not this ledger's: %w", h.size, err)}
	}
	return nil
}

// hashes reads the leaf hashes of entries, by their number.
func (c *lane) hashes(ctx context.Context, ledger string, from, to int64) (map[int64][]byte, error) {
	rows, err := c.c.Query(ctx, "SELECT seq, leaf_hash FROM audit.entry WHERE ledger_id = $1 AND seq >= $2 AND seq < $3 ORDER BY seq", ledger, from, to)
	if err != nil {
		return nil, classify(c.dest, err)
	}
	hs := map[int64][]byte{}
	var seq int64
	var h []byte
	_, err = pgx.ForEachRow(rows, []any{&seq, &h}, func() error {
		hs[seq], h = h, nil
		return nil
	})
	return hs, classify(c.dest, err)
}

// checkpoint reads the newest checkpoint up to a size; it is of size 0 if there
// is none.
func (c *lane) checkpoint(ctx context.Context, ledger string, upTo int64) (size int64, root []byte, err error) {
	var note string
	err = c.c.QueryRow(ctx, "SELECT note FROM audit.checkpoint WHERE ledger_id = $1 AND size <= $2 ORDER BY size DESC LIMIT 1", ledger, upTo).Scan(&note)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, classify(c.dest, err)
	}
	p, err := audit.ParseCheckpoint([]byte(note))
	if err != nil {
		return 0, nil, &Error{Rejected, c.dest, err}
	}
	return p.Size, p.Root[:], nil
}
