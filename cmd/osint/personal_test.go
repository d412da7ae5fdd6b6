package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"osint/pkg/collectors/lab"
)

// What a world plants as personal stands in clear nowhere: on no stream, in
// no file of the case, in none of the folders beside it.
func TestPersonalValuesStandNowhereInClear(t *testing.T) {
	t.Parallel()
	for _, progress := range []string{"plain", "jsonl"} {
		t.Run(progress, func(t *testing.T) {
			world, err := lab.Open("brindleford")
			if err != nil {
				t.Fatal(err)
			}
			if len(world.Personal()) == 0 {
				t.Fatal("the world plants no personal value")
			}
			dir := t.TempDir()
			cmd := exec.Command("osint", "investigate", "brindleford.example", "--lab", "brindleford", "--active", "--verbose",
				"--out", filepath.Join(dir, "case"), "--progress", progress)
			cmd.Env = append(os.Environ(), "OSINT_HOME="+filepath.Join(dir, "home"))
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, errs.Bytes())
			}
			clean := func(where string, text []byte) {
				low := strings.ToLower(string(text))
				for _, p := range world.Personal() {
					if strings.Contains(low, strings.ToLower(p)) {
						t.Errorf("%s holds %q", where, p)
					}
				}
			}
			clean("stdout", out.Bytes())
			clean("stderr", errs.Bytes())
			seen := 0
			err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if err != nil || !d.Type().IsRegular() {
					return err
				}
				text, err := unpacked(path)
				if err != nil {
					return err
				}
				seen++
				rel, err := filepath.Rel(dir, path)
				clean(rel, text)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if seen < 10 {
				t.Errorf("only %d files were looked into", seen)
			}
		})
	}
}

// unpacked reads a file, and what is packed in it. A PDF is read with
// pdftotext where there is one.
func unpacked(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	switch filepath.Ext(path) {
	case ".gz":
		r, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return text, nil // sealed: not packed as such
		}
		return io.ReadAll(r)
	case ".pdf":
		if pdf, err := exec.Command("pdftotext", path, "-").Output(); err == nil {
			return append(text, pdf...), nil
		}
	}
	return text, nil
}
