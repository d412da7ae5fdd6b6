package collectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"osint/pkg/pipeline"
)

// vendor is a server that admits the good credentials, tells what it was sent, and
// repeats it in its answer and its headers.
type vendor struct {
	mu   sync.Mutex
	sent []string
	good []string
	bad  int // status for others
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("X-Apikey")
	if key == "" {
		key = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	if key == "" {
		key = r.URL.Query().Get("key")
	}
	v.mu.Lock()
	v.sent = append(v.sent, r.Host+" "+key)
	v.mu.Unlock()
	w.Header().Set("X-Account", "of "+key)
	if to := r.URL.Query().Get("to"); to != "" {
		http.Redirect(w, r, to, http.StatusFound)
		return
	}
	if !slices.Contains(v.good, key) {
		w.WriteHeader(v.bad)
	}
	fmt.Fprintf(w, `{"you sent":"%s","escaped":"%s"}`, key, url.QueryEscape(key))
}

func (v *vendor) keys() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.sent)
}

func dealer(t *testing.T, v *vendor, keys ...string) *Net {
	t.Helper()
	s := httptest.NewServer(v)
	t.Cleanup(s.Close)
	return netTo(t, s.Listener.Addr().String(), func(o *Options) {
		o.Keys = func(_ context.Context, name string) ([]string, error) {
			if name == "BROKEN_KEY" {
				return nil, errors.New("the vault is sealed")
			}
			if name != "VENDOR_KEY" {
				return nil, nil
			}
			return keys, nil
		}
	})
}

var vendorSpec = pipeline.Spec{Name: "vendor", Keys: []string{"VENDOR_KEY"}, Source: pipeline.Source{Name: "vendor", Base: "http://api.vendor.example"}}

// A credential goes where it should, and nowhere else: not into the record, not
// into the answer that repeats it, not to another host.
func TestCredentialsAreSentAndNotShown(t *testing.T) {
	const key = "s3cr3t/with+signs"
	for _, c := range []Credential{{Name: "VENDOR_KEY", Header: "x-apikey"}, {Name: "VENDOR_KEY", Header: "Authorization", Scheme: "Bearer"}, {Name: "VENDOR_KEY", Parameter: "key"}} {
		v := &vendor{good: []string{key}, bad: 401}
		w, r := view(dealer(t, v, key), vendorSpec)
		a, err := w.HTTP(t.Context(), Request{URL: "/v1?q=a", Accept: "json", Credential: c})
		if err != nil || a.Status != 200 {
			t.Fatal(c, err)
		}
		if _, err := w.HTTP(t.Context(), Request{URL: "/v1?to=http://elsewhere.example/", Credential: c}); outcomeOf(err) != pipeline.Unauthorized {
			t.Errorf("%v: led elsewhere: %v", c, err)
		}
		if got := v.keys(); !slices.Equal(got, []string{"api.vendor.example " + key, "api.vendor.example " + key, "elsewhere.example "}) {
			t.Errorf("%v: sent %q", c, got)
		}
		text, _ := json.Marshal(r.xs)
		for _, form := range []string{key, url.QueryEscape(key)} {
			if strings.Contains(string(text)+strings.Join(r.bodies, "")+string(a.Body)+fmt.Sprint(a.Header), form) {
				t.Errorf("%v: %q stands in the record:\n%s\n%s", c, form, text, r.bodies)
			}
		}
		if where := r.xs[0].Credential; !strings.EqualFold(where, c.Header+c.Parameter) {
			t.Errorf("%v: the record says that it was sent in %q", c, where)
		}
	}
}

// One that is sent away rests, and the next is tried; a second attempt reads back
// what both were answered. Tasks take turns.
func TestCredentialsRotate(t *testing.T) {
	for _, status := range []int{401, 402, 429} {
		v := &vendor{good: []string{"good-key-1", "good-key-2"}, bad: status}
		n := dealer(t, v, "spent-key", "good-key-1", "good-key-2")
		ask := func(w *View, q string) error {
			_, err := w.HTTP(t.Context(), Request{URL: "/v1?q=" + q, Accept: "json", Credential: Credential{Name: "VENDOR_KEY", Header: "X-Apikey"}})
			return err
		}
		w, r := view(n, vendorSpec)
		next, _ := view(n, vendorSpec)
		third, _ := view(n, vendorSpec)
		for i, w := range []*View{w, next, third} {
			if err := ask(w, "abc"[i:i+1]); err != nil {
				t.Errorf("%d: %v", status, err)
			}
		}
		got := v.keys()
		if len(got) != 4 || got[0] != "api.vendor.example spent-key" || slices.Contains(got[1:], got[0]) || got[1] == got[2] {
			t.Errorf("%d: tried %q", status, got)
		}
		again, _ := view(n, vendorSpec)
		again.task.Answered = r.replay()
		if err := ask(again, "a"); err != nil || len(v.keys()) != 4 {
			t.Errorf("%d: read back: %v, %d sent", status, err, len(v.keys()))
		}
	}
}

// replay reads back what was recorded, in its order.
func (r *record) replay() func(string) (pipeline.Exchange, []byte, bool) {
	n := map[string]int{}
	return func(q string) (pipeline.Exchange, []byte, bool) {
		i := 0
		for j, x := range r.xs {
			if x.Question == q {
				if i == n[q] {
					n[q]++
					return x, []byte(r.bodies[j]), true
				}
				i++
			}
		}
		return pipeline.Exchange{}, nil, false
	}
}

// Without one nothing is sent: it says which, and what to type. One that only
// helps is left out.
func TestCredentialsThatAreNotThere(t *testing.T) {
	v := &vendor{good: []string{""}, bad: 500}
	n := dealer(t, v)
	said := func(s pipeline.Spec, name string) error {
		e, _ := pipeline.ParseEntity("acme.example")
		return Bind(n, Entry{Spec: s, Collect: func(ctx context.Context, w *View, _ pipeline.Entity, _ Emit) error {
			_, err := w.HTTP(ctx, Request{URL: "/v1", Credential: Credential{Name: name, Header: "X-Apikey"}})
			return err
		}}).Collect(t.Context(), pipeline.Task{Subject: e}, new(record))
	}
	helped := vendorSpec
	helped.Keys, helped.MayUse = nil, []string{"VENDOR_KEY"}
	broken := vendorSpec
	broken.Keys = []string{"BROKEN_KEY"}
	undeclared := vendorSpec
	undeclared.Keys = nil
	for _, c := range []struct {
		spec pipeline.Spec
		name string
		want pipeline.Outcome
		says string
	}{
		{vendorSpec, "VENDOR_KEY", pipeline.NoKey, "VENDOR_KEY is not there; osint keys set VENDOR_KEY"},
		{broken, "BROKEN_KEY", pipeline.NoKey, "BROKEN_KEY can't be had, since a place of credentials can't be read: osint keys check BROKEN_KEY"},
		{undeclared, "VENDOR_KEY", pipeline.NoKey, "VENDOR_KEY is not there"},
		{helped, "VENDOR_KEY", "", ""},
	} {
		if err := said(c.spec, c.name); outcomeOf(err) != c.want || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v %v: %v, want %s %q", c.spec.Keys, c.spec.MayUse, err, c.want, c.says)
		}
	}
	if len(v.keys()) != 1 {
		t.Errorf("sent %q", v.keys())
	}
}

// What can't be sent, since every credential rests, uses up neither allowance nor
// money; a try that is not made neither.
func TestCredentialsThatRestCostNothing(t *testing.T) {
	v := &vendor{bad: 401}
	n := dealer(t, v, "revoked-key")
	n.o.BudgetUSD = 2
	spec := vendorSpec
	spec.Source.Monthly, spec.Source.PriceUSD, spec.Ceiling.CostUSD = 50, 0.5, 9
	ask := func() error {
		w, _ := view(n, spec)
		_, err := w.HTTP(t.Context(), Request{URL: "/v1", Accept: "json", Credential: Credential{Name: "VENDOR_KEY", Header: "X-Apikey"}})
		return err
	}
	if err := ask(); outcomeOf(err) != pipeline.Unauthorized {
		t.Fatal(err)
	}
	v.bad = 429
	for range 3 {
		if err := ask(); outcomeOf(err) != pipeline.QuotaExceeded || !strings.Contains(err.Error(), "rests") {
			t.Errorf("%v", err)
		}
	}
	used := n.pace.usage.own[n.pace.key(spec.Source)].Sum
	if used != 1 || n.spent != 0.5 || len(v.keys()) != 1 {
		t.Errorf("counted %d, spent %v, sent %d", used, n.spent, len(v.keys()))
	}
	n = dealer(t, v, "good-key-1") // 429 without a time: the only one rests, and no other try is made
	if err := ask(); outcomeOf(err) != pipeline.RateLimited {
		t.Error(err)
	}
	if used := n.pace.usage.own[n.pace.key(spec.Source)].Sum; used != 1 || n.spent != 0.5 {
		t.Errorf("after 429: counted %d, spent %v", used, n.spent)
	}
}

// No credential leaves this machine in clear, wherever the address comes from; to
// this machine, or led there, it goes as before.
func TestCredentialsAreNotSentInClear(t *testing.T) {
	v := &vendor{good: []string{"good-key-1"}, bad: 401}
	here := httptest.NewServer(v)
	defer here.Close()
	addr := here.Listener.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	for base, led := range map[string][]ConnectTo{
		"http://vendor.example":           nil,
		"http://VENDOR.example:8080":      {{Host: "other.example", Addr: addr}},
		"http://203.0.113.1":              nil,
		"http://x.example":                {{Addr: "192.0.2.1:1"}},
		"http://y.example":                {{Host: "y.example", Addr: "192.0.2.1:1"}, {Addr: addr}},
		"http://127.0.0.1:" + port:        nil,
		"http://localhost:" + port:        nil,
		"http://vendor.example:" + port:   {{Host: "vendor.example", Addr: addr}},
		"http://anything.example:" + port: {{Addr: addr}},
	} {
		n := netTo(t, "", func(o *Options) {
			o.ConnectTo, o.Bases, o.Endpoints = led, map[string]string{"vendor": base}, map[string]string{}
			o.Keys = func(context.Context, string) ([]string, error) { return []string{"good-key-1"}, nil }
		})
		before := len(v.keys())
		w, r := view(n, vendorSpec)
		_, err := w.HTTP(t.Context(), Request{URL: "/v1", Credential: Credential{Name: "VENDOR_KEY", Header: "X-Apikey"}})
		sent := len(v.keys()) - before
		if strings.HasSuffix(base, port) {
			if err != nil || sent != 1 {
				t.Errorf("%s: %v, sent %d times", base, err, sent)
			}
		} else if outcomeOf(err) != pipeline.Blocked || !strings.Contains(err.Error(), "VENDOR_KEY is not sent in clear") || sent > 0 || len(r.xs) > 0 {
			t.Errorf("%s: %v, sent %d times, %d exchanges", base, err, sent, len(r.xs))
		}
	}
}

// Sources are spared, unless everything that is asked is on this machine.
func TestInward(t *testing.T) {
	here, there := netip.MustParseAddrPort("127.0.0.1:53"), netip.MustParseAddrPort("192.0.2.1:53")
	for _, c := range []struct {
		resolver netip.AddrPort
		to       []string
		base     map[string]string
		want     bool
	}{
		{here, []string{"::127.0.0.1:1"}, nil, true},
		{here, []string{"a.example:80:127.0.0.1:2", "::[::1]:1"}, nil, true},
		{there, []string{"::127.0.0.1:1"}, nil, false},
		{here, []string{"a.example:80:192.0.2.1:2", "::127.0.0.1:1"}, nil, false},
		{here, []string{":443:127.0.0.1:1"}, nil, false},
		{here, []string{"a.example::127.0.0.1:1"}, nil, false},
		{here, nil, nil, false},
		{here, []string{"::127.0.0.1:1"}, map[string]string{"rdap": "https://rdap.example"}, false},
	} {
		o := Options{Resolvers: []netip.AddrPort{c.resolver}, Endpoints: c.base}
		for _, s := range c.to {
			x, err := ParseConnectTo(s)
			if err != nil {
				t.Fatal(err)
			}
			o.ConnectTo = append(o.ConnectTo, x)
		}
		if o.inward() != c.want {
			t.Errorf("%v %v %v: %t", c.resolver, c.to, c.base, !c.want)
		}
	}
}
