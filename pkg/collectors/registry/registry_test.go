package registry

import (
	"errors"
	"strings"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

const good = `apiVersion: osint.sources/v1
kind: Sources
version: 2
issued: 2026-11-26
until: 2027-02-26
sources:
  plain: {state: dead, note: "switched off.", verified: 2026-11-26}
  paid: {base: "https://api2.paid.example/v2", country: US, interval: 2s, daily: 40, price_usd: 0.02, commercial: contract}
  elsewhere: {state: degraded}
`

func entries() []collectors.Entry {
	plain := pipeline.Spec{Name: "a", Source: pipeline.Source{Name: "plain", Base: "https://plain.example", Country: "SE", Commercial: pipeline.Yes}}
	paid := pipeline.Spec{Name: "b", Keys: []string{"PAID_KEY"}, Ceiling: pipeline.Ceiling{Requests: 3},
		Source: pipeline.Source{Name: "paid", Base: "https://api.paid.example", Country: "US", TTL: time.Hour}}
	return []collectors.Entry{{Spec: plain}, {Spec: paid}}
}

func signed(t *testing.T, text string) (note []byte, vkey string) {
	t.Helper()
	skey, vkey, err := NewKey("sources.example.com")
	if err != nil {
		t.Fatal(err)
	}
	if note, err = Sign("s.yaml", []byte(text), skey, entries()); err != nil {
		t.Fatal(err)
	}
	return note, vkey
}

// What was signed is applied: that and nothing else.
func TestApply(t *testing.T) {
	note, vkey := signed(t, good)
	r, err := Read("s.note", note, vkey)
	if err != nil || r.Version != 2 || r.Signer != "sources.example.com" {
		t.Fatal(r, err)
	}
	before := entries()
	after := r.Apply(before)
	if before[0].Spec.Source.State != "" {
		t.Error("it changed what it was given")
	}
	if s := after[0].Spec.Source; s.State != pipeline.Dead || s.Note != "switched off." || s.Verified != "2026-11-26" || s.Base != "https://plain.example" || s.Country != "SE" {
		t.Errorf("plain became %+v", s)
	}
	s := after[1].Spec
	if o := s.Source; o.Base != "https://api2.paid.example/v2" || o.Interval != 2*time.Second || o.Daily != 40 || o.PriceUSD != 0.02 || o.Commercial != pipeline.Contract || o.TTL != time.Hour {
		t.Errorf("paid became %+v", o)
	}
	if s.Ceiling.CostUSD != 0.06 {
		t.Errorf("three requests at $0.02 may cost $%v", s.Ceiling.CostUSD)
	}
	alive := "alive"
	before[0].Spec.Source.State = pipeline.Dead
	back := (&Registry{Sources: map[string]Change{"plain": {State: &alive}}}).Apply(before)
	if s := back[0].Spec.Source; s.State != "" {
		t.Errorf("alive again, it is %q", s.State)
	}
	if (*Registry)(nil).Apply(before)[0].Spec.Source != before[0].Spec.Source {
		t.Error("no registry changed something")
	}
	if at := time.Date(2027, 2, 26, 23, 0, 0, 0, time.UTC); r.Stale(at) || !r.Stale(at.Add(2*time.Hour)) {
		t.Error("it is stale on another day than it says")
	}
}

// Any change of a signed text, and any other key, is refused.
func TestSignature(t *testing.T) {
	note, vkey := signed(t, good)
	_, other := signed(t, good)
	for i := range note {
		bad := []byte(string(note))
		bad[i] ^= 1
		if _, err := Read("s.note", bad, vkey); err == nil {
			t.Fatalf("byte %d, %q, can be changed", i, note[i])
		}
	}
	if _, err := Read("s.note", note, other); !errors.Is(err, ErrSignature) {
		t.Error("another's key:", err)
	}
	if _, err := Read("s.note", note, "no key"); err == nil || errors.Is(err, ErrSignature) {
		t.Error("no key:", err)
	}
}

// What must not be signed, and why.
func TestBad(t *testing.T) {
	skey, _, _ := NewKey("sources.example.com")
	for _, c := range []struct{ from, to, want string }{
		{"osint.sources/v1", "osint.sources/v2", "write apiVersion: osint.sources/v1"},
		{"version: 2", "version: 0", "count from 1"},
		{"until: 2027-02-26", "until: 2026-01-01", "after issued"},
		{"state: dead", "state: gone", "write one of alive, degraded, dead"},
		{"interval: 2s", "interval: 2 days", "write a time such as 1s"},
		{"daily: 40", "daily: -1", "a number of requests"},
		{"price_usd: 0.02", "price_usd: 1e9", "in dollars"},
		{"country: US", "country: USA", "two letters"},
		{"country: US, ", "", "in which country"},
		{"commercial: contract", "commercial: maybe", "yes, no, contract, unstated"},
		{"https://api2.paid.example/v2", "http://api2.paid.example/v2", "write a base such as https"},
		{"https://api2.paid.example/v2", "https://user:pw@paid.example/", "write a base such as https"},
		{"https://api2.paid.example/v2", "https://paid.evil.example/", "another owner's"},
		{"verified: 2026-11-26}", "verified: soon}", "write a date"},
		{"daily: 40", "mode: active", "mode"},
	} {
		if !strings.Contains(good, c.from) {
			t.Fatalf("no %q in the document", c.from)
		}
		_, err := Sign("s.yaml", []byte(strings.Replace(good, c.from, c.to, 1)), skey, entries())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.to, err, c.want)
		}
	}
	for _, name := range []string{"", "a b", "a+b"} {
		if _, _, err := NewKey(name); err == nil {
			t.Errorf("%q is a name of a key", name)
		}
	}
}

// A credential is led to nobody's known host, and what lies at no https address is
// not moved at all.
func TestMoves(t *testing.T) {
	source := func(name, base string, keys ...string) collectors.Entry {
		return collectors.Entry{Spec: pipeline.Spec{Name: name, Keys: keys, Source: pipeline.Source{Name: name, Base: base}}}
	}
	at := []collectors.Entry{source("own", "", "OWN_URL", "OWN_KEY"), source("list", "zen.list.example"), source("db", "db.example:5432"),
		source("local", "https://127.0.0.1/", "LOCAL_KEY"), source("open", "https://open.example"), source("paid", "https://api.paid.example", "PAID_KEY")}
	for _, c := range []struct {
		source, base string
		fits         bool
	}{
		{"own", "https://203.0.113.9/", false}, {"own", "https://own.example/", false}, {"list", "https://list.example/", false}, {"db", "https://db.example/", false},
		{"local", "https://203.0.113.9/", false}, {"local", "https://localhost/", false},
		{"paid", "https://203.0.113.9/", false}, {"paid", "https://evil.example/", false}, {"paid", "https://api2.paid.example/", true},
		{"open", "https://203.0.113.9/", true}, {"open", "https://elsewhere.example/", true},
	} {
		us := "US"
		err := (&Registry{Sources: map[string]Change{c.source: {Base: &c.base, Country: &us}}}).Fits(at)
		if (err == nil) != c.fits {
			t.Errorf("%s to %s: %v", c.source, c.base, err)
		}
	}
}
