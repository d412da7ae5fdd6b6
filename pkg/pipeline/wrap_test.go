package pipeline

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wrapUnder has key stores encrypted under a key for the rest of a test.
func wrapUnder(t *testing.T, key []byte, err error) {
	t.Helper()
	WrapKeys(func() ([]byte, error) { return key, err })
	t.Cleanup(func() { wrapSource.Store(nil) })
}

// TestWrapped does in an encrypted store what is done in one in clear.
func TestWrapped(t *testing.T) {
	wrapUnder(t, bytes.Repeat([]byte{7}, 32), nil)
	for name, test := range map[string]func(*testing.T){"index": TestIndex, "erase": TestErase, "reapply": TestReapply, "expired": TestExpired, "trace": TestTraceFollows} {
		t.Run(name, test)
	}
}

// TestWrapTellsNothing holds that no key lies in an encrypted store in clear, that
// without its key, or with another, nothing is read and nothing is written, and
// that a line belongs to its case.
func TestWrapTellsNothing(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 32)
	wrapUnder(t, key, nil)
	c, dir, keys := newWorld(1, 0).investigate(t, nil)
	id := c.Opened.Case
	k, err := OpenKeys(keys, id)
	if err != nil || k.Len() < 2 || !Wrapped(keys) {
		t.Fatal(err, k.Len())
	}
	x, err := OpenIndex(keys)
	if err != nil || len(x.key) != 32 || x.clear {
		t.Fatal(err)
	}
	secrets := [][]byte{key, k.pack, x.key}
	for _, l := range k.held {
		secrets = append(secrets, l.Key)
	}
	err = filepath.WalkDir(keys, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, s := range secrets {
			if bytes.Contains(b, s) || bytes.Contains(b, encode(s)[1:40]) {
				t.Errorf("%s holds a key in clear", path)
			}
		}
		if strings.HasSuffix(path, ".keys") && bytes.Contains(b, []byte(filepath.Base(dir))) {
			t.Errorf("%s says where the case lies", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	other, _, otherKeys := newWorld(1, 0).investigate(t, nil)
	moved, err := os.ReadFile(filepath.Join(otherKeys, other.Opened.Case+".keys"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(keys, "c-moved.keys"), moved, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeys(keys, "c-moved"); err == nil || !strings.Contains(err.Error(), "was changed, or belongs elsewhere") {
		t.Errorf("keys of another case: %v", err)
	}
	os.Remove(filepath.Join(keys, "c-moved.keys"))

	for name, set := range map[string]func(*testing.T){
		"no key":       func(t *testing.T) { wrapUnder(t, nil, nil) },
		"nobody knows": func(t *testing.T) { wrapUnder(t, nil, errors.New("Vault is sealed")) },
		"no source":    func(*testing.T) { wrapSource.Store(nil) },
		"another key":  func(t *testing.T) { wrapUnder(t, bytes.Repeat([]byte{8}, 32), nil) },
	} {
		set(t)
		before := snapshot(t, keys)
		_, readErr := OpenKeys(keys, id)
		_, indexErr := OpenIndex(keys)
		fresh, err := OpenKeys(keys, "c-fresh") // it has no file yet
		if err != nil {
			t.Fatal(err)
		}
		fresh.For("ada@acme.example")
		writeErr := fresh.Sync()
		for what, err := range map[string]error{"keys": readErr, "index": indexErr, "write": writeErr} {
			if err == nil || !errors.Is(err, ErrNoWrap) && !strings.Contains(err.Error(), "another OSINT_CASE_KEYS_KEY") {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		if after := snapshot(t, keys); after != before {
			t.Errorf("%s: the store was written to:\n%s\n%s", name, before, after)
		}
	}
	wrapUnder(t, key, nil)
	if v, err := ReadVault(c, dir, keys); err != nil || v.keys.Len() != k.Len() {
		t.Errorf("the key is back: %v", err)
	}
}

func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "lock" {
			return err
		}
		b, err := os.ReadFile(path)
		all.WriteString(path + " " + string(b[:min(60, len(b))]) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// TestWrapBegins encrypts a store that has keys in clear: they stay readable, what
// is written from then on is sealed, and the key of the index with it.
func TestWrapBegins(t *testing.T) {
	dir, keys := peopled(t)
	c, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	wrapUnder(t, nil, errors.New("Vault is sealed")) // what is there is read, and nothing joins it in clear
	k, err := OpenKeys(keys, c.Opened.Case)
	if err != nil || Wrapped(keys) || k.Len() == 0 {
		t.Fatal(err)
	}
	before := snapshot(t, keys)
	k.For("one@acme.example")
	if err := k.Sync(); !errors.Is(err, ErrWrapUnknown) || !strings.Contains(err.Error(), "Vault is sealed") {
		t.Error(err)
	}
	if after := snapshot(t, keys); after != before {
		t.Errorf("it was written to:\n%s\n%s", before, after)
	}
	wrapUnder(t, nil, nil) // there is none: nothing was promised
	if k, err = OpenKeys(keys, c.Opened.Case); err != nil {
		t.Fatal(err)
	}
	k.For("one@acme.example")
	if err := k.Sync(); err != nil || Wrapped(keys) {
		t.Fatal(err)
	}
	wrapUnder(t, bytes.Repeat([]byte{7}, 32), nil)
	n := k.Len()
	kid, key := k.For("two@acme.example")
	if err := k.Sync(); err != nil || !Wrapped(keys) {
		t.Fatal(err)
	}
	b, err := os.ReadFile(k.path())
	if err != nil || !bytes.Contains(b, []byte(`"kid"`)) || bytes.Contains(b, []byte(kid)) {
		t.Errorf("what was in clear, and what is new: %s, %v", b, err)
	}
	k, err = OpenKeys(keys, c.Opened.Case)
	if err != nil || k.Len() != n+1 {
		t.Fatal(err, k.Len())
	}
	if got, ok := k.Key(kid); !ok || !bytes.Equal(got, key) {
		t.Error("the new key is another")
	}
	if x, err := OpenIndex(keys); err != nil || x.clear || len(find(t, keys, "one@acme.example")) != 1 || len(find(t, keys, "two@acme.example")) != 1 {
		t.Errorf("the index: %v", err)
	}
	if _, err := LoseKeys(keys, c.Opened.Case, []string{kid}); err != nil {
		t.Fatal(err)
	}
	if b, err = os.ReadFile(k.path()); err != nil || bytes.Contains(b, []byte(`"kid"`)) {
		t.Errorf("a file that was written anew has keys in clear: %s, %v", b, err)
	}
}
