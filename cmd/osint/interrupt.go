package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// An interrupt turns the first Ctrl-C or SIGTERM into a graceful end and the
// second into one at once. SIGUSR1 ends nothing: it asks how far the run is.
type interrupt struct {
	cancel context.CancelFunc
	force  func(code int)

	mu      sync.Mutex
	code    int          // of the first; 0 if there was none
	notice  func(string) // says that it was heard
	restore func()       // gives the terminal back
	tell    func()       // says how far the run is
}

const finishing = "finishing: what is known is judged and reported; press again to force"

// interruptible returns a context that ends with the first signal. notice says
// that it was heard, force ends the process; stop gives the signals back.
func interruptible(parent context.Context, notice func(string), force func(code int)) (ctx context.Context, i *interrupt, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	i = &interrupt{cancel: cancel, force: force, notice: notice, restore: func() {}, tell: func() {}}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGUSR1)
	gone := make(chan struct{})
	var over sync.WaitGroup
	over.Go(func() {
		for {
			select {
			case s := <-signals:
				switch s {
				case syscall.SIGUSR1:
					i.asked()
				case syscall.SIGTERM:
					i.hit(terminated)
				default:
					i.hit(interrupted)
				}
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

// shownBy lets a screen say that a signal was heard, and how far the run is,
// and be closed before the process ends at once.
func (i *interrupt) shownBy(s interface {
	Notice(string)
	Close() error
}) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.notice, i.restore = s.Notice, func() { s.Close() }
	if t, ok := s.(interface{ tell() }); ok {
		i.tell = t.tell
	}
}

func (i *interrupt) asked() {
	i.mu.Lock()
	tell := i.tell
	i.mu.Unlock()
	tell()
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
