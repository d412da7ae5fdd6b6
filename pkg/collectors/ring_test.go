package collectors

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

// hoard is where credentials come from; what it says can be changed.
type hoard struct {
	values []string
	err    error
	asked  atomic.Int32
}

func (p *hoard) look(context.Context, string) ([]string, error) {
	p.asked.Add(1)
	return slices.Clone(p.values), p.err
}

// deal returns a Net that asks v with what p has, and its machine's clock.
func deal(t *testing.T, v *vendor, p *hoard) (n *Net, now *time.Time) {
	t.Helper()
	s := httptest.NewServer(v)
	t.Cleanup(s.Close)
	clock := noon
	n = netTo(t, s.Listener.Addr().String(), func(o *Options) { o.Keys, o.Now = p.look, func() time.Time { return clock } })
	n.pace.now = n.now
	return n, &clock
}

// asks puts one question in a task of its own.
func asks(t *testing.T, n *Net, s pipeline.Spec) error {
	t.Helper()
	e, _ := pipeline.ParseEntity("acme.example")
	return Bind(n, Entry{Spec: s, Collect: func(ctx context.Context, w *View, _ pipeline.Entity, _ Emit) error {
		_, err := w.HTTP(ctx, Request{URL: "/v1", Accept: "json", Credential: Credential{Name: "VENDOR_KEY", Header: "X-Apikey"}})
		return err
	}}).Collect(t.Context(), pipeline.Task{Subject: e}, new(record))
}

// A credential that was replaced while a run goes on is had: at once if what is
// known is old, and not sooner than in five minutes. While the place is down, what
// it said last holds; when it denies, nothing does.
func TestCredentialsThatWereReplaced(t *testing.T) {
	v := &vendor{good: []string{"first-key"}, bad: 401}
	p := &hoard{values: []string{"first-key"}}
	n, now := deal(t, v, p)
	for i, step := range []struct {
		after  time.Duration
		good   string // what the vendor takes
		values []string
		err    error
		want   pipeline.Outcome
		looked int32 // in all
	}{
		{0, "first-key", []string{"first-key"}, nil, "", 1},
		{time.Hour, "first-key", []string{"second-key"}, nil, "", 1},                             // nothing is wrong
		{time.Hour, "second-key", []string{"second-key"}, nil, "", 2},                            // at once
		{time.Minute, "third-key", []string{"third-key"}, nil, pipeline.Unauthorized, 2},         // looked up a minute ago
		{time.Minute, "third-key", []string{"third-key"}, nil, pipeline.QuotaExceeded, 2},        // rests
		{4 * time.Minute, "third-key", nil, errors.New("it is down"), pipeline.QuotaExceeded, 3}, // what was known holds
		{6 * time.Minute, "third-key", []string{"second-key"}, nil, pipeline.QuotaExceeded, 4},   // as before
		{6 * time.Minute, "third-key", []string{"second-key", "third-key"}, nil, "", 5},          // which one rests is known
		{25 * time.Hour, "no-key", nil, nil, pipeline.Unauthorized, 6},                           // all denied
		{time.Minute, "no-key", nil, nil, pipeline.NoKey, 6},
	} {
		*now = now.Add(step.after)
		v.good, p.values, p.err = []string{step.good}, step.values, step.err
		if err := asks(t, n, vendorSpec); outcomeOf(err) != step.want || p.asked.Load() != step.looked {
			t.Errorf("%d: %v, looked up %d times, want %q and %d", i, err, p.asked.Load(), step.want, step.looked)
		}
	}
}

// Where a place can't be read, what needs a credential says so without a word of
// what the place said; what would only do better with one goes on. The place is
// left alone for a minute.
func TestCredentialsThatCannotBeHad(t *testing.T) {
	v := &vendor{good: []string{"", "a-key"}, bad: 401}
	p := &hoard{err: errors.New("/home/ada/.config/osint/secrets.yaml can be read by others")}
	n, now := deal(t, v, p)
	helped := vendorSpec
	helped.Name, helped.Keys, helped.MayUse = "helped", nil, []string{"VENDOR_KEY"}
	for range 3 {
		if err := asks(t, n, vendorSpec); outcomeOf(err) != pipeline.NoKey || !strings.Contains(err.Error(), "VENDOR_KEY can't be had") || !strings.Contains(err.Error(), "osint keys check") || strings.Contains(err.Error(), "ada") {
			t.Errorf("needed: %v", err)
		}
		if err := asks(t, n, helped); err != nil {
			t.Errorf("of help: %v", err)
		}
	}
	if p.asked.Load() != 1 || len(v.keys()) != 3 {
		t.Errorf("looked up %d times, sent %q", p.asked.Load(), v.keys())
	}
	*now = now.Add(keysFailed)
	p.values, p.err = []string{"a-key"}, nil
	if err := asks(t, n, vendorSpec); err != nil || p.asked.Load() != 2 {
		t.Errorf("a minute later: %v, looked up %d times", err, p.asked.Load())
	}
}

// Whoever hands out turns waits for no place of credentials: they are looked up when
// a collector is bound.
func TestTurnsWaitForNoLookUp(t *testing.T) {
	p := &hoard{values: []string{"1", "2"}}
	n, _ := deal(t, new(vendor), p)
	s := vendorSpec
	s.Source.Daily = 10
	Bind(n, Entry{Spec: s})
	if got := n.paced(s.Source).Daily; got != 20 || p.asked.Load() != 1 {
		t.Errorf("%d a day, looked up %d times", got, p.asked.Load())
	}
	hang, hung := make(chan struct{}), make(chan struct{})
	ill := vendorSpec
	ill.Keys, ill.Source.Name, ill.Source.Daily = []string{"ILL_KEY"}, "ill", 10
	n.enter(ill)
	n.o.Keys = func(context.Context, string) ([]string, error) {
		close(hung)
		<-hang
		return nil, errors.New("no answer")
	}
	done := make(chan struct{})
	go func() { defer close(done); n.ring(t.Context(), "ILL_KEY") }()
	<-hung
	took := make(chan struct{})
	go func() {
		defer close(took)
		for range 3 {
			n.Take(ill.Source)
			n.Done(ill.Source, pipeline.OK)
		}
	}()
	select {
	case <-took:
	case <-time.After(5 * time.Second):
		t.Error("turns wait for a look-up")
	}
	close(hang)
	<-done
	<-took
}

// A task keeps its credential, and what goes beside it is of the same account, until
// that is sent away; other tasks take the next.
func TestTasksKeepTheirCredentials(t *testing.T) {
	var sent []string
	refuse := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("X-Apikey")
		sent = append(sent, r.URL.Path[1:]+":"+key+"/"+r.URL.Query().Get("org"))
		if key == refuse {
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	defer s.Close()
	for _, c := range []struct {
		ids  []string
		want string
	}{
		{[]string{"org-1", "org-2", "org-3"}, "a:key-1/org-1 a:key-1/org-1 b:key-2/org-2 a:key-1/org-1 b:key-2/org-2 b:key-3/org-3 b:key-3/org-3 c:key-1/org-1"},
		{[]string{"org-1", "org-2"}, "a:key-1/org-1 a:key-1/org-1 b:key-2/org-1 a:key-1/org-1 b:key-2/org-1 b:key-3/org-1 b:key-3/org-1 c:key-1/org-1"},
	} {
		sent, refuse = nil, ""
		n := netTo(t, s.Listener.Addr().String(), func(o *Options) {
			o.Keys = func(_ context.Context, name string) ([]string, error) {
				return map[string][]string{"VENDOR_KEY": {"key-1", "key-2", "key-3"}, "VENDOR_ID": c.ids}[name], nil
			}
		})
		tasks := map[string]*View{}
		ask := func(name string) {
			if tasks[name] == nil {
				tasks[name], _ = view(n, vendorSpec)
			}
			if _, err := tasks[name].HTTP(t.Context(), Request{URL: "/" + name, NoFollow: true,
				Credential: Credential{Name: "VENDOR_KEY", Header: "X-Apikey"}, Also: Credential{Name: "VENDOR_ID", Parameter: "org"}}); err != nil {
				t.Error(name, err)
			}
		}
		for _, name := range []string{"a", "a", "b", "a"} {
			ask(name)
		}
		refuse = "key-2"
		for _, name := range []string{"b", "b", "c"} {
			ask(name)
		}
		if got := strings.Join(sent, " "); got != c.want {
			t.Errorf("%q:\nsent %s\nwant %s", c.ids, got, c.want)
		}
	}
}
