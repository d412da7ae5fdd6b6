package casefile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// TestCheckpointIn reads back from each format what was printed, and nothing that
// the case said.
func TestCheckpointIn(t *testing.T) {
	m := makeCase(t)
	m.add(pipeline.Event{Noted: &pipeline.Act{What: `osint-checkpoint:AAAA) <pre id="checkpoint">mine</pre>`}})
	bare := reports(t, m)
	m.attest()
	for name, path := range reports(t, m) {
		got, err := CheckpointIn(path)
		if err != nil {
			t.Fatal(err)
		}
		cs, err := pipeline.Read(m.dir)
		if err != nil {
			t.Fatal(err)
		}
		if want := cs.Covering(cs.Lines).Checkpoint; string(got) != want {
			t.Errorf("%s prints %q, and %q is read", name, want, got)
		}
		if _, err := CheckpointIn(bare[name]); err == nil || !strings.Contains(err.Error(), "prints no checkpoint") {
			t.Errorf("%s without a proof: %v", name, err)
		}
		text, _ := os.ReadFile(path)
		twice := filepath.Join(t.TempDir(), filepath.Base(path))
		os.WriteFile(twice, append(bytes.Repeat([]byte(" \n"), 70_000), append(text, text...)...), 0o600)
		if _, err := CheckpointIn(twice); err == nil && name != "json" {
			t.Errorf("%s with two checkpoints is read", name)
		}
	}
	for name, text := range map[string]string{"a.txt": "x", "b.json": "[]", "c.json": `{"a":1}`, "d.gitlab.json": "{}"} {
		path := filepath.Join(t.TempDir(), name)
		os.WriteFile(path, []byte(text), 0o600)
		if _, err := CheckpointIn(path); !errors.Is(err, ErrNoReport) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// reports renders a case in every format that prints a checkpoint.
func reports(t *testing.T, m *madeCase) map[string]string {
	t.Helper()
	cs, err := pipeline.Read(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	dir := t.TempDir()
	for _, f := range report.Formats() {
		var b bytes.Buffer
		if err := f.Render(&b, report.Build(cs, report.Options{})); err != nil {
			t.Fatal(err)
		}
		out[f.Name] = filepath.Join(dir, "report"+f.Extension)
		if err := os.WriteFile(out[f.Name], b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestBetween finds a text wherever the blocks of a stream end.
func TestBetween(t *testing.T) {
	for _, before := range []int{0, 1, 1<<17 - 3, 1<<17 - 1, 1 << 17, 3<<17 - 2} {
		text, err := between(strings.NewReader(strings.Repeat(".", before)+"HEADtextFOOT"+strings.Repeat(".", 1<<18)), "HEAD", "FOOT")
		if text != "text" || err != nil {
			t.Errorf("%d bytes in front: %q, %v", before, text, err)
		}
	}
	if _, err := between(strings.NewReader("HEADtext"), "HEAD", "FOOT"); err == nil {
		t.Error("a text without end is read")
	}
}

// TestIssued finds a report by its digest, and none that was altered after issue.
func TestIssued(t *testing.T) {
	m := makeCase(t)
	sink, err := m.ledger.For(m.folder.Vault().Case, m.path("case.jsonl"), audit.Consent{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sink.Sync(); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(m.home, "audit")
	if _, ok, err := audit.Issued(dir, m.path("reports/report.pdf")); err != nil || !ok {
		t.Errorf("what was issued is not known: %v", err)
	}
	m.change("reports/report.pdf", "AMBER", "CLEAR")
	if _, ok, err := audit.Issued(dir, m.path("reports/report.pdf")); err != nil || ok {
		t.Errorf("what was altered passes for issued: %v", err)
	}
}

// FuzzPrinted reads whatever a report may be made to look like: it never panics,
// and what it finds has a beginning and an end in the file.
func FuzzPrinted(f *testing.F) {
	f.Add("a.html", []byte(`<pre id="checkpoint">x &lt; y</pre>`))
	f.Add("a.pdf", []byte("osint-checkpoint:eA==)"))
	f.Add("a.json", []byte(`{"x":[{"y":[]}],"case":{"id":"c-1","lines":2},"attestation":{"checkpoint":"x"}}`))
	f.Add("a.json", []byte(`{"case":{"id":"c-1"},"attestation":[`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		c, err := readPrinted(bytes.NewReader(data), name)
		if err != nil && (c != printed{}) {
			t.Errorf("%+v beside the error %v", c, err)
		}
		if c.Checkpoint != "" && strings.HasSuffix(name, ".html") && !bytes.Contains(data, []byte("</pre>")) {
			t.Errorf("a checkpoint without end: %q", c.Checkpoint)
		}
	})
}
