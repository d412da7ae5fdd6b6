package collectors

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

// seen is a task's Out that remembers what was observed.
type seen struct {
	record
	all []pipeline.Observation
}

func (s *seen) Observed(o pipeline.Observation) { s.all = append(s.all, o) }

// What rests on an answer from the cache is dated by when that was fetched: it is
// no call, costs nothing, and is no news.
func TestCachedIsOfItsDay(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Write([]byte(`{"name": "www.acme.example"}`))
	}))
	defer s.Close()
	now := noon
	n := netTo(t, s.Listener.Addr().String(), func(o *Options) { o.Now, o.CacheDir = func() time.Time { return now }, t.TempDir() })
	e := Entry{
		Spec: pipeline.Spec{Name: "list", Ceiling: pipeline.Ceiling{CostUSD: 1, Requests: 3},
			Source: pipeline.Source{Name: "list", Base: "http://list.example", TTL: 24 * time.Hour, PriceUSD: 0.5}},
		Collect: func(ctx context.Context, net *View, _ pipeline.Entity, emit Emit) error {
			a, err := net.HTTP(ctx, Request{URL: "/names", Accept: "json"})
			if err == nil {
				emit(pipeline.Observation{Predicate: "has-name", Exchanges: a.Exchanges()})
			}
			return err
		},
	}
	acme, _ := pipeline.ParseEntity("acme.example")
	for _, c := range []struct {
		after, dated time.Duration
		cached       bool
		calls        int
	}{{0, 0, false, 1}, {5 * time.Hour, 0, true, 1}, {30 * time.Hour, 30 * time.Hour, false, 2}} {
		now = noon.Add(c.after)
		out := new(seen)
		task := pipeline.Task{Case: "c-test", Subject: acme, Ruling: pipeline.Ruling{Keep: pipeline.KeepRaw}, Digest: digest}
		if err := Bind(n, e).Collect(t.Context(), task, out); err != nil {
			t.Fatal(err)
		}
		x := out.xs[0]
		if len(out.all) != 1 || !out.all[0].At.Equal(noon.Add(c.dated)) || !x.At.Equal(noon.Add(c.dated)) {
			t.Errorf("after %s: observed %+v by an exchange of %s", c.after, out.all, x.At)
		}
		if x.Cached != c.cached || x.Cost != map[bool]float64{false: 0.5}[c.cached] || asked != c.calls {
			t.Errorf("after %s: cached %v, cost %v, %d calls", c.after, x.Cached, x.Cost, asked)
		}
	}
}

// What a cache has is told when a day's requests are used up; the rest is not.
func TestCachedNeedsNoTurn(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("{}")) }))
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	source := pipeline.Source{Name: "list", Base: "http://list.example", TTL: 24 * time.Hour, Daily: 1}
	e := Entry{Spec: pipeline.Spec{Name: "list", Source: source, Ceiling: pipeline.Ceiling{Requests: 3}},
		Collect: func(ctx context.Context, net *View, subject pipeline.Entity, _ Emit) error {
			_, err := net.HTTP(ctx, Request{URL: "/" + subject.Value, Accept: "json"})
			return err
		}}
	bound := Bind(n, e)
	for _, c := range []struct {
		subject string
		want    pipeline.Outcome
		calls   int
	}{{"acme.example", "", 1}, {"acme.example", "", 1}, {"other.example", pipeline.QuotaExceeded, 0}} {
		subject, _ := pipeline.ParseEntity(c.subject)
		if wait, err := n.Take(source); wait != 0 || err != nil {
			t.Fatal(c.subject, wait, err)
		}
		out := new(seen)
		err := bound.Collect(t.Context(), pipeline.Task{Case: "c-test", Subject: subject, Ruling: pipeline.Ruling{Keep: pipeline.KeepRaw}, Digest: digest}, out)
		if n.Done(source, pipeline.OK); outcomeOf(err) != c.want || len(out.xs) != c.calls {
			t.Errorf("%s: %v, %d exchanges", c.subject, err, len(out.xs))
		}
	}
	source.TTL = 0
	if _, err := n.Take(source); outcomeOf(err) != pipeline.QuotaExceeded {
		t.Errorf("where nothing is kept: %v", err)
	}
}
