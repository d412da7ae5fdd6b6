package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A licensed part of the binary: a module, the standard library, a font.
type licensed struct {
	name    string // module and version
	license string // as SPDX calls it
	text    string
}

// TestLicenses holds the embedded texts against the modules that are linked
// into the binary, as they lie in the module cache; -update writes them anew.
func TestLicenses(t *testing.T) {
	parts := append(modules(t), standardLibrary(t), fonts(t))
	want := licensePage(t, parts)
	if *update {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if _, err := z.Write([]byte(want)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("licenses.txt.gz", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	var got bytes.Buffer
	if err := writeLicenses(&got); err != nil {
		t.Fatal(err)
	}
	if got.String() != want {
		t.Errorf("the licences that are embedded are not those of the build list: make licenses writes them anew\n%s", firstDifference(got.String(), want))
	}
	out, errs, code := runHere(t, "version", "--licenses")
	if code != 0 || out != want {
		t.Errorf("osint version --licenses: %d, %s, %d bytes", code, errs, len(out))
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d: embedded %q, want %q", i+1, x[i], y[i])
		}
	}
	return "one is longer"
}

// modules returns the modules of the packages that the binary is linked from,
// on the systems it is built for.
func modules(t *testing.T) (parts []licensed) {
	type module struct {
		Path, Version, Dir string
		Main               bool
		Replace            *struct{ Path, Version, Dir string }
	}
	found := map[string]module{}
	for _, system := range []string{"linux", "darwin"} {
		cmd := exec.Command("go", "list", "-deps", "-json=Module", ".")
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
			var p struct{ Module *module }
			if err := dec.Decode(&p); err != nil {
				t.Fatal(err)
			}
			if p.Module != nil && !p.Module.Main {
				found[p.Module.Path] = *p.Module
			}
		}
	}
	if len(found) < 20 {
		t.Fatalf("only %d modules", len(found))
	}
	for _, path := range slices.Sorted(maps.Keys(found)) {
		m := found[path]
		parts = append(parts, licensed{m.Path + " " + m.Version, spdx(licenseIn(t, m.Dir, false)), licenseIn(t, m.Dir, true)})
	}
	return parts
}

// licenseIn returns the licence texts that lie on top of a folder, with those
// of third parties or without: such a list names all that a module's own tests
// need, and each module that we link in is judged by itself.
func licenseIn(t *testing.T, dir string, thirdParties bool) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, e := range entries {
		if ok, _ := regexp.MatchString(`(?i)^(licen[cs]e|copying|notice)([.-].*)?$`, e.Name()); ok && e.Type().IsRegular() && (thirdParties || !strings.Contains(e.Name(), "3RD-PARTY")) {
			texts = append(texts, strings.TrimSpace(read(t, filepath.Join(dir, e.Name()))))
		}
	}
	if len(texts) == 0 {
		t.Errorf("%s has no licence", dir)
	}
	return strings.Join(texts, "\n\n")
}

func standardLibrary(t *testing.T) licensed {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return licensed{"Go's standard library", "", strings.TrimSpace(read(t, filepath.Join(strings.TrimSpace(string(root)), "LICENSE")))}
}

func fonts(t *testing.T) licensed {
	return licensed{"Noto fonts, in reports", "", strings.TrimSpace(read(t, "../../pkg/report/fonts/OFL.txt"))}
}

// spdx names a licence by words that stand in its text.
func spdx(text string) string {
	low := strings.Join(strings.Fields(strings.ToLower(text)), " ")
	var names []string
	for _, l := range []struct{ words, name string }{
		{"apache license version 2.0", "Apache-2.0"}, {"sil open font license version 1.1", "OFL-1.1"},
		{"mozilla public license", "MPL-2.0"}, {"gnu general public license", "GPL"}, {"gnu lesser general public", "LGPL"},
		{"apache license, version 2.0 (the", "Apache-2.0"}, {"obtaining a copy of this software and associated documentation", "MIT"}, {"permission to use, copy, modify, and/or distribute this software", "ISC"},
	} {
		if strings.Contains(low, l.words) && !slices.Contains(names, l.name) {
			names = append(names, l.name)
		}
	}
	if strings.Contains(low, "redistribution and use in source and binary forms") {
		if strings.Contains(low, "neither the name") || strings.Contains(low, "names of its contributors may be used") {
			names = append(names, "BSD-3-Clause")
		} else {
			names = append(names, "BSD-2-Clause")
		}
	}
	return strings.Join(names, " and ")
}

// licensePage writes the list, then each text once.
func licensePage(t *testing.T, parts []licensed) string {
	var b strings.Builder
	b.WriteString("What osint is built from, and under which licences\n\n")
	var texts []string
	of := map[string][]string{}
	for _, p := range parts {
		if p.license == "" {
			p.license = spdx(p.text)
		}
		if p.license == "" || strings.Contains(p.license, "GPL") || strings.Contains(p.license, "MPL") {
			t.Errorf("%s: licence %q: nobody has said that it may be linked in", p.name, p.license)
		}
		fmt.Fprintf(&b, "%-70s %s\n", p.name, p.license)
		if of[p.text] == nil {
			texts = append(texts, p.text)
		}
		of[p.text] = append(of[p.text], p.name)
	}
	for _, text := range texts {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 78), strings.Join(of[text], "\n"), text)
	}
	return b.String()
}
