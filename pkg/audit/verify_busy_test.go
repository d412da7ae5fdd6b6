package audit

import (
	"context"
	"sync/atomic"
	"testing"
)

// live is an anchor that knows what the ledger signs while it is verified.
type live struct{ newest atomic.Pointer[Checkpoint] }

func (l *live) Name() string { return "live" }
func (l *live) Checkpoints(context.Context, string) ([][]byte, error) {
	return [][]byte{l.newest.Load().Note}, nil
}

// A ledger that grows while it is verified is whole: neither head file nor
// anchor is ahead of what is read.
func TestVerifyWhileWriting(t *testing.T) {
	s := emptySite(t)
	l := s.open(Options{})
	c, err := l.Sign()
	s.must(err)
	anchor := &live{}
	anchor.newest.Store(&c)
	stop, done := make(chan struct{}), make(chan error)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				done <- l.Close()
				return
			default:
			}
			_, err := l.Append(acts(1 + i%9)...)
			if err == nil && i%3 == 0 {
				var c Checkpoint
				if c, err = l.Sign(); err == nil {
					anchor.newest.Store(&c)
				}
			}
			if err == nil && i%20 == 19 {
				_, err = l.Rotate("often")
			}
			if err != nil {
				done <- err
				return
			}
		}
	}()
	for range 15 {
		if v := s.verify(Checks{Anchors: []Anchor{anchor}}); v.Verdict != Sound && v.Verdict != Warned || v.Level != Anchored {
			t.Errorf("%v %s, %d entries: %+v", v.Verdict, v.Level, v.Size, v.Flaws)
		}
	}
	close(stop)
	s.must(<-done)
}
