package collectors

import (
	"context"
	"slices"
	"sync"
	"time"

	"osint/pkg/pipeline"
)

const (
	keysDoubted = 5 * time.Minute // after a look-up, until credentials that were refused are looked up again
	keysFailed  = time.Minute     // until a look-up that failed is made again
)

// A ring holds the credentials of one name. Tasks take them by turns; one that its
// source sent away rests.
type ring struct {
	asking sync.Mutex // held while they are looked up

	mu      sync.Mutex
	values  []string
	next    int
	rests   map[string]time.Time // of a value, until then
	read    bool                 // values are what is known
	tried   time.Time            // when they were last looked up, by the machine's clock
	failed  error                // of that, while nothing is known
	doubted bool                 // one was refused, and no other came since
}

// known returns what is known of the credentials of a name; nothing is looked up.
func (n *Net) known(name string) *ring {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.rings[name]
	if r == nil {
		r = &ring{rests: map[string]time.Time{}}
		n.rings[name] = r
	}
	return r
}

// ring returns the credentials of a name. They are looked up once, and again when
// one was refused; where that fails, what was known holds.
func (n *Net) ring(ctx context.Context, name string) (*ring, error) {
	r := n.known(name)
	if n.o.Keys == nil {
		return r, nil
	}
	r.asking.Lock()
	defer r.asking.Unlock()
	now := n.pace.now()
	if due, err := r.due(now); !due {
		return r, err
	}
	values, err := n.o.Keys(ctx, name)
	if err != nil && ctx.Err() != nil { // it was not the place that failed
		return r, failure(ctx, ctx.Err())
	}
	return r, r.learn(name, values, err, now)
}

// due reports whether a look-up is to be made, and else what is wrong with the last.
func (r *ring) due(now time.Time) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch since := now.Sub(r.tried); {
	case r.failed != nil && since < keysFailed:
		return false, r.failed
	case !r.read:
		return true, nil
	default:
		return r.doubted && since >= keysDoubted, nil
	}
}

// learn takes what a look-up brought. Its Failure has nothing of what the place
// said: that names files of this machine, and is for whoever sits there.
func (r *ring) learn(name string, values []string, err error, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tried = now
	switch {
	case err != nil && r.read:
		return nil
	case err != nil:
		r.failed = pipeline.Fail(pipeline.NoKey, name+" can't be had, since a place of credentials can't be read: osint keys check "+name)
		return r.failed
	}
	if slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(r.values, v) }) {
		r.doubted = false
	}
	r.values, r.read, r.failed = slices.Clone(values), true, nil
	return nil
}

// all returns the credentials, in the order in which they were given.
func (r *ring) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.values)
}

// beside returns the value of r that goes with one of another ring; false if there
// is none.
func (r *ring) beside(other *ring, value string) (string, bool) {
	mine, others := r.all(), other.all()
	i := slices.Index(others, value)
	switch {
	case len(mine) == 0:
		return "", false
	case i < 0 || len(mine) != len(others):
		return mine[0], true
	}
	return mine[i], true
}

// pick returns had, if it is one that does not rest, or else the credential whose
// turn it is; false if there is none, or all rest.
func (r *ring) pick(now time.Time, had string) (value string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if had != "" && slices.Contains(r.values, had) && !r.rests[had].After(now) {
		return had, true
	}
	for range r.values {
		value := r.values[r.next%len(r.values)]
		r.next++
		if !r.rests[value].After(now) {
			return value, true
		}
	}
	return "", false
}

// rest leaves a credential alone for a while.
func (r *ring) rest(value string, now time.Time, d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rests[value] = now.Add(d)
}

// doubt notes that a credential was refused.
func (r *ring) doubt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.doubted = true
}

// ready reports whether there is one that does not rest.
func (r *ring) ready(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.values, func(v string) bool { return !r.rests[v].After(now) })
}

func (r *ring) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.values)
}
