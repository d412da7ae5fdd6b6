package collectors

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

const (
	maxHops  = 10
	maxTries = 3
	maxPause = 3 * time.Second // between tries; a server that wants longer is left alone
	maxBody  = 8 << 20         // unless the request says otherwise
)

// HTTP asks over HTTP. Each request on the way, redirects and repeats
// included, is one exchange. A GET or HEAD, and a POST that only asks, that came to
// nothing for a reason that passes is put again, at most twice, unless it went to the subject's own
// server. Redirects are followed up to the tenth; credentials go to no other
// host than the first.
func (v *View) HTTP(ctx context.Context, r Request) (*Answer, error) {
	at, err := v.address(r.URL)
	if err != nil {
		return nil, err
	}
	var hops []Hop
	for {
		a, err := v.fetch(ctx, r, at)
		switch {
		case Absent(err) && len(hops) > 0: // whoever was asked first is there
			return nil, pipeline.Fail(pipeline.Unreachable, fmt.Sprintf("led to %s: %v", at.Host, err))
		case err != nil:
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
		r = r.follow(a.Status, at, next)
		at = next
	}
}

// follow returns the request for the next hop, as a browser would make it.
func (r Request) follow(status int, from, to *url.URL) Request {
	if status != http.StatusTemporaryRedirect && status != http.StatusPermanentRedirect && r.Method != http.MethodHead {
		r.Method, r.Body = http.MethodGet, nil
	}
	if from.Host != to.Host || from.Scheme != to.Scheme {
		r.Header, r.Credential, r.Also = withoutSecrets(r.Header), Credential{}, Credential{}
	}
	return r
}

// address makes a request's URL absolute, below the source's base or its
// --endpoint.
func (v *View) address(s string) (*url.URL, error) {
	base := v.spec.Source.Base
	if e := v.Endpoint(); e != "" {
		if rest, below := strings.CutPrefix(s, strings.TrimSuffix(base, "/")); below && base != "" && (rest == "" || rest[0] == '/' || rest[0] == '?') {
			s = rest
		}
		base = e
	}
	if path, _, _ := strings.Cut(s, "?"); !strings.Contains(path, "://") {
		s = strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(s, "/")
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return nil, pipeline.Fail(pipeline.Malformed, "not a plain http or https URL: "+withoutUser(s))
	}
	u.Fragment, u.RawFragment = "", ""
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
		if err != nil || a.Header.Get("Location") == "" || to.Scheme != "http" && to.Scheme != "https" || to.Hostname() == "" {
			return nil, false
		}
		to.User, to.Fragment, to.RawFragment = nil, "", ""
		return to, true
	}
	return nil, false
}

// fetch gets one URL, from the case, from a cache, or from its server.
func (v *View) fetch(ctx context.Context, r Request, at *url.URL) (*Answer, error) {
	asked := v.digest(append([]string{"http", r.method(), hide(at.String(), secrets(r.Header, at)), r.Accept, string(r.Body)}, headerLines(withoutSecrets(r.Header))...)...)
	if a, err := v.reread(r, at, asked); a != nil || err != nil {
		return a, err
	}
	ttl := v.spec.Source.TTL
	prefix, disk, ok := v.shelf()
	if r.Public {
		prefix, ok = everybody, true
	}
	if ttl == 0 || r.method() != http.MethodGet || !ok {
		return v.repeat(ctx, r, at, asked, nil, nil)
	}
	key := prefix + strings.Join(append([]string{v.spec.Source.Name, at.String(), r.Accept, v.held(ctx, r.Credential)}, headerLines(r.Header)...), "\x00")
	put := func(k *kept) {
		if (k.Status == http.StatusOK || k.Status == http.StatusNotFound) && v.excess(write(k, false)) == nil {
			v.net.cache.put(key, k, disk, ttl)
		}
	}
	for first := true; ; first = false {
		old := v.net.cache.get(key, disk)
		if old.fresh(v.net.now(), ttl) {
			return v.serve(r, at, asked, old, !first)
		}
		if !first { // whoever asked before came to nothing: ask for ourselves
			return v.repeat(ctx, r, at, asked, old, put)
		}
		done, err := v.net.cache.lead(ctx, key)
		if err != nil {
			return nil, err
		}
		if done != nil {
			defer done()
			if old = v.net.cache.get(key, disk); old.fresh(v.net.now(), ttl) { // while we came to lead
				return v.serve(r, at, asked, old, false)
			}
			return v.repeat(ctx, r, at, asked, old, put)
		}
	}
}

// serve answers from the cache. Whoever waited for another's asking waited as
// long as that took.
func (v *View) serve(r Request, at *url.URL, asked string, k *kept, waited bool) (*Answer, error) {
	x := v.exchange(r, at, asked, k.At)
	x.Cached, x.Status, x.Outcome = true, k.Status, pipeline.OK
	if waited {
		x.Elapsed = k.took
	}
	v.weigh(len(k.Body))
	return v.keep(x, k, false)
}

func hostOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return strings.ToLower(net.JoinHostPort(u.Hostname(), port))
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
	return hide(u.String(), secrets(nil, u))
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
	return &Answer{Exchange: x.ID, Status: k.Status, Header: k.Header, Body: k.Body, URL: k.URL, At: x.At, Cached: x.Cached, Truncated: cut, Doubt: k.Doubt,
		Hops: []Hop{{URL: k.URL, Status: k.Status, Exchange: x.ID, Header: k.Header}}}
}

func (r Request) method() string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}
