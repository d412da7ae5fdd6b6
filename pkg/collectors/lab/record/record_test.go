package record_test

import (
	"context"
	"crypto/x509"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/all"
	"osint/pkg/collectors/dnssec"
	"osint/pkg/collectors/lab"
	"osint/pkg/collectors/lab/record"
	"osint/pkg/pipeline"
)

// byHand are collectors of which no fixture can be made by itself, and why.
var byHand = map[string]string{
	"thc":    "it posts its question, which a record does not tell",
	"robtex": "what it tries the source with is a name, which a fixture replaces",
}

// What a collector is answered in the lively world makes a fixture against
// which it does the same. A collector joins by being in the list of all.
func TestFixturesHold(t *testing.T) {
	net := enter(t)
	day := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for _, e := range all.Entries() {
		for _, text := range []string{"brindleford.example", "www.brindleford.example", "192.0.2.10", "2001:db8:b::10", "AS64500"} {
			subject, err := pipeline.ParseEntity(text)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(e.Spec.Consumes, subject.Kind) {
				continue
			}
			live := collectors.Try(t.Context(), net, e, subject)
			if live.Err != nil {
				continue // what failed live has a reason of its own
			}
			f, err := record.World(t.Context(), e, subject, live, day)
			switch {
			case err != nil:
				t.Errorf("%s about %s: %v", e.Spec.Name, subject, err)
			case !f.Holds() && len(f.Left) == 0 && byHand[e.Spec.Name] == "":
				t.Errorf("%s about %s: ends %s, was %s; lost %q\n%s", e.Spec.Name, subject, f.Is, f.Was, f.Lost, f.Text)
			}
			for _, p := range []string{"Oakenshaw", "Penhaligon", "+442079460123", "20 7946 0123"} {
				if err == nil && strings.Contains(strings.ToLower(string(f.Text)), strings.ToLower(p)) {
					t.Errorf("%s about %s: the fixture holds %q", e.Spec.Name, subject, p)
				}
			}
		}
	}
}

func enter(t *testing.T) *collectors.Net {
	t.Helper()
	w, err := lab.Open("brindleford")
	if err != nil {
		t.Fatal(err)
	}
	served, err := w.Serve(context.Background(), lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := collectors.Options{Resolvers: []netip.AddrPort{served.Resolver()}, Roots: x509.NewCertPool()}
	o.Roots.AppendCertsFromPEM(served.CA())
	if o.TrustAnchors, err = dnssec.ParseAnchors("lab", served.TrustAnchor()); err != nil {
		t.Fatal(err)
	}
	for _, s := range served.ConnectTo() {
		c, err := collectors.ParseConnectTo(s)
		if err != nil {
			t.Fatal(err)
		}
		o.ConnectTo = append(o.ConnectTo, c)
	}
	net, err := collectors.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { net.Close(); served.Close() })
	return net
}
