package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// An interrupt turns the first Ctrl-C or SIGTERM into a graceful end and the
// second into one at once.
type interrupt struct {
	cancel context.CancelFunc
	force  func(code int)

	mu      sync.Mutex
	code    int          // of the first; 0 if there was none
	notice  func(string) // says that it was heard
	restore func()       // gives the terminal back
}

const finishing = "finishing: what is known is judged and reported; press again to force"

// interruptible returns a context that ends with the first signal. notice says
// that it was heard, force ends the process; stop gives the signals back.
func interruptible(parent context.Context, notice func(string), force func(code int)) (ctx context.Context, i *interrupt, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	i = &interrupt{cancel: cancel, force: force, notice: notice, restore: func() {}}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	gone := make(chan struct{})
	var over sync.WaitGroup
	over.Go(func() {
		for {
			select {
			case s := <-signals:
				code := interrupted
				if s == syscall.SIGTERM {
					code = terminated
				}
				i.hit(code)
			case <-gone:
				return
			}
		}
	})
	return ctx, i, func() {
		signal.Stop(signals)
		close(gone)
		over.Wait()
		cancel()
	}
}

// shownBy lets a screen say that a signal was heard, and be closed before the
// process ends at once.
func (i *interrupt) shownBy(s screen) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.notice, i.restore = s.Notice, func() { s.Close() }
}

// hit is a signal, or the key that stands for one.
func (i *interrupt) hit(code int) {
	i.mu.Lock()
	first := i.code == 0
	if first {
		i.code = code
	}
	notice, restore := i.notice, i.restore
	i.mu.Unlock()
	if !first {
		restore()
		i.force(code)
		return
	}
	notice(finishing)
	i.cancel()
}

// Code returns the exit code of the first signal, or 0.
func (i *interrupt) Code() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.code
}
