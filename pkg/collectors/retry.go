package collectors

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"time"

	"osint/pkg/pipeline"
)

// reread returns the answer that an earlier attempt of the task came to, with
// the tries that led to it; nil if it came to none.
func (v *View) reread(r Request, at *url.URL, asked string) (a *Answer, err error) {
	for try := 1; ; try++ {
		x, body, ok := v.recall(asked)
		if !ok {
			return a, nil
		}
		if a, err = readBack(x, body, at.String()); err != nil {
			return nil, err
		}
		switch { // what followed it, if that was had
		case v.repeats(r, a.Status, a.Header, try):
			a = nil
		case r.Credential.Name == "" || resting(a.Status, a.Header, v.net.now()) == 0:
			return a, nil
		}
	}
}

// maxKeys is how many credentials one request is tried with.
const maxKeys = 5

// repeat sends a request until it is answered, at most three times if it is
// safe to repeat. Every try is an exchange.
func (v *View) repeat(ctx context.Context, r Request, at *url.URL, asked string, old *kept, put func(*kept)) (*Answer, error) {
	var last *Answer
	var failed error
	for try := 1; ; try++ {
		g, err := v.grants(ctx, r, at)
		if err == nil { // only what can be sent is metered
			err = v.take(ctx, hostOf(at))
		}
		switch {
		case err != nil && try > 1: // no further try: what the last one came to says why
			return last, failed
		case err != nil:
			return nil, err
		}
		began, x := time.Now(), v.exchange(r, at, asked, v.net.now())
		got, cut, err := v.send(ctx, r, at, old, g, &x)
		failed = err
		x.Elapsed = time.Since(began)
		x.Outcome, x.Error = outcome(failed)
		x.Error = g.hide(hide(x.Error, secrets(r.Header, at)))
		x.Credential = cmp.Or(g.where(), credential(r.Header, at))
		if failed == nil && got.Status == http.StatusNotModified && old != nil {
			x.Status, x.Detail = http.StatusNotModified, x.Detail+", not modified"
			got = old.unchanged(x.At)
		}
		if got != nil {
			got.took = x.Elapsed
			v.weigh(len(got.Body))
		}
		if last, err = v.keep(x, got, cut); err != nil {
			return nil, err
		}
		if v.sentAway(ctx, g, got) && try < maxKeys {
			continue
		}
		if again, wait := v.again(r, at, got, failed, try); again {
			if err := sleep(ctx, wait); err != nil {
				return nil, failure(ctx, err)
			}
			continue
		}
		if failed == nil && cut && v.full() {
			return nil, pipeline.Fail(pipeline.Partial, "its ceiling of bytes is reached")
		}
		if failed == nil && put != nil && !cut {
			put(got)
		}
		return last, failed
	}
}

// again says whether and when a request is worth repeating.
func (v *View) again(r Request, at *url.URL, got *kept, failed error, try int) (bool, time.Duration) {
	wait := backoff(try)
	if failed == nil {
		retry, said := retryAfter(got.Header, v.net.now())
		if got.Status == http.StatusTooManyRequests || got.Status == http.StatusServiceUnavailable {
			if said {
				v.net.pace.leaveAlone(v.spec.Source, hostOf(at), retry)
			}
			wait = max(wait, retry)
		}
		return v.repeats(r, got.Status, got.Header, try), wait
	}
	o, _ := outcome(failed)
	return o == pipeline.Unreachable && !Absent(failed) && r.safe() && !v.target() && try < maxTries, wait
}

// repeats reports whether an answer with a status is followed by another try.
// The subject's own servers are not pressed.
func (v *View) repeats(r Request, status int, head http.Header, try int) bool {
	if wait, _ := retryAfter(head, v.net.now()); wait > maxPause {
		return false
	}
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return r.safe() && !r.AnyStatus && !v.target() && try < maxTries
	}
	return false
}

// safe reports whether a request may be put twice.
func (r Request) safe() bool {
	return r.method() == http.MethodGet || r.method() == http.MethodHead || r.Asks
}
