package collectors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

const (
	maxHops  = 10
	maxTries = 3
	maxBody  = 8 << 20 // unless the request says otherwise
)

// HTTP asks over HTTP. Each request on the way, redirects and repeats
// included, is one exchange.
func (v *View) HTTP(ctx context.Context, r Request) (*Answer, error) {
	at, err := v.address(r.URL)
	if err != nil {
		return nil, err
	}
	var hops []Hop
	for {
		a, err := v.fetch(ctx, r, at)
		if err != nil {
			return nil, err
		}
		hops = append(hops, a.Hops[0])
		a.Hops = hops
		next, redirected := a.location()
		if !redirected || r.NoFollow {
			return a, v.judge(r, a)
		}
		if len(hops) > maxHops {
			return nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("more than %d redirects from %s", maxHops, hops[0].URL))
		}
		at = next
		if a.Status != http.StatusTemporaryRedirect && a.Status != http.StatusPermanentRedirect && r.Method != http.MethodHead {
			r.Method, r.Body = http.MethodGet, nil
		}
	}
}

// address makes a request's URL absolute, below the source's base or its
// --endpoint.
func (v *View) address(s string) (*url.URL, error) {
	base := v.spec.Source.Base
	if e := v.Endpoint(); e != "" {
		if base != "" {
			s = strings.TrimPrefix(s, strings.TrimSuffix(base, "/"))
		}
		base = e
	}
	if !strings.Contains(s, "://") {
		s = strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(s, "/")
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, pipeline.Fail(pipeline.Malformed, "not an http URL: "+s)
	}
	return u, nil
}

// location returns where a redirect leads.
func (a *Answer) location() (*url.URL, bool) {
	switch a.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		base, err := url.Parse(a.URL)
		if err != nil {
			return nil, false
		}
		to, err := base.Parse(a.Header.Get("Location"))
		if err != nil || a.Header.Get("Location") == "" || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" {
			return nil, false
		}
		to.User = nil
		return to, true
	}
	return nil, false
}

// fetch gets one URL, from the case, from a cache, or from its server.
func (v *View) fetch(ctx context.Context, r Request, at *url.URL) (*Answer, error) {
	asked := v.digest("http", r.method(), at.String(), fmt.Sprint(r.Header), r.Accept, string(r.Body))
	if a, err := v.reread(r, at, asked); a != nil || err != nil {
		return a, err
	}
	ttl := v.spec.Source.TTL
	if ttl == 0 || r.method() != http.MethodGet {
		return v.repeat(ctx, r, at, asked, nil, nil)
	}
	var store keeper = v.net.cache
	if v.task.Ruling.Keep != pipeline.KeepRaw {
		store = v.local
	}
	key := v.spec.Source.Name + " " + at.String() + fmt.Sprint(r.Header) + r.Accept
	defer store.hold(key)()
	old := store.get(key)
	if old.fresh(v.net.now(), ttl) {
		x := v.exchange(r, at, asked, old.At)
		x.Cached, x.Status, x.Outcome = true, old.Status, pipeline.OK
		return v.keep(x, old, false)
	}
	return v.repeat(ctx, r, at, asked, old, func(k *kept) {
		if k.Status == http.StatusOK || k.Status == http.StatusNotFound {
			store.put(key, k)
		}
	})
}

// reread returns the answer that an earlier attempt of the task came to, with
// the tries that led to it; nil if it came to none.
func (v *View) reread(r Request, at *url.URL, asked string) (a *Answer, err error) {
	for try := 1; ; try++ {
		x, body, ok := v.recall(asked)
		if !ok {
			return nil, nil
		}
		if a, err = readBack(x, body, at.String()); err != nil {
			return nil, err
		}
		if again, _ := v.again(r, &kept{Status: a.Status, Header: a.Header}, nil, try); !again {
			return a, nil
		}
	}
}

// repeat sends a request until it is answered, at most three times if it is
// safe to repeat. Every try is an exchange.
func (v *View) repeat(ctx context.Context, r Request, at *url.URL, asked string, old *kept, put func(*kept)) (*Answer, error) {
	for try := 1; ; try++ {
		if err := v.take(ctx); err != nil {
			return nil, err
		}
		x := v.exchange(r, at, asked, v.net.now())
		got, cut, failed := v.send(ctx, r, at, old, &x)
		x.Elapsed = v.net.now().Sub(x.At)
		x.Outcome, x.Error = outcome(failed)
		if failed == nil && got.Status == http.StatusNotModified && old != nil {
			old.At, x.Status, x.Detail = x.At, http.StatusNotModified, x.Detail+", not modified"
			got = old
		}
		a, err := v.keep(x, got, cut)
		if err != nil {
			return nil, err
		}
		again, wait := v.again(r, got, failed, try)
		if again {
			if err := sleep(ctx, wait); err != nil {
				return nil, failure(ctx, err)
			}
			continue
		}
		if failed != nil {
			return nil, failed
		}
		if put != nil && !cut {
			put(got)
		}
		return a, v.weigh(len(got.Body))
	}
}

// again says whether and when a request is worth repeating.
func (v *View) again(r Request, got *kept, failed error, try int) (bool, time.Duration) {
	wait := backoff(try)
	if failed == nil {
		retry, said := retryAfter(got.Header, v.net.now())
		if got.Status == http.StatusTooManyRequests || got.Status == http.StatusServiceUnavailable {
			if said {
				v.net.pace.leaveAlone(v.spec.Source.Name, retry)
			}
			wait = max(wait, retry)
		}
		if v.spec.Source.Family == "target" || !(got.Status == 429 || got.Status == 502 || got.Status == 503 || got.Status == 504) {
			return false, 0
		}
	} else {
		var f *pipeline.Failure
		if !errors.As(failed, &f) || f.Outcome != pipeline.Unreachable || v.spec.Source.Family == "target" {
			return false, 0
		}
	}
	safe := r.method() == http.MethodGet || r.method() == http.MethodHead
	return safe && try < maxTries && wait <= 3*time.Second, wait
}

// exchange begins the record of one request.
func (v *View) exchange(r Request, at *url.URL, asked string, when time.Time) pipeline.Exchange {
	op := r.Operation
	if op == "" {
		op = strings.ToLower(r.method())
	}
	return pipeline.Exchange{Operation: op, Question: asked, Locator: v.locator(at), At: when}
}

// locator is what the record shows of a URL: whole where bytes are kept raw,
// without its query where they are not, and no more than its host where the
// subject is a person.
func (v *View) locator(u *url.URL) string {
	switch {
	case v.task.Subject.Personal():
		return u.Scheme + "://" + u.Host + "/…"
	case v.task.Ruling.Keep != pipeline.KeepRaw && u.RawQuery != "":
		return u.Scheme + "://" + u.Host + u.EscapedPath() + "?…"
	}
	return u.String()
}

// keep records an exchange and makes its answer.
func (v *View) keep(x pipeline.Exchange, got *kept, cut bool) (*Answer, error) {
	var body []byte
	if got != nil {
		if x.Status == 0 {
			x.Status = got.Status
		}
		body = write(got, cut)
	}
	x, err := v.record(x, body)
	if err != nil || got == nil {
		return nil, err
	}
	return got.answer(x, cut), nil
}

func (k *kept) answer(x pipeline.Exchange, cut bool) *Answer {
	return &Answer{Exchange: x.ID, Status: k.Status, Header: k.Header, Body: k.Body, URL: k.URL, At: x.At, Cached: x.Cached, Truncated: cut,
		Hops: []Hop{{URL: k.URL, Status: k.Status, Exchange: x.ID, Header: k.Header}}}
}

// judge gives a status that is no answer its outcome.
func (v *View) judge(r Request, a *Answer) error {
	if r.AnyStatus {
		return nil
	}
	if f := statusFailure(a); f != nil {
		return f
	}
	if r.Accept == "json" && a.Status != http.StatusNotFound {
		b := bytes.TrimSpace(a.Body)
		if len(b) == 0 || b[0] != '{' && b[0] != '[' {
			return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("%s sent %s where JSON is due", v.spec.Source.Name, kindOf(b)))
		}
	}
	return nil
}

func (r Request) method() string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}
