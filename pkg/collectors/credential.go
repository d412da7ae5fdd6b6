package collectors

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// Keys looks up a credential by its conventional name. It returns none, and no
// error, if there is none; several if several accounts share the work.
type Keys func(ctx context.Context, name string) (values []string, err error)

// A Credential says which credential a request carries, and where. Its value is
// put in on the way out: no collector, record, digest, cache or error has it.
// One that the Spec names under MayUse is left out where there is none.
type Credential struct {
	Name      string // "SHODAN_API_KEY"
	Header    string // that it stands in: "X-Apikey"; or
	Parameter string // of the query: "key"
	Scheme    string // before it, in the header: "Bearer"
	Path      string // the segment of the path that it stands for as well, where a source wants that
}

// Has reports whether a credential is there.
func (v *View) Has(ctx context.Context, name string) bool {
	r, err := v.net.ring(ctx, name)
	return err == nil && r.size() > 0
}

// held is the name of a request's credential if it is there: what is told with
// one may be more than what is told without.
func (v *View) held(ctx context.Context, c Credential) string {
	if c.Name != "" && v.Has(ctx, c.Name) {
		return c.Name
	}
	return ""
}

// keyed returns a Failure if the source is barred, or if a credential that the
// Spec needs is not there.
func (v *View) keyed(ctx context.Context) error {
	if why := v.net.o.Barred[v.spec.Source.Name]; why != "" && v.net.o.Endpoints[v.spec.Source.Name] == "" {
		return pipeline.Fail(pipeline.NoKey, why)
	}
	for _, name := range v.spec.Keys {
		r, err := v.net.ring(ctx, name)
		if err != nil {
			return err
		}
		if r.size() == 0 {
			return pipeline.Fail(pipeline.NoKey, name+" is not there; osint keys set "+name)
		}
	}
	return nil
}

// A grant is a credential as one request carries it.
type grant struct {
	Credential
	value string
	ring  *ring
	also  *grant // put in beside it
}

// grants chooses the credentials of a request; nil if it carries none. None is
// sent in clear past this machine.
func (v *View) grants(ctx context.Context, r Request, at *url.URL) (*grant, error) {
	g, err := v.grant(ctx, r.Credential)
	if err != nil || g == nil {
		return nil, err
	}
	if at.Scheme != "https" && !v.net.staysHere(at) {
		return nil, pipeline.Fail(pipeline.Blocked, g.Name+" is not sent in clear: the address of "+v.spec.Source.Name+" has to begin with https://")
	}
	g.also, err = v.beside(ctx, g, r.Also)
	return g, err
}

// own returns the credential of a name that this task asks with: what was begun with
// one may be its alone. Another is chosen when it was sent away; false if none is
// left.
func (v *View) own(name string, r *ring) (value string, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if value, ok = r.pick(v.net.now(), v.with[name]); ok {
		if v.with == nil {
			v.with = map[string]string{}
		}
		v.with[name] = value
	}
	return value, ok
}

// beside chooses what is put in beside a credential: of as many values the one of
// the same account, in the order in which they were given; else the first.
func (v *View) beside(ctx context.Context, g *grant, c Credential) (*grant, error) {
	if c.Name == "" {
		return nil, nil
	}
	r, err := v.net.ring(ctx, c.Name)
	may := slices.Contains(v.spec.MayUse, c.Name)
	switch value, ok := r.beside(g.ring, g.value); {
	case ok && err == nil:
		return &grant{Credential: c, value: value, ring: r}, nil
	case may: // it would only help
		return nil, nil
	case err != nil:
		return nil, err
	}
	return nil, pipeline.Fail(pipeline.NoKey, c.Name+" is not there; osint keys set "+c.Name)
}

// grant chooses the credential of a request; nil if it carries none.
func (v *View) grant(ctx context.Context, c Credential) (*grant, error) {
	if c.Name == "" {
		return nil, nil
	}
	may := slices.Contains(v.spec.MayUse, c.Name)
	r, err := v.net.ring(ctx, c.Name)
	switch {
	case err != nil && may: // it would only help
		return nil, nil
	case err != nil:
		return nil, err
	}
	value, ok := v.own(c.Name, r)
	switch {
	case ok:
		return &grant{Credential: c, value: value, ring: r}, nil
	case r.size() > 0:
		return nil, pipeline.Fail(pipeline.QuotaExceeded, "every "+c.Name+" was sent away, and rests")
	case may:
		return nil, nil
	}
	return nil, pipeline.Fail(pipeline.NoKey, c.Name+" is not there; osint keys set "+c.Name)
}

// put puts the credential into a request that is about to leave.
func (g *grant) put(req *http.Request) {
	switch {
	case g == nil:
	case g.Header != "":
		req.Header.Set(g.Header, strings.TrimSpace(g.Scheme+" "+g.value))
	case g.Parameter != "":
		pair := url.QueryEscape(g.Parameter) + "=" + url.QueryEscape(g.value)
		req.URL.RawQuery = strings.TrimPrefix(req.URL.RawQuery+"&"+pair, "&")
	}
	if g != nil {
		g.putPath(req)
		g.also.put(req)
	}
}

// putPath puts the credential into the path, in the place of the segment that
// stands for it.
func (g *grant) putPath(req *http.Request) {
	if g.Path == "" {
		return
	}
	segments := strings.Split(req.URL.EscapedPath(), "/")
	for i, s := range segments {
		if s == g.Path {
			segments[i] = url.PathEscape(g.value)
		}
	}
	raw := strings.Join(segments, "/")
	if path, err := url.PathUnescape(raw); err == nil {
		req.URL.Path, req.URL.RawPath = path, raw
	}
}

// where names the header or parameter, for the record.
func (g *grant) where() string {
	if g == nil {
		return ""
	}
	if g.Header != "" {
		return http.CanonicalHeaderKey(g.Header)
	}
	return g.Parameter
}

// resting is how long a credential rests that was refused, or whose allowance is
// used up; 0 if the status says nothing of it.
func resting(status int, head http.Header, now time.Time) time.Duration {
	wait, said := retryAfter(head, now)
	switch {
	case status == http.StatusUnauthorized:
		return 24 * time.Hour
	case status == http.StatusPaymentRequired:
		return 6 * time.Hour
	case status == http.StatusTooManyRequests && said:
		return wait
	case status == http.StatusTooManyRequests:
		return time.Minute
	}
	return 0
}

// sentAway lets the credential of an answer rest if that says so, and reports
// whether the request may be put again at once, with another. One that was refused
// may have been replaced since: they are looked up again.
func (v *View) sentAway(ctx context.Context, g *grant, k *kept) (another bool) {
	if g == nil || k == nil {
		return false
	}
	now := v.net.now()
	d := resting(k.Status, k.Header, now)
	if d == 0 {
		return false
	}
	g.ring.rest(g.value, now, d)
	if k.Status == http.StatusUnauthorized {
		g.ring.doubt()
		v.net.ring(ctx, g.Name) // where that fails, what was known holds
	}
	return g.ring.ready(now)
}
