package fleet

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// A Fleet carries out jobs side by side. Whatever happens to one, a panic
// included, is its own result and never the end of the others.
type Fleet[J, R any] struct {
	Width   int                         // jobs at once; at least 1
	Do      func(context.Context, J) R  // called on a goroutine of its own
	Fault   func(J, *Fault) R           // the result of a job whose Do panicked
	Unbegun func(J) R                   // the result of a job whose turn never came, since ctx ended
	Ended   func(i int, r R, begun int) // told of each result, one at a time, in the order of their ends; may be nil
}

// A Fault is a panic of one job.
type Fault struct {
	What  any
	Stack []byte
}

func (f *Fault) Error() string { return fmt.Sprintf("internal fault: %v", f.What) }

// Run begins the jobs in their order and returns their results in the same.
// After ctx has ended no further job begins; those that run end as they see
// fit. It returns when nothing of it runs any more.
func (f Fleet[J, R]) Run(ctx context.Context, jobs []J) []R {
	results := make([]R, len(jobs))
	var mu sync.Mutex // of begun, and of Ended
	begun := 0
	end := func(i int, r R, ran bool) {
		mu.Lock()
		defer mu.Unlock()
		if results[i] = r; ran {
			begun--
		}
		if f.Ended != nil {
			f.Ended(i, r, begun)
		}
	}
	turns := make(chan int)
	var running sync.WaitGroup
	for range min(max(f.Width, 1), len(jobs)) {
		running.Go(func() {
			for i := range turns {
				mu.Lock()
				begun++
				mu.Unlock()
				end(i, f.one(ctx, jobs[i]), true)
			}
		})
	}
	for i := range jobs {
		if ctx.Err() == nil {
			select {
			case turns <- i:
				continue
			case <-ctx.Done():
			}
		}
		end(i, f.Unbegun(jobs[i]), false)
	}
	close(turns)
	running.Wait()
	return results
}

// one does one job, and survives it.
func (f Fleet[J, R]) one(ctx context.Context, j J) (r R) {
	defer func() {
		if p := recover(); p != nil {
			r = f.Fault(j, &Fault{p, debug.Stack()})
		}
	}()
	return f.Do(ctx, j)
}
