package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// manner is how an answer is sent. The zero manner sends it at once, whole.
type manner struct {
	latency time.Duration // before it
	drip    time.Duration // between its bytes
	endless bool          // again and again, until the client hangs up
	bomb    int64         // a gzip stream of so many bytes instead of it
	cut     int           // hang up after so many bytes; -1 is never
	close   bool          // hang up without a word
	silent  bool          // say nothing and wait
}

var plain = manner{cut: -1}

// set reads one directive; false means that it is none of a manner's.
func (m *manner) set(word, arg string) (known bool, err error) {
	switch word {
	case "latency":
		m.latency, err = duration(arg)
	case "drip":
		m.drip, err = duration(arg)
	case "gzip-bomb":
		m.bomb, err = size(arg)
	case "cut":
		m.cut, err = strconv.Atoi(arg)
		if err != nil || m.cut < 0 {
			err = fmt.Errorf("cut wants a number of bytes, not %q", arg)
		}
	case "endless", "close", "silent":
		if arg != "" {
			return true, fmt.Errorf("%s stands alone, without %q", word, arg)
		}
		m.endless, m.close, m.silent = m.endless || word == "endless", m.close || word == "close", m.silent || word == "silent"
	default:
		return false, nil
	}
	return true, err
}

// over returns the manner of an answer on a host that has one of its own.
func (m manner) over(host manner) manner {
	m.latency += host.latency
	m.drip = max(m.drip, host.drip)
	m.bomb = max(m.bomb, host.bomb)
	if m.cut < 0 {
		m.cut = host.cut
	}
	m.endless, m.close, m.silent = m.endless || host.endless, m.close || host.close, m.silent || host.silent
	return m
}

// errCut is what send ends with where the manner was to break off.
var errCut = errors.New("cut")

// send writes a body as the manner says, flush after each write that the
// client should see by itself.
func (m manner) send(ctx context.Context, w io.Writer, body []byte, flush func()) error {
	whole := body
	if m.cut >= 0 {
		body = body[:min(m.cut, len(body))]
	}
	for {
		if err := m.once(ctx, w, body, flush); err != nil {
			return err
		}
		if m.cut >= 0 && m.cut < len(whole) {
			return errCut
		}
		if !m.endless {
			return nil
		}
		if len(body) == 0 {
			body = []byte(" ")
		}
	}
}

func (m manner) once(ctx context.Context, w io.Writer, body []byte, flush func()) error {
	if m.drip == 0 {
		_, err := w.Write(body)
		flush()
		return err
	}
	for i := range body {
		if err := wait(ctx, m.drip); err != nil {
			return err
		}
		if _, err := w.Write(body[i : i+1]); err != nil {
			return err
		}
		flush()
	}
	return nil
}

// wait waits, or returns an error when the lab or the client went first.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func duration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("want a duration such as 200ms or 30s, not %q", s)
	}
	return d, nil
}

// size reads "64KiB", "512MiB", "2GiB" or a plain number of bytes.
func size(s string) (int64, error) {
	digits, shift := s, 0
	for i, unit := range []string{"KiB", "MiB", "GiB"} {
		if d, ok := strings.CutSuffix(s, unit); ok {
			digits, shift = d, 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("want a size such as 512MiB, not %q", s)
	}
	return n << shift, nil
}
