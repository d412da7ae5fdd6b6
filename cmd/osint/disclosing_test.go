package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"osint/pkg/pipeline"
	"osint/profiles"
)

// TestShowsNobodyInClear holds that a case whose lines name a person in clear, as
// no run of ours writes them, is ruled on and shown to nobody whom the ruling
// keeps it from.
func TestShowsNobodyInClear(t *testing.T) {
	home(t)
	dir := filepath.Join(t.TempDir(), "case")
	f, err := pipeline.Create(dir, filepath.Join(os.Getenv("OSINT_HOME"), "state", "keys"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Load("strict-eu")
	if err != nil {
		t.Fatal(err)
	}
	acme := pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"}
	jane := pipeline.Entity{Kind: pipeline.KindEmail, Value: "jane@acme.example"}
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for _, e := range []*pipeline.Event{
		{Opened: &pipeline.Opened{Schema: 1, Case: f.Vault().Case, Seeds: []pipeline.Entity{acme}, TLP: "TLP:AMBER", Investigator: "k.lang", Resolved: p.JSON()}},
		{Observed: &pipeline.Observation{ID: "o1", Subject: acme, Asked: acme, Predicate: "has-contact", Object: &jane, Category: pipeline.Contact, Collector: "rdap", At: at}},
		{Closed: &pipeline.Closed{Outcome: "complete"}},
	} {
		if err := f.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	out, errs, code := runHere(t, "show", dir, "entities")
	if code != notAsked || !strings.Contains(errs, "nothing was handed out") || strings.Contains(out+errs, "jane@") {
		t.Errorf("%d\n%s\n%s", code, out, errs)
	}
}
