package collectors

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A credential that stands in a path, too, is sent there and shown nowhere: not in
// the record, not in an answer that repeats it.
func TestCredentialInAPath(t *testing.T) {
	const key = "s3cr3t/with?signs"
	var path, head string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, head = r.URL.EscapedPath(), r.Header.Get("X-Apikey")
		fmt.Fprintf(w, `{"path":%q,"plain":%q}`, path, r.URL.Path)
	}))
	t.Cleanup(s.Close)
	n := netTo(t, s.Listener.Addr().String(), func(o *Options) {
		o.Keys = func(context.Context, string) ([]string, error) { return []string{key}, nil }
	})
	w, r := view(n, vendorSpec)
	a, err := w.HTTP(t.Context(), Request{URL: "/users/KEY/KEYS?q=KEY", Accept: "json", Credential: Credential{Name: "VENDOR_KEY", Header: "x-apikey", Path: "KEY"}})
	if err != nil || path != "/users/s3cr3t%2Fwith%3Fsigns/KEYS" || head != key {
		t.Fatalf("%s, %s: %v", path, head, err)
	}
	shown := string(a.Body) + a.URL + fmt.Sprintf("%+v", r.xs) + strings.Join(r.bodies, "")
	if strings.Contains(shown, "s3cr3t") || !strings.Contains(a.URL, "/users/KEY/KEYS") {
		t.Error(shown)
	}
}
