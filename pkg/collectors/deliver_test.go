package collectors

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"osint/pkg/pipeline"
)

// sink is a server of the operator's own, on loopback.
func sink(t *testing.T, h http.HandlerFunc) *url.URL {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL + "/metrics/job/osint")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func deliverer(t *testing.T, o Options) *Net {
	t.Helper()
	n, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// TestDeliver holds that a document arrives as it is, at a private address
// that the operator named, past a --connect-to for any host.
func TestDeliver(t *testing.T) {
	var got atomic.Pointer[http.Request]
	var body atomic.Value
	to := sink(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body.Store(string(b))
		got.Store(r)
		w.WriteHeader(http.StatusAccepted)
	})
	anywhere, err := ParseConnectTo("::192.0.2.1:9")
	if err != nil {
		t.Fatal(err)
	}
	n := deliverer(t, Options{ConnectTo: []ConnectTo{anywhere}, UserAgent: "osint/test"})
	if err := n.Deliver(t.Context(), http.MethodPut, to, "text/plain", []byte("up 1\n")); err != nil {
		t.Fatal(err)
	}
	r := got.Load()
	if r.Method != http.MethodPut || r.URL.Path != "/metrics/job/osint" || r.Header.Get("Content-Type") != "text/plain" || r.UserAgent() != "osint/test" || body.Load() != "up 1\n" {
		t.Errorf("%s %s %v %q", r.Method, r.URL, r.Header, body.Load())
	}
}

// TestDeliverOpensNoDoor holds that an address which a document may go to is
// none that a question may.
func TestDeliverOpensNoDoor(t *testing.T) {
	to := sink(t, func(w http.ResponseWriter, _ *http.Request) {})
	n := deliverer(t, Options{})
	if err := n.Deliver(t.Context(), http.MethodPut, to, "text/plain", nil); err != nil {
		t.Fatal(err)
	}
	spec := pipeline.Spec{Name: "x", Source: pipeline.Source{Name: "x", Base: to.String()}}
	seen := Try(t.Context(), n, Entry{Spec: spec, Collect: func(ctx context.Context, v *View, _ pipeline.Entity, _ Emit) error {
		_, err := v.HTTP(ctx, Request{URL: to.String()})
		return err
	}}, pipeline.Entity{Kind: pipeline.KindDomain, Value: "brindleford.example"})
	if seen.Outcome() != pipeline.Blocked {
		t.Errorf("a question got there: %s, %v", seen.Outcome(), seen.Err)
	}
}

// TestDeliverFails holds what is no delivery, and that it says why.
func TestDeliverFails(t *testing.T) {
	var elsewhere atomic.Bool
	other := sink(t, func(http.ResponseWriter, *http.Request) { elsewhere.Store(true) })
	n := deliverer(t, Options{})
	for want, h := range map[string]http.HandlerFunc{
		"it answered 400: pushed metrics are invalid": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "pushed metrics are invalid\nsecond line", http.StatusBadRequest)
		},
		"it answered 503: Service Unavailable": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"it answered 307": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.String(), http.StatusTemporaryRedirect)
		},
	} {
		if err := n.Deliver(t.Context(), http.MethodPut, sink(t, h), "text/plain", []byte("x")); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if elsewhere.Load() {
		t.Error("a redirect was followed")
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, text := range []string{gone.URL, "ftp://192.0.2.1/", "http://user:geheim@192.0.2.1/"} {
		to, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := n.Deliver(t.Context(), http.MethodPut, to, "text/plain", nil); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", text, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := n.Deliver(ctx, http.MethodPut, other, "text/plain", nil); err == nil {
		t.Error("delivered after the end")
	}
}
