package pipeline

import (
	"bufio"
	"fmt"
	"os"
)

// A File is the case file: events as JSON lines, only ever appended. It is a
// [Sink] that buffers until Sync.
type File struct {
	f     *os.File
	w     *bufio.Writer
	last  uint64
	dirty bool
}

// Event implements [Sink].
func (c *File) Event(e *Event) error {
	if e.Seq <= c.last {
		return nil // it stands there already
	}
	c.last, c.dirty = e.Seq, true
	if _, err := c.w.Write(e.Line()); err != nil {
		return fmt.Errorf("write case: %w", err)
	}
	if err := c.w.WriteByte('\n'); err != nil {
		return fmt.Errorf("write case: %w", err)
	}
	return nil
}

// Sync implements [Sink].
func (c *File) Sync() error {
	if !c.dirty {
		return nil
	}
	if err := c.w.Flush(); err != nil {
		return fmt.Errorf("write case: %w", err)
	}
	if err := syncData(c.f); err != nil {
		return fmt.Errorf("write case: %w", err)
	}
	c.dirty = false
	return nil
}

// Last implements [Resumer].
func (c *File) Last() uint64 { return c.last }

// BrokenCase is the error of a case file that can't be read to its end. What
// stands before the line is sound.
type BrokenCase struct {
	Line int // from 1
	Err  error
}

func (b *BrokenCase) Error() string {
	return fmt.Sprintf("case is broken at line %d: %v", b.Line, b.Err)
}

func (b *BrokenCase) Unwrap() error { return b.Err }
