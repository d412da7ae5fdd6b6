package fleet_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"osint/pkg/pipeline/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func texts(width int, do func(context.Context, int) string) fleet.Fleet[int, string] {
	return fleet.Fleet[int, string]{Width: width, Do: do,
		Fault:   func(j int, f *fleet.Fault) string { return fmt.Sprint(j, " ", f) },
		Unbegun: func(j int) string { return fmt.Sprint(j, " unbegun") }}
}

// Results stand in the order of the jobs, whichever ends first, and no more
// than Width run at once.
func TestOrderAndWidth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		f := texts(3, func(_ context.Context, j int) string {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Duration(10-j) * time.Second)
			now.Add(-1)
			return fmt.Sprint(j)
		})
		var ended []int
		f.Ended = func(i int, r string, running int) {
			if r != fmt.Sprint(i) || running > 2 {
				t.Errorf("told of %d: %q, with %d others at work", i, r, running)
			}
			ended = append(ended, i)
		}
		got := f.Run(t.Context(), []int{0, 1, 2, 3, 4, 5, 6})
		if want := []string{"0", "1", "2", "3", "4", "5", "6"}; !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}
		if most.Load() != 3 || len(ended) != 7 || slices.IsSorted(ended) {
			t.Errorf("%d at once; they ended %v", most.Load(), ended)
		}
	})
}

// A panic is one result.
func TestPanic(t *testing.T) {
	f := texts(2, func(_ context.Context, j int) string {
		if j == 1 {
			panic("nil map")
		}
		return "well"
	})
	if got, want := f.Run(t.Context(), []int{0, 1, 2}), []string{"well", "1 internal fault: nil map", "well"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// Once the context has ended nothing begins, and what runs is waited for.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		f := texts(2, func(ctx context.Context, j int) string {
			<-ctx.Done()
			time.Sleep(time.Minute) // it closes its case
			return "closed"
		})
		time.AfterFunc(time.Second, stop)
		if got, want := f.Run(ctx, []int{0, 1, 2, 3}), []string{"closed", "closed", "2 unbegun", "3 unbegun"}; !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	})
}

func TestNothing(t *testing.T) {
	if got := texts(0, nil).Run(t.Context(), nil); len(got) != 0 {
		t.Error(got)
	}
}
