package audit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeyElsewhere signs with a key that has no file: it is asked for only then,
// must be the ledger's, and is shown in no error; where nobody knows, the ledger
// is not given up.
func TestKeyElsewhere(t *testing.T) {
	dir := t.TempDir()
	ledgers, keys := filepath.Join(dir, "audit"), filepath.Join(dir, "keys")
	asked := 0
	kept, fault := "", error(nil)
	o := Options{Key: func() (string, error) { asked++; return kept, fault }}
	l := openTest(t, dir, o)
	l.Append(acts(5)...)
	id, path := l.ID, keyFile(l.keysDir, l.ID)
	if err := l.Close(); err != nil || asked > 0 {
		t.Fatal(err, asked)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	mine := string(b)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	other := openTest(t, t.TempDir(), Options{})
	b, _ = os.ReadFile(keyFile(other.keysDir, other.ID))
	foreign := string(b)
	other.Close()
	for text, want := range map[string]string{"": "(there is none)", foreign: "elsewhere is another", mine[:len(mine)/2]: "is no signing key", "s3cr3t": "is no signing key"} {
		kept = text
		var lost *LostKey
		if _, err := Open(ledgers, keys, o); !errors.As(err, &lost) || !strings.Contains(err.Error(), want) || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%v; want %s", err, want)
		}
		if doubts, err := Doubts(ledgers, keys, o.Key); err != nil || len(doubts) != 1 || !doubts[0].Key || !doubts[0].Stops {
			t.Errorf("%+v, %v", doubts, err)
		}
	}
	fault = errors.New("Vault is sealed")
	if _, err := Open(ledgers, keys, o); err == nil || errors.As(err, new(*LostKey)) || !strings.Contains(err.Error(), "can't be read: Vault is sealed") {
		t.Error(err)
	}
	if _, _, err := Succeed(ledgers, keys, o, "none"); err == nil || !strings.Contains(err.Error(), "Vault is sealed") {
		t.Errorf("a ledger was given up whose key may be there: %v", err)
	}
	kept, fault = mine, nil
	if _, _, err := Succeed(ledgers, keys, o, "none"); !errors.Is(err, ErrNotLost) {
		t.Errorf("a ledger was given up that has its key: %v", err)
	}
	l = openTest(t, dir, o)
	l.Append(acts(5)...)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if doubts, err := Doubts(ledgers, keys, o.Key); err != nil || len(doubts) > 0 {
		t.Errorf("%+v, %v", doubts, err)
	}
	warned := func(key KeySource) bool {
		v, err := Verify(t.Context(), ledgers, keys, Checks{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range v.Flaws {
			if strings.Contains(p.What, "nothing can be recorded") {
				return true
			}
		}
		return false
	}
	if warned(o.Key) || !warned(nil) {
		t.Error("what signs is not told right")
	}

	full, err := OpenReader(ledgers)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Recover(t.Context(), filepath.Join(t.TempDir(), "audit"), keys, o, twin{full, nil, nil})
	if err != nil || r.Ledger != id {
		t.Errorf("%+v, %v", r, err)
	}
	full.Close()

	l = openTest(t, dir, o)
	if _, err := l.Rotate("the yearly one"); err != nil {
		t.Fatal(err)
	}
	l.Close()
	asked = 0
	openTest(t, dir, o).Close()
	if _, err := os.Stat(path); err != nil || asked > 0 {
		t.Errorf("the new key has no file: %v, asked %d times", err, asked)
	}
}
