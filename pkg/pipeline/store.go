package pipeline

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// A Store keeps the bytes of answers under their SHA-256, compressed, each
// once. What a case beside it has already becomes a second name of the same
// file: see [Folder.Beside]. Its methods may be called from several goroutines; as a [Sink] it
// makes durable what was put since the last Sync.
type Store struct {
	dir     string
	beside  []*Store
	link    func(from, to string) error // os.Link
	mu      sync.Mutex
	made    map[string]bool // folders known to exist
	pending map[string]bool // paths not yet durable
}

// NewStore returns the store in a folder, which is made when first needed.
func NewStore(dir string) *Store {
	return &Store{dir: dir, link: os.Link, made: map[string]bool{}, pending: map[string]bool{}}
}

// Put keeps data and returns its SHA-256 in hex.
func (s *Store) Put(data []byte) (string, error) {
	sum := sha256.Sum256(data)
	digest := hex.EncodeToString(sum[:])
	path := s.path(digest)
	if _, err := os.Stat(path); err == nil {
		return digest, nil
	}
	if err := s.folder(filepath.Dir(path)); err != nil {
		return "", err
	}
	if !s.borrow(digest, path) {
		if err := s.write(path, data); err != nil {
			return "", fmt.Errorf("keep evidence: %w", err)
		}
	}
	s.mu.Lock()
	s.pending[path] = true
	s.mu.Unlock()
	return digest, nil
}

// borrow gives what a store beside this one has another name here, once it
// has proved to be what its name says. A file system that can't, or a file
// that is no plain file, means only that the bytes are written once more.
func (s *Store) borrow(digest, path string) bool {
	for _, other := range s.beside {
		from := other.path(digest)
		if info, err := os.Lstat(from); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if _, err := other.Get(digest); err != nil {
			continue
		}
		if err := s.link(from, path); err == nil || os.IsExist(err) {
			return true
		}
	}
	return false
}

// write compresses data into a file of its own.
func (s *Store) write(path string, data []byte) error {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(data); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return writeNew(path, z.Bytes())
}

// Get returns the data of a digest, or an error if it is absent or is not
// what its name says.
func (s *Store) Get(digest string) ([]byte, error) {
	if len(digest) != 2*sha256.Size {
		return nil, fmt.Errorf("evidence %q: not a SHA-256", digest)
	}
	f, err := os.Open(s.path(digest))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("evidence %s: %w", digest, err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("evidence %s: %w", digest, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != digest {
		return nil, fmt.Errorf("evidence %s: holds other bytes than its name says", digest)
	}
	return data, nil
}

// Remove destroys the data of a digest; an absent one is no error.
func (s *Store) Remove(digest string) error {
	if err := os.Remove(s.path(digest)); !os.IsNotExist(err) {
		return err
	}
	return nil
}

func (s *Store) has(digest string) bool {
	_, err := os.Lstat(s.path(digest))
	return err == nil
}

// Has reports whether the store in a case's evidence folder has an answer.
func (s *Store) Has(digest string) bool { return len(digest) > 2 && s.has(digest) }

// shares reports whether an answer is a file that has other names.
func (s *Store) shares(digest string) bool {
	info, err := os.Lstat(s.path(digest))
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink > 1
}

// Event implements [Sink].
func (s *Store) Event(*Event) error { return nil }

// Sync implements [Sink]: one flush of the file system where there are many
// files, each file and its folder where there are few.
func (s *Store) Sync() error {
	s.mu.Lock()
	paths := s.pending
	s.pending = map[string]bool{}
	s.mu.Unlock()
	return syncFiles(s.dir, paths)
}

func (s *Store) path(digest string) string {
	return filepath.Join(s.dir, digest[:2], digest[2:]+".gz")
}

func (s *Store) folder(dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made[dir] {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	s.made[dir] = true
	return nil
}

// writeNew puts data at path whole or not at all: two writers of one content
// do not meet, since each has a file of its own until it is complete.
func writeNew(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
