package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"osint/pkg/audit"
)

const (
	batchSize  = 20_000  // entries of one transaction, at most
	batchBytes = 8 << 20 // of its rows, about, at most
)

// A batch is what one transaction takes to the server.
type batch struct {
	rows  []byte             // as COPY in binary reads them
	from  int64              // first entry
	upTo  int64              // first entry after
	root  tlog.Hash          // of all before upTo
	notes []audit.Checkpoint // to be kept there

	before <-chan struct{} // closed when the batch before it is committed
	done   chan struct{}
}

// send takes the entries from one on to the server, up to a checkpoint. While it
// takes in a batch, the next is on its way over a second connection, and the one
// after is being read: they are committed one after the other.
func (s *shipment) send(ctx context.Context, first *lane, from int64, to audit.Checkpoint) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	defer wg.Wait()
	batches := make(chan *batch)
	free := make(chan []byte, 3)
	for range cap(free) {
		free <- nil
	}
	wg.Go(func() {
		defer close(batches)
		if err := s.read(ctx, from, to, batches, free); err != nil {
			cancel(err)
		}
	})
	take := func(c *lane) {
		for b := range batches {
			if err := s.carry(ctx, c, b); err != nil {
				cancel(err)
				return
			}
			free <- b.rows[:0]
		}
	}
	connecting, all := context.WithCancel(ctx)
	defer all()
	if to.Size-from > int64(s.o.batch) {
		wg.Go(func() {
			if second, err := s.lane(connecting); err == nil { // one will do, if the server has no room for two
				defer second.close()
				take(second)
			}
		})
	}
	take(first)
	all() // who is not connected yet is not needed any more
	wg.Wait()
	return context.Cause(ctx)
}

// carry takes one batch to the server in its turn, and keeps the receipt.
func (s *shipment) carry(ctx context.Context, c *lane, b *batch) error {
	if err := c.stage(ctx, b); err != nil {
		return err
	}
	s.o.step("staged")
	select {
	case <-b.before:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := c.take(ctx, s, b); err != nil {
		return err
	}
	s.o.step("committed")
	s.done.Next, s.done.Root = b.upTo, b.root
	err := s.acknowledged(b.upTo, b.root)
	close(b.done)
	return err
}

// read makes batches of the entries. It recomputes the tree from their bytes,
// and ends with an *[audit.Damaged] before one is sent that has not the root of
// the checkpoints over it.
func (s *shipment) read(ctx context.Context, from int64, to audit.Checkpoint, out chan<- *batch, free <-chan []byte) error {
	tree, err := s.spool.Tree(from)
	if err != nil {
		return err
	}
	before := make(chan struct{})
	close(before)
	for tree.Size() < to.Size {
		b := &batch{before: before, done: make(chan struct{})}
		select {
		case b.rows = <-free:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := s.fill(ctx, b, tree, to); err != nil {
			return err
		}
		select {
		case out <- b:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		before = b.done
	}
	return nil
}

// fill reads the entries of one batch, which go on from the tree.
func (s *shipment) fill(ctx context.Context, b *batch, tree *audit.Tree, to audit.Checkpoint) error {
	b.from = tree.Size()
	end := min(b.from+int64(s.o.batch), to.Size)
	sealed, err := s.spool.Checkpoints(ctx, b.from, end)
	if err != nil {
		return err
	}
	passed := 0
	b.rows = append(b.rows[:0], copyHeader...)
	err = s.spool.Entries(ctx, b.from, end, func(seq int64, leaf []byte) error {
		h := audit.Hash(leaf)
		if b.rows, err = appendRow(b.rows, leaf, h); err != nil {
			return &audit.Damaged{Path: s.spool.Path, Err: fmt.Errorf("entry %d: %w", seq, err)}
		}
		tree.AddHash(h)
		if passed < len(sealed) && sealed[passed].Size == tree.Size() {
			if tree.Root() != sealed[passed].Root {
				return &audit.Damaged{Path: s.spool.Path, Err: fmt.Errorf("its first %d entries have not the root that was signed", tree.Size())}
			}
			passed++
		}
		if len(b.rows) > batchBytes {
			return errFull
		}
		return nil
	})
	if err != nil && err != errFull {
		return err
	}
	b.rows = append(b.rows, 0xff, 0xff)
	b.upTo, b.root = tree.Size(), tree.Root()
	b.notes, err = s.spool.Lasting(ctx, sealed[:passed])
	return err
}

// errFull ends the reading of a batch.
var errFull = errors.New("the batch is full")

// copyHeader begins what COPY reads in its binary format.
var copyHeader = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")

// appendRow appends the row of the staging table that a leaf makes.
func appendRow(b, leaf []byte, hash tlog.Hash) ([]byte, error) {
	stub, err := audit.ReadStub(leaf)
	if err != nil {
		return b, err
	}
	b = append(b, 0, 6)
	b = binary.BigEndian.AppendUint64(append(b, 0, 0, 0, 8), uint64(stub.Seq))
	b = binary.BigEndian.AppendUint64(append(b, 0, 0, 0, 8), uint64(stub.TS))
	b = appendField(b, stub.Type)
	b = appendField(b, stub.Case)
	b = appendField(b, hash[:])
	return appendField(b, leaf), nil
}

// appendField appends a value; nil is NULL.
func appendField(b, value []byte) []byte {
	if value == nil {
		return append(b, 0xff, 0xff, 0xff, 0xff)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return append(b, value...)
}
