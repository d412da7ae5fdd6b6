package pipeline

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// beside returns a store with an answer in it, and one beside it.
func beside(t *testing.T) (first, second *Store, digest string) {
	t.Helper()
	first, second = NewStore(filepath.Join(t.TempDir(), "first")), NewStore(filepath.Join(t.TempDir(), "second"))
	digest, err := first.Put([]byte("an answer"))
	if err != nil {
		t.Fatal(err)
	}
	second.beside = []*Store{NewStore("nowhere"), first}
	return first, second, digest
}

// holds puts the answer and says whether it shares the first store's file.
func holds(t *testing.T, first, second *Store, digest string) (shared bool) {
	t.Helper()
	if got, err := second.Put([]byte("an answer")); got != digest || err != nil {
		t.Fatal(got, err)
	}
	if err := second.Sync(); err != nil {
		t.Fatal(err)
	}
	if data, err := second.Get(digest); string(data) != "an answer" {
		t.Fatal(string(data), err)
	}
	a, _ := os.Stat(first.path(digest))
	b, err := os.Stat(second.path(digest))
	if err != nil || b.Mode().Perm() != 0o600 {
		t.Error(b.Mode(), err)
	}
	return os.SameFile(a, b)
}

// Equal answers lie on disk once, and each store is whole without the other.
func TestStoredOnce(t *testing.T) {
	first, second, digest := beside(t)
	if !holds(t, first, second, digest) {
		t.Error("stored twice")
	}
	if err := os.RemoveAll(first.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Get(digest); err != nil {
		t.Error(err)
	}
}

// What was tampered with before is not taken over; afterwards it shows in
// both.
func TestTamperedShare(t *testing.T) {
	first, second, digest := beside(t)
	rubbish := func() {
		if err := os.WriteFile(first.path(digest), []byte("rubbish"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rubbish()
	if holds(t, first, second, digest) {
		t.Error("rubbish was taken over")
	}
	first, second, digest = beside(t)
	holds(t, first, second, digest)
	rubbish()
	for _, s := range []*Store{first, second} {
		if _, err := s.Get(digest); err == nil {
			t.Error("tampering does not show")
		}
	}
}

// A link that leads elsewhere would leave a case that is not whole.
func TestNoLinkToALink(t *testing.T) {
	first, second, digest := beside(t)
	elsewhere := filepath.Join(t.TempDir(), "x.gz")
	if err := os.Rename(first.path(digest), elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, first.path(digest)); err != nil {
		t.Fatal(err)
	}
	holds(t, first, second, digest)
	if info, err := os.Lstat(second.path(digest)); err != nil || !info.Mode().IsRegular() {
		t.Error(info.Mode(), err)
	}
}

// A file system without hard links costs the room, nothing else.
func TestNoHardLinks(t *testing.T) {
	first, second, digest := beside(t)
	second.link = func(from, to string) error { return &os.LinkError{Op: "link", Old: from, New: to, Err: syscall.EXDEV} }
	if holds(t, first, second, digest) {
		t.Error("shared without a link")
	}
}
