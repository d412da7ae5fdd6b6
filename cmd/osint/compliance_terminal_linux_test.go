package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPassphrase holds that an encrypted key is asked for on a terminal, and not
// shown; and that without one a line says what to type instead.
func TestPassphrase(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("no ssh-keygen here: no key to encrypt")
	}
	home(t)
	dir, _ := reviewed(t, "k.lang")
	key := filepath.Join(t.TempDir(), "key")
	output(t, keygen, "-q", "-t", "ed25519", "-N", "open sesame", "-f", key)
	approvedBy(t, "a.meyer", read(t, key+".pub"))
	args := []string{"compliance", "approve", dir, "--adopt", "made by a test", "--by", "a.meyer", "--reason", "LIA-7", "--expires", "30d", "--key", key}
	if _, errs, code := runHere(t, args...); code != badUsage || !strings.Contains(errs, "no terminal to ask for its passphrase on: run it on one, or print the statement with --print-statement") {
		t.Errorf("%d: %s", code, errs)
	}
	env := []string{"TERM=xterm", "CI=", "NO_COLOR=1"}
	if s := typing(t, 120, env, "Passphrase of", "open barley", args...); !strings.Contains(s, "does not open the key") || strings.Contains(s, "barley") {
		t.Errorf("%q", s)
	}
	if s := typing(t, 120, env, "Passphrase of", "open sesame", args...); !strings.Contains(s, "approved by a.meyer until") || strings.Contains(s, "sesame") {
		t.Errorf("%q", s)
	}
}
