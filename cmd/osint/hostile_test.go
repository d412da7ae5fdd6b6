package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"osint/pkg/collectors/lab"
	"osint/pkg/report"
)

// Whatever a hostile world answers, a run ends with its reports, and nothing
// that a person or a program reads obeys it: no control character, no
// direction mark, no byte that is not UTF-8, on any stream and in any report.
func TestNothingObeysAHostileWorld(t *testing.T) {
	t.Parallel()
	for name, progress := range map[string]string{"absurd": "jsonl", "hostile": "plain"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := lab.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			folder := filepath.Join(dir, "case")
			osint := func(args ...string) []byte {
				t.Helper()
				cmd := exec.Command("osint", args...)
				cmd.Env = append(os.Environ(), "OSINT_HOME="+filepath.Join(dir, "home"))
				var out, errs bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &errs
				if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != tooLittle {
					t.Fatalf("osint %q: %v\n%s", args, err, errs.Bytes())
				}
				obeysNothing(t, strings.Join(args, " ")+", stderr", errs.Bytes())
				obeysNothing(t, strings.Join(args, " ")+", stdout", out.Bytes())
				return out.Bytes()
			}
			osint(append([]string{"investigate"}, append(w.Seeds(), "--lab", name, "--active", "--verbose", "--timeout", "4s", "--progress", progress, "--out", folder)...)...)
			for _, section := range []string{"findings", "entities", "relations", "timeline", "rulings", "sources"} {
				osint("show", folder, section)
				if out := osint("show", folder, section, "--json"); !json.Valid(out) {
					t.Errorf("show %s --json is no JSON", section)
				}
			}
			for _, f := range report.Formats() {
				path := filepath.Join(folder, "reports", "report"+f.Extension)
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if f.Name != "pdf" {
					obeysNothing(t, path, text)
				}
			}
		})
	}
}

// obeysNothing looks for what makes a reader do something.
func obeysNothing(t *testing.T, where string, text []byte) {
	t.Helper()
	if !utf8.Valid(text) {
		t.Errorf("%s is not UTF-8", where)
	}
	for i, r := range string(text) {
		switch {
		case r == '\n', r == utf8.RuneError:
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co):
			t.Errorf("%s holds %U: …%.60q", where, r, text[max(0, i-30):])
			return
		}
	}
}
