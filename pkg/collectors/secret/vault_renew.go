package secret

import (
	"context"
	"os"
	"time"
)

// leastLease is how much must be left of a lease to wait for half of it. A
// renewal that gives less has come to the longest that its token may live.
const leastLease = time.Second

// farewell is how long the end of a token is waited for.
const farewell = time.Second

// keep renews a token at half its lease as long as the place is open, and logs in
// anew where that fails. v.mu is held.
func (v *vault) keep(w way, l lease) {
	ctx, cancel := context.WithCancel(context.Background())
	v.stop, v.ended = cancel, make(chan struct{})
	go func(ended chan struct{}) {
		defer close(ended)
		last := v.renewing(ctx, w, l)
		if w.ours {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
			defer cancel()
			_ = v.c.revoke(ctx, last) // else its lease ends it
		}
	}(v.ended)
}

// renewing returns the last token when the context ends, or when nothing can be
// renewed.
func (v *vault) renewing(ctx context.Context, w way, l lease) (token string) {
	if !w.ours {
		known, err := v.c.lookup(ctx, l.token)
		if err != nil || known.ttl == 0 || !known.renewable {
			<-ctx.Done()
			return l.token
		}
		l = known
	}
	for l.ttl >= leastLease {
		select {
		case <-ctx.Done():
			return l.token
		case <-time.After(l.ttl / 2):
		}
		next, err := v.again(ctx, w, l)
		if err != nil {
			l.ttl /= 2 // it may be there again before the lease ends
			continue
		}
		l = next
		v.mu.Lock()
		if ctx.Err() == nil {
			v.token = l.token
		}
		v.mu.Unlock()
	}
	<-ctx.Done()
	return l.token
}

// again renews a token, or makes a new one.
func (v *vault) again(ctx context.Context, w way, l lease) (lease, error) {
	if l.renewable {
		if next, err := v.c.renew(ctx, l.token); err == nil && next.ttl >= leastLease {
			return next, nil
		}
	}
	next, err := w.login(ctx)
	if err == nil && !w.ours { // the token is what it was; only its file may have a new one
		return v.c.lookup(ctx, next.token)
	}
	return next, err
}

// forsake ends what keeps the token. v.mu is held, and not by the goroutine that
// ends: it takes v.mu only while the context lasts.
func (v *vault) forsake() {
	if v.token = ""; v.stop != nil {
		v.stop()
		v.stop = nil
	}
}

func (v *vault) close() {
	v.mu.Lock()
	ended, kept := v.ended, v.stop != nil
	v.forsake()
	v.held, v.read, v.err = nil, time.Time{}, nil
	v.mu.Unlock()
	if kept {
		<-ended
	}
	if v.c != nil {
		v.c.http.CloseIdleConnections()
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
