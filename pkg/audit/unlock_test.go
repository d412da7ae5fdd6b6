package audit

import "testing"

// TestOpenWhileAnotherSigns opens a ledger that grows, and is signed, after its
// size was read: that is no older copy.
func TestOpenWhileAnotherSigns(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir, Options{})
	defer l.Close()
	late := &Ledger{path: l.path, keysDir: l.keysDir, o: l.o}
	var err error
	if late.s, err = openSession(l.path, true); err != nil {
		t.Fatal(err)
	}
	defer late.s.Close()
	if err := late.load(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(acts(3)...); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Sign(); err != nil {
		t.Fatal(err)
	}
	if err := late.unlock(); err != nil {
		t.Error(err)
	}
}
