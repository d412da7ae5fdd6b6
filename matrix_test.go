package osint_test

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// attacks are those that the record must withstand: each has a test whose name
// begins with its number, below a TestMatrix of the package that stands for it.
var attacks = []string{
	"flip a byte in a leaf", "edit a leaf and its hash", "edit an interior node", "delete a middle row", "delete and renumber",
	"swap two rows", "insert or duplicate a row", "change a checkpoint", "sign with another key of the same name",
	"cut the tail to a checkpoint", "cut the tail below the last checkpoint", "restore an older copy", "rewrite all with the real key",
	"two ledgers of one origin", "send a batch twice", "send again with changed payload", "skip an entry when shipping",
	"the receiver deletes its last rows", "change PostgreSQL as its application, and as superuser", "disable the triggers and delete",
	"change SQLite by SQL", "a key destroyed with an erasure entry", "ciphertext missing without one", "an erasure entry, and the key is there",
	"ciphertext moved", "evidence swapped", "a task without a decision", "the clock set back", "a rotation signed by the new key only",
	"a checkpoint of a revoked key", "JSON that is not canonical", "killed at a write; disk full", "two writers at once",
	"a report altered after issue", "sizes 0, 1, 2^k±1", "an anchor that can't be reached", "bits flipped anywhere",
}

func TestEveryAttackHasATest(t *testing.T) {
	found := map[string]bool{}
	name := regexp.MustCompile(`"(\d\d)-[a-z]`)
	err := filepath.WalkDir("pkg", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		if text := read(t, path); strings.Contains(text, "func TestMatrix") {
			for _, m := range name.FindAllStringSubmatch(text, -1) {
				found[m[1]] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, what := range attacks {
		if !found[fmt.Sprintf("%02d", i+1)] {
			t.Errorf("no test withstands attack %d: %s", i+1, what)
		}
	}
}
