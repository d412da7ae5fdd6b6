package pipeline

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTidy removes what a killed run leaves, and nothing that a line names or that
// somebody else put there.
func TestTidy(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "case")
	f, err := Create(dir, filepath.Join(base, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	target := Entity{Kind: KindDomain, Value: "a.example"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.Append(&Event{Opened: &Opened{Case: f.Vault().Case, Seeds: []Entity{target}, TLP: "TLP:AMBER"}}))
	kept, err := f.store.Put([]byte("what a line names"))
	must(err)
	must(f.Append(&Event{Exchanged: &Exchange{ID: "x1", Task: TaskKey{Collector: "dns", Subject: target}, Kept: KeepRaw, SHA256: kept}}))
	orphan, err := f.store.Put([]byte("what no line names"))
	must(err)
	must(f.store.Sync())
	rel := func(digest string) string { return "evidence/" + digest[:2] + "/" + digest[2:] + ".gz" }
	put := func(name string) string {
		path := filepath.Join(dir, filepath.FromSlash(name))
		must(os.MkdirAll(filepath.Dir(path), 0o700))
		must(os.WriteFile(path, []byte("x"), 0o600))
		return name
	}
	gone := []string{rel(orphan), put("evidence/ab/.new-123"), put("reports/.report.html-3292921")}
	stay := []string{rel(kept), put("evidence/notes.txt"), put("reports/report.html"), put("reports/.hidden"), put("mine/.report.html-1"), put("evidence/cd/" + strings.Repeat("0", 62) + ".txt")}
	n, err := f.Tidy()
	if err != nil || n != len(gone) {
		t.Errorf("%d were removed: %v", n, err)
	}
	for _, name := range slices.Concat(gone, stay) {
		_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
		if there := err == nil; there != slices.Contains(stay, name) {
			t.Errorf("%s is there: %v", name, there)
		}
	}
	if n, err := f.Tidy(); err != nil || n != 0 {
		t.Errorf("again: %d, %v", n, err)
	}
	must(f.Close())
}
