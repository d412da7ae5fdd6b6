package casefile

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"osint/pkg/audit"
)

// TestKnownKeys judges one case by what is known of the key that signed it.
func TestKnownKeys(t *testing.T) {
	m := makeCase(t)
	good := m.check(0, "")
	key := good.Proofs[0].Key
	_, other, err := note.GenerateKey(rand.Reader, audit.Origin(m.ledger.ID)) // of the same name
	if err != nil {
		t.Fatal(err)
	}
	judge := func(what, file, ledger, told string, want audit.Verdict, says string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "config", "known_keys")
		os.MkdirAll(filepath.Dir(path), 0o700)
		if file != "" {
			os.WriteFile(path, []byte(file), 0o600)
		}
		k, err := ReadKnownKeys(path, ledger)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		c := m.check(0, "")
		k.Judge(c, told)
		if c.Verdict() != want || says != "" && (!strings.Contains(fmt.Sprint(c.Faults), says)) {
			t.Errorf("%s: %d, %+v", what, c.Verdict(), c.Faults)
		}
		if known := c.Proofs[0].Known; want == 0 && known == "" || want == 24 && known != "" {
			t.Errorf("%s: known as %q", what, c.Proofs[0].Known)
		}
	}
	own := filepath.Join(m.home, "audit")
	judge("nothing is known", "", "", "", 24, "unknown key "+audit.Fingerprint(key))
	judge("pinned", "# mine\n\n"+key+" 2026-11-26 Ada's desk\n", "", "", 0, "")
	judge("another of the same ledger is pinned", other+" 2026-11-26 Ada\n", "", "", 20, "the key known for ledger")
	judge("it was changed, and told", other+" 2026-11-26 Ada\n", "", audit.Fingerprint(key), 0, "")
	judge("told as a key", "", "", key, 0, "")
	judge("told another", "", "", audit.Fingerprint(other), 20, "the key that you named")
	judge("told another, though pinned", key+" 2026-11-26 Ada\n", "", audit.Fingerprint(other), 20, "")
	judge("this machine's", "", own, "", 0, "")

	if _, err := m.ledger.Rotate("yearly"); err != nil {
		t.Fatal(err)
	}
	judge("this machine's, before it was rotated", "", own, "", 0, "")

	path := filepath.Join(t.TempDir(), "new", "known_keys")
	k, err := ReadKnownKeys(path, "")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second adds nothing
		if err := k.Pin(key, "case c-1"); err != nil {
			t.Fatal(err)
		}
	}
	if b, _ := os.ReadFile(path); strings.Count(string(b), key) != 1 {
		t.Errorf("pinned as %q", b)
	}
	if k, err = ReadKnownKeys(path, ""); err != nil || !strings.Contains(k.Known(key), "case c-1") {
		t.Errorf("%v: %q", err, k.Known(key))
	}
	os.WriteFile(path, []byte("no key\n"), 0o600)
	if _, err := ReadKnownKeys(path, ""); err == nil || !strings.Contains(err.Error(), ":1:") {
		t.Errorf("a file that holds no key: %v", err)
	}
}
