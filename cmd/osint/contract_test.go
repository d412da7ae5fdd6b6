package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"osint/pkg/report"
)

// TestContract holds that no field of what osint writes is taken away or
// renamed while the schema version stays: testdata/contract.txt only grows.
// -update adds what is new.
func TestContract(t *testing.T) {
	var now []string
	for name, schema := range map[string][]byte{"report": report.Schema(), "case": report.CaseSchema(), "status": statusSchema, "keys": keysSchema} {
		var root map[string]any
		if err := json.Unmarshal(schema, &root); err != nil {
			t.Fatal(err)
		}
		now = append(now, properties(name, root)...)
	}
	slices.Sort(now)
	const path = "testdata/contract.txt"
	if *update {
		old, _ := os.ReadFile(path) // none yet
		all := append(strings.Fields(string(old)), now...)
		slices.Sort(all)
		if err := os.WriteFile(path, []byte(strings.Join(slices.Compact(all), "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	promised := strings.Fields(read(t, path))
	if len(promised) < 100 {
		t.Fatalf("only %d fields", len(promised))
	}
	for _, p := range promised {
		if !slices.Contains(now, p) {
			t.Errorf("%s is gone: a schema only grows", p)
		}
	}
	for _, n := range now {
		if !slices.Contains(promised, n) {
			t.Errorf("%s is new: go test ./cmd/osint -run TestContract -update promises it", n)
		}
	}
}

// properties lists the fields that a schema names, by the type they are of.
func properties(at string, schema map[string]any) (list []string) {
	if fields, ok := schema["properties"].(map[string]any); ok {
		for name, sub := range fields {
			list = append(list, at+"."+name)
			if s, ok := sub.(map[string]any); ok {
				list = append(list, properties(at+"."+name, s)...)
			}
		}
	}
	if items, ok := schema["items"].(map[string]any); ok {
		list = append(list, properties(at+"[]", items)...)
	}
	if defs, ok := schema["$defs"].(map[string]any); ok {
		for name, sub := range defs {
			if s, ok := sub.(map[string]any); ok {
				list = append(list, properties(at+"#"+name, s)...)
			}
		}
	}
	return list
}

// TestEveryFactHasItsProof reads a report as a program does: each fact has its
// source, its time, its grade and exchanges that are in the report, and each
// of these the digest of the bytes, or says that none are kept; each finding
// has a confidence, and facts that are in the report.
func TestEveryFactHasItsProof(t *testing.T) {
	home(t)
	dir := filepath.Join(t.TempDir(), "case")
	if _, errs, code := runHere(t, "investigate", "brindleford.example", "--lab", "brindleford", "--active", "--out", dir, "--quiet", "--format", "json"); code != 0 {
		t.Fatal(errs)
	}
	var doc struct {
		Findings []struct {
			Rule         string
			Confidence   float64
			Observations []string
		}
		Observations []struct {
			ID, Source, Origin, Grade string
			At                        string
			Exchanges                 []string
		}
		Exchanges []struct {
			ID, Source, At, SHA256, Kept string
			Bytes                        int
		}
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "reports", "report.json"))), &doc); err != nil {
		t.Fatal(err)
	}
	utc := func(what, at string) {
		if when, err := time.Parse(time.RFC3339Nano, at); err != nil || when.Location() != time.UTC {
			t.Errorf("%s: %q is no time in UTC: %v", what, at, err)
		}
	}
	exchanges, facts := map[string]bool{}, map[string]bool{}
	for _, x := range doc.Exchanges {
		exchanges[x.ID] = true
		utc(x.ID, x.At)
		if x.Source == "" || x.Kept == "" || x.Bytes > 0 && x.Kept != "none" && len(x.SHA256) != 64 {
			t.Errorf("exchange %+v", x)
		}
	}
	for _, o := range doc.Observations {
		facts[o.ID] = true
		utc(o.ID, o.At)
		if o.Source == "" || o.Origin == "" || o.Grade == "" || len(o.Exchanges) == 0 {
			t.Errorf("observation %+v", o)
		}
		for _, id := range o.Exchanges {
			if !exchanges[id] {
				t.Errorf("%s rests on %s, which is not in the report", o.ID, id)
			}
		}
	}
	for _, f := range doc.Findings {
		if f.Confidence <= 0 || f.Confidence > 1 || len(f.Observations) == 0 {
			t.Errorf("finding %+v", f)
		}
		for _, id := range f.Observations {
			if !facts[id] {
				t.Errorf("%s stands on %s, which is not in the report", f.Rule, id)
			}
		}
	}
	if len(doc.Findings) == 0 || len(facts) < 50 || len(exchanges) < 50 {
		t.Errorf("%d findings, %d facts, %d exchanges", len(doc.Findings), len(facts), len(exchanges))
	}
}
