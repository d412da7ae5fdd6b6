package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestKeyPrompt holds that a value is asked for on a terminal, and not shown.
func TestKeyPrompt(t *testing.T) {
	dir := home(t)
	env := []string{"TERM=xterm", "CI=", "NO_COLOR=1"}
	if s := typing(t, 120, env, "Value of POSTGRES_PASSWORD: ", "open s3cr3t", "keys", "set", "POSTGRES_PASSWORD"); !strings.Contains(s, "POSTGRES_PASSWORD is kept") || strings.Contains(s, "s3cr3t") {
		t.Errorf("%q", s)
	}
	if s := read(t, filepath.Join(dir, "config", "secrets.yaml")); s != "POSTGRES_PASSWORD: open s3cr3t\n" {
		t.Errorf("%q", s)
	}
	if s := typing(t, 120, env, "Value of POSTGRES_PASSWORD: ", "", "keys", "set", "POSTGRES_PASSWORD"); !strings.Contains(s, "no value was given") {
		t.Errorf("%q", s)
	}
}
