package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// TestOwnBaseIsNeverLeft holds that a source whose base is the operator's own, and
// can't be used or read, is asked nowhere: neither its public server nor with its
// token.
func TestOwnBaseIsNeverLeft(t *testing.T) {
	for name, base := range map[string]string{
		"one with a password":    "https://ada:pw@git.corp.example",
		"another scheme":         "ftp://git.corp.example",
		"one that can't be read": "",
	} {
		home(t)
		t.Setenv("GITLAB_TOKEN", "glpat-canary")
		t.Setenv("GITLAB_BASE_URL", base)
		if base == "" {
			t.Setenv("GITLAB_BASE_URL_FILE", "/nowhere/base")
		}
		var asked atomic.Int32
		s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
		defer s.Close()
		to, err := collectors.ParseConnectTo("::" + s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		o := collectors.Options{ConnectTo: []collectors.ConnectTo{to}, Resolvers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:9")}}
		var errs bytes.Buffer
		c := newConsole()
		c.errs = &errs
		c.endow(t.Context(), &o)
		net, err := collectors.New(o)
		if err != nil {
			t.Fatal(err)
		}
		defer net.Close()
		did := 0
		for _, e := range c.entries() {
			if e.Spec.Source.Name != "gitlab" {
				continue
			}
			did++
			var f *pipeline.Failure
			subject, _ := pipeline.ParseEntity("acme.example")
			if got := collectors.Try(t.Context(), net, e, subject); !errors.As(got.Err, &f) || f.Outcome != pipeline.NoKey || !strings.Contains(f.Reason, "GITLAB_BASE_URL") || len(got.Exchanges) > 0 {
				t.Errorf("%s: %s: %v, %d exchanges", name, e.Spec.Name, got.Err, len(got.Exchanges))
			}
		}
		if did == 0 || asked.Load() > 0 || o.Bases["gitlab"] != "" || strings.Contains(errs.String(), "pw") || strings.Count(errs.String(), "is no address") > 1 {
			t.Errorf("%s: %d collectors, asked %d times, base %q\n%s", name, did, asked.Load(), o.Bases["gitlab"], errs.String())
		}
	}
}

// TestUnreadPlaceIsSaidOnce holds that a place of credentials that can't be read is
// told of once, to whoever sits at the machine, and stands in no outcome.
func TestUnreadPlaceIsSaidOnce(t *testing.T) {
	dir := filepath.Join(home(t), "config")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secrets.yaml"), []byte("SHODAN_API_KEY: s3cr3t-canary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "secrets.yaml"), 0o644); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	c := newConsole()
	c.errs = &errs
	var o collectors.Options
	c.lacking(t.Context())
	c.endow(t.Context(), &o)
	net, err := collectors.New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	tried := 0
	for _, e := range c.entries() {
		if !slices.Contains(e.Spec.Consumes, pipeline.KindDomain) || len(e.Spec.Keys) == 0 {
			continue
		}
		tried++
		subject, _ := pipeline.ParseEntity("acme.example")
		got := collectors.Try(t.Context(), net, e, subject)
		if got.Outcome() != pipeline.NoKey || strings.Contains(got.Err.Error(), dir) || strings.Contains(got.Err.Error(), "secrets.yaml") || strings.Contains(got.Err.Error(), "/") {
			t.Errorf("%s: %v", e.Spec.Name, got.Err)
		}
	}
	if tried < 5 || strings.Count(errs.String(), "secrets.yaml can be read by others") != 1 || strings.Contains(errs.String(), "canary") {
		t.Errorf("%d tried:\n%s", tried, errs.String())
	}
}
