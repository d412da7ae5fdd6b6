package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Every --json is one document and nothing else, and every line of --progress
// jsonl is one.
func TestJSONIsWellFormed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "case")
	osint := func(args ...string) []byte {
		t.Helper()
		cmd := exec.Command("osint", args...)
		cmd.Env = append(os.Environ(), "OSINT_HOME="+filepath.Join(dir, "home"))
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("osint %q: %v", args, err)
		}
		return out
	}
	lines := bytes.Split(bytes.TrimSuffix(osint("investigate", "brindleford.example", "--lab", "brindleford", "--active",
		"--out", folder, "--progress", "jsonl"), []byte("\n")), []byte("\n"))
	for i, l := range lines {
		var object map[string]any
		if err := json.Unmarshal(l, &object); err != nil {
			t.Fatalf("line %d: %v: %.200s", i+1, err, l)
		}
	}
	for _, args := range [][]string{
		{"show", folder}, {"show", folder, "findings"}, {"show", folder, "entities"}, {"show", folder, "relations"},
		{"show", folder, "timeline"}, {"show", folder, "rulings"}, {"show", folder, "sources"}, {"report", folder},
		{"audit", "log"}, {"cases", "list"}, {"collectors"}, {"profile", "list"}, {"profile", "show", "default"}, {"lab", "list"}, {"version"},
	} {
		if out := osint(append(args, "--json")...); !json.Valid(out) {
			t.Errorf("osint %q --json: %.200s", args, out)
		}
	}
	for _, what := range []string{"report", "case", "batch"} {
		if out := osint("schema", what); !json.Valid(out) {
			t.Errorf("osint schema %s: %.200s", what, out)
		}
	}
}
