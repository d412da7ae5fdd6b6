package pipeline

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
)

// Replay feeds the lines of r to the sinks in order, and returns how many
// bytes they took. A last line without its newline never was. A sink that is
// a [Resumer] is spared the lines it has.
//
// Lines are decoded side by side and fed one by one.
func Replay(r io.Reader, to ...Sink) (size int64, err error) {
	stop := make(chan struct{})
	ordered := decode(bufio.NewReaderSize(r, 1<<16), stop)
	defer func() {
		close(stop)
		for range ordered { // until the reader has seen it
		}
	}()
	n, last := 0, uint64(0)
	for c := range ordered {
		<-c.ready
		for _, l := range c.lines {
			n++
			if l.err == nil && l.event.Seq != last+1 {
				l.err = fmt.Errorf("number %d follows %d", l.event.Seq, last)
			}
			if l.err != nil {
				return size, &BrokenCase{n, l.err}
			}
			last = l.event.Seq
			if err := feed(l.event, to); err != nil {
				return size, err
			}
			size += int64(len(l.text))
		}
		if c.err != nil && !errors.Is(c.err, io.EOF) {
			return size, c.err
		}
	}
	return size, nil
}

func feed(e *Event, to []Sink) error {
	for _, s := range to {
		if r, ok := s.(Resumer); ok && r.Last() >= e.Seq {
			continue
		}
		if err := s.Event(e); err != nil {
			return err
		}
	}
	return nil
}

// chunk is some lines that one goroutine decodes. They are ready when ready
// is closed.
type chunk struct {
	lines []line
	err   error // why there is no next chunk
	ready chan struct{}
}

type line struct {
	text  []byte
	event *Event
	err   error
}

// chunkLines keeps the hand-over cheap against the decoding.
const chunkLines = 256

// decode reads lines and decodes them on every processor. The channel has the
// chunks in the order of the file, and is closed at its end or after stop.
func decode(in *bufio.Reader, stop <-chan struct{}) <-chan *chunk {
	workers := runtime.GOMAXPROCS(0)
	ordered, work := make(chan *chunk, workers), make(chan *chunk, workers)
	for range workers {
		go func() {
			for c := range work {
				for i := range c.lines {
					l := &c.lines[i]
					l.event, l.err = parseEvent(bytes.TrimSuffix(l.text, []byte("\n")))
				}
				close(c.ready)
			}
		}()
	}
	go func() {
		defer close(ordered)
		defer close(work)
		for {
			c := read(in)
			select {
			case work <- c:
			case <-stop:
				return
			}
			select {
			case ordered <- c:
			case <-stop:
				return
			}
			if c.err != nil {
				return
			}
		}
	}()
	return ordered
}

// read takes the next lines, each in memory of its own.
func read(in *bufio.Reader) *chunk {
	c := &chunk{lines: make([]line, 0, chunkLines), ready: make(chan struct{})}
	for len(c.lines) < chunkLines {
		text, err := in.ReadBytes('\n')
		if err != nil {
			c.err = err // io.EOF: what stands before it has no newline and never was
			break
		}
		c.lines = append(c.lines, line{text: text})
	}
	return c
}
