package pipeline

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
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

// Replay feeds the lines of r to the sinks in order, and returns how many
// bytes they took. A last line without its newline never was. A sink that is
// a [Resumer] is spared the lines it has.
func Replay(r io.Reader, to ...Sink) (size int64, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	for n, last := 1, uint64(0); ; n++ {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			return size, nil
		}
		if err != nil {
			return size, err
		}
		e, err := ParseEvent(bytes.TrimSuffix(line, []byte("\n")))
		if err == nil && e.Seq != last+1 {
			err = fmt.Errorf("number %d follows %d", e.Seq, last)
		}
		if err != nil {
			return size, &BrokenCase{n, err}
		}
		last = e.Seq
		for _, s := range to {
			if r, ok := s.(Resumer); ok && r.Last() >= e.Seq {
				continue
			}
			if err := s.Event(e); err != nil {
				return size, err
			}
		}
		size += int64(len(line))
	}
}

// readLine returns the next whole line with its newline; io.EOF if there is
// none, be the rest torn or not. The line is valid until the next call.
func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	long := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = in.ReadSlice('\n')
		long = append(long, line...)
	}
	return long, err
}
