package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"osint/pkg/collectors/secret"
	"osint/pkg/pipeline"
)

// TestNoCommandShowsACredential gives every credential that there is to an
// installation, by variables, a variable's file, the file and stdin, runs what
// has to do with them and what writes most, and looks through everything that
// was written: both streams, and every file below the home but the one that
// keeps them.
func TestNoCommandShowsACredential(t *testing.T) {
	dir := home(t)
	t.Setenv("HOME", dir)
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_STEP_SUMMARY", filepath.Join(dir, "summary"))
	canaries := []string{}
	canary := func(of string) string {
		s := "zq7+canary/" + strings.ToLower(of) + "=7qz"
		canaries = append(canaries, s)
		return s
	}
	word := filepath.Join(t.TempDir(), "word")
	for i, name := range keyNames() {
		switch {
		case strings.HasSuffix(name, "_PEM"): // these have a form
		case isBase(name): // an address, which is no secret
			t.Setenv(name, "http://127.0.0.1:9")
		case name == caseKeysName:
			canaries = append(canaries, base64.StdEncoding.EncodeToString([]byte("zq7 canary of the key store, 7qz")))
			t.Setenv(name, canaries[len(canaries)-1])
		case i%2 == 0:
			t.Setenv(name, canary(name))
			t.Setenv(name+"_2", canary(name+"_2"))
		default:
			if err := os.WriteFile(word+name, []byte(canary(name)), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv(name+"_FILE", word+name)
		}
	}
	t.Setenv("SOPS_AGE_KEY", canary("age"))
	t.Setenv("VAULT_ADDR", "http://127.0.0.1:9")
	t.Setenv("VAULT_TOKEN", canary("token"))
	t.Setenv("POSTGRES_HOST", "127.0.0.1")
	t.Setenv("POSTGRES_PORT", "9")
	typed := canary("typed")
	var said bytes.Buffer
	run := func(stdin string, args ...string) {
		cmd := exec.Command("osint", args...)
		cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Environ(), strings.NewReader(stdin), &said, &said
		_ = cmd.Run() // some are to fail
		if cmd.ProcessState.ExitCode() == internal && args[0] != "audit" {
			t.Errorf("osint %s: %s", strings.Join(args, " "), said.String())
		}
	}
	run(typed, "keys", "set", "POSTGRES_PASSWORD", "-v")
	run(typed, "keys", "set", "POSTGRES_PASSWORD", "--keyring")
	run(typed, "keys", "set", typed)
	run("", "keys", "set", "POSTGRES_PASSWORD", typed)
	run("", "keys", "check", "--offline")
	run("", "keys", "check", "--lab", "brindleford")
	run("", "keys", "check", "--lab", "silent", "--json")
	run("", "keys", "check", typed)
	run("", "doctor", "--json")
	run("", "investigate", "brindleford.example", "--lab", "brindleford", "--active", "--out", filepath.Join(dir, "case"), "--progress", "plain", "-v", "--format", "json",
		"--log-file", filepath.Join(dir, "log"), "--log-level", "debug", "--annotations", "always")
	run("", "collectors", "check", "--subject", "brindleford.example", "--lab", "brindleford", "--json")
	run("", "status", "--json")
	run("", "audit", "log", "--json")
	run("", "audit", "ship")
	run("", "config", "list")
	own := filepath.Join(dir, "config", secret.OwnFile)
	if !strings.Contains(read(t, own), typed) {
		t.Fatal("the file has not what was typed: this test tests nothing")
	}
	look := func(where string, text []byte) {
		for _, c := range canaries {
			for _, form := range []string{c, url.QueryEscape(c), url.PathEscape(c), base64.StdEncoding.EncodeToString([]byte(c)), hex.EncodeToString([]byte(c))} {
				if bytes.Contains(text, []byte(form)) {
					t.Errorf("%s has %s", where, form)
				}
			}
		}
	}
	look("a stream", said.Bytes())
	files := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || path == own {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		if err == nil && strings.HasSuffix(path, ".gz") {
			r, bad := gzip.NewReader(bytes.NewReader(b))
			if bad != nil {
				return bad
			}
			b, err = io.ReadAll(r)
		}
		look(path, b)
		return err
	})
	if err != nil || files < 20 || said.Len() < 5000 {
		t.Errorf("%d files, %d bytes: %v", files, said.Len(), err)
	}
}

// isBase reports whether a name is that of a source's address.
func isBase(name string) bool {
	return slices.ContainsFunc(specs(), func(s pipeline.Spec) bool { return s.Source.BaseFrom == name })
}
