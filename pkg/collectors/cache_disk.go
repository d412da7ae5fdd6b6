package collectors

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A shelf is the folder of answers that serve again, one file each. A file's
// time is when it may be thrown away. A folder that can't be written costs
// questions, nothing else.
type shelf struct {
	dir, realm string
	wrote      atomic.Bool
}

const (
	maxShelf   = 512 << 20          // bytes; beyond, what expires first goes first
	afterwards = 7 * 24 * time.Hour // how long an answer may still be asked about by its validators
)

func (s *shelf) path(key string) string {
	sum := sha256.Sum256([]byte(s.realm + "\x00" + key))
	name := hex.EncodeToString(sum[:])
	return filepath.Join(s.dir, name[:2], name[2:]+".json")
}

// read returns nil for a file that is absent or torn.
func (s *shelf) read(key string) *kept {
	data, err := os.ReadFile(s.path(key))
	if err != nil {
		return nil
	}
	k := new(kept)
	if json.Unmarshal(data, k) != nil {
		return nil
	}
	return k
}

// write keeps an answer whole or not at all.
func (s *shelf) write(key string, k *kept, until time.Time) {
	path := s.path(key)
	data, err := json.Marshal(k)
	if err != nil || os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil || os.Chtimes(f.Name(), until, until) != nil || os.Rename(f.Name(), path) != nil {
		os.Remove(f.Name())
		return
	}
	s.wrote.Store(true)
}

// prune removes files whose time is up, and beyond maxShelf those that are
// next. It looks only if something was written.
func (s *shelf) prune(now time.Time) {
	if !s.wrote.Load() {
		return
	}
	files, size := s.files(now)
	slices.SortFunc(files, func(a, b shelved) int { return a.until.Compare(b.until) })
	for _, f := range files {
		if size <= maxShelf && f.until.After(now) {
			return
		}
		_ = os.Remove(f.path) // another process may have been faster
		size -= f.size
	}
}

type shelved struct {
	path  string
	size  int64
	until time.Time
}

// files lists the shelf, but for what somebody is writing.
func (s *shelf) files(now time.Time) (files []shelved, size int64) {
	_ = filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // what can't be seen stays
		}
		i, err := d.Info()
		if err != nil || strings.HasPrefix(d.Name(), ".new-") && i.ModTime().After(now.Add(-time.Hour)) {
			return nil
		}
		files = append(files, shelved{path, i.Size(), i.ModTime()})
		size += i.Size()
		return nil
	})
	return files, size
}
